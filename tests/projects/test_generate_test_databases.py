"""`testwright generate-test` for services whose databases have no fixtures yet: asynchronous ones, and Flask-SQLAlchemy's.

Who asks is known by a session's cookie or by a token; rows have keys of several columns, or no class.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import pytest

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


book_tags = Table(
    "book_tag", Base.metadata,
    Column("book_id", ForeignKey("book.id"), primary_key=True),
    Column("tag", String(20), primary_key=True),
    Column("weight", Integer, nullable=False),
)


class Reader(Base):
    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(60), unique=True)


class Book(Base):
    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    copies: Mapped[int] = mapped_column(default=1)


class Loan(Base):
    __tablename__ = "loan"

    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"), primary_key=True)
    renewed: Mapped[int] = mapped_column(default=0)

    book: Mapped[Book] = relationship()
"""
DATABASE = """
import os

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ.get("SHELF_DATABASE", "sqlite+aiosqlite:///shelf.db"))
Session = async_sessionmaker(engine, expire_on_commit=False)


async def get_session():
    async with Session() as session:
        yield session
"""
TOKENS = """
import hashlib
import hmac


def make_token(reader_id):
    return f"{reader_id}-{hmac.new(b'7d1f0c', str(reader_id).encode(), hashlib.sha256).hexdigest()}"
"""
API = """
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware.sessions import SessionMiddleware

from shelf.db import get_session
from shelf.models import Book, Loan, Reader, book_tags
from shelf.tokens import make_token

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="b7c1d0a95e4f4f3f9a63")
Database = Annotated[AsyncSession, Depends(get_session)]


class Login(BaseModel):
    email: str


class NewLoan(BaseModel):
    book_id: int


class NewTag(BaseModel):
    tag: str
    weight: int = 1


async def reader(request: Request, session: Database):
    found = await session.get(Reader, request.session.get("reader_id", 0))
    if found is None:
        raise HTTPException(401, "log in first")
    return found


Who = Annotated[Reader, Depends(reader)]


@app.post("/login")
async def log_in(request: Request, given: Login, session: Database):
    found = await session.scalar(select(Reader).where(Reader.email == given.email))
    request.session["reader_id"] = found.id
    return {"token": make_token(found.id)}


@app.get("/me")
async def me(session: Database, authorization: Annotated[str, Header()]):
    token = authorization.removeprefix("Bearer ")
    found = await session.get(Reader, int(token.partition("-")[0]))
    if found is None or token != make_token(found.id):
        raise HTTPException(401, "who?")
    return {"name": found.name}


@app.post("/loans", status_code=201)
async def lend(new: NewLoan, who: Who, session: Database):
    book = await session.get(Book, new.book_id)
    if book is None or book.copies < 1:
        raise HTTPException(409, "not there")
    book.copies -= 1
    session.add(Loan(reader_id=who.id, book_id=book.id))
    await session.commit()
    return {"reader": who.name, "book": book.id}


@app.delete("/loans/{book_id}", status_code=204)
async def give_back(book_id: int, who: Who, session: Database):
    loan = await session.get(Loan, (who.id, book_id))
    await session.delete(loan)
    await session.commit()


@app.get("/books")
async def books(session: Database, tag: str):
    tagged = select(Book).join(book_tags, book_tags.c.book_id == Book.id).where(book_tags.c.tag == tag)
    found = await session.scalars(tagged.order_by(book_tags.c.weight.desc()))
    return [book.title for book in found]


@app.post("/books/{book_id}/tags", status_code=201)
async def add_tag(book_id: int, new: NewTag, session: Database):
    await session.execute(insert(book_tags).values(book_id=book_id, tag=new.tag, weight=new.weight))
    await session.commit()
    return {}
"""
READERS = """
import asyncio

import testwright.asgi
from fastapi.testclient import TestClient
from shelf.api import app
from shelf.db import Session, engine
from shelf.models import Base, Book, Loan, Reader, book_tags


async def seed():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with Session() as session:
        session.add_all([Reader(name="Ada", email="ada@example.com"), Reader(name="Bob", email="bob@example.com")])
        session.add_all([Book(title="Dune", copies=2), Book(title="Emma"), Book(title="Ulysses")])
        await session.flush()
        session.add_all([Loan(reader_id=1, book_id=2), Loan(reader_id=2, book_id=2)])
        tags = [(1, "space", 2), (2, "village", 1), (3, "space", 5)]
        await session.execute(book_tags.insert(), [dict(zip(("book_id", "tag", "weight"), each)) for each in tags])
        await session.commit()
    await engine.dispose()


asyncio.run(seed())
app.add_middleware(testwright.asgi.RecordMiddleware, rows=True)
client = TestClient(app)
token = client.post("/login", json={"email": "ada@example.com"}).json()["token"]
client.post("/loans", json={"book_id": 1})
client.delete("/loans/2")
client.get("/books?tag=space")
client.post("/books/2/tags", json={"tag": "country", "weight": 3})
TestClient(app).get("/me", headers={"Authorization": f"Bearer {token}"})
"""
CLUB_MODELS = """
from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
going = db.Table(
    "going",
    db.Column("event_id", db.ForeignKey("event.id"), primary_key=True),
    db.Column("member_id", db.ForeignKey("member.id"), primary_key=True),
)


class Member(UserMixin, db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]


class Event(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    places: Mapped[int] = mapped_column(default=2)

    members: Mapped[list[Member]] = relationship(secondary=going)
"""
CLUB = """
from flask import Flask, abort, flash, redirect, request, session
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from werkzeug.security import check_password_hash

from club.models import Event, Member, db

logins = LoginManager()


@logins.user_loader
def load_member(key):
    return db.session.get(Member, int(key))


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="9f1c7a30be", SQLALCHEMY_DATABASE_URI="sqlite:///club.db")
    app.config.from_mapping(config or {})
    db.init_app(app)
    logins.init_app(app)
    with app.app_context():
        db.create_all()
    app.add_url_rule("/login", view_func=log_in, methods=["POST"])
    app.add_url_rule("/logout", view_func=log_out, methods=["POST"])
    app.add_url_rule("/events", view_func=events)
    app.add_url_rule("/events/<int:key>/join", view_func=join, methods=["POST"])
    return app


def log_in():
    member = db.session.scalar(db.select(Member).where(Member.name == request.form["name"]))
    if member is None or not check_password_hash(member.password_hash, request.form["password"]):
        abort(403)
    login_user(member)
    return redirect("/events")


def log_out():
    logout_user()
    return redirect("/")


def events():
    found = db.session.scalars(db.select(Event).where(Event.places > 0).order_by(Event.title))
    return {"theme": session.get("theme", "plain"), "events": [each.title for each in found]}


@login_required
def join(key):
    event = db.get_or_404(Event, key)
    if event.places < 1:
        abort(409)
    event.places -= 1
    event.members.append(current_user._get_current_object())
    db.session.commit()
    flash(f"See you at {event.title}")
    return redirect("/events")
"""
MEMBERS = """
import testwright.wsgi
from werkzeug.security import generate_password_hash

from club import create_app
from club.models import Event, Member, db

app = create_app()
with app.app_context():
    ada, bob = (Member(name=name, password_hash=generate_password_hash(f"hunter-{name}")) for name in ("ada", "bob"))
    db.session.add_all([ada, bob, Event(title="Picnic", members=[bob]), Event(title="Full", places=0)])
    db.session.commit()
app.wsgi_app = testwright.wsgi.RecordMiddleware(app.wsgi_app, rows=True)
client = app.test_client()
client.post("/login", data={"name": "ada", "password": "hunter-ada"})
client.post("/events/1/join")
client.post("/logout")
"""


