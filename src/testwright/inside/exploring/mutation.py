"""Changes a scenario a little: texts spliced, numbers moved, containers grown and cut, arguments made anew."""

from __future__ import annotations

import random
import re

from ..providers.maker import Maker
from ..recipes import Call, Const, Dictionary, Name, Patch, Recipe, ScratchFile, Sequence
from ..scenario import Scenario
from .days import is_day, moved_day
from .editing import FIXED, Place, is_steady, node_at, nodes, replace_node
from .live_module import Callable_, Parameter

__all__ = ["mutate"]

_ANYTHING = Parameter("", "positional-only")
SMALL_TEXTS = ("a", "1", "abc", '""', "0", "-1", " ", "[1, 2]", '"a"', "a=1", "a()", "x: y", "(a)", "#", "a, b")
RENEWED, RENEWED_BELOW = 0.2, 0.04
"""How often the patches of a scenario are made anew: for what the function itself reaches, and what others do for it."""
SWITCHED = 0.025
"""How often a flag by which the code decides is set otherwise."""
WHOLE_DAY = 0.7
"""How often a date is moved as a whole instead of the one of its numbers that was to be changed."""
PATCHED = 0.2
"""How often something in its patches is changed."""
LARGE, HUGE = 10**5, 10**24
"""Most code that repeats, fills or counts by a huge number takes for ever; some wants to see one."""
FIXED_TEXTS = tuple(const.value for const in FIXED)
TOKEN = re.compile(r"\w+|\n[ \t]*|\s+|.")
INNER = re.compile(r"""\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|"([^"\n]*)"|'([^'\n]*)'""")
BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ('"', '"'), ("'", "'"), ("<", ">"), ("`", "`"))


def mutate(
    scenario: Scenario, target: Callable_, maker: Maker, operands: list[Const], rng: random.Random
) -> Scenario | None:
    """One changed copy, None when nothing can be changed."""
    changed: Scenario | None = scenario
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if changed is None:
            return None
        if maker.patches.serves(changed) and rng.random() < (
            RENEWED if maker.patches.found.own(changed.target) else RENEWED_BELOW
        ):
            changed = maker.patches.renewed(changed)
        elif rng.random() < SWITCHED and maker.has("switches") and (switched := maker.patches.switched(changed)):
            changed = switched
        elif rng.random() < 0.2 and (constructed := _new_construction(changed, maker)) is not None:
            changed = constructed
        elif rng.random() < 0.3:
            changed = _new_argument(changed, target, maker)
        else:
            changed = _change_node(changed, maker, operands, rng)
    return None if changed is None else maker.patches.completed(changed, target)


def _change_node(scenario: Scenario, maker: Maker, operands: list[Const], rng: random.Random) -> Scenario | None:
    changeable = [
        (p, n)
        for p, n in nodes(scenario)
        if (type(n) is Const and n.value not in FIXED_TEXTS) or type(n) in (Sequence, Dictionary) or _is_text_file(n)
    ]
    if not changeable:
        return None
    place, node = rng.choice(_own_or_patched(scenario, changeable, rng))
    new: Recipe | None
    parent = node_at(scenario, place[:-1]) if len(place) > 1 else node
    if isinstance(parent, Call) and is_day(parent) and rng.random() < WHOLE_DAY:
        place, node, new = place[:-1], parent, moved_day(parent, rng)
    elif isinstance(node, Const):
        new = _constant(node, operands, maker, rng)
    elif isinstance(node, ScratchFile):
        changed = _constant(Const(node.content), operands, maker, rng)
        new = ScratchFile(node.name, changed.value, node.as_text) if isinstance(changed, Const) else None
    elif isinstance(node, Sequence):
        new = _sequence(node, maker, rng)
    else:
        new = _dictionary(node, maker, rng) if isinstance(node, Dictionary) else None
    step = scenario.steps[place[0]]
    if (isinstance(step.recipe, Patch) or "." in step.attribute) and not _alike(node, new):
        return None
    return None if new is None or new == node else replace_node(scenario, place, new)


