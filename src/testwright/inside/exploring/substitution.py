"""Input-to-state substitution: where an operand of an observed comparison stands in the input, its other operand is put.

After REDQUEEN (Aschermann et al., NDSS 2019), on Python values instead of bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from collections.abc import Sequence as Sequence_
from itertools import chain, islice
from typing import Any

from ..providers.maker import Maker
from ..providers.regex_text import matching_text
from ..providers.sample_types import STUB
from ..recipes import (
    Call,
    Const,
    Dictionary,
    Function,
    Recipe,
    ScratchFile,
    Sequence,
    Surroundings,
    children,
    evaluate,
)
from ..running import bind
from ..scenario import Scenario
from .editing import Edit, Place, nodes, with_children

__all__ = ["Comparison", "Values", "operands_of", "separators_of", "substitutions", "traced_values"]

Comparison = tuple[int, str, Any, Any]
Values = list[tuple[Place, Any]]
"""What nodes of a scenario evaluated to, in the order of evaluation."""
ORDERED = {"<", "<=", ">", ">="}
EQUAL = {"==", "!=", "is", "is not"}
TEXT_OF = {
    "strptime": ("2024-01-31", "2024-01-31 12:30:00", "1999-12-31", "12:30"),
    "fromisoformat": ("2024-01-31", "2024-01-31T12:30:00", "1999-12-31"),
    "fromhex": ("ff00", "00"),
    **dict.fromkeys(("int", "float", "complex"), ("1", "0", "-2", "1.5", "12")),
}
"""What such a parser accepts, with some that differ in order."""
CUTTING = {"partition", "rpartition", "split", "rsplit", "find", "rfind", "index", "rindex", "in", "not in"}
PLAIN = (str, int, float, bytes, bool, type(None))
IGNORED = {"isinstance", "match-class", "issubclass", "len", "index", "int", "float", "complex"}
SHORT = 60
WORD = 12
LONGEST = 400
MAXIMUM = 60
HELD: tuple[Recipe, ...] = (Const(1), Const("abc"), Sequence("list", (Const("a"), Const("b"))))
"""What a key that was looked up in vain gets."""


def operands_of(comparisons: list[Comparison]) -> Iterator[Const]:
    """Short literals that the code compared something with."""
    for _, op, left, right in comparisons:
        if op in IGNORED:
            continue
        if op.startswith("re."):
            continue
        for value in (left, right) if op in EQUAL else (right,):
            for item in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(item, (str, bytes)) and 0 < len(item) <= SHORT:
                    yield Const(item)


def traced_values(scenario: Scenario, around: Surroundings, found: Values) -> None:
    """Runs a scenario that is not async, and adds to `found` which node gave which object, also when it raises.

    A Const may hold anything here: that is how the value of a part gets into the whole.
    """

    def build(recipe: Recipe, place: Place) -> Any:
        below = [] if isinstance(recipe, Function) else children(recipe)
        if below:
            parts: list[Recipe] = [Const(build(part, (*place, number))) for number, part in enumerate(below)]
            value = evaluate(with_children(recipe, parts), around)
        else:
            value = evaluate(recipe, around)
        found.append((place, value))
        return value

    for number, step in enumerate(scenario.steps):
        bind(step, build(step.recipe, (number,)), around)


def separators_of(comparisons: list[Comparison]) -> list[str]:
    """What the code cuts texts at: an empty part becomes another one behind such a sign."""
    signs = [left if op in ("in", "not in") else right for _, op, left, right in comparisons if op in CUTTING]
    return list(dict.fromkeys(s for s in signs if type(s) is str and 0 < len(s) <= 3))[:4]


def substitutions(
    scenario: Scenario,
    comparisons: list[Comparison],
    values: Values,
    maker: Maker,
    rng: random.Random,
    separators: Sequence_[str] = (),
) -> list[Edit]:
    """Edits after which one observed comparison would likely go the other way, at most MAXIMUM, without repeats."""
    found: dict[Edit, None] = {}
    constants: list[tuple[Place, Recipe]] = [(p, n) for p, n in nodes(scenario) if isinstance(n, (Const, ScratchFile))]
    texts = _known_texts(comparisons, constants, maker, rng) if any(c[1].startswith("re.") for c in comparisons) else []
    seen: set[tuple[str, Any, Any]] = set()
    for _, op, left, right in comparisons:
        key = (op, _key(left), _key(right))
        if key in seen:
            continue
        seen.add(key)
        if op.startswith("re."):
            suggested = _regex(scenario, right, left, constants, texts, rng)
        else:
            suggested = _one(scenario, op, left, right, constants, values, maker)
            if left == "" and op in TEXT_OF:
                suggested = chain(suggested, _behind(TEXT_OF[op], constants, separators))
            elif type(left) is str and type(right) in (str, tuple) and "" in (left, right):
                suggested = chain(suggested, _behind(right or left, constants, separators))
        for made in suggested:
            found[made] = None
        if len(found) >= 2 * MAXIMUM:
            break
    return list(found) if len(found) <= MAXIMUM else rng.sample(list(found), MAXIMUM)


def _key(value: Any) -> Any:
    return (type(value), value) if type(value) in PLAIN else id(value)


def _one(
    scenario: Scenario,
    op: str,
    left: Any,
    right: Any,
    constants: list[tuple[Place, Recipe]],
    values: Values,
    maker: Maker,
) -> Iterator[Edit]:
    """What one comparison suggests, by its kind; operands that were no plain values say nothing."""
    if op in EQUAL or op in ORDERED:
        for a, b in ((left, right), (right, left)):
            yield from _swap(scenario, a, b, constants)
            if type(a) in (list, tuple) and type(b) in (list, tuple) and len(a) == len(b):
                for old, new in zip(a, b, strict=True):
                    yield from _swap(scenario, old, new, constants)
                    if old in (None, ""):  # the token at the end, which has no text
                        yield from _behind(new, constants, ("",))
            if op in ORDERED and type(b) in (int, float):
                yield from _swap(scenario, a, b + 1, constants)
                yield from _swap(scenario, a, b - 1, constants)
    elif op == "match":
        for example in right:
            yield from _swap(scenario, left, example, constants)
    elif op in ("in", "not in"):
        yield from _membership(scenario, left, right, constants, values)
    elif op == "len":
        yield from _length(scenario, left, right, values)
    elif op in ("isinstance", "match-class"):
        yield from _instance(scenario, left, right, values, maker)
    elif op == "key":
        yield from _lookup(scenario, left, right, constants, values, maker)
    elif op == "attr":
        yield from _attribute(scenario, left, right, values)
    elif op in TEXT_OF:
        for text in TEXT_OF[op]:
            yield from _swap(scenario, left, text, constants)
    elif type(left) in (str, bytes):
        yield from _text_method(scenario, op, left, right, constants)


def _behind(wanted: Any, constants: list[tuple[Place, Recipe]], separators: Sequence_[str]) -> Iterator[Edit]:
    """The wanted text at the end of each text, behind what the code cuts texts at."""
    for place, node in constants:
        if isinstance(node, Const) and type(node.value) is str and len(node.value) < LONGEST:
            for part in wanted if type(wanted) is tuple else (wanted,):
                for separator in separators if type(part) is str and part else ():
                    yield place, Const(node.value.removesuffix(separator) + separator + part)


def _swap(scenario: Scenario, old: Any, new: Any, constants: list[tuple[Place, Recipe]]) -> Iterator[Edit]:
    """`new` for `old` wherever a literal is `old` or, for texts, contains it."""
    if type(new) not in PLAIN or (isinstance(new, (str, bytes)) and len(new) > LONGEST):
        return
    kind = type(old)
    kinds = (kind, str) if kind in (int, float, bool) else (kind,)
    for place, node in constants:
        if type(node) is Const and type(node.value) not in kinds:
            continue  # most of them: this is asked for each comparison and each literal
        for made in _swapped(node, old, new):
            yield place, made


def _swapped(node: Recipe, old: Any, new: Any) -> Iterator[Recipe]:
    if isinstance(node, ScratchFile):
        if (
            isinstance(node.content, str)
            and isinstance(old, str)
            and isinstance(new, str)
            and old
            and old in node.content
        ):
            yield ScratchFile(node.name, node.content.replace(old, new, 1), node.as_text)
        return
    value = node.value if isinstance(node, Const) else None
    if type(value) is type(old) and value == old:
        yield Const(new)
    elif isinstance(value, str) and isinstance(old, str) and isinstance(new, str):
        if old and old in value:
            yield Const(value.replace(old, new, 1))
            if value.count(old) > 1:
                head, tail = value.rsplit(old, 1)
                yield Const(head + new + tail)
        elif value.lower() == old or value.upper() == old or value.strip() == old:
            yield Const(new)
        elif old and old in value.lower():
            at = value.lower().index(old)
            yield Const(value[:at] + new + value[at + len(old) :])
        else:
            span = _loosely(value, old)
            if span is not None:
                yield Const(value[: span[0]] + new + value[span[1] :])
    elif isinstance(value, bytes) and isinstance(old, bytes) and isinstance(new, bytes) and old and old in value:
        yield Const(value.replace(old, new, 1))
    elif (
        isinstance(value, str)
        and isinstance(old, (int, float))
        and isinstance(new, (int, float))
        and not isinstance(new, bool)
    ):
        if value and str(old) in value and str(old) != str(new):
            yield Const(value.replace(str(old), str(new), 1))


def _loosely(value: str, old: str) -> tuple[int, int] | None:
    """Where `value` has the words of `old`, whatever the case and the space between them: it was stripped or dedented."""
    words = old.lower().split()
    low = value.lower()
    if not words or len(old) < 2 or len(old) > 200 or len(low) != len(value) or any(w not in low for w in words):
        return None
    start = low.find(words[0])
    while start >= 0:
        end = _end_of_words(low, start, words)
        if end:
            return start, end
        start = low.find(words[0], start + 1)
    return None


def _end_of_words(text: str, at: int, words: list[str]) -> int:
    """Where the words end that stand from `at` on with space between them, 0 when they do not. No pattern: those are cached."""
    for number, word in enumerate(words):
        rest = text[at:]
        space = len(rest) - len(rest.lstrip()) if number else 0
        if (number and not space) or not text.startswith(word, at + space):
            return 0
        at += space + len(word)
    return at


def _membership(
    scenario: Scenario, left: Any, right: Any, constants: list[tuple[Place, Recipe]], values: Values
) -> Iterator[Edit]:
    items = list(right)[:8] if isinstance(right, (list, tuple, set, frozenset, dict)) else []
    for item in items:
        yield from _swap(scenario, left, item, constants)
    both_texts = isinstance(right, (str, bytes)) and isinstance(left, type(right))
    if both_texts and left:
        yield from _swap(scenario, right, left + right, constants)
        yield from _swap(scenario, right, right + left, constants)
        middle = len(right) // 2
        yield from _swap(scenario, right, right[:middle] + left + right[middle:], constants)
        yield from _swap(scenario, right, right.replace(left, right[:0]), constants)
        yield from _swap(scenario, left, right[:1], constants)
    if type(left) in PLAIN and not isinstance(right, (str, bytes)):
        for place, value in values:
            if type(value) in (list, tuple, set, frozenset, dict) and len(place) > 1 and tuple(value) == right:
                yield from _with_element(scenario, place, Const(left))


def _node_at(scenario: Scenario, place: Place) -> Recipe:
    return next(n for p, n in nodes(scenario) if p == place)


def _with_element(scenario: Scenario, place: Place, element: Recipe) -> Iterator[Edit]:
    node = _node_at(scenario, place)
    if isinstance(node, Sequence):
        yield place, Sequence(node.kind, (*node.items, element))
        yield place, Sequence(node.kind, (element,))
    elif isinstance(node, Dictionary) and all(k != element for k, _ in node.items):
        for held in HELD:
            yield place, Dictionary((*node.items, (element, held)))


def _length(scenario: Scenario, left: Any, right: Any, values: Values) -> Iterator[Edit]:
    """A value of length `right` (and one off) for each node whose value has length `left`, and the other way round."""
    if not (isinstance(left, int) and isinstance(right, int)):
        return
    for old, new in ((left, right), (right, left)):
        for wanted in (new, new + 1, new - 1):
            if 0 <= wanted <= 300:
                yield from _resized(scenario, old, wanted, values)


def _resized(scenario: Scenario, old: int, wanted: int, values: Values) -> Iterator[Edit]:
    for place, value in values:
        if type(value) in (str, bytes, list, tuple) and len(value) == old and len(place) > 1:
            node = _node_at(scenario, place)
            if isinstance(node, Const):
                filler = node.value or (b"a" if isinstance(node.value, bytes) else "a")
                yield place, Const((filler * (wanted + 1))[:wanted])
            elif isinstance(node, Sequence) and (node.items or not wanted):
                yield place, Sequence(node.kind, (node.items * (wanted + 1))[:wanted])


def _instance(scenario: Scenario, kind_now: Any, kinds: Any, values: Values, maker: Maker) -> Iterator[Edit]:
    """An instance of an asked-for class wherever the scenario has one of the class that was met."""
    for kind in (kinds if isinstance(kinds, tuple) else (kinds,))[:6]:
        wanted = maker.live.resolve(kind) if isinstance(kind, str) else kind
        if not isinstance(wanted, type):
            continue
        for place, held in values:
            if type(held) is kind_now and len(place) > 1:
                made = maker.hints.make(wanted, 1)
                if made is not None:
                    yield place, made


def _lookup(
    scenario: Scenario,
    key: Any,
    known: Any,
    constants: list[tuple[Place, Recipe]],
    values: Values,
    maker: Maker,
) -> Iterator[Edit]:
    """A known key for the one that was looked up, or the looked-up key put into a dict of the scenario's."""
    for other in known[:12]:
        yield from _swap(scenario, key, other, constants)
    if type(key) not in PLAIN:
        return
    for place, value in values:
        if type(value) is dict and len(place) > 1 and tuple(value)[: len(known)] == tuple(known):
            node = _node_at(scenario, place)
            if isinstance(node, Dictionary):
                element = Const(key)
                others = tuple((k, v) for k, v in node.items if k != element)
                for made in (*HELD, Const(None), Dictionary(()), Sequence("list", ())):
                    yield place, Dictionary((*others, (element, made)))


