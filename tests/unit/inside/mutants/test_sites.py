"""Every operator plants what its example shows, and nothing is planted where it could not be noticed."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from testwright.inside.mutants.operators import EVERY_OPERATOR, OPERATORS, Operator
from testwright.inside.mutants.sites import Found, find_sites, plant

AROUND = {
    "if ready:": "if ready:\n    pass\nreturn 1",
    "break": "for x in a:\n    break\n    print(x)",
    "except OSError:": "try:\n    a()\nexcept OSError:\n    pass",
    "else: count = 0": "if a:\n    count = 1\nelse: count = 0\nreturn count",
    "finally: close()": "try:\n    a()\nfinally: close()",
    "not ready": "return not ready",
    "[a, b]": "return [a, b]",
    "self.items.append(x)": "self.items.append(x)\nreturn 1",
    "return total": "return total",
    "a and b": "return a and b",
    "if a: return b": "if a: return b\nreturn count",
    "list(rows)": "return list(rows)",
}


def found(
    body: str, *operators: str, head: str = "async def f(a, b, ready, total, rows, start, end, count, name):"
) -> Found:
    source = f"{head}\n{indent(dedent(body), '    ')}\n"
    return find_sites(ast.parse(source), source, operators=operators)


def planted(body: str, *operators: str) -> list[str]:
    """The body of the function with each mutant."""
    source = f"async def f(a, b, ready, total, rows, start, end, count, name):\n{indent(dedent(body), '    ')}\n"
    tree = ast.parse(source)
    sites = find_sites(tree, source, operators=operators).sites
    mutated = [plant(tree, s.node, s.slot, m.replacement) for s in sites for m in s.mutants]
    return [ast.unparse(ast.fix_missing_locations(t)) for t in mutated]


def flat(text: str) -> str:
    return "".join(text.split()).replace('"', "'")


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: o.slug)
def test_the_example_of_each_operator_is_what_it_does(operator: Operator) -> None:
    body = AROUND.get(operator.before, operator.before)
    all_of_them = [flat(text) for text in planted(body, operator.slug)]
    for part in operator.after.split("; "):
        assert any(flat(part) in text for text in all_of_them), all_of_them


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ('"""A docstring."""', 0),
        ("return 1  # pragma: no mutate", 0),
        ("x: Literal['a'] = a\nreturn x", 1),
        ("match a:\n    case 'x':\n        return b", 1),
        ("return a\nb()", 1),
        ("if 0:\n    b()\nreturn a", 3),
    ],
    ids=["docstring", "pragma", "annotation", "pattern", "after return", "never true"],
)
def test_what_no_test_could_notice_is_left_out(body: str, count: int) -> None:
    assert sum(len(site.mutants) for site in found(body).sites) == count


@pytest.mark.parametrize(
    ("body", "operator", "expected"),
    [
        ("return a < b <= count", "relation", ["return a != b <= count", "return a < b == count"]),
        ("return a and b and count", "operand", ["return b and count", "return a and count", "return a and b"]),
        ("if a:\n    return b\nelse:\n    b()", "guard", ["if False:\n    return b\nelse:\n    b()"]),
        ("if a:\n    b()", "guard", []),
        ("if a:\n    raise b", "guard", []),
        ("return list(a), tuple(*b), int(a, 8), str(a)", "conversion", 2),
    ],
)
def test_finer_operators(body: str, operator: str, expected: list[str] | int) -> None:
    bodies = [text.partition(":\n")[2] for text in planted(body, operator)]
    if isinstance(expected, int):
        assert len(bodies) == expected
    else:
        assert [dedent(one) for one in bodies] == expected


def test_finer_operators_are_planted_only_when_asked_for() -> None:
    body = "if a < b and list(a):\n    return b\nreturn a"
    usual = {m.operator for s in found(body).sites for m in s.mutants}
    every = {m.operator for s in found(body, *EVERY_OPERATOR).sites for m in s.mutants}
    assert {"relation", "operand", "guard", "conversion"} == every - usual


def test_a_pragma_on_the_def_line_keeps_the_whole_function() -> None:
    assert found("return a + 1", head="def f(a):  # pragma: no mutate").sites == ()


def test_what_compiles_to_the_same_is_counted() -> None:
    left_out = found("return a\nb()")
    assert [len(site.mutants) for site in left_out.sites] == [1]
    assert len(left_out.equivalent) == 1


def test_numbers_stay_when_the_equivalent_ones_are_known() -> None:
    source = "def f(a, b):\n    return a\n    b(1, 2)\n\ndef g(a):\n    return a + 1\n"
    first = find_sites(ast.parse(source), source)
    again = find_sites(ast.parse(source), source, equivalent=frozenset(first.equivalent))
    numbers = [[m.number for s in found.sites for m in s.mutants] for found in (first, again)]
    assert numbers[0] == numbers[1]
    assert (first.next, first.equivalent) == (again.next, again.equivalent) or again.equivalent == first.equivalent


def test_defaults_of_parameters_are_mutated_too() -> None:
    sites = found("return a", "constant", head="def f(a=1, *, b='x'):").sites
    assert [ast.unparse(s.mutants[0].replacement) for s in sites] == ["2", "'xXX'"]  # type: ignore[arg-type]
