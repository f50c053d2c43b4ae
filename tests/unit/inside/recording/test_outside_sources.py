"""What the project reads of clock, chance, UUIDs, environment and files is recorded, and nobody sees that it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import testwright

SOURCE = Path(testwright.__file__).parents[1]
BEGIN = """
import json, sys
import testwright
{imports}
printed = None
def trace(function, *given):
    with testwright.record("one", root="."):
        return function(*given)
import shop
{text}
testwright.record("end", root=".")
from testwright.inside.recording.starting import current
if current():
    current().finish()
print(json.dumps(printed, default=str))
"""


class Told:
    def __init__(self, printed: Any, records: list[dict[str, Any]], problems: list[str]) -> None:
        self.printed, self.records = printed, records
        self.problems = problems

    def data(self, *kinds: str) -> list[dict[str, Any]]:
        return [span["data"] for span in self.spans(*kinds)]

    def spans(self, *kinds: str) -> list[dict[str, Any]]:
        found = [each for each in self.records if each["e"] == "span" and each["kind"] in kinds]
        return sorted(found, key=lambda each: each["at"])


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Told]:
    """Runs a program that imports `shop` and records by `trace(function, …)`; what it assigns to `printed` comes back."""

    def run(module: str, text: str, imports: str = "", **environment: str) -> Told:
        (tmp_path / "pyproject.toml").write_text("")
        (tmp_path / "shop.py").write_text(textwrap.dedent(module))
        (tmp_path / "main.py").write_text(BEGIN.format(imports=imports, text=textwrap.dedent(text)))
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        folder = tmp_path / ".testwright/recording"
        lines = [line for log in folder.glob("*.log") for line in log.read_bytes().splitlines()]
        problems = [each.read_text() for each in folder.glob("*.problem")]
        assert problems == []
        return Told(json.loads(done.stdout.splitlines()[-1]), [json.loads(line[9:]) for line in lines], problems)

    return run


def test_chance_is_told_as_it_came(shop):
    told = shop(
        """
        import random
        from random import choice as pick, random as chance
        import secrets, uuid
        from uuid import uuid4

        def draw():
            cards = [1, 2, 3, 4, 5]
            random.shuffle(cards)
            found = [random.random(), chance(), random.randint(1, 99), pick("abc"), random.choice("xyz")]
            return [*found, random.sample(range(9), 3), random.getrandbits(40), cards, secrets.choice("pq")]

        def ids():
            return str(uuid.uuid4()), str(uuid4())

        def own():
            return random.Random(4).choice("abc")
        """,
        "printed = [trace(shop.draw), trace(shop.ids), trace(shop.own)]",
    )
    drawn, ids, _ = told.printed
    data = told.data("random")
    assert [each["function"].partition(".")[2] for each in data] == [
        *("shuffle", "random", "random", "randint", "choice", "choice", "sample", "getrandbits", "choice"),
    ]
    values = [each["value"] for each in data]
    assert values[1:6] == drawn[:5]
    assert values[6] == ["list", *drawn[5]]
    assert values[7] == drawn[6]
    assert values[0] == ["list", *drawn[7]]
    assert values[8] == drawn[8]
    assert [each["value"][2] for each in told.data("uuid")] == ids
    assert {(span["file"], bool(span["line"])) for span in told.spans("random", "uuid")} == {("shop.py", True)}
    calls = {(span["trace"], span["n"]): span["name"] for span in told.spans("call")}
    assert {calls[span["trace"], span["parent"]] for span in told.spans("random")} == {"shop:draw"}


def test_a_module_that_is_imported_meanwhile_is_watched_too(shop):
    told = shop(
        """
        from random import choice as pick
        from time import time
        loaded = time()
        def draw():
            return pick("abc")
        """,
        """
        def anew():
            del sys.modules["shop"]
            import shop
            return [shop.loaded, shop.draw()]
        printed = trace(anew)
        """,
    )
    assert [each["function"] for each in told.data("clock", "random")] == ["time.time", "random.choice"]
    assert told.data("random")[0]["value"] == told.printed[1]
    assert "shop:draw" in [span["name"] for span in told.spans("call")]


def test_tokens_are_secrets(shop):
    told = shop(
        """
        import secrets
        def token():
            return secrets.token_hex(16), secrets.token_urlsafe(), secrets.token_urlsafe(6)
        """,
        "printed = trace(shop.token)",
    )
    assert [each["value"][0] for each in told.data("random")] == ["secret"] * 3
    assert not any(token in json.dumps(told.records) for token in told.printed)


def test_clocks_are_told(shop):
    told = shop(
        """
        import time, datetime as dates
        from datetime import datetime, date, timezone
        from time import time as now
        def clocks():
            return [time.time(), now(), time.monotonic(), datetime.now().timestamp(), dates.datetime.now(timezone.utc).timestamp(),
                    datetime.now(tz=timezone.utc).timestamp(), date.today(), time.localtime()[0], time.localtime(0)[0]]
        """,
        "printed = trace(shop.clocks)",
    )
    data = told.data("clock")
    functions = [each["function"] for each in data]
    assert functions == [
        *("time.time", "time.time", "time.monotonic", "datetime.datetime.now", "datetime.datetime.now"),
        *("datetime.datetime.now", "datetime.date.today", "time.localtime"),
    ]
    assert abs(data[0]["value"] - told.printed[0]) < 100
    assert data[3]["value"][:2] == ["std", "datetime.datetime"]
    assert data[5]["value"][-1] == ["name", "datetime:timezone.utc"]
    year, month, day = data[6]["value"][2:]
    assert told.printed[6] == f"{year:04}-{month:02}-{day:02}"


def test_the_environment_is_told_by_name(shop):
    told = shop(
        """
        import os
        from os import environ, getenv
        def read():
            return [os.environ["BRANCH"], os.environ.get("NOTHING", "no"), getenv("BRANCH"), environ.get("BRANCH"),
                    os.getenv("DESK_PASSWORD"), {"a": 1}.get("a")]
        """,
        "printed = trace(shop.read)",
        BRANCH="harbour",
        DESK_PASSWORD="corr3ct-horse",
    )
    assert told.printed == ["harbour", "no", "harbour", "harbour", "corr3ct-horse", 1]
    found = [(each["function"], each["name"], each["value"]) for each in told.data("environment")]
    assert found[:4] == [
        ("os.environ", "BRANCH", "harbour"),
        ("os.environ.get", "NOTHING", "no"),
        ("os.getenv", "BRANCH", "harbour"),
        ("os.environ.get", "BRANCH", "harbour"),
    ]
    assert [each.get("unset", False) for each in told.data("environment")] == [False, True, False, False, False]
    assert found[4][2][0] == "secret"
    assert "corr3ct-horse" not in json.dumps(told.records)


def test_djangos_clock_is_told_also_behind_its_local_dates(shop):
    pytest.importorskip("django")
    told = shop(
        """
        from django.utils import timezone
        from django.utils.timezone import now
        def read():
            return [now(), timezone.now(), timezone.localdate(), str(timezone.localdate(now()))]
        """,
        "printed = trace(shop.read)",
        "from django.conf import settings\nsettings.configure(USE_TZ=True)",
    )
    data = told.data("clock")
    assert [each["function"] for each in data] == ["django.utils.timezone.now"] * 4
    assert data[0]["value"][2:8] == [
        int(x) for x in told.printed[0].replace("-", " ").replace(":", " ").split(".")[0].split()
    ]


def test_files_that_the_project_opens_are_told_and_nothing_of_what_is_in_them(shop, tmp_path):
    told = shop(
        """
        import pathlib, io, csv
        from pathlib import Path
        def work(name, how):
            with open(name, how) as file:
                file.write("of nobody's business")
            with open("notes.txt", encoding="utf-8") as file:
                found = [file.read(4)]
            with Path("notes.txt").open("rb") as file:
                found.append(len(file.read()))
            Path("more").write_text("x")
            found.append(pathlib.Path("more").read_text())
            try:
                io.open("missing.txt")
            except FileNotFoundError as error:
                found.append(error.filename)
            found.append(open(b"more", mode="r").read())
            return found
        """,
        """
        import tempfile, warnings
        warnings.simplefilter("ignore")
        printed = trace(shop.work, "notes.txt", "w")
        """,
    )
    assert told.printed == ["of n", 20, "x", "missing.txt", "x"]
    found = [(each["function"], each["path"], each["mode"], each["size"]) for each in told.data("file")]
    assert found == [
        ("open", "notes.txt", "w", None),
        ("open", "notes.txt", "r", 20),
        ("pathlib.Path.open", "notes.txt", "rb", 20),
        ("pathlib.Path.write_text", "more", "w", None),
        ("pathlib.Path.read_text", "more", "r", 1),
        ("open", "missing.txt", "r", None),
        ("open", "more", "r", 1),
    ]


SAME = """
import os, pickle, random, time, datetime, uuid, traceback
from random import choice
def same():
    return [random.choice is choice, pickle.loads(pickle.dumps(time.time)) is time.time, type(time.time).__name__,
            pickle.loads(pickle.dumps(uuid.uuid4)) is uuid.uuid4, isinstance(datetime.datetime.now(), datetime.datetime),
            type(random.random).__name__, random.choice.__self__ is random._inst]

