"""Changes of single nodes, and the text around them that must stay."""

from __future__ import annotations

import ast

from testwright.python_source.text_edits import changed, renamed, renamed_definition, unparsed


def test_only_what_changes_is_written_anew():
    source = "x = f( 1,2 )  # odd\ny = 'a'   # é\nz = [f(3),\n     'é' , f('q') ]\n"
    told = changed(source, lambda n: ast.Name("g", n.ctx) if isinstance(n, ast.Name) and n.id == "f" else None)
    assert told == source.replace("f(", "g(")


def test_what_stays_inside_of_what_changes_is_written_as_it_was():
    source = "x = f('a',  b['c'])  # kept\n"

    def wrapped(node: ast.AST) -> ast.AST | None:
        is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == "f"
        return ast.Call(ast.Name("run", ast.Load()), [node], []) if is_call else None

    assert changed(source, wrapped) == "x = run(f('a',  b['c']))  # kept\n"


def test_what_cannot_be_placed_is_written_anew_as_a_whole():
    source = 'x = f"{name!r} and {name}"  # lost before 3.12\ny = "é" + name\n'
    told = renamed(source, {"name": "other"})
    assert ast.dump(ast.parse(told)) == ast.dump(ast.parse(source.replace("name", "other")))


def test_a_name_is_changed_wherever_it_is_one_and_nowhere_else():
    source = (
        "from m import old as old\nfrom n import old\n\n@fixture\ndef old(a: int):\n"
        "    return x.old, 'old', f(old=old)\n\n\nasync def test(old: int, b):\n    return old  # old\n\n\nclass old:\n    pass\n"
    )
    assert renamed(source, {"old": "new"}) == (
        "from m import old as new\nfrom n import old as new\n\n@fixture\ndef new(a: int):\n"
        "    return x.old, 'old', f(old=new)\n\n\nasync def test(new: int, b):\n    return new  # old\n\n\nclass new:\n    pass\n"
    )
    assert renamed(source, {"unknown": "new"}) is source


def test_a_definition_is_renamed_alone():
    assert renamed_definition("def a():\n    a = 1\n", "a", "b") == "def b():\n    a = 1\n"


def test_texts_stand_in_double_quotes_where_they_can():
    assert unparsed(ast.parse("f('a', 'it\"s', \"it's\", b'x', 'a\\n')")) == "f(\"a\", 'it\"s', \"it's\", b'x', 'a\\n')"
