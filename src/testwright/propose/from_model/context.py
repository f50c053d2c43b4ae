"""Decides what of the source a model is shown of one function, in which order, and what is cut where it is too long."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from testwright.nouns import Gap
from testwright.python_source.model import FunctionModel, ModuleModel
from testwright.python_source.parsing import parse_source, source_lines

__all__ = ["Context", "Surroundings", "context_of", "fenced", "signature"]

MOST_HEADER_LINES = 60
MOST_CALLEES = 12
MOST_TARGET_LINES = 160
AROUND = 25
"""Lines of a long function that are shown before and after what is missing."""
MISSING = "  # <- not reached"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies outside of the module: how the function is called elsewhere, and a test of the project, as text."""

    call_sites: tuple[str, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Texts, "" = there is none, in the order in which they are shown: what is the same for most questions comes first."""

    header: str = ""
    owner: str = ""
    callees: str = ""
    call_sites: str = ""
    style: str = ""
    target: str = ""
    missing: str = ""

    @property
    def text(self) -> str:
        parts = (
            ("The module begins so:", self.header),
            ("The class:", self.owner),
            ("It calls:", self.callees),
            ("It is called so:", self.call_sites),
            ("A test of this project, for its style:", self.style),
            ("The function under test:", self.target),
        )
        shown = [f"{title}\n{fenced(text, 'python')}" for title, text in parts if text]
        return "\n\n".join([*shown, *([self.missing] if self.missing else [])])

    def within(self, tokens: int | None, count: Callable[[str], int]) -> Context:
        """With parts left out, the least important first, until it has no more than `tokens`."""
        cut = self
        for part in ("style", "call_sites", "callees", "header", "owner"):
            if tokens is None or count(cut.text) <= tokens:
                return cut
            cut = replace(cut, **{part: ""})
        return cut


def context_of(source: str, model: ModuleModel, gap: Gap, surroundings: Surroundings) -> Context:
    """Of the function that the gap is of; paths and times are in none of it, so that the same source gives the same."""
    lines = source_lines(source)
    function = next(each for each in model.functions if each.qualname == gap.target)
    return Context(
        _header(source, lines),
        _owner(model, function, lines),
        "\n".join(_callees(model, function)),
        "\n".join(surroundings.call_sites[:2]),
        surroundings.style,
        _marked(function, gap, lines),
        _missing(gap),
    )


def _header(source: str, lines: Sequence[str]) -> str:
    """Docstring, imports and constants."""
    kept: list[str] = []
    for node in parse_source(source).body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign) or is_docstring:
            kept += lines[node.lineno - 1 : node.end_lineno]
    return "".join(kept[:MOST_HEADER_LINES]).rstrip()


def _owner(model: ModuleModel, function: FunctionModel, lines: Sequence[str]) -> str:
    """The head of the class, and how an instance is made."""
    owner = next((each for each in model.classes if each.qualname == function.class_name), None)
    if owner is None:
        return ""
    methods = [each for each in model.functions if each.class_name == owner.qualname]
    first = min((each.first_line for each in methods), default=owner.end_line + 1)
    shown = list(lines[owner.line - 1 : first - 1])
    for each in methods:
        if each.name == "__init__" and each.qualname != function.qualname:
            shown += lines[each.first_line - 1 : each.end_line]
    return "".join(shown).rstrip()


def _callees(model: ModuleModel, function: FunctionModel) -> Iterator[str]:
    """The signatures of what it calls in the same module."""
    called = {name.rpartition(".")[2] for name in function.callees}
    known = [each for each in model.functions if each.name in called and each.qualname != function.qualname]
    for each in known[:MOST_CALLEES]:
        yield f"{signature(each)}  # {_first_words(each.docstring)}".removesuffix("  # ")


def fenced(text: str, language: str) -> str:
    """The text in a fence that nothing in it can end."""
    fence = max([len(each) for each in re.findall("`{3,}", text)], default=2) + 1
    return f"{'`' * fence}{language}\n{text}\n{'`' * fence}"


def signature(function: FunctionModel) -> str:
    """In one line, the name with that of its class."""
    shown = []
    for each in function.parameters:
        star = {"var-positional": "*", "var-keyword": "**"}.get(each.kind, "")
        annotation = f": {each.annotation}" if each.annotation else ""
        shown.append(f"{star}{each.name}{annotation}" + (f" = {each.default}" if each.default is not None else ""))
    keywords = next((n for n, each in enumerate(function.parameters) if each.kind == "keyword-only"), None)
    if keywords is not None and not any(each.kind == "var-positional" for each in function.parameters):
        shown.insert(keywords, "*")
    returns = f" -> {function.returns}" if function.returns else ""
    return f"{'async ' if function.is_async else ''}def {function.qualname}({', '.join(shown)}){returns}"


def _first_words(docstring: str) -> str:
    return docstring.strip().partition("\n")[0][:100]


def _marked(function: FunctionModel, gap: Gap, lines: Sequence[str]) -> str:
    """Its lines, with those that nothing reaches marked; of a long one what stands around them."""
    missing = set(gap.lines)
    numbers = list(range(function.first_line, function.end_line + 1))
    if len(numbers) > MOST_TARGET_LINES:
        near = {n for line in missing or {function.line} for n in range(line - AROUND, line + AROUND + 1)}
        numbers = [n for n in numbers if n in near or n - function.line < 5]
    shown: list[str] = []
    for before, number in zip([numbers[0] - 1, *numbers], numbers, strict=False):
        if number != before + 1:
            shown.append("    ...")
        line = lines[number - 1].rstrip("\n")
        shown.append(line + (MISSING if number in missing and line.strip() else ""))
    return "\n".join(shown)


def _missing(gap: Gap) -> str:
    """Last, as it differs most: which paths are not taken, and which planted bug nothing catches."""
    parts = []
    if gap.lines:
        parts.append(f"No test reaches the lines marked `{MISSING.strip()}`.")
    if gap.branches:
        parts.append("Not taken:\n" + "\n".join(f"- {words}" for words in gap.branches[:10]))
    if gap.mutants:
        parts.append(
            "No test notices this change of the code; write one that fails with it:\n"
            + fenced("\n".join(gap.mutants[0]), "diff")
        )
    return "\n\n".join(parts)
