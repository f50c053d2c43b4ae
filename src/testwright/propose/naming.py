"""Decides the name of each test: the function, then what the case is about; unique in the file."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Item,
    Name,
    Operation,
    Patch,
    Recipe,
    Variable,
)
from testwright.inside.recipes import Sequence as Display
from testwright.inside.scenario import Raised, Scenario
from testwright.nouns.candidate import Row
from testwright.propose.describe_value import edge_kind, snake, words_for, words_of_text

__all__ = ["Names"]

_DUNDERS = {
    "init": "",
    "new": "",
    "eq": "equality",
    "ne": "inequality",
    "lt": "less_than",
    "le": "at_most",
    "gt": "greater_than",
    "ge": "at_least",
    "len": "length",
    "contains": "membership",
    "getitem": "item",
    "setitem": "set_item",
    "delitem": "delete_item",
    "str": "as_text",
    "iter": "iteration",
    "bool": "truth",
    "add": "addition",
    "sub": "subtraction",
    "mul": "multiplication",
    "truediv": "division",
    "neg": "negation",
}
_REJECTING = ("ValueError", "TypeError", "UnicodeError", "UnicodeDecodeError", "UnicodeEncodeError")
_LATER = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MISSES = {"KeyError": "missing_key", "IndexError": "index_out_of_range"}
_LONGEST = 76
_LONGEST_INPUTS = 30
_FEW_WORDS = 16
_FEW_KEYWORDS = 2
_MOST_WORDS = 3


class Names:
    """Gives names, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._used = set(taken)

    def for_table(self, target: str, rows: Sequence[Row]) -> str:
        """`test_ordinal`, `test_parse_rejects_invalid_text`, `test_ordinal_with_gender`."""
        first = rows[0]
        if first.outcome.raised is not None:
            return self._take(_base(target), _raising_tables(first.outcome.raised, rows))
        keywords = _keywords(first.scenario)
        return self._take(_base(target), chain(("",), _one(keywords), _one(_after(first.scenario)), _results(rows)))

    def for_single(self, target: str, row: Row) -> str:
        """`test_get_returns_none_for_missing_key`, `test_parse_rejects_empty_text`."""
        if row.outcome.raised is not None:
            return self._take(_base(target), _raising(row.scenario, row.outcome.raised))
        return self._take(_base(target), _returning(row))

    def _take(self, base: str, endings: Iterator[str]) -> str:
        tried: list[str] = []
        for ending in endings:
            name = f"{base}_{ending}" if ending else base
            if name not in self._used and len(name) <= _LONGEST:
                self._used.add(name)
                return name
            tried.append(name)
        return self._another(next((name for name in reversed(tried) if len(name) <= _LONGEST), base))

    def _another(self, name: str) -> str:
        """When all words are used up."""
        for ending in (*(f"{word}_case" for word in _LATER), *(f"case_{number}" for number in range(11, 9999))):
            if f"{name}_{ending}" not in self._used:
                break
        self._used.add(f"{name}_{ending}")
        return f"{name}_{ending}"


def _base(target: str) -> str:
    parts = [part for part in target.split(".") if part != "<locals>"]
    words = [
        _DUNDERS.get(p.strip("_"), snake(p)) if p.startswith("__") and p.endswith("__") else snake(p) for p in parts
    ]
    name = "_".join(word for word in words if word)
    return f"test_{name}" if name else "test_module"


def _one(words: str) -> Iterator[str]:
    if words:
        yield words


def _returning(row: Row) -> Iterator[str]:
    """From few words to many: what it returns, what it is called with, what was done before."""
    result = _result(row)
    after, keywords = _after(row.scenario), _keywords(row.scenario)
    edge, all_inputs = _edge(row.scenario).replace("missing_file", ""), _inputs(row.scenario)
    situation = [after] if after else [f"for_{edge}"] if edge else [keywords] if keywords else []
    if result or situation:
        yield "_".join([*([result] if result else []), *situation])
    else:
        yield ""
    made_with = _made_with(row.scenario)
    if made_with:
        yield "_".join([*([result] if result else []), *([f"for_{edge}"] if edge else []), made_with])
    short = all_inputs not in ("", "text") and len(all_inputs) <= _LONGEST_INPUTS
    for words in (_around(row.scenario), after, keywords, f"for_{all_inputs}" if short else ""):
        if words:
            yield "_".join([*([result] if result else []), words])
    yield "_".join([*([result] if result else []), *[w for w in (keywords, after) if w]])
    yield from _results([row])


def _results(rows: Sequence[Row]) -> Iterator[str]:
    """Names by what comes out."""
    expected = [check.expected for row in rows for check in row.outcome.checks[:1]]
    if len(rows) == 1 and expected and rows[0].outcome.checks[0].kind in ("equals", "is", "approx"):
        yield f"gives_{snake(words_for(expected[0]))}"
    kinds = {_kind(recipe) for recipe in expected}
    if len(kinds) == 1:
        yield f"gives_{kinds.pop()}"
    inputs = {_kind(argument) for row in rows for argument in _arguments(row.scenario)}
    if len(inputs) == 1:
        yield f"takes_{inputs.pop()}"


