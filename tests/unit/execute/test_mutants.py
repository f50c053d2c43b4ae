"""Real suites against real mutants, in real workers: each outcome that a mutant can have."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.errors import ProjectError
from testwright.execute.mutants import RecordedSuite, Suite, judge, record
from testwright.nouns import MutantVerdict

CODE = """
    LIMITS = {"low": 3}

    def limited(number, limit=3):
        if number > limit:
            return limit
        return number

    def drained(number):
        while number > 0:
            number -= 1
        return number

    def untested(number):
        return number + 1

    class Store:
        def __init__(self):
            self.rows = []
            self.rows.append("first")
    """
TESTS = """
    import pytest
    import code_under_test as code

    @pytest.fixture(scope="session")
    def store():
        return code.Store()

    def test_store_is_there(store):
        assert store is not None

    def test_first_row(store):
        assert store.rows[0] == "first"

    def test_limited():
        assert code.limited(9) == 3
        assert code.limited(2) == 2

    def test_drained():
        assert code.drained(3) == 0

    def test_fails_anyway():
        assert code.limited(1) == 5

    @pytest.mark.skip
    def test_skipped():
        code.untested(1)
    """


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return made(tmp_path, CODE, TESTS)


def made(folder: Path, code: str, tests: str) -> Suite:
    file = folder / "code_under_test.py"
    file.write_text(dedent(code))
    (folder / "test_code.py").write_text(dedent(tests))
    return Suite({str(file): ()}, (str(folder / "test_code.py"),), str(folder), sys.executable, (str(folder),))


def judged(suite: Suite, tmp_path: Path, jobs: int = 1) -> tuple[RecordedSuite, dict[str, MutantVerdict]]:
    """The verdicts by "function operator text"."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    recorded = record(suite, scratch=scratch)
    found: list[MutantVerdict] = []
    judge(suite, recorded, recorded.mutants, scratch=scratch, on_verdict=found.append, jobs=jobs)
    assert len(found) == len(recorded.mutants)
    return recorded, {f"{v.mutant.function} {v.mutant.operator} {v.mutant.text}": v for v in found}


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_mutant_gets_the_verdict_it_deserves(suite: Suite, tmp_path: Path, jobs: int) -> None:
    recorded, verdicts = judged(suite, tmp_path, jobs)
    outcomes = {name: (v.outcome, v.node.rpartition("::")[2]) for name, v in verdicts.items()}
    assert outcomes["limited comparison number >= limit"] == ("survived", "")
    assert outcomes["limited return None"] == ("killed", "test_limited")
    assert outcomes["limited constant 4"] == ("killed", "test_limited")
    assert outcomes["drained assignment number += 1"] == ("timeout", "test_drained")
    assert outcomes["untested arithmetic number - 1"] == ("unreached", "")
    assert outcomes["Store.__init__ deletion pass"] == ("killed", "test_first_row")
    assert {t.node.rpartition("::")[2] for t in recorded.tests if t.outcome != "passed"} == {
        "test_fails_anyway",
        "test_skipped",
    }


def test_a_mutant_that_ends_the_process_is_told_apart(tmp_path: Path) -> None:
    code = "import os\ndef leave(now):\n    if now:\n        os._exit(3)\n    return 1\n"
    tests = "from code_under_test import leave\ndef test_stay():\n    assert leave(0) == 1\n"
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    assert verdicts["leave condition not now"].outcome == "crashed"


def test_no_mutant_leaves_anything_to_the_next(tmp_path: Path) -> None:
    code = "KEPT = []\ndef keep(x):\n    if x > 0:\n        KEPT.append(x)\n    return len(KEPT)\n"
    tests = "from code_under_test import keep\ndef test_once():\n    assert keep(1) == 1\n"
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    assert verdicts["keep constant 1"].outcome == "killed"
    assert verdicts["keep comparison x >= 0"].outcome == "survived"


def test_what_one_mutant_spoils_changes_no_verdict_of_another(tmp_path: Path) -> None:
    code = """
        import functools

        SEEN = {}

        @functools.lru_cache
        def square(number):
            return number * number

        def first_use(name):
            if name in SEEN:
                return False
            SEEN[name] = 1
            return True

        def plus(number):
            return number + 1
        """
    tests = """
        from code_under_test import first_use, plus, square

        def test_square():
            assert square(3) == 9

        def test_first_use():
            assert first_use("a")

        def test_plus():
            assert plus(1) == 2
        """
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    outcomes = {name: v.outcome for name, v in verdicts.items()}
    assert {outcome for name, outcome in outcomes.items() if name.startswith(("square", "plus"))} == {"killed"}
    assert len([name for name in outcomes if name.startswith("square")]) > 1
    assert outcomes["first_use constant False"] == "killed"
    assert outcomes["first_use constant 2"] == "survived"


