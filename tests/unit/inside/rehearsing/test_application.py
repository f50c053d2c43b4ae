"""The application is loaded by its name, and it is known what it is made with and whether it has something to start."""

from __future__ import annotations

import sys
import types

import pytest

from testwright.inside.rehearsing.services.application import load_application
from testwright.inside.rehearsing.stage import NotSetUp

FASTAPI = """
from contextlib import asynccontextmanager
from fastapi import APIRouter, FastAPI

@asynccontextmanager
async def lifespan(app):
    yield

router = APIRouter()
plain, started, routed = FastAPI(), FastAPI(lifespan=lifespan), FastAPI(lifespan=lifespan)
plain.include_router(router)
routed.include_router(router)

def create_app():
    return FastAPI()

def failing():
    raise OSError("no disk")

nothing = 3
"""


@pytest.fixture
def web(monkeypatch):
    pytest.importorskip("fastapi")
    module = types.ModuleType("web_of_a_test")
    monkeypatch.setitem(sys.modules, "web_of_a_test", module)
    exec(FASTAPI, vars(module))
    return "web_of_a_test"


@pytest.mark.parametrize(
    ("name", "is_made", "starts"),
    [("plain", False, False), ("started", False, True), ("routed", False, True), ("create_app", True, False)],
)
def test_an_application_is_known(web, name, is_made, starts):
    found = load_application(f"{web}:{name}")
    assert (found.framework, found.is_made, found.starts) == ("fastapi", is_made, starts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("web_of_a_test:nothing", "is no application"),
        ("web_of_a_test:missing", "is no application"),
        ("web_of_a_test:failing", "OSError: no disk"),
        ("no_such_module_here:app", "ModuleNotFoundError"),
    ],
)
def test_what_is_none_is_told(web, text, message):
    with pytest.raises(NotSetUp, match=message) as told:
        load_application(text)
    assert told.value.slug == "application-not-loaded"


FLASK = """
from flask import Flask
import flask_sqlalchemy

class Config:
    SECRET_KEY = "of this test"

def by_mapping(config=None):
    return made(config or {})

def by_class(config=Config):
    app = Flask("web")
    app.config.from_object(config)
    return app

def by_name(name="plain"):
    return made({"testing": {"TESTING": True}, "plain": {}}[name])

def by_nothing():
    return made({})

def made(config):
    app = Flask("web")
    app.config.update(config, SESSION_COOKIE_NAME="who")
    return app
"""


@pytest.mark.parametrize(
    ("name", "given", "remembers"),
    [
        ("by_mapping", "mapping", ""),
        ("by_class", "flask_of_a_test:Config", "session"),
        ("by_name", "testing", ""),
        ("by_nothing", "", ""),
    ],
)
def test_an_application_with_flask_sqlalchemy_is_made_for_tests(monkeypatch, name, given, remembers):
    pytest.importorskip("flask")
    monkeypatch.setitem(sys.modules, "flask_sqlalchemy", types.ModuleType("flask_sqlalchemy"))
    module = types.ModuleType("flask_of_a_test")
    monkeypatch.setitem(sys.modules, "flask_of_a_test", module)
    exec(FLASK, vars(module))
    found = load_application(f"flask_of_a_test:{name}")
    assert (found.framework, found.given, found.remembers) == ("flask", given, remembers)


def test_the_cookie_of_starlettes_sessions_has_a_name(monkeypatch):
    pytest.importorskip("itsdangerous")
    starlette = pytest.importorskip("starlette.applications")
    sessions = pytest.importorskip("starlette.middleware.sessions")
    app = starlette.Starlette()
    app.add_middleware(sessions.SessionMiddleware, secret_key="of this test", session_cookie="sid")
    module = types.ModuleType("web_of_a_test")
    monkeypatch.setitem(sys.modules, "web_of_a_test", module)
    vars(module).update(app=app, other=starlette.Starlette())
    assert load_application("web_of_a_test:app").remembers == "sid"
    assert load_application("web_of_a_test:other").remembers == ""
