"""Decides which part of a model's answer is its code, and says by which rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from testwright.python_source.parsing import parse_source

__all__ = ["Extracted", "extract_python", "without_own_tests"]

_FENCE = re.compile(
    r"(?m)^[ \t]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<tag>[\w+#.-]*)[^\n`]*\n(?P<code>.*?)(?:^[ \t]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL,
)
_TAGS = frozenset(("python", "py", "python3", "py3", "ipython", "pycon"))
_PROMPT = re.compile(r"(?m)^(>>>|\.\.\.)(?: |$)")


@dataclass(frozen=True, slots=True)
class Extracted:
    """`rule`: "tagged blocks" | "untagged blocks" | "whole answer" | "block with entry point" | "as it is" | "none"."""

    code: str
    rule: str


def extract_python(answer: str, entry_point: str) -> Extracted:
    """Blocks marked as Python, else unmarked ones that parse, else the whole answer if it parses; joined in their order
    without those that do not parse. If the entry point is not among what they define, the last block that defines it alone.
    No code that parses: the first marked block as it is, or nothing.
    """
    blocks = [(found["tag"].lower(), _without_prompts(_dedented(found["code"]))) for found in _FENCE.finditer(answer)]
    tagged = [code for tag, code in blocks if tag in _TAGS]
    untagged = [code for tag, code in blocks if not tag]
    for rule, candidates in (("tagged blocks", tagged), ("untagged blocks", untagged)):
        good = [code for code in candidates if parses(code)]
        if good:
            return _joined(good, rule, [code for _, code in blocks], entry_point)
    whole = _without_prompts(answer)
    if not blocks and _is_code(whole):
        return Extracted(whole.strip("\n") + "\n", "whole answer")
    defining = _defining([code for _, code in blocks], entry_point)
    if defining:
        return Extracted(defining, "block with entry point")
    return Extracted(tagged[0], "as it is") if tagged else Extracted("", "none")


def _joined(good: Sequence[str], rule: str, blocks: Sequence[str], entry_point: str) -> Extracted:
    code = "\n".join(good)
    if parses(code) and _defines(code, entry_point):
        return Extracted(code, rule)
    defining = _defining(blocks, entry_point)
    return Extracted(defining, "block with entry point") if defining else Extracted(code, rule)


def _defining(blocks: Sequence[str], entry_point: str) -> str:
    return next((code for code in reversed(blocks) if parses(code) and _defines(code, entry_point)), "")


def parses(code: str) -> bool:
    return _tree(code) is not None


def _tree(code: str) -> ast.Module | None:
    try:
        return parse_source(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what nests too deeply ends in one of the last two
        return None


def _is_code(text: str) -> bool:
    """It parses, and does something: a sentence of one word is an expression too."""
    tree = _tree(text)
    return tree is not None and any(
        isinstance(
            each,
            (
                ast.FunctionDef,
                ast.AsyncFunctionDef,
                ast.ClassDef,
                ast.Assign,
                ast.AnnAssign,
                ast.Import,
                ast.ImportFrom,
            ),
        )
        for each in tree.body
    )


def _defines(code: str, name: str) -> bool:
    tree = _tree(code)
    return tree is not None and any(name in _names(each) for each in tree.body)


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [each.id for each in node.targets if isinstance(each, ast.Name)]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [each.asname or each.name for each in node.names]
    if isinstance(node, (ast.If, ast.Try)):
        return [name for each in node.body for name in _names(each)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def _without_prompts(code: str) -> str:
    """Of a session only what was typed."""
    if not code.lstrip().startswith(">>>"):
        return code
    typed = [line[4:] for line in code.splitlines() if _PROMPT.match(line)]
    return "\n".join(typed) + "\n"


def _dedented(code: str) -> str:
    lines = code.splitlines(keepends=True)
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip(" \t")) for line in filled), default=0)
    return "".join(line[margin:] if line.strip() else line for line in lines) if margin else code


# -- the answer's own tests --------------------------------------------------------------------------------------------


def without_own_tests(code: str) -> str:
    """Without functions and classes of tests, asserts and calls of tests at the top, and what runs as a program; all other
    lines stay as they are, and where they are. The code itself where it does not parse.
    """
    tree = _tree(code)
    if tree is None:
        return code
    tests = {each.name for each in tree.body if _is_test(each)}  # type: ignore[attr-defined]  # those have one
    lines = code.splitlines(keepends=True)
    for node in tree.body:
        if _is_test(node) or _runs_tests(node, tests):
            _blank(lines, node)
    return "".join(lines)


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name.startswith("test_")
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def _runs_tests(node: ast.stmt, tests: set[str]) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.If):
        return "__name__" in {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
    called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in tests


def _blank(lines: list[str], node: ast.stmt) -> None:
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    first = min([node.lineno, *(each.lineno for each in decorators)])
    for number in range(first - 1, node.end_lineno or first):
        lines[number] = "\n" if lines[number].endswith("\n") else ""
