"""What a request found in the database, and what it left, is kept as far as a test needs it to send the request again."""

from __future__ import annotations

import pytest

pytest.importorskip("django")


def test_tables_come_with_those_that_they_refer_to(program):
    told = program("""
        with request():
            Tool.objects.filter(name="nothing").exists()
    """)
    tables = {each["data"]["table"]: each["data"] for each in told.spans("rows")}
    assert set(tables) == {"shop_tool", "shop_branch", "shop_region", "shop_tool_tags", "shop_tag"}
    tool = tables["shop_tool"]
    assert (tool["model"], tool["pk"], tool["more"], tool["after"]) == ("shop.Tool", "id", False, None)
    assert tool["columns"] == ["id", "name", "price", "added", "specs", "branch_id"] or "branch_id" in tool["columns"]
    row = dict(zip(tool["columns"], tool["before"][1][1:], strict=True))
    assert row["price"] == ["std", "decimal.Decimal", "9.50"]
    assert row["added"][:2] == ["std", "datetime.datetime"]
    assert row["specs"] == ["dict"]
    assert tables["shop_region"]["before"] == ["list", ["tuple", 1, "Coast"]]
    assert tables["shop_tool_tags"]["before"] == ["list", ["tuple", 1, 1, 1]]


def test_what_was_written_is_read_again(program):
    told = program("""
        with request():
            Region.objects.create(name="Hills")
            Branch.objects.update(name="Quay")
    """)
    region = told.table("shop_region")
    assert region["before"] == ["list", ["tuple", 1, "Coast"]]
    assert region["after"] == ["list", ["tuple", 1, "Coast"], ["tuple", 2, "Hills"]]
    assert region["reverted"] is False
    assert told.table("shop_branch")["after"] == ["list", ["tuple", 1, 1, "Quay"]]


def test_parents_are_there_although_the_table_is_empty(program):
    told = program("""
        Tool.objects.all().delete()
        with request():
            Tool.objects.create(branch_id=1, name="Axe", price=1, added="2024-05-01T09:00:00Z")
    """)
    assert told.table("shop_tool")["before"] == ["list"]
    assert told.table("shop_branch")["before"] == ["list", ["tuple", 1, 1, "Harbour"]]


def test_of_a_large_table_the_rows_that_matter_are_kept(program):
    told = program("""
        Region.objects.bulk_create([Region(name=f"R{n}") for n in range(400)])
        Branch.objects.update(region_id=390)
        with request():
            list(Branch.objects.all())
            Region.objects.get(name="R300")
            Region.objects.filter(pk=350).update(name="new")
            Region.objects.filter(name="R340").delete()
            Region.objects.create(name="last")
    """)
    region = told.table("shop_region")
    before = {row[1]: row[2] for row in region["before"][1:]}
    after = {row[1]: row[2] for row in region["after"][1:]}
    assert region["more"] is True
    assert list(before) == [*range(1, 51), 302, 342, 350, 390]
    assert before[350] == "R348"
    assert after[350] == "new"
    assert 342 not in after
    assert after[402] == "last"
    assert len(before) == len(after) == 54


def test_a_table_that_cannot_be_read_is_told_and_nothing_else_happens(program):
    told = program("""
        from django.db import OperationalError
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE shop_tag DROP COLUMN name")
        with request():
            with transaction.atomic():
                printed = [Tag.objects.count(), Region.objects.count()]
    """)
    assert told.printed == [1, 1]
    assert "no such column" in told.table("shop_tag")["problem"]
    assert told.table("shop_region")["before"] == ["list", ["tuple", 1, "Coast"]]


def test_in_a_transaction_that_has_failed_nothing_is_read(program):
    told = program("""
        from django.db.transaction import TransactionManagementError
        with request():
            try:
                with transaction.atomic():
                    transaction.set_rollback(True)
                    list(Tag.objects.all())
            except TransactionManagementError as error:
                printed = str(error)
    """)
    assert "until the end of the 'atomic' block" in told.printed
    assert "the transaction has failed" in told.table("shop_tag")["problem"]


def test_a_trace_that_is_no_request_has_no_rows(program):
    told = program("""
        with request(rows=False):
            list(Tag.objects.all())
    """)
    assert (len(told.spans("sql")), told.spans("rows")) == (1, [])
