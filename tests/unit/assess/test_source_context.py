from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from testwright.assess.source_context import context_of, definition_of, first_line_of, shown_signature, used_names
from testwright.assess.statement_survey import survey_of
from testwright.python_source.source_text import Definition


def definition(text: str) -> Definition:
    node = ast.parse(dedent(text)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node


def context(text: str, *names: str) -> tuple[str, ...]:
    found = survey_of(dedent(text))
    return context_of(found.tree, [function for function in found.functions if function.qualname in names])


@pytest.mark.parametrize(
    "signature",
    [
        "def f()",
        "def f(a, b=1, /, *c: int, d: str='x', **e) -> None",
        "async def f(self, *, n: list[int] | None=None) -> dict[str, int]",
    ],
)
def test_a_signature_is_the_def_on_one_line(signature: str) -> None:
    assert shown_signature(definition(f"{signature}:\n    pass")) == signature


def test_a_signature_over_many_lines_becomes_one() -> None:
    assert shown_signature(definition("def f(\n    a,\n    b,\n): ...")) == "def f(a, b)"


def test_of_a_docstring_the_first_line_is_taken() -> None:
    assert first_line_of(definition('def f():\n    """\n    One.\n\n    Two."""')) == "One."
    assert first_line_of(definition("def f(): ...")) == ""


def test_only_what_the_functions_name_is_told() -> None:
    text = """
        import os, sys
        from a import b as c, d
        X = 1
        Y = 2
        def f(n: d):
            return os, c, X, g()
        def g():
            "Gives."
        def h():
            return Y
        """
    assert context(text, "f") == ("import os", "from a import b as c, d", "X = 1", "def g(): ...  # Gives.")
    assert context(text, "f", "g")[-1] == "X = 1"
    assert context(text, "h") == ("Y = 2",)


def test_what_stands_below_if_and_try_counts() -> None:
    text = """
        if 1:
            from a import b
        try:
            import c
        except ImportError:
            c = None
        def f():
            b(c)
        """
    assert context(text, "f") == ("from a import b", "import c", "c = None")


def test_the_class_of_a_method_is_told_with_its_constructor() -> None:
    text = '''
        @final
        class A(B, metaclass=M):
            """Say it."""
            kind: str = "a"
            def __init__(self, n: int) -> None:
                self.n = n
                other = 1
            def f(self):
                return 1
        '''
    assert context(text, "A.f") == (
        dedent("""
        @final
        class A(B, metaclass=M):
            # Say it.
            kind: str = 'a'
            def __init__(self, n: int) -> None:
                self.n = n""").strip(),
    )


def test_long_tables_and_classes_are_cut() -> None:
    text = (
        f"TABLE = {list(range(500))}\nclass E:\n"
        + "".join(f"    M{n} = {n}\n" for n in range(50))
        + "def f(): TABLE, E\n"
    )
    table, enum = context(text, "f")
    assert len(table) < 310
    assert table.endswith(" ...")
    assert len(enum.splitlines()) == 32
    assert enum.endswith("\n    ...")


def test_a_definition_is_the_modules_own_and_no_import() -> None:
    tree = ast.parse("from a import f\nclass C: ...\nV: int = 3\n")
    assert [definition_of(tree, name) for name in ("f", "C", "V", "gone")] == [
        "",
        "class C:\n    ...",
        "V: int = 3",
        "",
    ]


def test_used_names_tell_what_is_taken_from_them() -> None:
    found = survey_of("class A:\n    def f(self): return money.total(x).other\n")
    assert used_names(found.functions) == {"A": set(), "money": {"total"}, "x": set()}
