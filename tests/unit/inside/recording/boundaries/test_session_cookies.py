"""What a session held when a request began is recorded, without its cookie, and the program is none the wiser."""

from __future__ import annotations

import pytest

FLASK = """
from flask import Flask, session as held
from flask.sessions import SecureCookieSessionInterface
app = Flask("web")
app.secret_key = "of this test"

@app.route("/")
def root():
    held.permanent = False
    before = dict(held)
    held.update({"user_id": 3, "theme": "dark", "access_token": "k3jf92jd93kd0"})
    return before
client = app.test_client()
"""
STARLETTE = """
import warnings
warnings.simplefilter("ignore")
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

async def root(request):
    before = dict(request.session)
    request.session.update({"user_id": 3, "theme": "dark"})
    return JSONResponse(before)

app = Starlette(routes=[Route("/", root)])
app.add_middleware(SessionMiddleware, secret_key="of this test")
client = TestClient(app)
"""
ASKED = """
        with request(rows=False):
            client.get("/")
        with request(rows=False):
            printed = {get}
        client.get("/")
        """


def test_a_session_of_flask_is_recorded_as_it_was_found(program):
    pytest.importorskip("flask")
    told = program(ASKED.replace("{get}", 'client.get("/").json'), FLASK)
    (found,) = [dict(each["data"]["found"][1:]) for each in told.spans("session")]
    assert (found["user_id"], found["theme"]) == (3, "dark")
    assert found["access_token"][0] == "secret"
    assert told.printed["user_id"] == 3


def test_a_session_of_starlette_is_recorded_as_it_was_found(program):
    pytest.importorskip("starlette")
    pytest.importorskip("itsdangerous")
    asked = (
        ASKED
        + """
        client.cookies.clear()
        with request(rows=False):
            client.get("/", headers={"cookie": "session=forged.cookie.of-somebody"})
        """
    )
    told = program(asked.replace("{get}", 'client.get("/").json()'), STARLETTE)
    assert [dict(each["data"]["found"][1:]) for each in told.spans("session")] == [{"user_id": 3, "theme": "dark"}]
    assert told.printed == {"user_id": 3, "theme": "dark"}
