from __future__ import annotations

import ast
from collections.abc import Collection

import pytest

from testwright.assess.hard_inputs import HardInputs
from testwright.python_source.indexed_text import IndexedText

IMPORTS = """\
import os, os.path, time, socket, random, subprocess as sp, threading, asyncio, sqlite3, sys, requests, shutil
import urllib.request, concurrent.futures, numpy as np, pathlib, uuid
from datetime import datetime, date
from subprocess import run as start
from pathlib import Path
from os import environ
from .local import open_all
"""


def found(
    body: str, *, head: str = "def f(x=1):", before: str = "", owner: str = "", awkward: Collection[str] = ()
) -> tuple[str, ...]:
    source = f"{IMPORTS}{before}\n{head}\n    {body}\n"
    tree = ast.parse(source)
    function = tree.body[-1]
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    return HardInputs(tree, IndexedText(source.encode()), "shop.cart", awkward=awkward).of(function, owner=owner)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("open('a')", "files"),
        ("os.remove(x)", "files"),
        ("os.path.exists(x)", "files"),
        ("Path(x).write_text('')", "files"),
        ("list(map(os.listdir, x))", "files"),
        ("shutil.rmtree(x)", "files"),
        ("requests.get(x)", "network"),
        ("urllib.request.urlopen(x)", "network"),
        ("with socket.socket() as s: pass", "network"),
        ("start(['ls'])", "subprocesses"),
        ("sp.Popen('ls')", "subprocesses"),
        ("os.system('ls')", "subprocesses"),
        ("import subprocess; subprocess.run('ls')", "subprocesses"),
        ("return datetime.now()", "the clock"),
        ("return date.today().year", "the clock"),
        ("time.sleep(1)", "the clock"),
        ("return random.choice(x)", "randomness"),
        ("return uuid.uuid4()", "randomness"),
        ("return np.random.rand()", "randomness"),
        ("return os.environ['A']", "the environment"),
        ("return environ.get('A')", "the environment"),
        ("return os.getenv('A')", "the environment"),
        ("return sys.argv[1:]", "the environment"),
        ("return Path.home()", "the environment"),
        ("return sqlite3.connect(x)", "a database"),
        ("return x.cursor().fetchall()", "a database"),
        ("return Order.objects.filter(a=1)", "a database"),
        ("threading.Thread(target=x).start()", "threads or async"),
        ("concurrent.futures.ThreadPoolExecutor()", "threads or async"),
        ("return asyncio.run(x)", "threads or async"),
        ("return input('?')", "standard input"),
        ("return sys.stdin.read()", "standard input"),
        ("return lambda: open(x)", "files"),
    ],
)
def test_what_a_test_has_to_stand_in_for_is_named(body: str, kind: str) -> None:
    assert found(body) == (kind,)


@pytest.mark.parametrize(
    "body",
    [
        "return os.path.join('a', x)",
        "return time.struct_time(x)",
        "return datetime(2020, 1, 1)",
        "return random.Random(7)",
        "return threading.Lock()",
        "return x.open()",
        "return x.get(requests)",
        "return self.objects.all()",
        "return open_all(x)",
        "y: sp.Popen = x",
        "try: x()\n    except sp.CalledProcessError: pass",
        "raise sp.CalledProcessError(1, x)",
        "def inner(): open('a')",
        "class Inner:\n        def g(self): open('a')",
        "random = x; return random.choice()",
        "return [time.time() for time in x]",
    ],
)
def test_what_only_looks_like_it_is_not(body: str) -> None:
    assert found(body) == ()


def test_a_parameter_of_the_same_name_is_not_the_module() -> None:
    assert found("return requests.get(x)", head="def f(x, requests):") == ()


def test_a_function_of_the_module_is_not_the_builtin() -> None:
    assert found("open(x)", before="def open(x): pass") == ()


def test_each_kind_counts_once_and_they_are_in_one_order() -> None:
    assert found("time.time(); time.sleep(1); requests.get(open(x)); open(x)") == ("files", "network", "the clock")


def test_an_async_function_is_hard_by_itself() -> None:
    assert found("return 1", head="async def f():") == ("threads or async",)


CLASSES = """\
import abc, time
from typing import Protocol

class Plain:
    def __init__(self, a: int): ...
class Empty: ...
class Port(Protocol): ...
class Base(abc.ABC): ...
class HalfDone:
    @abc.abstractmethod
    def run(self): ...
class Clocked:
    def __init__(self): self.now = time.time()
class Lazy:
    def __init__(self, file=None):
        if file is None:
            file = open("a")
class Reader:
    def __init__(self): self.file = open("a")
class Holder:
    def __init__(self, reader: "Reader"): ...
class Outer:
    def __init__(self, *, holder: Holder | None): ...
class Relaxed:
    def __init__(self, holder: Holder | None = None): ...
"""


def test_classes_that_a_test_cannot_simply_make_are_found() -> None:
    tree = ast.parse(CLASSES)

    names = {name.rpartition(".")[2] for name in HardInputs(tree, IndexedText(CLASSES.encode()), "shop").awkward}

    assert names == {"Port", "Base", "HalfDone", "Reader", "Holder", "Outer"}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("def f(a: Gate, b: 'Port'):", ("objects that are hard to make: Gate, Port",)),
        ("def f(a: list[Gate]):", ("objects that are hard to make: Gate",)),
        ("def f(a: ports.Port):", ("objects that are hard to make: Port",)),
        ("def f(a: Plain, b: int):", ()),
        ("def f(a: Gate | None = None):", ()),
        ("def f(a):", ()),
    ],
)
def test_a_parameter_of_such_a_class_is_a_hard_input(head: str, expected: tuple[str, ...]) -> None:
    before = "import shop.ports as ports\nfrom shop.ports import Port\nclass Gate: ...\nclass Plain: ..."

    assert found("pass", head=head, before=before, awkward={"shop.cart.Gate", "shop.ports.Port"}) == expected


def test_a_method_of_such_a_class_needs_the_object_too() -> None:
    awkward = {"shop.cart.Gate"}

    assert found("pass", owner="Gate", awkward=awkward) == ("objects that are hard to make: Gate",)
    assert found("pass", head="@staticmethod\ndef f():", owner="Gate", awkward=awkward) == ()
    assert found("pass", owner="Plain", awkward=awkward) == ()


def test_a_source_in_other_letters_is_looked_at_as_a_whole() -> None:
    assert found("ｏｐｅｎ(x)") == ("files",)
    assert found("x = 'ä'; open(x)") == ("files",)


def test_words_in_strings_and_names_of_others_are_no_hard_inputs() -> None:
    assert found("return 'open the requests', x.opened, reopen(x)") == ()


def test_a_name_that_the_function_binds_before_is_its_own() -> None:
    assert found("open = x\n    y = 1\n    return open(y)") == ()


def test_what_a_long_statement_holds_is_found_on_its_own_line() -> None:
    assert found(
        "if x:\n        for y in x:\n            z = (\n                y,\n                open(y),\n            )"
    ) == ("files",)
