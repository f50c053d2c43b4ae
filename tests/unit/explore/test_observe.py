"""Scenarios observed in real workers: what all runs agree on is kept, what differs or leaves the sandbox is not."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from testwright.explore.observe import observe
from testwright.inside.recipes import Attribute, Call, Const, Name, Recipe, ScratchFile, Sequence, Variable
from testwright.inside.scenario import Check, Outcome, Scenario, Step
from testwright.nouns import Observation, Target

SOURCE = """
    import os, random, socket, time

    class Cart:
        def __init__(self): self.lines = []
        def add(self, x): self.lines.append(x)

    def add(a, b): return a + b
    def chance(): return random.random()
    def letters(): return list({"a", "b", "c", "dd", "eee", "q"})
    def grow(items): items.append(3)
    def hang():
        while True: pass
    def leave(): os._exit(0)
    def fork(): return os.fork()
    def swallow():
        try: socket.create_connection(("127.0.0.1", 9))
        except OSError: return 5
    def local_hour(): return time.localtime(0).tm_hour
    def counted(seen=[]):
        seen.append(1)
        return len(seen)
"""


def seen(tmp_path: Path, *recipes: Recipe, source: str = SOURCE, seconds: float = 60) -> list[Observation]:
    project = tmp_path / "project"
    project.mkdir()
    (project / "seen.py").write_text(textwrap.dedent(source), encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return observe(
        [Observation(Scenario((Step(r, "result"),), "t"), ()) for r in recipes],
        python=sys.executable,
        target=Target("seen", str(project / "seen.py")),
        scratch_root=scratch,
        sys_path=[str(project)],
        seed=1,
        seconds=seconds,
    )


def test_what_was_observed_before_leaves_no_file_behind(tmp_path: Path) -> None:
    (tmp_path / "saving.py").write_text(
        "def save(path):\n    with open(path, 'w') as f:\n        f.write('x')\n\ndef plain():\n    return 1\n"
    )
    outcomes = [
        observe(
            [Observation(Scenario((Step(recipe, "result"),), "t"), ())],
            python=sys.executable,
            target=Target("saving", str(tmp_path / "saving.py")),
            scratch_root=tmp_path,
            sys_path=[str(tmp_path)],
            seed=1,
        )[0].outcome
        for recipe in (
            Call(Name("saving", "save"), (ScratchFile("a.txt"),)),
            Call(Name("saving", "plain"), ()),
        )
    ]
    kinds = [[check.kind for check in outcome.checks] for outcome in outcomes if outcome is not None]
    assert kinds == [["file"], ["equals"]]


def test_a_warning_in_the_modules_words_is_seen_and_one_of_a_library_is_not(tmp_path: Path) -> None:
    source = """
        import warnings
        import os

        def own(x):
            warnings.warn(f"{x} is too large", UserWarning)
            return x

        def named_by_address(x):
            warnings.warn(f"too large: {x}")
            return 1

        def of_a_library():
            warnings.warn("WORDS OF A LIBRARY".lower(), DeprecationWarning, stacklevel=2)
            return 2
    """
    found = seen(
        tmp_path, call("own", Const(5)), call("named_by_address", call_object()), call("of_a_library"), source=source
    )
    checks = [[(c.kind, c.expected) for c in o.outcome.checks if c.kind == "warns"] for o in found if o.outcome]
    assert checks == [
        [("warns", Call(Name("builtins", "UserWarning"), (Const("5 is too large"),)))],
        [("warns", Call(Name("builtins", "UserWarning"), ()))],
        [],
    ]


def call_object() -> Call:
    return Call(Name("builtins", "object"), ())


def call(name: str, *args: Recipe) -> Call:
    return Call(Name("seen", name), args)


def values(outcome: Outcome) -> tuple[Check, ...]:
    """The checks that say more than a type."""
    return tuple(check for check in outcome.checks if check.kind != "isinstance")


def test_each_scenario_gets_the_outcome_on_which_all_runs_agree(tmp_path: Path) -> None:
    names = ("chance", "letters", "leave", "fork", "swallow", "local_hour", "counted", "counted")
    observed = seen(tmp_path, call("add", Const(1), Const(2)), *(call(n) for n in names))
    outcomes = [o.outcome or Outcome() for o in observed]
    one = (Check("equals", Variable("result"), Const(1)),)
    assert outcomes[0].checks == (Check("equals", Variable("result"), Const(3)),)
    six = (Check("equals", Call(Name("builtins", "len"), (Variable("result"),)), Const(6)),)
    assert [values(o) for o in outcomes[1:]] == [(), six, (), (), (), (), one, one]
    assert outcomes[1].checks == (Check("isinstance", Variable("result"), Name("builtins", "float")),)
    reasons = [o.broken.split(":")[0] for o in outcomes[1:]]
    assert reasons == ["", "", "crashed", "blocked side effect", "blocked side effect", "", "", ""]


def test_a_scenario_that_hangs_costs_itself(tmp_path: Path) -> None:
    (hanging,) = seen(tmp_path, call("hang"), seconds=0.5)
    assert hanging.outcome == Outcome(broken="too slow")


CLOCK = """
    import datetime, time
    from datetime import date
    def age(year): return date.today().year - year
    def is_past(year): return date(year, 1, 1) < date.today()
    def next_day(year): return date(year, 1, 1) + datetime.timedelta(days=1)
    def noon(year): return datetime.datetime.combine(date(year, 1, 1), datetime.time(12))
    def just_day(year): return datetime.datetime(year, 1, 2, 3).date()
    def is_date(year): return isinstance(just_day(year), date) and isinstance(noon(year), datetime.datetime)
    def days_since(year): return (time.time() - year) // 86400