def test_a_mutant_that_spoils_what_a_test_reads_gets_no_other_one_caught(tmp_path: Path) -> None:
    code = """
        KNOWN = {}

        def square(number):
            if number not in KNOWN:
                KNOWN[number] = number * number
            return KNOWN[number]

        def is_positive(number):
            return number > 0
        """
    tests = """
        from code_under_test import is_positive, square

        def test_both():
            assert square(3) == 9
            assert is_positive(5)
        """
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    outcomes = {name: v.outcome for name, v in verdicts.items()}
    assert outcomes["square arithmetic number // number"] == "killed"
    assert outcomes["is_positive comparison number >= 0"] == "survived"
    assert outcomes["is_positive constant 1"] == "survived"


def test_fixtures_are_made_anew_for_each_mutant(tmp_path: Path) -> None:
    (tmp_path / "test_a_other.py").write_text(
        dedent("""
        import pytest
        from code_under_test import made, noted

        @pytest.fixture(scope="module")
        def one():
            value = made(1)
            yield value
            assert value == [1], "only where the mutant changed it"

        def test_one(one):
            assert one

        def test_file(tmp_path):
            assert noted(tmp_path / "x") == 1
        """)
    )
    code = """
        def made(number):
            return [number]

        def noted(path):
            assert not path.exists()
            path.write_text("1")
            return len(path.read_text())
        """
    tests = "from code_under_test import made\ndef test_made():\n    assert len(made(2)) == 1\n"
    suite = made(tmp_path, code, tests)
    _, verdicts = judged(replace(suite, tests=(str(tmp_path),)), tmp_path)
    outcomes = {name: (v.outcome, v.node.rpartition("::")[2]) for name, v in verdicts.items()}
    assert {outcome for outcome, _ in outcomes.values()} == {"killed"}, outcomes
    assert outcomes["noted return None"] == ("killed", "test_file")


def test_mutants_that_hang_or_end_the_process_cost_no_other_its_verdict(tmp_path: Path) -> None:
    code = """
        import os

        def drained(number):
            while number > 0:
                number -= 1
            return number

        def leave(now):
            if now:
                os._exit(3)
            return 1

        def plus(number):
            return number + 1
        """
    tests = """
        from code_under_test import drained, leave, plus

        def test_all():
            assert (drained(2), leave(0), plus(1)) == (0, 1, 2)
        """
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    outcomes = {name: v.outcome for name, v in verdicts.items()}
    assert outcomes["drained assignment number += 1"] == "timeout"
    assert outcomes["leave condition not now"] == "crashed"
    assert {outcome for name, outcome in outcomes.items() if name.startswith("plus")} == {"killed"}


