"""Mends what a written test takes as parameters: fixtures that do not exist, columns of its table that it does not name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from testwright.propose.from_model.target_facts import TargetFacts
from testwright.python_source.file_of_tests import Function, is_fixture
from testwright.python_source.function_head import with_head
from testwright.python_source.parsing import parse_source

__all__ = ["repair_fixtures"]


def repair_fixtures(body: str, facts: TargetFacts, test: str) -> tuple[str, list[str]]:
    """The body with the test's parameters mended, and what was mended."""
    tree = parse_source(body)
    function = _function(tree, test)
    columns = list(_columns(function))
    known = facts.fixtures | {each.name for each in ast.walk(tree) if isinstance(each, Function) and is_fixture(each)}
    used = {each.id for part in function.body for each in ast.walk(part) if isinstance(each, ast.Name)}
    told, dropped, made = [], set(), []
    classes = {_snake(name): name for name in sorted(facts.plain_classes)}
    for name in (each.arg for each in function.args.args):
        if name in known or name in columns or name in ("self", "cls"):
            continue
        if name not in used:
            dropped.add(name)
            told.append(f"nothing gives {name!r}, and the test does not use it")
        elif name in classes:
            dropped.add(name)
            made.append(f"{name} = {classes[name]}()")
            told.append(f"there is no fixture {name!r}: the test makes its own")
    kept = [each for each in function.args.args if each.arg not in dropped]
    missing = [name for name in columns if name not in {each.arg for each in (*kept, *function.args.kwonlyargs)}]
    if missing:
        told.append(f"the columns {', '.join(missing)} became parameters")
    if not told:
        return body, []
    function.args.args = [*kept, *(ast.arg(name) for name in missing)]
    return with_head(body, function, made), told


def _function(tree: ast.Module, name: str) -> Function:
    return next(each for each in ast.walk(tree) if isinstance(each, Function) and each.name == name)


def _columns(function: Function) -> Iterator[str]:
    """The names that tables around the test give."""
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "parametrize":
            named = each.args[0] if each.args else None
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                yield from (name.strip() for name in named.value.split(",") if name.strip())
            elif isinstance(named, ast.List | ast.Tuple):
                yield from (str(n.value) for n in named.elts if isinstance(n, ast.Constant))


def _snake(name: str) -> str:
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return words.lstrip("_")
