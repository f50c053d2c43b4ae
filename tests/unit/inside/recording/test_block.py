"""What people write around their own code, and requests by WSGI and ASGI: each in a process of its own, as it would be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import testwright

SOURCE = Path(testwright.__file__).parents[1]
SHOP = """
import asyncio

def total(numbers):
    return sum(numbers)

async def slow(value):
    await asyncio.sleep(0.001)
    return total([value])
"""


def recorded(folder: Path, program: str) -> list[dict[str, Any]]:
    """The records that a run of the program leaves, in order."""
    (folder / "pyproject.toml").touch()
    (folder / "shop.py").write_text(SHOP)
    (folder / "program.py").write_text(f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\n{program}")
    done = subprocess.run([sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (log,) = (folder / ".testwright/recording").glob("*.log")
    return [json.loads(line[9:]) for line in log.read_text().splitlines()]


def traces(records: list[dict[str, Any]]) -> list[tuple[str, str, str, list[str]]]:
    """(kind, name, status, names of the spans by their number) of each."""
    found = []
    for begun in (each for each in records if each["e"] == "trace"):
        own = [each for each in records if each.get("trace") == begun["id"]]
        spans = sorted((each for each in own if each["e"] == "span"), key=lambda each: each["n"])
        status = next((each["status"] for each in own if each["e"] == "end"), "unfinished")
        found.append((begun["kind"], begun["name"], status, [span["name"] for span in spans]))
    return found


def test_a_block_is_a_trace_of_what_is_done_within(tmp_path: Path) -> None:
    records = recorded(
        tmp_path,
        """
import shop, testwright
shop.total([0])
with testwright.record("checkout"):
    shop.total([1])
shop.total([2])
with testwright.record():
    shop.total([3])
try:
    with testwright.record("wrong"):
        shop.total(None)
except TypeError:
    pass
""",
    )
    assert traces(records) == [
        ("block", "checkout", "ok", ["shop:total"]),
        ("block", "program.py:9", "ok", ["shop:total"]),
        ("block", "wrong", "error", ["shop:total"]),
    ]
    assert records[-1]["about"] == {"error": "builtins:TypeError"}


def test_each_call_of_a_decorated_function_is_a_trace(tmp_path: Path) -> None:
    records = recorded(
        tmp_path,
        """
import asyncio, inspect, shop, testwright

@testwright.record
def first(number):
    "Doc."
    return shop.total([number])

class Box:
    @testwright.record("in a box")
    def open(self):
        return shop.total([1])

@testwright.record
async def later(value):
    return await shop.slow(value)

@testwright.record
def steps():
    yield shop.total([1])
    yield shop.total([])

assert (first(1), first(2), Box().open(), asyncio.run(later(3)), list(steps())) == (1, 2, 1, 3, [1, 0])
assert (first.__name__, first.__doc__) == ("first", "Doc.")
assert inspect.iscoroutinefunction(later) and inspect.isgeneratorfunction(steps)
""",
    )
    assert traces(records) == [
        ("block", "first", "ok", ["__main__:first", "shop:total"]),
        ("block", "first", "ok", ["__main__:first", "shop:total"]),
        ("block", "in a box", "ok", ["__main__:Box.open", "shop:total"]),
        ("block", "later", "ok", ["__main__:later", "shop:slow", "shop:total"]),
        ("block", "steps", "ok", ["__main__:steps", "shop:total", "shop:total"]),
    ]


def test_blocks_side_by_side_and_within_each_other_are_kept_apart(tmp_path: Path) -> None:
    records = recorded(
        tmp_path,
        """
import asyncio, shop, testwright

async def one(name):
    with testwright.record(name):
        await shop.slow(len(name))
        await asyncio.sleep(0.01)
        shop.total([])

async def all_of():
    await asyncio.gather(one("a"), one("bb"))

asyncio.run(all_of())
with testwright.record("outer"):
    with testwright.record("inner"):
        shop.total([1])
    shop.total([2])
""",
    )
    both = ["shop:slow", "shop:total", "shop:total"]
    assert traces(records) == [
        *[("block", "a", "ok", both), ("block", "bb", "ok", both)],
        *[("block", "outer", "ok", ["shop:total"]), ("block", "inner", "ok", ["shop:total"])],
    ]


WSGI = """
import io, shop
from testwright.wsgi import RecordMiddleware
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/wrong":
        raise LookupError("no")
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [b"total ", str(shop.total([len(body)])).encode()]

