"""What a request found in the database by SQLAlchemy is kept as far as a test needs it to send the request again."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlalchemy")
SHOP = """
import decimal, sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session, relationship

class Base(DeclarativeBase):
    pass

class Loud(sa.TypeDecorator):
    impl, cache_ok = sa.String, True
    def process_result_value(self, value, dialect):
        raise SystemExit("code of the project was run")

tags = sa.Table("tags", Base.metadata, sa.Column("tool", sa.ForeignKey("tool.id"), primary_key=True),
                sa.Column("tag", sa.ForeignKey("tag.id"), primary_key=True))

class Branch(Base):
    __tablename__ = "branch"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)

class Tag(Base):
    __tablename__ = "tag"
    id = sa.Column(sa.Integer, primary_key=True)

class Tool(Base):
    __tablename__ = "tool"
    id = sa.Column(sa.Integer, primary_key=True)
    price = sa.Column(sa.Numeric(8, 2))
    specs = sa.Column(sa.JSON)
    made = sa.Column(sa.DateTime)
    note = sa.Column(Loud)
    branch_id = sa.Column(sa.ForeignKey("branch.id"))
    tags = relationship(Tag, secondary=tags)

engine = sa.create_engine("sqlite:///shop.db")
Base.metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(sa.text("INSERT INTO branch (id, name) VALUES (1, 'Quay'), (2, 'Hill')"))
    connection.execute(sa.text("INSERT INTO tag (id) VALUES (5)"))
    connection.execute(sa.text("INSERT INTO tags VALUES (1, 5)"))
    connection.execute(sa.text(
        "INSERT INTO tool VALUES (1, 9.5, '{\\"volt\\": 18}', '2025-03-01 09:30:00.000000', 'quiet', 1)"))
"""


def test_tables_come_with_those_that_they_refer_to_as_their_types_have_them(program):
    told = program(
        """
        with request(rows=False) as scope, Session(engine) as db:
            scope.kept["rows wanted"] = True
            db.execute(sa.update(Branch).where(Branch.id == 2).values(name="Dune"))
            db.scalar(sa.select(sa.func.count()).select_from(Tool))
        """,
        SHOP,
    )
    tables = {each["data"]["table"]: each["data"] for each in told.spans("rows")}
    assert set(tables) == {"branch", "tool", "tag", "tags"}
    row = dict(zip(tables["tool"]["columns"], tables["tool"]["before"][1][1:], strict=True))
    assert row == {
        "id": 1,
        "price": ["std", "decimal.Decimal", "9.50"],
        "specs": ["dict", ["volt", 18]],
        "made": ["std", "datetime.datetime", 2025, 3, 1, 9, 30, 0, 0],
        "note": "quiet",
        "branch_id": 1,
    }
    assert tables["branch"]["before"] == [
        "list",
        ["tuple", 1, "Quay"],
        ["tuple", 2, "Hill"],
    ]  # as it was before the change
    assert tables["branch"]["written"]
    assert not tables["tool"]["written"]
    assert tables["tool"]["model"].endswith(".Tool")
    assert tables["tags"]["before"] == ["list", ["tuple", 1, 5]]


def test_nothing_is_read_where_that_is_not_wanted(program):
    told = program(
        """
        with request(rows=False), Session(engine) as db:
            db.scalar(sa.select(Branch.name))
        """,
        SHOP,
    )
    assert told.spans("sql")
    assert not told.spans("rows")


def test_of_a_large_table_the_rows_that_matter_are_kept(program):
    told = program(
        """
        with engine.begin() as connection:
            connection.execute(sa.insert(Branch), [{"name": f"B{n}"} for n in range(400)])
        with request(rows=False) as scope, Session(engine) as db:
            scope.kept["rows wanted"] = True
            db.scalar(sa.select(Branch).where(Branch.name == "B300"))
            db.execute(sa.update(Branch).where(Branch.name == "B350").values(name="new"))
        """,
        SHOP,
    )
    branch = told.table("branch")
    assert branch["more"]
    assert len(branch["before"]) == 1 + 50 + 2
    assert branch["before"][-2:] == [["tuple", 303, "B300"], ["tuple", 353, "B350"]]


CORE = """
import sqlalchemy as sa
metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String))
visits = sa.Table("visits", metadata, sa.Column("user_id", sa.ForeignKey("users.id")), sa.Column("page", sa.String))
engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(users.insert().values(id=3, name="Ada"))
    connection.execute(visits.insert().values(user_id=3, page="/"))
"""


def test_tables_that_no_class_is_mapped_to_are_kept_even_without_a_key(program):
    told = program(
        """
        with request(rows=False) as scope, engine.connect() as connection:
            scope.kept["rows wanted"] = True
            connection.execute(sa.select(visits.c.page)).all()
        """,
        CORE,
    )
    tables = {each["data"]["table"]: each["data"] for each in told.spans("rows")}
    assert tables["visits"]["before"] == ["list", ["tuple", 3, "/"]]
    assert tables["visits"]["pk"] == ["user_id", "page"]
    assert tables["users"]["before"] == ["list", ["tuple", 3, "Ada"]]