def test_settings_of_the_project_hold_and_plugins_that_spread_tests_do_not(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npython_functions = check_*\naddopts = -n 4 --cov --testwright-audit\n"
    )
    (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef two():\n    return 2\n")
    code = "def double(x):\n    return 2 * x\n"
    tests = "from code_under_test import double\ndef check_it(two):\n    assert double(two) == 4\n"
    recorded, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    assert [t.outcome for t in recorded.tests] == ["passed"]
    assert verdicts["double constant 3"].outcome == "killed"


def test_a_suite_that_ends_its_process_is_a_problem_of_the_project(tmp_path: Path) -> None:
    suite = made(tmp_path, "def f():\n    return 1\n", "import os\ndef test_f():\n    os._exit(4)\n")
    with pytest.raises(ProjectError, match="did not come to their end") as caught:
        record(suite, scratch=tmp_path)
    assert caught.value.slug == "suite-not-runnable"
    assert "test_f" in caught.value.where


def test_a_default_is_changed_where_the_function_is_there_already(tmp_path: Path) -> None:
    code = """
        import functools

        def wrapped(function):
            @functools.wraps(function)
            def inner(*args, **kwargs):
                return function(*args, **kwargs)
            return inner

        class Scale:
            @wrapped
            def times(self, number, factor=3, *, offset=(1, 2)):
                return number * factor + offset[0]
        """
    tests = "from code_under_test import Scale\ndef test_it():\n    assert Scale().times(2) == 7\n"
    recorded, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    told = {name: v.outcome for name, v in verdicts.items() if name.startswith("Scale.times")}
    assert told["Scale.times constant 4"] == "killed"
    assert told["Scale.times constant 2"] == "killed"
    assert told["Scale.times constant 3"] == "survived"
    assert len(recorded.in_defaults) == 4


def test_methods_of_a_unittest_case_catch_mutants_too(tmp_path: Path) -> None:
    code = "def double(x):\n    return 2 * x\n"
    tests = """
        import unittest
        from code_under_test import double

        class DoubleTest(unittest.TestCase):
            def setUp(self):
                self.two = 2

            def test_it(self):
                with self.subTest("two"):
                    self.assertEqual(double(self.two), 4)

            @unittest.skipIf(double(1) == 3, "cannot be")
            def test_more(self):
                self.assertTrue(double(1))
        """
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    outcomes = {name: v.outcome for name, v in verdicts.items()}
    assert outcomes["double return None"] == "killed"
    assert outcomes["double arithmetic 2 // x"] == "killed"


def test_a_file_that_cannot_be_imported_costs_no_other(tmp_path: Path) -> None:
    suite = made(
        tmp_path,
        "LIMIT = int('3')\ndef limit():\n    return LIMIT\ndef chosen(x):\n    return x or limit()\nFIRST = chosen(0)\n",
        "from code_under_test import FIRST\ndef test_it():\n    assert FIRST == 3\n",
    )
    (tmp_path / "test_other.py").write_text("import absent_module\n")
    suite = replace(suite, tests=(str(tmp_path),))
    recorded, verdicts = judged(suite, tmp_path)
    assert list(recorded.collection_errors) == ["test_other.py"]
    assert verdicts["limit return None"].outcome == "killed"
    assert {v.outcome for v in verdicts.values()} == {"killed"}


def test_all_tests_that_catch_a_mutant_are_told_when_asked_for(tmp_path: Path) -> None:
    code = """
        import os
        SEEN = []
        def sized(x):
            while x > 9:
                x -= 1
            if x < 0:
                x = 0
            return x
        def seen():
            SEEN.append(1)
            return len(SEEN) < 3
        """
    tests = """
        import pytest
        from code_under_test import SEEN, seen, sized
        LEFT = []

        @pytest.mark.parametrize("x", [1, 9, 12, 15, -2])
        def test_sized(x):
            assert 0 <= sized(x) < 10

        def test_nine():
            assert sized(9) == 9

        def test_leaves():
            LEFT.append(sized(3))
            assert LEFT == [3]
            LEFT.clear()

        def test_disturbed():
            sized(3)
            assert LEFT == []
        """
    suite = replace(made(tmp_path, code, tests), in_place=False)
    (tmp_path / "conftest.py").write_text("raise ValueError('not of the suite')\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    recorded = record(suite, scratch=scratch)
    found: list[MutantVerdict] = []
    judge(suite, recorded, recorded.mutants, scratch=scratch, on_verdict=found.append, every_test=True)
    verdicts = {f"{v.mutant.function} {v.mutant.operator} {v.mutant.text}": v for v in found}
    endless = verdicts["sized assignment x += 1"]
    assert endless.outcome == "timeout"
    assert set(endless.nodes) == {"test_sized[12]", "test_sized[15]"}
    nothing = verdicts["sized return None"]
    assert nothing.outcome == "killed"
    assert set(nothing.nodes) == {
        *(f"test_sized[{x}]" for x in (1, 9, 12, 15, -2)),
        "test_nine",
        "test_leaves",  # and not test_disturbed, which fails only after it
    }
    assert nothing.node == nothing.nodes[0]
    assert set(verdicts["sized comparison x >= 9"].nodes) == {"test_nine"}


def test_a_test_that_waits_for_what_never_comes_is_ended_and_one_that_only_waits_is_not(tmp_path: Path) -> None:
    code = """
        import threading, time

        def handed_over(value):
            done = threading.Event()
            if value > 0:
                done.set()
            done.wait()
            time.sleep(0.6)
            return value + 1
        """
    tests = "from code_under_test import handed_over\n\ndef test_handed_over():\n    assert handed_over(1) == 2\n"
    recorded, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    assert recorded.tests[0].waited >= 0.6
    told = {name: v.outcome for name, v in verdicts.items()}
    assert told["handed_over constant 1.6"] == "survived"
    assert told["handed_over arithmetic value - 1"] == "killed"
    assert "timeout" in told.values()


def test_what_only_importing_shows_is_caught_too(tmp_path: Path) -> None:
    code = """
        def size():
            return 3

        def double(x):
            return x + x

        SIZES = [size(), double(2)]
        """
    tests = """
        from code_under_test import SIZES, double

        def test_sizes():
            assert SIZES[0] == 3

        def test_double():
            assert double(4) == 8
        """
    _, verdicts = judged(made(tmp_path, code, tests), tmp_path)
    told = {name: (v.outcome, v.node.rpartition("::")[2]) for name, v in verdicts.items()}
    assert told["size constant 4"] == ("killed", "test_sizes")
    assert told["double arithmetic x - x"] == ("killed", "test_double")


def test_what_cannot_be_imported_any_more_fails_all_its_tests(tmp_path: Path) -> None:
    code = "def limit():\n    return 3\nLIMITS = [1] * limit()\n"
    tests = "from code_under_test import LIMITS, limit\n\ndef test_one():\n    assert LIMITS\n\ndef test_two():\n    limit()\n"
    suite = made(tmp_path, code, tests)
    recorded = record(suite, scratch=tmp_path)
    found: list[MutantVerdict] = []
    judge(suite, recorded, recorded.mutants, scratch=tmp_path, on_verdict=found.append, every_test=True)
    nodes = {v.mutant.text: [node.partition("::")[2] for node in sorted(v.nodes)] for v in found}
    assert nodes["None"] == ["test_one", "test_two"]
    assert nodes["4"] == []


RUN_LIKE_BY_PYTEST = """
    import logging, os, sys, unittest, warnings
    import pytest
    import code_under_test as code

    def test_file(tmp_path):
        (tmp_path / "x").write_text("1")
        assert code.known(tmp_path / "x")

    def test_output(capsys):
        code.shout(2)
        assert capsys.readouterr().out == "2\\n"

    def test_log(caplog):
        code.log(2)
        assert "2" in caplog.text

    def test_log_format():
        code.log(3)

    def test_warning():
        code.warn(0)

    def test_recorded_warning(recwarn):
        code.warn(1)
        assert len(recwarn) == 1

    @pytest.fixture
    def noted(request):
        yield 1
        assert not hasattr(request.node, "absent")

    @pytest.mark.parametrize("x", [1, 2])
    def test_noted(noted, x):
        assert code.same(x) == x

    class TestClass:
        def setup_method(self):
            self.x = 3

        def test_method(self):
            assert code.same(self.x) == 3
    """
LIKE_BY_PYTEST = """
    import logging, os, warnings

    def known(path, deep=1):
        return os.path.exists(path)

    def shout(x):
        print(x)

    def log(x):
        logging.getLogger("code").warning("seen %d", x)

    def warn(x):
        if x > 0:
            warnings.warn("above")

    def same(x):
        return x
    """
HOOKS = {
    "none": "",
    "around": "import pytest\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_call(item):\n    return (yield)\n",
    "reports": "import pytest\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
    "    report = yield\n    setattr(item, 'report_' + report.when, report)\n    return report\n"
    "@pytest.fixture(autouse=True)\ndef looks(request):\n    yield\n    assert request.node.report_call.when == 'call'\n",
}


@pytest.mark.parametrize("hooks", list(HOOKS))
def test_a_test_is_run_as_pytest_runs_it(tmp_path: Path, hooks: str) -> None:
    suite = made(tmp_path, LIKE_BY_PYTEST, RUN_LIKE_BY_PYTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "conftest.py").write_text(HOOKS[hooks])
    recorded, verdicts = judged(suite, tmp_path)
    assert {t.outcome for t in recorded.tests} == {"passed"}
    outcomes = {name: (v.outcome, v.node.rpartition("::")[2]) for name, v in verdicts.items()}
    assert outcomes["known return None"] == ("killed", "test_file")
    assert outcomes["shout deletion pass"] == ("killed", "test_output")
    assert outcomes["log deletion pass"] == ("killed", "test_log")
    assert outcomes["known constant 2"] == ("survived", "")
    assert outcomes["warn comparison x >= 0"] == ("killed", "test_warning")  # a warning is an error here
    assert outcomes["same return None"][0] == "killed"