app = validator(RecordMiddleware(validator(application)))
def ask(path, body=b""):
    environ = {"SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "a=1&a=2", "REQUEST_METHOD": "POST", "HTTP_X_ONE": "1",
               "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environ)
    answer = app(environ, lambda status, headers, error=None: io.BytesIO().write)
    pieces = b"".join(answer)
    answer.close()
    return pieces
assert ask("/count", b"four") == b"total 4"
try:
    ask("/wrong")
except LookupError:
    pass
"""
ASGI = """
import asyncio, shop
from testwright.asgi import RecordMiddleware

async def application(scope, receive, send):
    assert scope["type"] == "http"
    body = (await receive())["body"]
    if scope["path"] == "/wrong":
        raise LookupError("no")
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"total ", "more_body": True})
    await send({"type": "http.response.body", "body": str(await shop.slow(len(body))).encode()})

app = RecordMiddleware(application)
async def ask(path, body=b""):
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"a=1&a=2",
             "headers": [(b"x-one", b"1"), (b"content-type", b"text/plain")]}
    sent = []
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    async def send(message):
        sent.append(message)
    await app(scope, receive, send)
    return b"".join(message.get("body", b"") for message in sent)
assert asyncio.run(ask("/count", b"four")) == b"total 4"
try:
    asyncio.run(ask("/wrong"))
except LookupError:
    pass
"""


def test_what_is_called_while_the_interpreter_ends_says_nothing(tmp_path: Path) -> None:
    program = """
import builtins, logging, sys, testwright

class Late:
    def __del__(self):
        self.told()
    def told(self):
        pass

with testwright.record("all"):
    pass
logging.late = sys.modules["late"] = builtins.late = Late()
"""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "program.py").write_text(f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\n{program}")
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", [WSGI, ASGI], ids=["wsgi", "asgi"])
def test_where_the_environment_says_so_nothing_is_recorded(tmp_path: Path, program: str) -> None:
    with pytest.raises(ValueError, match="not enough values"):  # there is no log
        recorded(tmp_path, f"import os\nos.environ['TESTWRIGHT_RECORD'] = '0'\n{program}")
    assert not (tmp_path / ".testwright").exists()


@pytest.mark.parametrize(("program", "inner"), [(WSGI, ["shop:total"]), (ASGI, ["shop:slow", "shop:total"])])
def test_a_request_is_the_first_span_of_its_trace(tmp_path: Path, program: str, inner: list[str]) -> None:
    records = recorded(tmp_path, program)
    good, wrong = traces(records)
    spans = [each for each in records if each["e"] == "span"]
    own = [name for name in good[3] if not name.startswith("__main__")]
    assert good[:3] == ("request", "POST /count", "201")
    assert own == ["POST /count", *inner]
    first = next(span for span in spans if span["kind"] == "request")
    assert (first["n"], first["parent"]) == (1, 0)
    data = first["data"]
    assert (data["method"], data["path"], data["query"], data["body"]) == ("POST", "/count", "a=1&a=2", "four")
    assert "1" in [value for name, value in data["headers"] if name.lower() == "x-one"]
    response = data["response"]
    assert (response["status"], response["body"], response["content_type"]) == (201, "total 4", "text/plain")
    calls = [span for span in spans if span["kind"] == "call" and span["trace"] == first["trace"]]
    assert {span["parent"] for span in calls} <= {1, *(span["n"] for span in calls)}
    assert wrong[:3] == ("request", "POST /wrong", "error")
    ends = [each for each in records if each["e"] == "end"]
    assert ends[-1]["about"]["error"] == "builtins:LookupError"


def test_a_body_may_be_read_into_a_buffer_and_an_answer_be_left_open(tmp_path: Path) -> None:
    """As Werkzeug does, and clients for tests."""
    program = WSGI.replace("validator(RecordMiddleware(validator(application)))", "RecordMiddleware(application)")
    program = program.replace(
        'environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))',
        'bytearray(10); body = body[:environ["wsgi.input"].readinto(body)]',
    )
    program = program.replace("    answer.close()\n", "    kept.append(answer)\n").replace(
        "import io, shop", "import io, shop\nkept = []"
    )
    records = recorded(tmp_path, program)
    told = [each["data"] for each in records if each.get("kind") == "request" and each["e"] == "span"]
    good = next(each for each in told if each["path"] == "/count")
    assert (good["body"], good["response"]["body"]) == ("four", "total 4")


def test_a_large_body_is_cut_and_goes_out_whole(tmp_path: Path) -> None:
    program = WSGI.replace('[b"total ", str(shop.total([len(body)])).encode()]', "[b'x' * 300_000, b'y' * 300_000]")
    program = program.replace('assert ask("/count", b"four") == b"total 4"', 'assert len(ask("/count")) == 600_000')
    records = recorded(tmp_path, program)
    body = next(each for each in records if each.get("kind") == "request" and each["e"] == "span")["data"]["response"][
        "body"
    ]
    assert body[:3] == ["cut", "str", 600_000]
    assert len(body[4]) == 256 * 1024