"""


def test_what_depends_on_the_date_of_today_is_not_kept(tmp_path: Path) -> None:
    year = Const(2001)
    names = ("age", "days_since", "is_past", "next_day", "noon", "just_day", "is_date")
    observed = seen(tmp_path, *(call(n, year) for n in names), source=CLOCK)
    expected = [c.expected for o in observed for c in values(o.outcome or Outcome())]
    assert [o.outcome and o.outcome.broken for o in observed] == [""] * 7
    assert expected == [
        Const(True),
        Call(Name("datetime", "date"), (Const(2001), Const(1), Const(2))),
        Call(Name("datetime", "datetime"), tuple(Const(n) for n in (2001, 1, 1, 12, 0))),
        Call(Name("datetime", "date"), (Const(2001), Const(1), Const(2))),
        Const(True),
    ]


SURROUNDED = """
    import getpass, os, platform, shutil, socket, sys, tempfile
    from pathlib import Path

    def who(): return getpass.getuser()
    def user(): return os.getuid()
    def columns(): return shutil.get_terminal_size().columns
    def editor(): return os.environ.get("EDITOR", "vi")
    def cache(): return os.environ.get("XDG_CACHE_HOME", "none")
    def language(): return os.environ.get("LC_ALL") or os.environ.get("LANG") or "C"
    def workers(): return min(32, (os.cpu_count() or 1) + 4)
    def share(): return 1 // os.cpu_count()
    def host(): return len(platform.node())
    def address(): return len(socket.gethostname())
    def python(): return os.path.basename(sys.executable)
    def agent(): return "client/1.0 Python/" + platform.python_version()
    def library(): return "lib/python%d.%d/x" % sys.version_info[:2]
    def kernel(): return platform.release()
    def usable(): return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    def depth(): return len(Path("x").resolve().parts)
    def home(): return len(Path.home().parts)
    def mode():
        path = Path(tempfile.mkstemp()[1] + "2")
        path.touch()
        return path.stat().st_mode
"""


def test_what_depends_on_machine_user_terminal_or_folder_is_not_kept(tmp_path: Path) -> None:
    names = [line.split()[1].partition("(")[0] for line in SURROUNDED.splitlines() if line.startswith("    def ")]
    found = seen(tmp_path, *map(call, names), source=SURROUNDED)

    kept = {n: o.outcome for n, o in zip(names, found, strict=True) if o.outcome is None or values(o.outcome)}
    assert kept == {}


TIMED = """
    import datetime, time

    def elapsed(clock):
        started = clock()
        return f"took {clock() - started:.1f} s"
    def by_time(): return elapsed(time.time)
    def by_counter(): return elapsed(time.perf_counter)
    def by_nanoseconds(): return elapsed(lambda: time.perf_counter_ns() / 1e9)
    def by_date(): return elapsed(lambda: datetime.datetime.now().timestamp())
"""


def test_how_little_time_something_took_is_not_kept(tmp_path: Path) -> None:
    clocks = [call(name) for name in ("by_time", "by_counter", "by_nanoseconds", "by_date")]
    outcomes = [o.outcome for o in seen(tmp_path, *clocks, source=TIMED) if o.outcome is not None]

    assert [values(outcome) for outcome in outcomes] == [(), (), (), ()]


def test_a_module_that_cannot_bear_another_date_is_observed_on_this_one(tmp_path: Path) -> None:
    source = "import datetime\nassert type(datetime.datetime(2001, 1, 1).date()) is datetime.date\ndef f(): return 4\n"
    (one,) = seen(tmp_path, call("f"), source=source)
    assert one.outcome == Outcome((Check("equals", Variable("result"), Const(4)),))


def test_inline_arguments_that_change_get_their_own_step(tmp_path: Path) -> None:
    recipes = (call("grow", Sequence("list", (Const(1),))), Call(Attribute(call("Cart"), "add"), (Const("tea"),)))
    grown, added = seen(tmp_path, *recipes)
    assert [s.variable for s in grown.scenario.steps] == ["items", "result"]
    assert grown.outcome == Outcome(
        (Check("equals", Variable("items"), Sequence("list", (Const(1), Const(3)))),),
    )
    assert [s.variable for s in added.scenario.steps] == ["cart", "result"]
    assert added.outcome == Outcome(
        (Check("equals", Attribute(Variable("cart"), "lines"), Sequence("list", (Const("tea"),))),),
    )


@pytest.mark.parametrize("source", ["raise SystemExit(1)", "import os\nos._exit(1)", "import nothing_like_it"])
def test_a_module_that_cannot_be_imported_breaks_all(tmp_path: Path, source: str) -> None:
    for observation in seen(tmp_path, call("f"), call("g"), source=source):
        assert observation.outcome is not None
        assert observation.outcome.broken.startswith("the module cannot be imported")


def test_stopping_leaves_the_rest_unobserved(tmp_path: Path) -> None:
    observation = Observation(Scenario((Step(Const(1), "result"),), "t"), ())
    (one,) = observe(
        [observation],
        python=sys.executable,
        target=Target("json", "json.py"),
        scratch_root=tmp_path,
        sys_path=[],
        seed=1,
        stop=lambda: True,
    )
    assert one.outcome == Outcome(broken="not observed")


def test_an_order_that_differs_leaves_a_sign(tmp_path):
    letters, fixed = seen(tmp_path, call("letters"), call("add", Const(1), Const(2)))
    (sign,) = letters.outcome.signs
    assert sign.kind == "unstable"
    assert sorted(sign.what) == sorted(sign.seen)
    assert sign.what != sign.seen
    assert fixed.outcome.signs == ()