def _attribute(scenario: Scenario, kind: Any, name: Any, values: Values) -> Iterator[Edit]:
    """A SimpleNamespace that was asked for an attribute gets it."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("__"):
        return
    for place, value in values:
        if type(value) is kind and len(place) > 1:
            node = _node_at(scenario, place)
            if isinstance(node, Call) and node.function == STUB:
                others = tuple((k, v) for k, v in node.kwargs if k != name)
                for made in (Const("abc"), Const(1), Function("*args, **kwargs", Const(None)), Sequence("list", ())):
                    yield place, Call(node.function, node.args, (*others, (name, made)))
            elif isinstance(node, Const):
                yield place, Call(STUB, (), ((name, Const("abc")),))


def _regex(
    scenario: Scenario,
    subject: Any,
    pattern: Any,
    constants: list[tuple[Place, Recipe]],
    texts: list[str],
    rng: random.Random,
) -> Iterator[Edit]:
    """Matching texts in the subject's place and around it; what already matches gets other texts in its groups."""
    compiled = _compiled(pattern)
    if compiled is None or not isinstance(subject, (str, bytes)) or type(subject) is not type(compiled.pattern):
        return
    held: Any = subject
    text = held.decode("latin-1") if isinstance(held, bytes) else held
    matched = compiled.search(subject)
    wanted = list(_regrouped(text, matched, texts, rng)) if matched else []
    fill = [text, *texts] if text else texts
    for _ in range(2 if matched else 4):
        made = matching_text(compiled, rng, fill=fill)
        if made is not None:
            wanted.extend(_around(text, made, rng))
    for new in wanted:
        if text:
            yield from _swap(
                scenario, subject, new.encode("latin-1", "replace") if isinstance(subject, bytes) else new, constants
            )
        else:
            yield from _appended(scenario, new, constants, rng)


