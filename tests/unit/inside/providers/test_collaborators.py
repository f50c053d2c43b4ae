"""What functions reach outside of their module is found in the source, with the path by which they reach it."""

from __future__ import annotations

import textwrap

import pytest

from testwright.inside.providers.collaborators import Collaborators
from testwright.inside.providers.stand_ins import STAND_INS


@pytest.fixture
def found(live_module_of):
    def find(source, qualname="f"):
        live = live_module_of(textwrap.dedent(source))
        facts = Collaborators(live.module, live.facts.source, STAND_INS).of(qualname)
        return [(one.origin, one.place.removeprefix(f"{live.name}.")) for one in facts.found]

    return find


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\ndef f(): return os.environ['A'], os.environ.get('B'), os.getenv('C'), 'D' in os.environ", "ABCD"),
        ("from os import environ, getenv\nKEY = 'B'\ndef f(): return environ['A'], getenv(KEY)", "AB"),
        ("import os\ndef env(name): return os.environ.get(name)\ndef f(): return env('A')", "A"),
        ("def f(environ): return environ['A']", ""),
        ("import os\ndef f(name): return os.environ[name]", ""),
    ],
)
def test_environment_variables_are_found_by_their_names(found, source, expected):
    assert found(source) == [("", name) for name in expected]


@pytest.mark.parametrize(
    ("source", "origin", "place"),
    [
        ("import time\ndef f(): return time.time()", "time.time", "time.time"),
        ("from time import time as now\ndef f(): return now()", "time.time", "now"),
        ("import datetime as dt\ndef f(): return dt.datetime.now()", "datetime.datetime", "dt.datetime"),
        ("from datetime import date\ndef f(): return date.today()", "datetime.date", "date"),
        ("import random\ndef f(): return random.choice([1])", "random", "random"),
        ("from random import choice\ndef f(): return choice([1])", "random.choice", "choice"),
        ("import subprocess as sp\ndef f(): return sp.run([])", "subprocess.run", "sp.run"),
        ("def f(): return input()", "builtins.input", "builtins.input"),
        ("def f():\n    import getpass\n    return getpass.getpass()", "getpass.getpass", "getpass.getpass"),
        ("def f():\n    from time import sleep\n    sleep(1)", "time.sleep", "time.sleep"),
    ],
)
def test_objects_are_found_where_the_module_reaches_them(found, source, origin, place):
    assert found(source) == [(origin, place)]


def test_what_a_function_calls_on_the_way_counts(found):
    source = """
        import time
        class Cache:
            def __init__(self): self.started = self._now()
            def _now(self): return time.time()
            def age(self): return 1
        def f(): return Cache().age()
        def g(): return 2
        """
    assert found(source) == [("time.time", "time.time")]
    assert found(source, "Cache.age") == [("time.time", "time.time")]
    assert found(source, "g") == []


def test_a_parameter_hides_what_the_module_calls_so(found):
    assert found("import time\ndef f(time): return time.time()") == []


def test_types_in_hints_are_no_collaborators(found):
    assert (
        found("import random\nfrom datetime import datetime\ndef f(rng: random.Random, when: datetime): return when")
        == []
    )
