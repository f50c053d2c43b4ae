"""Programs that do the same with each client of HTTP: `calls.py` of a project, whose functions each have one purpose."""

from __future__ import annotations

__all__ = ["CLIENTS", "MAIN"]

MAIN = """
import contextlib, os, re, sys, threading
BASE, CLOSED = sys.argv[1:3]
recorded = contextlib.nullcontext()
if sys.argv[3:]:
    import testwright
    recorded = testwright.record("all")

def show(name):
    try:
        found = getattr(calls, name)(CLOSED if name == "refused" else BASE)
    except Exception as error:
        chain = []
        while error is not None:
            chain.append(f"{type(error).__qualname__}: {error}")
            error = error.__cause__ or error.__context__
        found = chain
    print(name, re.sub("(0x)?[0-9a-f]{8,}", "0x", repr(found)))

NAMES = "get post missing redirect chunks halfway gzipped refused slow reuse cut_off bodiless".split()
with recorded:
    import calls

    for name in NAMES:
        show(name)
    if hasattr(calls, "gather"):
        show("gather")
    else:
        import contextvars
        contexts = {None: contextvars.copy_context(), 1: contextvars.copy_context()}
        both = [threading.Thread(target=each.run, args=(calls.thread, BASE, mark)) for mark, each in contexts.items()]
        [each.start() for each in both]
        [each.join() for each in both]
"""

_PLAIN = """
import http.client, json
from urllib.parse import urlsplit

def connect(base, timeout=5):
    return http.client.HTTPConnection(urlsplit(base).netloc, timeout=timeout)

def ask(connection, method, path, body=None, headers={}):
    connection.request(method, path, body, headers)
    return connection.getresponse()

def get(base):
    connection = connect(base)
    response = ask(connection, "GET", "/json?api_key=opensesame17")
    return response.status, sorted(response.headers.keys()), json.loads(response.read()), response.isclosed()

def post(base):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer topsecret12345678"}
    response = ask(connect(base), "POST", "/echo", json.dumps({"name": "Ann", "password": "hunter2hunter2"}), headers)
    return response.status, response.read()

def missing(base):
    response = ask(connect(base), "GET", "/missing")
    return response.status, response.read()

def redirect(base):
    connection = connect(base)
    response = ask(connection, "GET", "/old")
    response.read()
    return ask(connection, "GET", response.getheader("Location")).read()

def chunks(base):
    response = ask(connect(base), "GET", "/chunks")
    return [response.read(7), response.readline(), response.read1(3), response.read()]

def halfway(base):
    response = ask(connect(base), "GET", "/chunks")
    found = response.read(7)
    response.close()
    return found, response.isclosed()

def gzipped(base):
    return ask(connect(base), "GET", "/gzip").read()

def refused(base):
    ask(connect(base), "GET", "/json")

def slow(base):
    ask(connect(base, 0.2), "GET", "/slow")

def reuse(base):
    connection = connect(base)
    return [ask(connection, "GET", "/json").read() for _ in range(2)]

def cut_off(base):
    return ask(connect(base), "GET", "/cut").read()

def bodiless(base):
    return ask(connect(base), "HEAD", "/json").read()

def thread(base, mark):
    ask(connect(base), "GET", "/json").read()
"""

_URLLIB = """
import json, urllib.request
from urllib.error import HTTPError

def read(url, timeout=5):
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return response.status, response.url.rpartition("/")[2], response.read()

def get(base):
    return read(base + "/json?api_key=opensesame17")

def post(base):
    body = json.dumps({"name": "Ann", "password": "hunter2hunter2"}).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer topsecret12345678"}
    return read(urllib.request.Request(base + "/echo", body, headers))

def missing(base):
    try:
        read(base + "/missing")
    except HTTPError as error:
        return error.code, error.read()

def redirect(base):
    return read(base + "/old")

def chunks(base):
    with urllib.request.urlopen(base + "/chunks") as response:
        return list(response)

def halfway(base):
    with urllib.request.urlopen(base + "/chunks") as response:
        return response.read(7)

def gzipped(base):
    return read(base + "/gzip")

def refused(base):
    return read(base + "/json")

def slow(base):
    return read(base + "/slow", 0.2)

def reuse(base):
    return read(base + "/json"), read(base + "/json")

def cut_off(base):
    return read(base + "/cut")

def bodiless(base):
    return read(urllib.request.Request(base + "/json", method="HEAD"))

def thread(base, mark):
    read(base + "/json")
"""