def _result(row: Row) -> str:
    """`returns_none` and the like, for results that are worth a word."""
    check = next(iter(row.outcome.checks), None)
    if check is None or check.kind not in ("equals", "is"):
        return {"output": "prints", "errors": "warns", "file": "writes_file"}.get(check.kind, "") if check else ""
    if check.subject is None or not _is_result(row.scenario, check.subject):
        return ""
    value = check.expected
    if isinstance(row.scenario.steps[-1].recipe, Operation) and isinstance(value, Const) and value.value is True:
        return ""  # an example like `f(x) is None`: that it is true is no result of the function
    if isinstance(value, Const) and (value.value is None or isinstance(value.value, bool)):
        return f"returns_{str(value.value).lower()}"
    edge = edge_kind(value)
    return f"returns_{snake(edge)}" if edge.startswith("empty") else ""


def _is_result(scenario: Scenario, subject: Recipe) -> bool:
    return getattr(subject, "name", None) == scenario.steps[-1].variable and not isinstance(subject, Attribute)


def _raising(scenario: Scenario, raised: Raised) -> Iterator[str]:
    verb, thing = _verb(raised)
    edge, inputs, after = _edge(scenario), _inputs(scenario), _after(scenario)
    subject = f"{verb}_for" if verb.startswith("raises") else verb
    keywords = _keywords(scenario) or _made_with(scenario)
    if edge:
        yield f"{subject}_{edge}"
    if raised.type.qualname in _MISSES:
        yield f"{subject}_{_MISSES[raised.type.qualname]}"
    if keywords and edge:
        yield f"{subject}_{edge}_{keywords}"
    if keywords and inputs and len(_arguments(scenario)) == 1 and len(inputs) <= _FEW_WORDS:
        yield f"{subject}_{inputs}_{keywords}"
    if inputs and (verb == "rejects" or len(_arguments(scenario)) == 1) and len(inputs) <= _LONGEST_INPUTS:
        yield f"{subject}_{inputs}"
    if after:
        yield f"raises_{thing}_{after}"
    around = _around(scenario)
    if around:
        yield f"raises_{thing}_{around}"
    yield f"raises_{thing}"
    if inputs and len(inputs) <= _LONGEST_INPUTS:
        yield f"{subject}_{inputs}"
    for argument in _arguments(scenario):
        yield f"{subject}_{_kind(argument)}"
    if raised.message:
        yield f"raises_{thing}_{snake(words_of_text(raised.message))}"


def _raising_tables(raised: Raised, rows: Sequence[Row]) -> Iterator[str]:
    verb, thing = _verb(raised)
    kinds = {_kind(a) for row in rows for a in _arguments(row.scenario)}
    if verb == "rejects":
        yield f"rejects_invalid_{kinds.pop()}" if len(kinds) == 1 else "rejects_invalid_values"
    yield f"raises_{thing}"
    keywords = _keywords(rows[0].scenario)
    if keywords:
        yield f"raises_{thing}_{keywords}"
    after = _after(rows[0].scenario)
    if after:
        yield f"raises_{thing}_{after}"


def _verb(raised: Raised) -> tuple[str, str]:
    """An invalid value is rejected; anything else is raised by its name."""
    name = raised.type.qualname.rpartition(".")[2]
    thing = snake(name)
    own = not hasattr(builtins, name) and re.search("invalid|validation|value|format|parse|syntax", name, re.IGNORECASE)
    return ("rejects" if name in _REJECTING or own else f"raises_{thing}"), thing


def _edge(scenario: Scenario) -> str:
    """The kind of the argument that is out of the ordinary."""
    kinds = [edge_kind(argument) for argument in _arguments(scenario)]
    return snake(next((kind for kind in kinds if kind and kind != "zero"), next(filter(None, kinds), "")))


def _inputs(scenario: Scenario) -> str:
    return snake("-and-".join(_words(argument) for argument in _arguments(scenario)[:3]))


def _words(argument: Recipe) -> str:
    """A sentence is only called a text: its words would be read as those of the test."""
    is_text = isinstance(argument, Const) and isinstance(argument.value, str)
    words = words_for(argument)
    return "text" if is_text and words.count("-") >= _MOST_WORDS else words


def _keywords(scenario: Scenario) -> str:
    """`with_name`: what the call is given by keyword."""
    call = _call(_unframed(scenario.steps[-1].recipe))
    names = [snake(name) for name, _ in call.kwargs] if call else []
    return f"with_{'_and_'.join(names[:3])}" if names else ""


def _made_with(scenario: Scenario) -> str:
    """The same of what made its object, when that is little."""
    made = _maker(scenario)
    names = [snake(name) for name, _ in made.kwargs] if made else []
    return f"with_{'_and_'.join(names)}" if 0 < len(names) <= _FEW_KEYWORDS else ""