def _regrouped(text: str, matched: re.Match[Any], texts: list[str], rng: random.Random) -> Iterator[str]:
    """The subject with one group of the match replaced by another text."""
    spans = sorted({matched.span(n) for n in range(1, (matched.re.groups or 0) + 1) if matched.span(n)[0] >= 0})
    for start, end in spans[:6]:
        for other in rng.sample(texts, min(2, len(texts))):
            yield text[:start] + other + text[end:]


def _around(text: str, made: str, rng: random.Random) -> Iterator[str]:
    """The made text instead of, before, after and inside the old one."""
    yield made
    if text:
        yield made + text
        yield text + made
        edges = [m.start() for m in re.finditer(r"\b|(?m:^)", text)]
        at = rng.choice(edges) if edges else 0
        yield text[:at] + made + text[at:]


def _appended(
    scenario: Scenario, new: str, constants: list[tuple[Place, Recipe]], rng: random.Random
) -> Iterator[Edit]:
    """For an empty subject, which stands everywhere: at the end of each text, as a word, as a line, as a deeper line."""
    for place, node in constants:
        if isinstance(node, Const) and isinstance(node.value, str) and len(node.value) < LONGEST:
            glue = rng.choice(("", "", " ", "\n", "\n    "))
            yield place, Const(node.value + glue + new)
            if glue.startswith("\n"):
                lines = node.value.split("\n")
                lines.insert(rng.randint(1, len(lines)), glue[1:] + new)
                yield place, Const("\n".join(lines))


