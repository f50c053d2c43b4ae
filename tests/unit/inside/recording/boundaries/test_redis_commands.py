"""What is asked of a real Redis is recorded with its replies, one by one and in pipelines."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("redis", reason="SKIPPED FOR WANT OF A PACKAGE: redis is not installed")
CLIENT = """
import asyncio, redis, redis.asyncio
client = redis.Redis(unix_socket_path="server.socket", decode_responses=True)
"""


@pytest.fixture(autouse=True)
def server(tmp_path: Path) -> Iterator[None]:
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("SKIPPED FOR WANT OF A SERVER: no redis-server on the PATH")
    words = [found, "--port", "0", "--unixsocket", "server.socket", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL)
    while not (tmp_path / "server.socket").exists() and process.poll() is None:
        time.sleep(0.02)
    yield
    process.terminate()
    process.wait()


def told_of(told):
    data = [span["data"] for span in told.spans("redis")]
    return [(each["command"], each.get("key"), each.get("args"), each.get("reply")) for each in data]


def test_commands_have_their_replies(program):
    told = program(
        """
        with request(rows=False):
            client.set("rate", 3, ex=60)
            printed = [client.get("rate"), client.get("none"), client.hset("tool", mapping={"a": "1"}), client.hgetall("tool")]
            try:
                client.incr("tool")
            except redis.ResponseError as error:
                printed.append(type(error).__name__)
        client.get("outside")
        """,
        CLIENT,
    )
    assert told.printed == ["3", None, 1, {"a": "1"}, "ResponseError"]
    assert told_of(told) == [
        ("SET", "rate", ["list", 3, "EX", 60], True),
        ("GET", "rate", None, "3"),
        ("GET", "none", None, None),
        ("HSET", "tool", ["list", "a", "1"], 1),
        ("HGETALL", "tool", None, ["dict", ["a", "1"]]),
        ("INCRBY", "tool", ["list", 1], None),
    ]
    assert "ResponseError" in told.spans("redis")[-1]["data"]["raised"]["type"]


def test_pipelines_and_transactions(program):
    told = program(
        """
        with request(rows=False):
            with client.pipeline() as pipe:
                printed = [pipe.set("a", 1).incr("a").get("a").execute()]
            with client.pipeline() as pipe:
                pipe.watch("a")
                printed.append(pipe.get("a"))
                pipe.multi()
                pipe.set("a", 9)
                printed.append(pipe.execute())
        """,
        CLIENT,
    )
    assert told.printed == [[True, 2, "2"], "2", [True]]
    assert told_of(told) == [
        ("SET", "a", ["list", 1], True),
        ("INCRBY", "a", ["list", 1], 2),
        ("GET", "a", None, "2"),
        ("WATCH", "a", None, True),
        ("GET", "a", None, "2"),
        ("SET", "a", ["list", 9], True),
    ]


def test_asynchronous_clients(program):
    told = program(
        """
        async def work():
            async with redis.asyncio.Redis(unix_socket_path="server.socket") as later:
                await later.set("a", "1")
                async with later.pipeline() as pipe:
                    return [(await later.get("a")).decode(), await pipe.get("a").delete("a").execute()]
        with request(rows=False):
            printed = str(asyncio.run(work()))
        """,
        CLIENT,
    )
    assert told.printed == "['1', [b'1', 1]]"
    assert told_of(told) == [
        ("SET", "a", ["list", "1"], True),
        ("GET", "a", None, ["bytes", "MQ=="]),
        ("GET", "a", None, ["bytes", "MQ=="]),
        ("DEL", "a", None, 1),
    ]


def test_secrets_are_not_kept(program):
    told = program(
        """
        with request(rows=False):
            client.set("api_token:7", "vb7-no-one-knows")
            printed = client.get("api_token:7")
            try:
                client.auth("corr3ct-horse", "ann")
            except redis.RedisError:
                pass
        """,
        CLIENT,
    )
    assert told.printed == "vb7-no-one-knows"
    assert "no-one-knows" not in str(told.records)
    assert "corr3ct-horse" not in str(told.records)


def test_a_loop_is_cut_short(program):
    told = program(
        """
        with request(rows=False) as scope:
            for number in range(1100):
                client.get("a")
        boundaries.stop()
        with request(rows=False):
            client.get("b")
        printed = scope.dropped["redis"]
        """,
        CLIENT,
    )
    assert (len(told.spans("redis")), told.printed) == (1000, 100)
