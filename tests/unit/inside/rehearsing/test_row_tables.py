"""Rows of SQLAlchemy's classes before and after a request: what came, went, changed and was linked, told by names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sqlalchemy = pytest.importorskip("sqlalchemy")

from sqlalchemy import JSON, Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, create_engine, event  # noqa: E402
from sqlalchemy.orm import Mapper, Session, declarative_base, relationship, sessionmaker  # noqa: E402
from sqlalchemy.pool import StaticPool  # noqa: E402

from testwright.inside.rehearsing.identities import Known  # noqa: E402
from testwright.inside.rehearsing.services.databases import bases, password_hasher, places  # noqa: E402
from testwright.inside.rehearsing.services.mapped_classes import mappers, model_facts, through_facts  # noqa: E402
from testwright.inside.rehearsing.services.row_holders import bare_table_facts  # noqa: E402
from testwright.inside.rehearsing.services.row_tables import KeysFrom, changes, look, rows_known  # noqa: E402

ROOT = str(Path(__file__).parent)
Base: Any = declarative_base()
tags = Table(
    "tags",
    Base.metadata,
    Column("tool_id", ForeignKey("tool.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)


class Branch(Base):
    __tablename__ = "branch"
    id = Column(Integer, primary_key=True)
    name = Column(String, unique=True)


class Tool(Base):
    __tablename__ = "tool"
    id = Column(Integer, primary_key=True)
    place = Column("branch_id", ForeignKey("branch.id"))
    state = Column(String, default="there")
    specs = Column(JSON, default=dict)
    code = Column(String, default=lambda: "drawn")
    tags = relationship(Tag, secondary=tags)


class Place(Base):
    __tablename__ = "place"
    branch = Column(ForeignKey("branch.id"), primary_key=True)
    shelf = Column(Integer, primary_key=True)
    load = Column(Integer)


class Lamp(Base):
    __tablename__ = "lamp"
    id = Column(Integer, primary_key=True)
    branch = Column(Integer)
    shelf = Column(Integer)
    __table_args__ = (ForeignKeyConstraint(["branch", "shelf"], ["place.branch", "place.shelf"]),)


notes = Table("notes", Base.metadata, Column("branch", ForeignKey("branch.id")), Column("text", String))
HERE = __name__


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    keys = KeysFrom(710_000)
    keys.watch()
    with Session(engine, expire_on_commit=False) as session:
        yield session
    event.remove(Mapper, "before_insert", keys._assign)
    engine.dispose()


def test_facts_of_classes() -> None:
    facts = {each["name"]: each for each in model_facts()}
    assert [mapper.class_.__name__ for mapper in mappers()] == ["Branch", "Tag", "Place", "Tool", "Lamp"]
    fields = {each["name"]: each for each in facts["Tool"]["fields"]}
    assert (fields["place"]["column"], fields["place"]["to"], fields["place"]["to_field"]) == (
        "branch_id",
        f"{HERE}.Branch",
        "id",
    )
    assert fields["id"]["auto"]
    assert [fields[name]["default"] for name in ("state", "specs", "code")] == [
        "there",
        ["dict"],
        ["opaque", "", "a function"],
    ]
    (through,) = through_facts()
    assert through["auto_created"] == {
        "owner": f"{HERE}.Tool",
        "name": "tags",
        "from": "tool_id",
        "to": "tag_id",
        "model": f"{HERE}.Tag",
    }
    assert bases([Tool], str(Path(__file__).parent)) == [
        (HERE, "Base")
    ]  # it says that it is of SQLAlchemy's own module
    assert bases([Tool], "/nowhere") == [(HERE, "Tool")]


def test_what_a_request_did_is_told_by_the_names_of_rows(session: Any) -> None:
    quay, heavy, light = Branch(name="Quay"), Tag(), Tag()
    session.add_all([quay, heavy, light])
    session.commit()
    saw, axe = Tool(place=quay.id, tags=[heavy, light]), Tool(place=quay.id)
    session.add_all([saw, axe])
    session.commit()
    assert len({quay.id, heavy.id, light.id, saw.id, axe.id}) == 5
    assert quay.id >= 710_000
    before = look(session, ROOT)
    new = Tool(place=quay.id, specs={"volt": 18}, tags=[light])
    session.add(new)
    saw.tags.remove(heavy)
    saw.state = "lent"
    session.delete(axe)
    session.commit()
    after = look(session, ROOT)
    known = Known(710_000)
    rows_known(known, before, after, {"saw": saw, "heavy": heavy, "light": light, "quay": quay, "other": 3}, ROOT)
    told = changes(known, before, after, ROOT)
    tool = told[f"{HERE}.Tool"]
    assert tool["changed"] == {"saw": {"state": "lent"}}
    assert tool["deleted"] == [f"there:{HERE}.Tool:1"]
    (created,) = tool["created"]
    assert created["values"]["place"] == {"$": "pk", "of": "quay", "name": "id"}
    assert created["values"]["specs"] == ["dict", ["volt", 18]]
    assert told["tags"]["links"] == [[f"new:{HERE}.Tool:0", "light"], ["saw", "light"]]
    assert told["tags"]["gone"] == [["saw", "heavy"]]
    assert set(told) == {f"{HERE}.Tool", "tags"}
    assert known.written(f"/tools/{new.id}/") == {
        "$": "text",
        "parts": ["/tools/", {"$": "pk", "of": f"new:{HERE}.Tool:0", "name": "id"}, "/"],
    }


def test_rows_of_several_keys_and_of_tables_without_a_class_are_told(session: Any) -> None:
    quay, heavy = Branch(name="Quay"), Tag()
    session.add_all([quay, heavy])
    session.flush()
    session.add(Place(branch=quay.id, shelf=2, load=5))
    session.execute(notes.insert(), [{"branch": quay.id, "text": "wet"}, {"branch": quay.id, "text": "dry"}])
    session.commit()
    place = session.get(Place, (quay.id, 2))
    before = look(session, ROOT)
    place.load = 6
    session.add(Place(branch=quay.id, shelf=3, load=1))
    session.execute(notes.delete().where(notes.c.text == "wet"))
    session.execute(notes.insert().values(branch=quay.id, text="new"))
    session.commit()
    after = look(session, ROOT)
    known = Known(710_000)
    rows_known(known, before, after, {"quay": quay, "place": place}, ROOT)
    told = changes(known, before, after, ROOT)
    key = {"$": "pk", "of": "quay", "name": "id"}
    assert told[f"{HERE}.Place"]["changed"] == {"place": {"load": 6}}
    assert [each["values"] for each in told[f"{HERE}.Place"]["created"]] == [{"branch": key, "shelf": 3, "load": 1}]
    assert [each["values"] for each in told["notes"]["created"]] == [{"branch": key, "text": "new"}]
    assert told["notes"]["gone"] == [{"branch": key, "text": "wet"}]
    (facts,) = (each for each in bare_table_facts(ROOT) if each["label"] == "notes")
    assert (facts["module"], facts["name"], facts["is_table"]) == (HERE, "notes", True)
    assert [(each["name"], each["pk"], each["to"]) for each in facts["fields"]] == [
        ("branch", True, f"{HERE}.Branch"),
        ("text", True, ""),
    ]
    lamp = next(each for each in model_facts() if each["name"] == "Lamp")
    assert [each["to"] for each in lamp["fields"] if each["name"] in ("branch", "shelf")] == [f"{HERE}.Branch", ""]


class Held:
    def __init__(self) -> None:
        self.engine = create_engine("sqlite://")
        self.make = sessionmaker(self.engine)


held = Held()


def get_password_hash(password: str) -> str:
    return password[::-1]


def test_engines_in_objects_and_what_hashes_passwords_are_found() -> None:
    found = [place for place in places(ROOT) if place[0] == HERE]
    assert (HERE, "held.engine", "engine") in found
    assert (HERE, "held.make", "sessions") in found
    assert password_hasher(ROOT) == (HERE, "get_password_hash")
    assert password_hasher("/nowhere") == ("", "")
