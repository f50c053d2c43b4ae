"""Statements of SQLAlchemy are seen as they were sent, with what came back."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlalchemy")
SHOP = """
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, text
from sqlalchemy.exc import IntegrityError
engine = create_engine("sqlite:///shop.db")
tools = Table("tools", MetaData(), Column("id", Integer, primary_key=True), Column("name", String, unique=True))
tools.metadata.create_all(engine)
"""


def test_statements_have_parameters_rows_and_transactions(program):
    told = program(
        """
        with request(), engine.begin() as connection:
            connection.execute(tools.insert(), [{"name": "saw"}, {"name": "axe"}])
            printed = [list(map(tuple, connection.execute(tools.select().where(tools.c.name == "saw"))))]
            printed.append(connection.execute(text("SELECT name FROM tools ORDER BY name")).scalar())
            printed.append(connection.execute(tools.insert().values(name="pick")).inserted_primary_key[0])
            with connection.begin_nested():
                connection.execute(tools.delete())
        """,
        SHOP,
    )
    assert told.printed == [[[1, "saw"]], "axe", 3]
    assert [span["name"] for span in told.spans("sql")] == [
        *("BEGIN", "INSERT", "SELECT", "SELECT", "INSERT", "SAVEPOINT", "DELETE", "RELEASE", "COMMIT"),
    ]
    _, many, select, scalar, *_ = [span["data"] for span in told.spans("sql")]
    assert (many["many"], select["rows"], select["parameters"]) == (
        True,
        ["list", ["tuple", 1, "saw"]],
        ["tuple", "saw"],
    )
    assert scalar["rows"] == ["list", ["tuple", "axe"]]
    assert select["vendor"] == "sqlite"


def test_an_error_and_a_rollback_are_told(program):
    told = program(
        """
        with request():
            try:
                with engine.begin() as connection:
                    connection.execute(tools.insert().values(name="saw"))
                    connection.execute(tools.insert().values(name="saw"))
            except IntegrityError as error:
                printed = type(error.orig).__name__
        """,
        SHOP,
    )
    assert told.printed == "IntegrityError"
    assert told.spans("sql")[2]["data"]["raised"]["type"] == "sqlalchemy.exc:IntegrityError"
    assert told.sql[-1] == "ROLLBACK"


def test_streams_and_chunks_stay_as_they_are(program):
    told = program(
        """
        with engine.begin() as connection:
            connection.execute(tools.insert(), [{"name": f"t{n}"} for n in range(10)])
        with request(), engine.connect() as connection:
            printed = [len(chunk) for chunk in connection.execute(tools.select()).yield_per(4).partitions()]
            streamed = connection.execution_options(stream_results=True).execute(tools.select())
            printed.append(len(streamed.all()))
        boundaries.stop()
        with engine.connect() as connection:
            printed.append(len(connection.execute(tools.select()).all()))
        """,
        SHOP,
    )
    assert told.printed == [4, 4, 2, 10, 10]
    assert [span["data"]["rows"] for span in told.spans("sql") if span["name"] == "SELECT"] == [None, None]