def wrong():
    found = []
    for fail in (lambda: random.choice([]), lambda: os.environ["NOT_THERE"], lambda: open("nowhere/at/all"),
                 lambda: random.sample([1], 2), lambda: random.choice(1 / 0)):
        try:
            fail()
        except Exception:
            found.append(traceback.format_exc())
    return found

def frozen():
    time.time = lambda: 5.0
    return time.time()
"""


def test_a_program_sees_no_difference(shop):
    """Neither what its functions are, nor in tracebacks, nor with a clock that somebody has replaced."""
    told = shop(SAME, "printed = [trace(shop.same), trace(shop.wrong), trace(shop.frozen)]")
    plain = shop(SAME, "printed = [shop.same(), shop.wrong(), shop.frozen()]")
    assert told.printed == plain.printed
    assert set(told.printed[0]) == {True, "builtin_function_or_method"}


def test_what_libraries_ask_for_themselves_is_not_told(shop):
    told = shop(
        """
        import tempfile, uuid, logging, string
        def work():
            with tempfile.TemporaryDirectory():
                logging.getLogger("x").error("y")
            return "x".upper()
        """,
        "import logging; logging.disable(50)\nprinted = trace(shop.work)",
    )
    assert told.spans("random", "clock", "uuid", "environment", "file") == []


@pytest.mark.parametrize("call", ["random.random()", "time.time()", "random.randint(1, 2)", "os.getenv('HOME')"])
def test_a_loop_is_cut_short_and_the_next_trace_is_told_anew(shop, call):
    told = shop(
        f"""
        import os, random, time
        def loop(times):
            for _ in range(times):
                {call}
        def many():
            for name in range(30):
                exec(compile("def f():\\n    for n in range(200): {call}\\nf()", __file__, "exec"), globals())
        """,
        """
        from testwright.inside.recording.outside_sources import OutsideSources
        looked, note = [], OutsideSources.note
        OutsideSources.note = lambda *given: (looked.append(1), note(*given))[1]
        trace(shop.loop, 30_000)
        printed = len(looked)
        trace(shop.loop, 3)
        trace(shop.many)
        trace(shop.loop, 3)
        """,
    )
    told_at_once = sys.version_info < (3, 12) or call in ("random.random()", "time.time()")
    assert told.printed <= (101 if told_at_once else 10_100)  # what a trace takes no more of costs nothing
    traces = [each["id"] for each in told.records if each["e"] == "trace"]
    spans = told.spans("random", "clock", "environment")
    counts = [sum(span["trace"] == trace for span in spans) for trace in traces]
    assert counts[:2] == [100, 3]
    assert counts[2] in ((0,) if sys.version_info < (3, 12) else (1000,))  # what `exec` compiles is not woven
    assert counts[3] == 3
