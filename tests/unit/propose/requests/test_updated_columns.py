"""Columns that statements set are read from them, however a library quotes names."""

from __future__ import annotations

import pytest

from testwright.propose.requests.updated_columns import updated_columns

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
