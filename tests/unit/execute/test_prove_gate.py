"""Tests run where they are, in a project with settings and a conftest of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.errors import ProjectError
from testwright.execute.compared import compared
from testwright.execute.prove_gate import ProjectPlace, ProvenTests, prove_gate
from testwright.nouns import Dependence, Evidence
from testwright.python_source.written_tests import read_tests

CALC = """
    STATE = []
    LIMIT = 3
    _cache = {}

    class Mode:
        strict = False

    def add(a, b):
        return min(a + b, LIMIT)

    def remember(x):
        STATE.append(x)
        return len(STATE)

    def cached(x):
        return _cache.setdefault(x, x * 2)
    """


def prove(tmp_path: Path, text: str, *, settings: str = "[pytest]\n", conftest: str = "") -> ProvenTests:
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    (project / "calc.py").write_text(dedent(CALC))
    (project / "pytest.ini").write_text(settings)
    (project / "tests" / "conftest.py").write_text(dedent(conftest))
    file = project / "tests" / "test_calc.py"
    file.write_text(dedent(text))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    place = ProjectPlace(str(project), (str(project / "calc.py"),), (str(project),))
    written = read_tests(file.read_text(), frozenset({"calc"}))
    return prove_gate(file, place, python=sys.executable, scratch_root=scratch, written=written)


def lines(one: Evidence) -> set[int]:
    return {line for arcs in one.reached.values() for arc in arcs for line in arc if line > 0}


def test_the_projects_own_settings_and_conftest_hold_and_its_working_folder(tmp_path):
    text = """
        import pathlib
        import calc
        import pytest

        @pytest.mark.ours
        def check_add(three):
            assert calc.add(1, 2) == three
            assert pathlib.Path("calc.py").exists()
        """
    settings = (
        "[pytest]\npython_functions = check_*\naddopts = -x --strict-markers --strict-config --cov=calc -n 2 --testwright-audit\n"
        "timeout = 5\nmarkers = ours: a mark\n"
    )
    conftest = "import pytest\n\n@pytest.fixture\ndef three():\n    return 3\n"
    proven = prove(tmp_path, text, settings=settings, conftest=conftest)

    (one,) = proven.evidence.values()
    assert one.node == "check_add"
    assert {run.outcome for run in one.runs} == {"passed"}
    assert lines(one) == {10}
    assert (one.depends, one.left, one.rebound, one.touched) == (None, (), (), ())
    assert proven.isolation


def test_only_functions_count_as_reached_not_what_an_import_runs(tmp_path):
    proven = prove(tmp_path, "def test_a():\n    import calc\n    assert calc.LIMIT == 3\n")
    assert proven.evidence["test_a"].reached == {}


def test_what_a_test_itself_leaves_changed_is_told_and_what_fails_for_it_is_not_blamed(tmp_path):
    text = """
        import os
        import calc

        def test_victim():
            assert calc.add(5, 5) == 3
        def test_limit():
            calc.LIMIT = 8
            assert calc.add(5, 5) == 8
        def test_class():
            calc.Mode.strict = True
            assert calc.Mode.strict
        def test_list():
            calc.STATE.append(1)
            assert calc.STATE
        def test_environment():
            os.environ["CALC"] = "1"
            assert calc.add(1, 1) == 2
        def test_cache():
            assert calc.cached(2) == 4
        def test_put_back(monkeypatch):
            monkeypatch.setattr(calc, "LIMIT", 9)
            monkeypatch.setenv("CALC", "2")
            assert calc.add(5, 5) == 9
        """
    found = prove(tmp_path, text).evidence

    assert found["test_limit"].rebound_by_itself == ("calc.LIMIT",)
    assert found["test_class"].rebound_by_itself == ("calc.Mode.strict",)
    assert found["test_list"].rebound_by_itself == ("calc.STATE",)
    assert found["test_environment"].left == ("the environment variable CALC left changed",)
    assert found["test_limit"].victims == ("test_victim",)
    assert found["test_victim"].depends is not None
    assert found["test_victim"].depends.on == "another test"
    for node in ("test_victim", "test_cache", "test_put_back"):
        assert (found[node].left, found[node].rebound_by_itself) == ((), ()), node


def test_where_no_test_is_to_blame_the_one_that_needs_the_order_is(tmp_path):
    text = """
        import calc

        def test_first():
            assert calc.remember(1) == 1
        def test_second():
            assert calc.remember(1) > 0
        """
    found = prove(tmp_path, text).evidence
    assert found["test_first"].depends is not None
    assert found["test_first"].depends.on == "order"
    assert found["test_second"].depends is None
    assert found["test_second"].victims == ()


def test_what_the_sandbox_blocked_is_told_apart(tmp_path):
    text = "import subprocess\n\ndef test_a():\n    assert subprocess.run(['true']).returncode == 0\n"
    one = prove(tmp_path, text).evidence["test_a"]
    assert one.left == ()
    assert one.touched[0].startswith("subprocess.Popen")


def test_twins_and_replacing_in_vain_are_found(tmp_path):
    cart = """
        from rates import rate

        def price(x):
            return x * rate()

        def other(x):
            import rates
            return rates.rate()
        """
    text = """
        from unittest.mock import patch
        from cart import other, price
        def test_a():
            with patch("rates.rate", return_value=1):
                assert price(2) == 4
        def test_b():
            with patch("rates.rate", return_value=1):
                value = price(2)
                assert value == 4
        def test_c():
            with patch("rates.rate", return_value=1):
                assert other(2) == 1
        def test_d():
            with patch("cart.rate", return_value=1):
                assert price(2) == 2
        """
    project = tmp_path / "project"
    project.mkdir()
    (project / "rates.py").write_text("def rate():\n    return 2\n")
    (project / "cart.py").write_text(dedent(cart).lstrip())
    (project / "test_cart.py").write_text(dedent(text))
    (tmp_path / "scratch").mkdir()
    sources = (str(project / "rates.py"), str(project / "cart.py"))
    proven = prove_gate(
        project / "test_cart.py",
        ProjectPlace(str(project), sources, (str(project),)),
        python=sys.executable,
        scratch_root=tmp_path / "scratch",
        written=read_tests(dedent(text), frozenset({"rates", "cart"})),
    )
    found = compared(
        proven.evidence,
        {source: Path(source).stem for source in sources},
        {source: Path(source).read_text() for source in sources},
        str(project),
    )
    assert {node: one.same_as for node, one in found.items()} == {
        "test_a": "",
        "test_b": "test_a",
        "test_c": "",
        "test_d": "",
    }
    assert {node: bool(one.misplaced) for node, one in found.items()} == {
        "test_a": True,
        "test_b": True,
        "test_c": False,
        "test_d": False,
    }
    patch, where = found["test_a"].misplaced[0]
    assert (patch.owner, patch.name) == ("rates", "rate")
    assert where == "cart.py:4"


@pytest.mark.parametrize(
    ("settings", "conftest", "words"),
    [
        ("[pytest]\naddopts = --no-such-option\n", "", "no-such-option"),
        ("[pytest]\n", "import absent_module\n", "absent_module"),
    ],
)
def test_what_keeps_pytest_from_starting_is_said(tmp_path, settings, conftest, words):
    with pytest.raises(ProjectError, match=words) as caught:
        prove(tmp_path, "def test_a(): pass\n", settings=settings, conftest=conftest)
    assert caught.value.slug == "tests-not-collected"


def test_a_date_counts_only_where_no_other_clock_is_asked():
    one = Evidence("test_a", (), depends=Dependence("date", "x"), reached={"calc.py": frozenset({(1, 2)})})
    for text, on in (("date.today().year", "date"), ("time.time() - path.stat().st_mtime", None)):
        found = compared({"test_a": one}, {"calc.py": "calc"}, {"calc.py": text}, "")["test_a"].depends
        assert (found.on if found else None) == on


def test_a_file_that_is_skipped_as_a_whole_says_why(tmp_path):
    proven = prove(tmp_path, "import pytest\npytest.importorskip('absent_module')\n\ndef test_a():\n    pass\n")
    assert proven.evidence == {}
    assert "absent_module" in proven.skipped