_URLLIB3 = """
import json, urllib3
pool = urllib3.PoolManager(timeout=5, retries=urllib3.Retry(1, redirect=5))

def ask(method, url, **named):
    response = pool.request(method, url, **named)
    return response.status, sorted(response.headers.keys()), response.data

def get(base):
    return ask("GET", base + "/json?api_key=opensesame17")

def post(base):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer topsecret12345678"}
    return ask("POST", base + "/echo", body=json.dumps({"name": "Ann", "password": "hunter2hunter2"}), headers=headers)

def missing(base):
    return ask("GET", base + "/missing")

def redirect(base):
    return ask("GET", base + "/old")

def chunks(base):
    response = pool.request("GET", base + "/chunks", preload_content=False)
    found = list(response.stream(7)), response.closed, response._connection is None
    response.release_conn()
    return found

def halfway(base):
    response = pool.request("GET", base + "/chunks", preload_content=False)
    found = response.read(7)
    response.close()
    return found, response.closed

def gzipped(base):
    return ask("GET", base + "/gzip")

def refused(base):
    return ask("GET", base + "/json")

def slow(base):
    return ask("GET", base + "/slow", timeout=0.2, retries=False)

def reuse(base):
    return ask("GET", base + "/json"), ask("GET", base + "/json"), pool.connection_from_url(base).num_connections

def cut_off(base):
    return ask("GET", base + "/cut", retries=False)

def bodiless(base):
    return ask("HEAD", base + "/json")

def thread(base, mark):
    ask("GET", base + "/json")
"""

_REQUESTS = """
import pickle, requests
client = requests.Session()

def ask(method, url, **named):
    response = client.request(method, url, timeout=named.pop("timeout", 5), **named)
    again = pickle.loads(pickle.dumps(response))
    return again.status_code, sorted(response.headers), response.content, [each.status_code for each in response.history]

def get(base):
    return ask("GET", base + "/json?api_key=opensesame17")

def post(base):
    headers = {"Authorization": "Bearer topsecret12345678"}
    return ask("POST", base + "/echo", json={"name": "Ann", "password": "hunter2hunter2"}, headers=headers)

def missing(base):
    return ask("GET", base + "/missing")

def redirect(base):
    return ask("GET", base + "/old")

def chunks(base):
    with client.get(base + "/chunks", stream=True) as response:
        return list(response.iter_content(7)), response.raw.closed

def halfway(base):
    with client.get(base + "/chunks", stream=True) as response:
        return next(response.iter_content(7)), response.raw.closed

def gzipped(base):
    return ask("GET", base + "/gzip")

def refused(base):
    return ask("GET", base + "/json")

def slow(base):
    return ask("GET", base + "/slow", timeout=0.2)

def reuse(base):
    return ask("GET", base + "/json"), ask("GET", base + "/json")

def cut_off(base):
    return ask("GET", base + "/cut")

def bodiless(base):
    return ask("HEAD", base + "/json")

def thread(base, mark):
    ask("GET", base + "/json")
"""

_HTTPX = """
import httpx
client = httpx.Client(trust_env=False)

def ask(method, url, **named):
    response = client.request(method, url, **named)
    kind = type(response.stream).__qualname__, isinstance(response.stream, httpx.SyncByteStream)
    return response.status_code, sorted(response.headers), response.content, kind, len(response.history)

def get(base):
    return ask("GET", base + "/json?api_key=opensesame17")

def post(base):
    headers = {"Authorization": "Bearer topsecret12345678"}
    return ask("POST", base + "/echo", json={"name": "Ann", "password": "hunter2hunter2"}, headers=headers)

def missing(base):
    return ask("GET", base + "/missing")

def redirect(base):
    return ask("GET", base + "/old", follow_redirects=True)

def chunks(base):
    with client.stream("GET", base + "/chunks") as response:
        return list(response.iter_bytes(7)), response.is_closed

def halfway(base):
    with client.stream("GET", base + "/chunks") as response:
        return next(response.iter_raw(7)), response.is_closed

def gzipped(base):
    return ask("GET", base + "/gzip")

def refused(base):
    return ask("GET", base + "/json")

def slow(base):
    return ask("GET", base + "/slow", timeout=0.2)

def reuse(base):
    got = ask("GET", base + "/json")
    posted = ask("POST", base + "/echo", content=iter([b"a", b"b"]))
    return got, posted, len(client._transport._pool.connections)

def cut_off(base):
    return ask("GET", base + "/cut")

def bodiless(base):
    return ask("HEAD", base + "/json")

def thread(base, mark):
    ask("GET", base + "/json")
"""