def _maker(scenario: Scenario) -> Call | None:
    """The call that made the object whose method is under test."""
    recipe = _unframed(scenario.steps[-1].recipe)
    while isinstance(recipe, (Await, Attribute, Call)):
        recipe = recipe.function if isinstance(recipe, Call) else recipe.target
    made = _made(scenario).get(recipe.name) if isinstance(recipe, Variable) else None
    return _call(made) if made is not None else None


def _made(scenario: Scenario) -> dict[str, Recipe]:
    """What the steps before the last bind to each variable."""
    return {step.variable: step.recipe for step in scenario.steps[:-1] if step.variable and not step.attribute}


def _after(scenario: Scenario) -> str:
    """`after_add_and_remove`: the methods called before the step under test."""
    called: list[str] = []
    for step in scenario.steps[:-1]:
        call = _call(step.recipe)
        if "." in step.attribute or (step.attribute and _is_stand_in(scenario, step.variable)):
            continue
        if step.attribute:
            called.append(f"setting_{snake(step.attribute)}")
        elif call and isinstance(call.function, Attribute) and snake(call.function.name):
            called.append(snake(call.function.name))
    return f"after_{'_and_'.join(dict.fromkeys(called[-3:]))}" if called else ""


def _is_stand_in(scenario: Scenario, variable: str) -> bool:
    made = _made(scenario).get(variable)
    return isinstance(made, Call) and isinstance(made.function, Name) and made.function.module == "unittest.mock"


def _around(scenario: Scenario) -> str:
    """`with_app_mode_production`, `without_home`, `when_find_email_gives_none`: the last of what was put in place."""
    for step in reversed(scenario.steps[:-1]):
        patch = step.recipe
        if "." in step.attribute and not step.attribute.startswith("__"):
            return f"when_{snake(step.attribute.removesuffix('.return_value'))}_gives_{snake(_words(patch))}"
        if not isinstance(patch, Patch):
            continue
        if patch.kind == "delenv" or patch.value is None:
            return f"without_{snake(patch.target)}"
        if patch.kind == "setenv":
            return f"with_{snake(patch.target)}_{snake(_words(patch.value))}"
        name = snake(re.split("[.:]", patch.target)[-1])
        if isinstance(patch.value, Function) and isinstance(patch.value.body, Const):
            return f"when_{name}_gives_{snake(_words(patch.value.body))}"
        mock = _made(scenario).get(patch.value.name) if isinstance(patch.value, Variable) else None
        if isinstance(mock, Call) and "side_effect" in dict(mock.kwargs):
            return f"when_{name}_fails"
        if isinstance(mock, Call) and "return_value" in dict(mock.kwargs):
            return f"when_{name}_gives_{snake(_words(dict(mock.kwargs)['return_value']))}"
    return ""


def _call(recipe: Recipe) -> Call | None:
    while isinstance(recipe, Await):
        recipe = recipe.target
    return recipe if isinstance(recipe, Call) else None


def _arguments(scenario: Scenario) -> list[Recipe]:
    """What the step under test is given, or else what its object was made of; for a variable what it holds."""
    made = _made(scenario)
    return [made.get(a.name, a) if isinstance(a, Variable) else a for a in _written_arguments(scenario)]


def _written_arguments(scenario: Scenario) -> list[Recipe]:
    recipe = _unframed(scenario.steps[-1].recipe)
    while isinstance(recipe, (Await, Attribute)):
        recipe = recipe.target
    if isinstance(recipe, Call):
        own = [*recipe.args, *(value for _, value in recipe.kwargs)]
        inner = recipe.function.target if isinstance(recipe.function, Attribute) else None
        if not own and isinstance(inner, Call):
            return [*inner.args, *(value for _, value in inner.kwargs)]
        return own
    if isinstance(recipe, Item):
        return [recipe.key]
    return [recipe.right] if isinstance(recipe, Operation) and recipe.right is not None else []


def _unframed(recipe: Recipe) -> Recipe:
    """The call inside `list(…)`, `next(…)` or `list(islice(…, 5))`."""
    while isinstance(recipe, Call) and recipe.args and isinstance(recipe.function, Name):
        inner = recipe.args[0]
        if recipe.function.module not in ("builtins", "itertools") or not isinstance(inner, Call):
            break
        recipe = inner
    return recipe


def _kind(recipe: Recipe) -> str:
    """`text`, `number`, `list`, …"""
    if isinstance(recipe, Const):
        value = recipe.value
        if isinstance(value, bool) or value is None:
            return str(value).lower()
        return {str: "text", bytes: "bytes", int: "number", float: "number", complex: "number"}.get(
            type(value), "value"
        )
    if isinstance(recipe, Display):
        return recipe.kind
    if isinstance(recipe, Dictionary):
        return "dict"
    if isinstance(recipe, Call):
        return _kind(recipe.function)
    return snake(recipe.qualname.rpartition(".")[2]) or "module" if isinstance(recipe, Name) else "value"