def _own_or_patched(
    scenario: Scenario, changeable: list[tuple[Place, Recipe]], rng: random.Random
) -> list[tuple[Place, Recipe]]:
    """Now and then what the patches hold, but for the dates of clocks; mostly what the test itself says."""
    own = [(p, n) for p, n in changeable if not isinstance(scenario.steps[p[0]].recipe, Patch)]
    if len(own) == len(changeable) or (own and rng.random() > PATCHED):
        return own
    return [(p, n) for p, n in changeable if (p, n) not in own and not is_steady(scenario, p)] or changeable


def _alike(old: Recipe, new: Recipe | None) -> bool:
    """Of one type: what stands in for something gives what that would give."""
    if isinstance(old, Const) and isinstance(new, Const):
        return type(old.value) is type(new.value)
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return old.kind == new.kind and (old.items[:1] == new.items[:1] or not set(old.items[:1]) & set(FIXED))
    return type(old) is type(new)


def _is_text_file(node: Recipe) -> bool:
    return isinstance(node, ScratchFile) and isinstance(node.content, str)


def _new_argument(scenario: Scenario, target: Callable_, maker: Maker) -> Scenario | None:
    """One argument of the call under test is made anew, or an optional one added."""
    found = call_of(scenario, target)
    if found is None or not target.parameters:
        return None
    return _with_new_argument(scenario, *found, target.parameters, maker)


def _new_construction(scenario: Scenario, maker: Maker) -> Scenario | None:
    """The same for the constructor of one of the module's classes, wherever the scenario makes an instance."""
    live = maker.live
    made = [
        (place, node, live.classes[node.function.qualname])
        for place, node in nodes(scenario)
        if isinstance(node, Call)
        and isinstance(node.function, Name)
        and node.function.module == live.name
        and node.function.qualname in live.classes
    ]
    if not made:
        return None
    place, call, kind = maker.rng.choice(made)
    parameters = maker.objects.parameters(kind)
    return _with_new_argument(scenario, place, call, parameters, maker) if parameters else None


def _with_new_argument(
    scenario: Scenario, place: Place, call: Call, parameters: list[Parameter], maker: Maker
) -> Scenario:
    parameter = maker.rng.choice(parameters)
    positional = [p.name for p in parameters if p.kind in ("positional-only", "positional-or-keyword")]
    if parameter.name in positional[: len(call.args)]:
        number = positional.index(parameter.name)
        return replace_node(scenario, (*place, 1 + number), maker.argument(parameter))
    if parameter.kind in ("keyword-only", "positional-or-keyword"):
        new = [(parameter.name, maker.argument(parameter))]
    elif parameter.kind == "var-keyword":
        new = maker.extra_keywords(parameter, 0, set())[:1]
    else:
        return replace_node(scenario, place, Call(call.function, *maker.arguments(parameters)))
    kept = [(k, v) for k, v in call.kwargs if k not in dict(new)]
    return replace_node(scenario, place, Call(call.function, call.args, (*kept, *new)))


def call_of(scenario: Scenario, target: Callable_) -> tuple[Place, Call] | None:
    """The call under test and its place in the last step."""
    last = len(scenario.steps) - 1
    short = target.qualname.rsplit(".", 1)[-1]
    for place, node in nodes(scenario):
        if place[0] == last and isinstance(node, Call):
            function = node.function
            if function == target.recipe or getattr(function, "name", None) == short:
                return place, node
    return None


