"""Writes tests of recorded requests as one file, each with its proof."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from testwright.nouns.source_text import Source
from testwright.python_source.parts_of_source import broken_line
from testwright.write.ownership import MARK
from testwright.write.unittest_style import as_method

__all__ = ["RequestTestText", "TestParts", "other_names", "parts_of", "request_test_file"]

_STEP = 4


@dataclass(frozen=True, slots=True)
class RequestTestText:
    """One test to write. `proof` is a comment's text, "" for none; `group` the class that it is a method of, "" = none.

    `unproven`: why it was not kept; it is then written as a comment. `databases`: those that it asks, if not just the default.
    """

    name: str
    fixtures: Sequence[str]
    decorators: Sequence[Source]
    arrange: Sequence[Source]
    rest: Sequence[Source]
    proof: str = ""
    group: str = ""
    unproven: str = ""
    databases: Sequence[str] = ()

    @property
    def node(self) -> str:
        return f"{self.group}::{self.name}" if self.group else self.name


def request_test_file(
    tests: Sequence[RequestTestText],
    *,
    about: str,
    version: str,
    own: frozenset[str],
    unittest: bool = False,
    fixtures: Sequence[Source] = (),
) -> str:
    """The whole file; `own` are the first names of the project's packages, `fixtures` whole functions that come first."""
    blocks = [each.text for each in fixtures]
    imports = {name for each in fixtures for name in each.imports}
    group = ""
    for test in tests:
        lines, needed = _written(test, unittest)
        if test.unproven:
            lines = [f"# not kept: {test.unproven}", *(f"# {line}".rstrip() for line in lines)]
        else:
            imports |= needed
            lines = [*([f"# proof: {test.proof}"] if test.proof else []), *lines]
        text = "\n".join(" " * (_STEP if test.group else 0) + line if line else "" for line in lines)
        if test.group and test.group == group:
            blocks[-1] += f"\n\n{text}"
        else:
            blocks.append(f"{_class_line(test.group, tests, unittest)}\n{text}" if test.group else text)
        group = test.group
    head = [f'"""{about}, {MARK} {version})."""', "\n".join(_import_lines(frozenset(imports), own))]
    return "\n\n\n".join(["\n\n".join(part for part in head if part), *blocks]) + "\n"


def _class_line(group: str, tests: Sequence[RequestTestText], unittest: bool) -> str:
    """With the databases that its tests ask, which a TestCase lets them do."""
    if not unittest:
        return f"class {group}:"
    databases = sorted({alias for test in tests if test.group == group for alias in test.databases})
    named = ", ".join(f'"{alias}"' for alias in databases)
    return f"class {group}(TestCase):" + (f"\n    databases = {{{named}}}\n" if databases else "")


def _decorators(test: RequestTestText, unittest: bool) -> list[Source]:
    if unittest or not test.databases:
        return list(test.decorators)
    named = ", ".join(f'"{alias}"' for alias in test.databases)
    return [*test.decorators, Source(f"@pytest.mark.django_db(databases=[{named}])", frozenset([("pytest", "")]))]


@dataclass(frozen=True, slots=True)
class TestParts:
    """The lines of one test, as they stand at the left margin; `arrange` are all before the request, with who is logged in
    and the like, `call` is the request alone.
    """

    decorators: list[str]
    imports: list[str]
    arrange: list[str]
    request: list[str]
    asserts: list[str]
    call: str

    __test__ = False


def parts_of(test: RequestTestText, own: frozenset[str], *, unittest: bool) -> TestParts:
    arrange, rest, _ = _styled(test, unittest)
    done, held = _parted(rest)
    start = next((place for place, text in enumerate(done) if text.startswith(("with ", "response = "))), len(done))
    before = [*(each.text for each in arrange), *done[:start]]
    decorators = _decorators(test, unittest)
    needed = frozenset(name for each in (*decorators, *arrange, *rest) for name in each.imports)
    return TestParts(
        [line for each in decorators for line in broken_line(each.text)],
        _import_lines(needed, own),
        [line for text in before for line in broken_line(text)],
        [line for text in done[start:] for line in broken_line(text)],
        [line for text in held for line in broken_line(text)],
        _call_in(done[start:]),
    )


