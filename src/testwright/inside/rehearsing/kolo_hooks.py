"""Gives a test to hooks that were written for Kolo: as a plan of steps, under the names that these import from Kolo."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from .kolo_steps import STEPS, Lines, paired

__all__ = ["KoloHooks"]

_ROW = re.compile(r"(?:(?P<name>\w+) = )?(?P<callee>[\w.]+)\(")
_FROM = re.compile(r"from (?P<module>[\w.]+) import (?P<names>.+)")


class Plan:
    """What a plan hook takes and gives."""

    def __init__(self, steps: Sequence[Any], context: Mapping[str, Any]) -> None:
        self.steps, self.pytest, self.context = list(steps), True, dict(context)


class KoloHooks:
    """Those that the modules register when they are imported. For a process of its own: what is called Kolo in it is us."""

    def __init__(self) -> None:
        self.of_plan: list[Callable[[Any], Any]] = []
        self.of_steps: dict[type[Any], list[Callable[[Any], Any]]] = {}

    def load(self, modules: Sequence[str]) -> None:
        """Raises what the modules raise."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "kolo"]:
            del sys.modules[name]
        hooks = {"plan_hook": self._plan_hook, "step_hook": self._step_hook, "Plan": Plan}
        names: dict[str, Mapping[str, Any]] = {
            "kolo": hooks,
            "kolo.generate_tests": {},
            "kolo.generate_tests.plan": hooks,
            "kolo.generate_tests.steps": STEPS,
        }
        for name, holds in names.items():
            module = ModuleType(name)
            module.__path__ = []
            vars(module).update(holds)
            sys.modules[name] = module
        for name in modules:
            importlib.import_module(name)

    def _plan_hook(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        self.of_plan.append(function)
        return function

    def _step_hook(self, kind: type[Any]) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
        def registered(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
            self.of_steps.setdefault(kind, []).append(function)
            return function

        return registered

    def changed(self, test: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of the test after all hooks: first those of the plan, then those of steps, class by class."""
        plan: Any = Plan(_steps(test), test)
        for hook in self.of_plan:
            plan = hook(plan)
        for kind, hooks in self.of_steps.items():
            for place in reversed(list(paired(plan.steps, kind))):  # from the end, as what is put in may be longer
                found: Any = plan.steps[place]
                found = found[0] if len(found) == 1 else found
                for hook in hooks:
                    found = hook(found)
                plan.steps[place] = list(found)
        return _parts(plan.steps, test)


def _steps(test: Mapping[str, Any]) -> list[Any]:
    modules = {
        name: match["module"] for line in test["imports"] if (match := _FROM.match(line)) for name in _names(match)
    }
    lines = [*test["arrange"], *test["request"], *test["asserts"]]
    function = STEPS["TestFunction"](test["name"], tuple(test["fixtures"]))
    inner = [_step(line, modules) for line in lines]
    return [STEPS["ModuleImports"](), function, *inner, STEPS["EndTestFunction"]()]


def _names(match: re.Match[str]) -> list[str]:
    return [name.strip() for name in match["names"].split(",")]


def _step(line: str, modules: Mapping[str, str]) -> Any:
    """A line that makes a row, or asserts that something is equal, as a step of its own kind; any other as code."""
    plain = STEPS["Code"](line)
    if line.startswith("assert "):
        return _assertion(line) or plain
    match = _ROW.match(line)
    if match is None:
        return plain
    owner, *rest = match["callee"].split(".")
    if owner not in modules or (rest and (rest[:1] != ["objects"] or len(rest) != 2)):
        return plain
    fields = _fields(line)
    if fields is None:
        return plain
    if rest:
        return STEPS["ModelCreate"](modules[owner], owner, fields, [], match["name"] or "", rest[1])
    if not owner.endswith("Factory"):
        return plain
    return STEPS["FactoryCreate"](modules[owner], owner, fields, match["name"] or "")


def _fields(line: str) -> list[Any] | None:
    """The arguments by name; None where there are others, or more than a call."""
    (statement,) = ast.parse(line).body
    call = getattr(statement, "value", None)
    if not isinstance(call, ast.Call) or call.args or any(each.arg is None for each in call.keywords):
        return None
    texts = [(each.arg, ast.get_source_segment(line, each.value)) for each in call.keywords]
    return [STEPS["DjangoField"](name, text) for name, text in texts]


def _assertion(line: str) -> Any:
    (statement,) = ast.parse(line).body
    test = statement.test if isinstance(statement, ast.Assert) else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    left, right = (ast.get_source_segment(line, each) for each in (test.left, test.comparators[0]))
    if left == "response.status_code" and str(right).isdigit():
        return STEPS["AssertStatusCode"](int(str(right)))
    if left == "response.json()":
        try:
            return STEPS["AssertResponseJson"](ast.literal_eval(str(right)))
        except ValueError:
            return STEPS["AssertEqual"](left, right)
    return STEPS["AssertEqual"](left, right)


def _parts(steps: Sequence[Any], test: Mapping[str, Any]) -> dict[str, Any]:
    """The lines of the steps; up to the request, the request, and what comes after it."""
    function = next(step for step in steps if type(step) is STEPS["TestFunction"])
    lines = Lines()
    for step in steps:
        step.write(lines)
    starts = [place for place, line in enumerate(lines.found) if _is_of_request(line)]
    first, last = (starts[0], starts[-1] + 1) if starts else (len(lines.found), len(lines.found))
    whole = "\n".join(lines.found)
    kept = [line for line in dict.fromkeys([*test["imports"], *lines.imports]) if _is_used(line, whole, test)]
    return {
        "imports": kept,
        "fixtures": list(function.fixtures),
        "decorators": list(test["decorators"]),
        "arrange": lines.found[:first],
        "request": lines.found[first:last],
        "asserts": lines.found[last:],
    }


def _is_of_request(line: str) -> bool:
    return line.startswith(("with ", "    ", "response = ", "sent = "))


def _is_used(line: str, text: str, test: Mapping[str, Any]) -> bool:
    """What a hook has put in the place of others needs other imports."""
    name = line.rpartition(" ")[2].partition(".")[0] if line.startswith("import ") else line.rpartition(" ")[2]
    return re.search(rf"\b{re.escape(name)}\b", "\n".join([text, *test["decorators"]])) is not None
