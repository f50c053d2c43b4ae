"""Writes the lines of a pytest function as those of a method of Django's TestCase."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Sequence

from testwright.nouns.source_text import Source
from testwright.python_source.parsing import parse_source

__all__ = ["as_method"]

_TEST_CASE = ("django.test", "TestCase")
_IN_A_TEST_CASE = {"client": "self.client", "mailoutbox": "mail.outbox", "mail": "message"} | {
    "django_assert_num_queries": "self.assertNumQueries"
}
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "assertEqual",
    ast.NotEq: "assertNotEqual",
    ast.In: "assertIn",
    ast.NotIn: "assertNotIn",
    ast.Is: "assertIs",
}


def as_method(lines: Iterable[Source], fixtures: Sequence[str]) -> list[Source]:
    """What fixtures give is reached as a TestCase has it; the first line's imports hold those of the class."""
    found = [_line(each) for line in lines for each in _without_variable(line)]
    imports: set[tuple[str, str]] = {_TEST_CASE}
    if "tmp_path" in fixtures:
        folder = "tmp_path = Path(self.enterContext(tempfile.TemporaryDirectory()))"
        found.insert(0, Source(folder, frozenset([("pathlib", "Path"), ("tempfile", "")])))
    if "mailoutbox" in fixtures:
        imports.add(("django.core", "mail"))
    if found:
        found[0] = Source(found[0].text, found[0].imports | imports, found[0].needs)
    return found


def _line(source: Source) -> Source:
    text, imports = source.text, set(source.imports)
    indent = text[: len(text) - len(text.lstrip())]
    bare = text.strip()
    names = _names(bare)
    if match := re.match(r"settings\.(\w+) = ", bare):
        bare = f"self.enterContext(self.settings({match[1]}={bare[match.end() :]}))"
    elif "settings" in names:
        imports.add(("django.conf", "settings"))
    if bare.startswith("monkeypatch.setenv("):
        bare = _environment(bare)
        imports |= {("os", ""), ("unittest", "mock")}
    if bare.startswith("assert "):
        bare = _asserted(bare)
    if bare.startswith("with pytest.raises("):
        bare = _raised(bare)
        imports.discard(("pytest", ""))
    return Source(indent + _as_attributes(bare), frozenset(imports), source.needs)


def _without_variable(source: Source) -> list[Source]:
    """What takes a variable out of the environment is two lines here."""
    match = re.fullmatch(r"monkeypatch\.delenv\((?P<name>.*), raising=False\)", source.text)
    if match is None:
        return [source]
    imports = frozenset([("os", ""), ("unittest", "mock")])
    kept = Source("self.enterContext(mock.patch.dict(os.environ))", imports)
    return [kept, Source(f"os.environ.pop({match['name']}, None)", imports)]


def _names(bare: str) -> set[str]:
    """The variables that it names, in formatted texts too."""
    tree = parse_source(f"{bare} pass" if bare.endswith(":") else bare)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _as_attributes(bare: str) -> str:
    """With what a TestCase and its module have in the place of fixtures; texts and names of arguments stay."""
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(bare).readline) if token.string]
    found, depth, edits = bare, 0, []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        depth += (token.string in "([{") - (token.string in ")]}")
        is_argument = depth > 0 and after is not None and after.string == "="
        is_variable = token.type == tokenize.NAME and not is_argument and (before is None or before.string != ".")
        if is_variable and token.string in _IN_A_TEST_CASE:
            edits.append((token.start[1], token.end[1], _IN_A_TEST_CASE[token.string]))
    for start, end, name in reversed(edits):
        found = found[:start] + name + found[end:]
    return found


def _environment(text: str) -> str:
    call = parse_source(text).body[0]
    if not isinstance(call, ast.Expr) or not isinstance(call.value, ast.Call):
        return text
    name, value = (_part(text, each) for each in call.value.args)
    return f"self.enterContext(mock.patch.dict(os.environ, {{{name}: {value}}}))"


def _asserted(text: str) -> str:
    statement = parse_source(text).body[0]
    if not isinstance(statement, ast.Assert):
        return text
    test = statement.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _COMPARED:
        left, right = _part(text, test.left), _part(text, test.comparators[0])
        return f"self.{_COMPARED[type(test.ops[0])]}({left}, {right})"
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return f"self.assertFalse({_part(text, test.operand)})"
    return f"self.assertTrue({_part(text, test)})"


def _part(text: str, node: ast.expr) -> str:
    return ast.get_source_segment(text, node) or ast.unparse(node)


def _raised(text: str) -> str:
    match = re.fullmatch(r"with pytest\.raises\((?P<kind>[\w.]+)(?:, match=(?P<match>.*))?\):", text)
    if match is None:
        return text
    if match["match"]:
        return f"with self.assertRaisesRegex({match['kind']}, {match['match']}):"
    return f"with self.assertRaises({match['kind']}):"
