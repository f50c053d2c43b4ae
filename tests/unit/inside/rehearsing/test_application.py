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
