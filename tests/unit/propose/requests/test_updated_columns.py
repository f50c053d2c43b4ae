"""Columns that statements set are read from them, however a library quotes names."""

from __future__ import annotations

import pytest

from testwright.propose.requests.updated_columns import updated_by_condition, updated_columns

from .conftest import a_span


@pytest.mark.parametrize(
    "sql",
    [
        'UPDATE "tool" SET "price" = %s, "stock" = %s WHERE "tool"."id" = %s',
        "UPDATE tool SET price=?, stock=? WHERE tool.id = ?",
        "UPDATE `tool` SET `price` = %s, `stock` = %s \nWHERE `tool`.`id` = %s",
    ],
)
def test_columns_and_parameters_are_told_by_table(sql):
    assert updated_columns([a_span("sql", sql=sql, parameters=["tuple", 1, 2, 7])]) == {
        "tool": (["price", "stock"], {'"tuple"', "1", "2", "7"})
    }


def test_a_row_that_is_saved_as_a_whole_says_nothing():
    sql = 'UPDATE "tool" SET "a" = 1, "b" = 2, "c" = 3, "d" = 4 WHERE "id" = 1'
    assert updated_columns([a_span("sql", sql=sql, parameters=["tuple"])]) == {}


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("tool.id = ?", {}),
        ('"tool"."id" = ? AND "tool"."place" = ?', {}),
        ("tool.id = ? RETURNING tool.price", {}),
        ("tool.name = ?", {"tool": ["price"]}),
        ("tool.id = ? AND tool.name != ?", {"tool": ["price"]}),
        ("tool.id IN (?, ?)", {"tool": ["price"]}),
    ],
)
def test_rows_that_a_condition_finds_are_not_those_of_a_key(condition, columns):
    span = a_span("sql", sql=f"UPDATE tool SET price=? WHERE {condition}", parameters=["tuple"])
    other = a_span("sql", sql="UPDATE unknown SET price=? WHERE x = ?", parameters=["tuple"])
    assert updated_by_condition([span, other], {"tool": ["id", "place"]}) == columns
