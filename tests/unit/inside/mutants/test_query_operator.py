"""A query loses one condition, as a programmer may forget one."""

from __future__ import annotations

import ast

import pytest

from testwright.inside.mutants.operators import OPERATORS

QUERY = next(each for each in OPERATORS if each.slug == "query")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select(Tool).where(Tool.active)", ["select(Tool)"]),
        ("rows.where(Tool.sku == sku, Tool.active)", ["rows.where(Tool.active)", "rows.where(Tool.sku == sku)"]),
        ("Tool.objects.filter(active=True)", ["Tool.objects.all()"]),
        ("where(Tool.active)", []),
    ],
)
def test_one_condition_less(text, expected):
    node = ast.parse(text, mode="eval").body
    assert [ast.unparse(each) for each in QUERY.instead(node)] == expected
