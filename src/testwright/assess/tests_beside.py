"""Reads what a new test file can build on: the fixtures that it will see, and a test of the project to write like."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from testwright.assess.source_context import context_of, first_line_of
from testwright.assess.statement_survey import SurveyedFunction
from testwright.config.project import is_test_file
from testwright.nouns.written_test import WrittenTest
from testwright.python_source.file_of_tests import FileOfTests, Function, TestFunction, is_fixture
from testwright.python_source.parsing import parse_source
from testwright.python_source.source_text import source_of
from testwright.python_source.written_tests import read_tests

__all__ = ["SampleTests", "existing_fixtures"]

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})
_MOST_LINES = 30
_MOST_READ = 30
"""Files that are read for one module: where these hold no test to show, others are no better."""
_DOUBTFUL = ("skip", "xfail")


def existing_fixtures(folder: str, root: str) -> tuple[str, ...]:
    """Those of the conftest files from `root` down to `folder`, by name, such as "cart(owner) -> Cart: A cart with two
    items. (tests/conftest.py)". Of two of one name, the one nearest to the folder. A file that cannot be read has none.
    """
    found: dict[str, str] = {}
    for path in _conftests(Path(os.path.realpath(folder)), Path(os.path.realpath(root))):
        file = _file_at(path)
        place = path.relative_to(os.path.realpath(root)).as_posix()
        for function in filter(is_fixture, file.functions.values() if file else ()):
            name = _fixture_name(function)
            found[name] = _fixture_words(name, function, place)
    return tuple(text for _, text in sorted(found.items()))


def _conftests(folder: Path, root: Path) -> list[Path]:
    """From the root down; none for a folder elsewhere. The folder itself need not be there yet."""
    around = [each for each in (folder, *folder.parents) if each == root or root in each.parents]
    return [path for each in reversed(around) if (path := each / "conftest.py").is_file()]


def _file_at(path: Path) -> FileOfTests | None:
    try:
        return FileOfTests.of(path.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError, RecursionError):  # pytest will say so; here it gives nothing
        return None


def _fixture_calls(function: Function) -> Iterator[ast.Call]:
    yield from (each for each in function.decorator_list if isinstance(each, ast.Call))


def _keyword(function: Function, name: str) -> ast.expr | None:
    given = [k.value for call in _fixture_calls(function) for k in call.keywords if k.arg == name]
    return given[0] if given else None


def _fixture_name(function: Function) -> str:
    named = _keyword(function, "name")
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else function.name


def _fixture_words(name: str, function: Function, place: str) -> str:
    gives = f" -> {source_of(function.returns)}" if function.returns is not None else ""
    autouse = _keyword(function, "autouse")
    always = ["autouse"] if isinstance(autouse, ast.Constant) and autouse.value is True else []
    said = first_line_of(function)
    needs = source_of(function.args)
    return f"{name}({needs}){gives}{f': {said}' if said else ''} ({', '.join([place, *always])})"


class SampleTests:
    """The tests of one project, each file read at most once. `names` are the first names of the project's modules."""

    def __init__(self, tests_folder: str, names: frozenset[str]) -> None:
        self._names = names
        self._files = sorted(_test_files(tests_folder))
        self._samples: dict[str, str] = {}

    def for_module(self, module: str, test_file: str) -> str:
        """The shortest test that asserts something, with what it names of its file; "" where there is none to show.

        It is taken from a test file of the module by its name, else from the one nearest to `test_file` (a path, which
        need not be there). Tests of more than 30 lines, and those that are skipped or expected to fail, do not count.
        """
        nearest = sorted(self._files, key=lambda path: (not _is_about(path, module), _distance(path, test_file), path))
        return next((sample for path in nearest[:_MOST_READ] if (sample := self._sample(path))), "")

    def _sample(self, path: str) -> str:
        if path not in self._samples:
            self._samples[path] = _shortest(path, self._names)
        return self._samples[path]


def _test_files(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED
            and not os.path.isfile(os.path.join(place, name, "pyvenv.cfg"))
        ]
        yield from (
            os.path.join(place, n) for n in names if n.endswith(".py") and is_test_file(n) and n != "conftest.py"
        )


def _is_about(path: str, module: str) -> bool:
    stem = os.path.basename(path).removesuffix(".py").removesuffix("_test").removeprefix("test_")
    last = module.rpartition(".")[2].strip("_")
    return stem in (last, module.replace(".", "_")) or stem.startswith(f"{last}_")


def _distance(path: str, other: str) -> int:
    """Folders to go up and down."""
    way = os.path.relpath(os.path.dirname(os.path.abspath(path)), os.path.dirname(os.path.abspath(other)))
    return 0 if way == os.curdir else len(way.split(os.sep))


def _shortest(path: str, names: frozenset[str]) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        file, read, tree = FileOfTests.of(text), read_tests(text, names), parse_source(text)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ""
    good = [test for test in file.tests() if _is_test(test) and _is_sound(test, read[test.node])]
    if not good:
        return ""
    shortest = min(good, key=lambda test: (len(_lines_of(file, test.function)), test.function.lineno))
    return _with_context(file, shortest, tree)


def _is_test(test: TestFunction) -> bool:
    return test.function.name.startswith("test_") and all(len(each.decorator_list) == 0 for each in test.owners)


def _is_sound(test: TestFunction, read: WrittenTest) -> bool:
    function = test.function
    decorators = " ".join(source_of(each) for each in function.decorator_list)
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    return (
        read.effective > 0
        and not (read.trivial or read.swallowing or read.idle or read.own_mock or read.sleeps)
        and not any(word in decorators for word in _DOUBTFUL)
        and length <= _MOST_LINES
    )


def _lines_of(file: FileOfTests, function: Function) -> list[str]:
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return [line.rstrip("\r") for line in file.lines[first - 1 : function.end_lineno]]


def _with_context(file: FileOfTests, test: TestFunction, tree: ast.Module) -> str:
    function = test.function
    known = SurveyedFunction.of(function, test.node)
    heads = [f"{'    ' * depth}{_class_head(owner)}" for depth, owner in enumerate(test.owners)]
    return "\n".join([*context_of(tree, [known]), *heads, *_lines_of(file, function)])


def _class_head(owner: ast.ClassDef) -> str:
    bases = ", ".join(map(source_of, owner.bases))
    return f"class {owner.name}({bases}):" if bases else f"class {owner.name}:"