def _known_texts(
    comparisons: list[Comparison], constants: list[tuple[Place, Recipe]], maker: Maker, rng: random.Random
) -> list[str]:
    """Short texts to compose with: the scenario's own, those compared with, and some literals of the module."""
    found = [n.value for _, n in constants if isinstance(n, Const) and isinstance(n.value, str)]
    found.extend(str(n.value) for _, n in constants if isinstance(n, Const) and type(n.value) is int)
    found.extend(c.value for c in islice(operands_of(comparisons), 60) if isinstance(c.value, str))
    # Long literals are messages and patterns; the short ones are what the module reads.
    literals = [c.value for c in maker.literals if isinstance(c.value, str) and len(c.value) <= WORD]
    found.extend(rng.sample(literals, min(12, len(literals))))
    return list(dict.fromkeys(t for t in found if 0 < len(t) <= 2 * WORD))


def _compiled(pattern: Any) -> re.Pattern[Any] | None:
    try:
        return re.compile(*pattern)
    except (re.error, TypeError, ValueError, OverflowError):
        return None


def _text_method(
    scenario: Scenario, op: str, left: Any, right: Any, constants: list[tuple[Place, Recipe]]
) -> Iterator[Edit]:
    """`left.op(right)` of texts: right is put at the start, the end and the middle of left."""
    for part in right if isinstance(right, tuple) else (right,):
        both_texts = isinstance(left, (str, bytes)) and type(part) is type(left)
        if not both_texts:
            continue
        if op != "endswith":
            yield from _swap(scenario, left, part + left, constants)
        if op != "startswith":
            yield from _swap(scenario, left, left + part, constants)
        if op not in ("startswith", "endswith"):
            middle = len(left) // 2
            yield from _swap(scenario, left, left[:middle] + part + left[middle:], constants)
        if not left:
            for place, node in constants:
                grown: Any = node.value if isinstance(node, Const) else None
                if type(grown) is type(part):
                    yield place, Const(grown + part)