def skip_without(*packages: str) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"SKIPPED FOR WANT OF PACKAGES: {', '.join(missing)}; pip install --group applications")


def written(project: Any, count: int) -> str:
    """The tests of all that `drive.py` does; each is kept."""
    done = project.python("-W", "ignore", "drive.py")
    assert done.code == 0, done.err
    done = project.run("generate-test", "all", "-o", "tests/test_recorded.py", "--json")
    assert [each["reason"] for each in done.document["tests"]] == [""] * count, done.err
    return str(project.read("tests/test_recorded.py"))


def is_caught(project: Any, path: str, before: str, after: str) -> bool:
    text = project.read(path)
    assert before in text
    (project.root / path).write_text(text.replace(before, after))
    try:
        return bool(project.pytest("tests/test_recorded.py").code == 1)
    finally:
        (project.root / path).write_text(text)


def test_requests_of_asynchronous_sessions_become_tests(make_project: Callable[..., Any]) -> None:
    skip_without("fastapi", "sqlalchemy", "aiosqlite", "itsdangerous", "httpx")
    files = {"models.py": MODELS, "db.py": DATABASE, "api.py": API, "tokens.py": TOKENS, "__init__.py": ""}
    project = make_project({**{f"shelf/{name}": text for name, text in files.items()}, "drive.py": READERS})
    text = written(project, 6)
    for line in (
        'monkeypatch.setitem(shelf.db.Session.kw, "bind", async_engine)',
        '        cookie["reader_id"] = ada.id',
        '        assert cookie["reader_id"] == ada.id',
        'assert session.get(Loan, {"reader_id": ada.id, "book_id": dune.id}) is not None',
        "where(tuple_(Loan.reader_id, Loan.book_id) == loan_",
        'session.execute(book_tags.insert().values(book_id=dune.id, tag="space", weight=2))',
        'assert session.execute(select(book_tags)).all() == [(2, "country", 3)]',
        "token = make_token(ada.id)",
        'headers={"authorization": f"Bearer {token}"}',
    ):
        assert line in text, line
    assert "session=" not in text  # no recorded cookie
    assert is_caught(project, "shelf/api.py", "await session.delete(loan)", "")
    assert is_caught(project, "shelf/api.py", "weight=new.weight", "weight=1")
    assert is_caught(project, "shelf/api.py", '["reader_id"] = found.id', '["reader_id"] = 0')


def test_requests_of_flask_sqlalchemy_become_tests(make_project: Callable[..., Any]) -> None:
    skip_without("flask_sqlalchemy", "flask_login")
    project = make_project({"club/models.py": CLUB_MODELS, "club/__init__.py": CLUB, "drive.py": MEMBERS})
    text = written(project, 3)
    for line in (
        'create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"})',
        "    with client.session_transaction() as cookie:",
        '        cookie["_user_id"] = str(ada.id)',
        '        assert cookie["_user_id"] == str(ada.id)',
        '        assert cookie["_flashes"] == [("message", "See you at Picnic")]',
        '        assert "_user_id" not in cookie',
        "password_hash=generate_password_hash(",
        "    assert set(picnic.members) == {ada, bob}",
    ):
        assert line in text, line
    assert not any("travel" in line for line in text.splitlines())  # its cookie's time is nobody's business
    assert is_caught(project, "club/__init__.py", "db.session.commit()", "db.session.flush()")
    assert is_caught(project, "club/__init__.py", "login_user(member)", "")