def _call_in(lines: Sequence[str]) -> str:
    starts = ("response = ", "client.", "self.client.")
    found = next((text.strip() for text in lines if text.strip().startswith(starts)), "")
    return "\n".join(broken_line(found.removeprefix("response = ")))


def _styled(test: RequestTestText, unittest: bool) -> tuple[list[Source], list[Source], list[str]]:
    """The lines before the request and those from it on, and the fixtures that they need."""
    arrange, rest = list(test.arrange), list(test.rest)
    if not unittest:
        return arrange, rest, [name for name in test.fixtures if name != "db" or not test.databases]
    whole = as_method([*arrange, *rest], list(test.fixtures))
    count = len(whole) - len(rest)
    return whole[:count], whole[count:], []


def _written(test: RequestTestText, unittest: bool) -> tuple[list[str], set[tuple[str, str]]]:
    """Arrangement, request and assertions with an empty line between them; and what has to be imported."""
    arrange, rest, fixtures = _styled(test, unittest)
    if test.group:
        fixtures = ["self", *fixtures]
    indent = _STEP * (2 if test.group else 1)  # only for where lines break; a class moves all of it
    decorators = _decorators(test, unittest)
    lines = [line for each in decorators for line in broken_line(each.text)]
    lines += broken_line(f"def {test.name}({', '.join(fixtures)}):")
    made = [line for each in arrange for line in _broken(each.text, indent)]
    done, held = _parted(rest)
    blocks = [made, *([line for text in part for line in _broken(text, indent)] for part in (done, held))]
    for number, block in enumerate(block for block in blocks if block):
        lines += [""] * bool(number) + block
    return lines, {name for each in (*decorators, *arrange, *rest) for name in each.imports}


def _broken(text: str, indent: int) -> list[str]:
    """Of a line in a function, broken where it stands in the file."""
    extra = indent - _STEP
    return [line[extra:] for line in broken_line(text, indent)]


def _parted(rest: Sequence[Source]) -> tuple[list[str], list[str]]:
    """Up to the request and from there on."""
    texts = [each.text for each in rest]
    last = max((n for n, text in enumerate(texts) if _is_part_of_the_request(text)), default=-1)
    return texts[: last + 1], texts[last + 1 :]


def _is_part_of_the_request(text: str) -> bool:
    start = text.lstrip().removeprefix("self.")
    return start.startswith(("response = ", "client.", "sent = ")) or (
        text.startswith("    ") and not start.startswith("assert")
    )


def _import_lines(imports: frozenset[tuple[str, str]], own: frozenset[str]) -> list[str]:
    """Sorted as isort does it: the standard library, what is installed, the project."""
    sections: dict[int, list[tuple[str, str]]] = {}
    for module, name in imports:
        sections.setdefault(_section(module, own), []).append((module, name))
    lines: list[str] = []
    for number in sorted(sections):
        lines += [""] * bool(lines)
        lines += sorted(f"import {module}" for module, name in sections[number] if not name)
        found: dict[str, list[str]] = {}
        for module, name in sections[number]:
            if name:
                found.setdefault(module, []).append(name)
        for module in sorted(found):
            names = sorted(found[module], key=lambda name: (not name.isupper(), not name[0].isupper(), name))
            lines += _import_line(module, [name for name in names if " as " not in name])
            lines += [f"from {module} import {name}" for name in names if " as " in name]
    return lines


def _import_line(module: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 88:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _section(module: str, own: frozenset[str]) -> int:
    first = module.partition(".")[0]
    if first in own:
        return 2
    return 0 if first in sys.stdlib_module_names else 1


def other_names(names: Iterable[str]) -> list[str]:
    """The same names, with numbers to those that were there before."""
    wanted = list(names)
    found: list[str] = []
    for name in wanted:
        free, number = name, 2
        while free in found or (free != name and free in wanted):
            free, number = f"{name}_{number}", number + 1
        found.append(free)
    return found