def _constant(node: Const, operands: list[Const], maker: Maker, rng: random.Random) -> Recipe | None:
    value = node.value
    if isinstance(value, bool) or value is None:
        return rng.choice((Const(True), Const(False), Const(None), Const(0), Const("")))
    if isinstance(value, int):
        moved = rng.choice((value + 1, value - 1, -value, value * 2, value * 10, 0, 1, value // 2, value * 1000))
        return Const(moved if abs(moved) <= (HUGE if rng.random() < 0.1 else LARGE) else value // 1000)
    if isinstance(value, float):
        return Const(rng.choice((value + 1, -value, value * 10, value / 3, 0.0, value * 1e6)))
    if isinstance(value, str):
        tokens = [o.value for o in operands if isinstance(o.value, str)]
        edited = _composed(value, tokens, maker, rng) if rng.random() < 0.45 else _text(value, tokens, rng)
        return Const(edited[:2000])
    if isinstance(value, bytes):
        tokens = [o.value.decode("latin-1") for o in operands if isinstance(o.value, bytes)]
        return Const(_text(value.decode("latin-1"), tokens, rng).encode("latin-1", "replace")[:2000])
    return None


def _text(text: str, tokens: list[str], rng: random.Random) -> str:
    """One edit; tokens are operands that the code compared with, the likeliest things to matter."""
    token = (
        rng.choice(tokens)
        if tokens and rng.random() < 0.75
        else rng.choice((" ", "\n", "a", "1", "-", ".", ":", ",", "\n    ", "="))
    )
    at = rng.randint(0, len(text))
    kind = rng.randrange(10)
    if kind <= 2:
        return text[:at] + token + text[at:]
    if kind == 3:
        return text[:at] + text[min(len(text), at + rng.randint(1, 4)) :]
    if kind == 4:
        return text[:at] + token + text[min(len(text), at + max(1, len(token))) :]
    if kind == 5:
        lines = text.split("\n")
        lines.insert(rng.randint(0, len(lines)), token)
        return "\n".join(lines)
    if kind == 6:
        left, right = rng.choice(BRACKETS)
        end = rng.randint(at, len(text))
        return text[:at] + left + text[at:end] + right + text[end:]
    if kind == 7:
        return text + token
    if kind == 8:
        words = text.split(" ")
        words[rng.randrange(len(words))] = token
        return " ".join(words)
    return rng.choice(
        (text.upper(), text.lower(), text + text, text[::-1], text.strip(), text.title(), token, token + text)
    )


def _composed(text: str, tokens: list[str], maker: Maker, rng: random.Random) -> str:
    """One edit that keeps the text's structure: whole tokens, lines, brackets, and parts of texts that worked."""
    part = _part(tokens, maker, rng)
    edit = rng.choice((_token_edit, _token_edit, _line_edit, _bracket_edit, _crossed))
    return edit(text, part, rng)


def _part(tokens: list[str], maker: Maker, rng: random.Random) -> str:
    """A text to put in: one that worked as an argument, one compared with, one that a pattern matches, a small literal."""
    roll = rng.random()
    if roll < 0.35:
        learned = [
            r.value
            for known in maker.by_parameter.values()
            for r in known
            if isinstance(r, Const) and isinstance(r.value, str)
        ]
        if learned:
            return rng.choice(learned)
    if roll < 0.5 and maker.regexes:
        made = maker.regex_text()
        if isinstance(made, Const) and isinstance(made.value, str):
            return made.value
    return rng.choice(tokens) if tokens and roll < 0.8 else rng.choice(SMALL_TEXTS)


def _token_edit(text: str, part: str, rng: random.Random) -> str:
    """Words, spaces and single signs: one is replaced, preceded, dropped, repeated or exchanged with another."""
    pieces = TOKEN.findall(text)
    if not pieces:
        return part
    at, kind = rng.randrange(len(pieces)), rng.randrange(6)
    if kind <= 1:
        pieces[at] = part
    elif kind == 2:
        pieces.insert(at, part)
    elif kind == 3:
        del pieces[at]
    elif kind == 4:
        pieces.insert(at, rng.choice(pieces))
    else:
        other = rng.randrange(len(pieces))
        pieces[at], pieces[other] = pieces[other], pieces[at]
    return "".join(pieces)


def _line_edit(text: str, part: str, rng: random.Random) -> str:
    """A line is added, deeper or as deep as its neighbour, repeated, moved inwards or outwards, or replaced."""
    lines = text.split("\n")
    at, kind = rng.randrange(len(lines)), rng.randrange(6)
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    if kind <= 1:
        lines.insert(at + 1, margin + ("    " if kind else "") + part)
    elif kind == 2:
        lines.insert(rng.randint(0, len(lines)), lines[at])
    elif kind == 3:
        lines[at] = "    " + lines[at]
    elif kind == 4:
        lines[at] = lines[at].lstrip() if margin else ""
    else:
        lines[at] = margin + part
    return "\n".join(lines)


def _bracket_edit(text: str, part: str, rng: random.Random) -> str:
    """What stands in a pair of brackets or quotes is replaced, added to, or wrapped once more; without one, a pair is made."""
    pairs = [m.span(n) for m in INNER.finditer(text) for n in range(1, 6) if m.span(n)[0] >= 0]
    if not pairs:
        left, right = rng.choice(BRACKETS)
        return rng.choice((left + text + right, text + left + part + right, text + left + right))
    start, end = rng.choice(pairs)
    inner = text[start:end]
    left, right = rng.choice(BRACKETS)
    new = rng.choice((part, "", inner + "," + part, inner + part, left + inner + right, left + part + right))
    return text[:start] + new + text[end:]


def _crossed(text: str, part: str, rng: random.Random) -> str:
    """The head of one text and the tail of the other, cut between tokens."""
    first, second = TOKEN.findall(text), TOKEN.findall(part)
    head, tail = first[: rng.randint(0, len(first))], second[rng.randint(0, len(second)) :]
    return "".join(rng.choice((head + tail, first + tail, head + second)))


def _sequence(node: Sequence, maker: Maker, rng: random.Random) -> Recipe | None:
    items = list(node.items)
    kind = rng.randrange(5)
    if items and rng.random() < 0.15 and all(_cells(item) for item in items):
        return _square(node, rng.randint(1, 4))
    if kind == 0 and items:
        del items[rng.randrange(len(items))]
    elif kind == 1 and items:
        items.insert(rng.randint(0, len(items)), rng.choice(items))
    elif kind == 2 and len(items) > 1:
        rng.shuffle(items)
    elif kind == 3 and node.kind in ("list", "tuple"):
        return Sequence("tuple" if node.kind == "list" else "list", node.items)
    else:
        items.append(maker.argument(_ANYTHING))
    if node.kind in ("set", "frozenset"):
        items = [i for i in dict.fromkeys(items) if isinstance(i, (Const, Name))]
    return Sequence(node.kind, tuple(items))


def _cells(row: Recipe) -> tuple[Recipe, ...]:
    """What a row of a table holds: the items of a list, the characters of a text."""
    if isinstance(row, Const) and type(row.value) is str:
        return tuple(Const(character) for character in row.value)
    return row.items if isinstance(row, Sequence) else ()


def _square(table: Sequence, size: int) -> Sequence:
    """As many rows as each has cells, of the cells that are there: one step at a time, such would hardly be met."""
    cells = [cell for row in table.items for cell in _cells(row)]
    lines = [[cells[(size * line + place) % len(cells)] for place in range(size)] for line in range(size)]
    return Sequence(
        table.kind, tuple(_row_like(table.items[n % len(table.items)], line) for n, line in enumerate(lines))
    )


def _row_like(row: Recipe, cells: list[Recipe]) -> Recipe:
    if isinstance(row, Sequence):
        return Sequence(row.kind, tuple(cells))
    return Const("".join(str(cell.value) for cell in cells if isinstance(cell, Const)))


def _dictionary(node: Dictionary, maker: Maker, rng: random.Random) -> Recipe | None:
    items = list(node.items)
    if items and rng.random() < 0.4:
        del items[rng.randrange(len(items))]
    elif items and rng.random() < 0.5:
        at = rng.randrange(len(items))
        items[at] = (items[at][0], maker.argument(_ANYTHING))
    else:
        keys = [c for c in maker.literals if isinstance(c.value, str)]
        key = rng.choice(keys) if keys and rng.random() < 0.6 else Const(rng.choice(("a", "b", "name", "key")))
        items.append((key, maker.argument(_ANYTHING)))
    return Dictionary(tuple(items))