_ASYNC_HTTPX = """
import asyncio, httpx

async def ask(method, url, **named):
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.request(method, url, **named)
        kind = type(response.stream).__qualname__, isinstance(response.stream, httpx.AsyncByteStream)
        return response.status_code, sorted(response.headers), response.content, kind, len(response.history)

def get(base):
    return asyncio.run(ask("GET", base + "/json?api_key=opensesame17"))

def post(base):
    headers = {"Authorization": "Bearer topsecret12345678"}
    body = {"name": "Ann", "password": "hunter2hunter2"}
    return asyncio.run(ask("POST", base + "/echo", json=body, headers=headers))

def missing(base):
    return asyncio.run(ask("GET", base + "/missing"))

def redirect(base):
    return asyncio.run(ask("GET", base + "/old", follow_redirects=True))

async def stream(url, whole):
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", url) as response:
        found = []
        async for piece in response.aiter_raw(7):
            found.append(piece)
            if not whole:
                break
        return found, response.is_closed

def chunks(base):
    return asyncio.run(stream(base + "/chunks", True))

def halfway(base):
    return asyncio.run(stream(base + "/chunks", False))

def gzipped(base):
    return asyncio.run(ask("GET", base + "/gzip"))

def refused(base):
    return asyncio.run(ask("GET", base + "/json"))

def slow(base):
    return asyncio.run(ask("GET", base + "/slow", timeout=0.2))

async def pieces():
    yield b"a"
    yield b"b"

def reuse(base):
    return asyncio.run(ask("GET", base + "/json")), asyncio.run(ask("POST", base + "/echo", content=pieces()))

def cut_off(base):
    return asyncio.run(ask("GET", base + "/cut"))

def bodiless(base):
    return asyncio.run(ask("HEAD", base + "/json"))

async def one(base, mark):
    return await ask("GET", base + "/json")

async def two(base):
    return await asyncio.gather(one(base, None), one(base, 1))

def gather(base):
    return asyncio.run(two(base))
"""

_AIOHTTP = """
import asyncio, aiohttp

async def ask(method, url, timeout=5, **named):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(timeout)) as session:
        async with session.request(method, url, **named) as response:
            found = await response.read()
            return response.status, sorted(response.headers), found, type(response.content), len(response.history)

def get(base):
    return asyncio.run(ask("GET", base + "/json?api_key=opensesame17"))

def post(base):
    headers = {"Authorization": "Bearer topsecret12345678"}
    body = {"name": "Ann", "password": "hunter2hunter2"}
    return asyncio.run(ask("POST", base + "/echo", json=body, headers=headers))

def missing(base):
    return asyncio.run(ask("GET", base + "/missing"))

def redirect(base):
    return asyncio.run(ask("GET", base + "/old"))

async def stream(url, whole):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        found = []
        async for piece in response.content.iter_chunked(7):
            found.append(piece)
            if not whole:
                break
        return b"".join(found)[:None if whole else 7], response.closed

def chunks(base):
    return asyncio.run(stream(base + "/chunks", True))

def halfway(base):
    return asyncio.run(stream(base + "/chunks", False))

def gzipped(base):
    return asyncio.run(ask("GET", base + "/gzip"))

def refused(base):
    return asyncio.run(ask("GET", base + "/json"))

def slow(base):
    return asyncio.run(ask("GET", base + "/slow", timeout=0.2))

async def pieces():
    yield b"a"
    yield b"b"

async def twice(base):
    async with aiohttp.ClientSession() as session:
        found = []
        for _ in range(2):
            async with session.get(base + "/json") as response:
                found.append(await response.json())
        return found

def reuse(base):
    return asyncio.run(twice(base))

def cut_off(base):
    return asyncio.run(ask("GET", base + "/cut"))

def bodiless(base):
    return asyncio.run(ask("HEAD", base + "/json"))

async def one(base, mark):
    return await ask("GET", base + "/json")

async def two(base):
    return await asyncio.gather(one(base, None), one(base, 1))

def gather(base):
    return asyncio.run(two(base))
"""

CLIENTS = {
    "http.client": _PLAIN,
    "urllib.request": _URLLIB,
    "urllib3": _URLLIB3,
    "requests": _REQUESTS,
    "httpx": _HTTPX,
    "httpx, async": _ASYNC_HTTPX,
    "aiohttp": _AIOHTTP,
}
