from __future__ import annotations

from pathlib import Path

from testwright.assess.baseline import Change, Counts
from testwright.assess.diff_coverage import DiffCoverage, DiffFile
from testwright.assess.gates import GateFailure
from testwright.config.options import Options
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import Effort, FileCoverage, FunctionCoverage, ModuleCoverage, SuiteFinding
from testwright.workflows.audit_judgement import judge, sum_up
from testwright.workflows.audit_projects import joined
from testwright.workflows.audit_result import AuditResult, MutantCount
from testwright.workflows.audit_suite import SuiteDiagnosis

PATH = "src/app.py"


def function(name: str = "f") -> FunctionCoverage:
    return FunctionCoverage(
        module="app", qualname=name, path=PATH, line=1, end_line=2, statements=2, covered=1, missing_lines=(2,),
        branches=0, taken=0, missing_branches=(), complexity=1, crap=2.0, risk=1.0, priority=1.0, effort=Effort("S", 1),
        tests=("tests/test_app.py::test_f[a/../b]",),
    )  # fmt: skip


def part(root: Path, **more: object) -> AuditResult:
    result = AuditResult(str(root))
    module = ModuleCoverage(
        module="app", path=PATH, statements=2, covered=1, missing_lines=(2,), branches=None, taken=None, percent=50.0,
        priority=1.0, functions=(function(),),
    )  # fmt: skip
    result.modules = [module]
    for name, value in more.items():
        setattr(result, name, value)
    return result


def suite(outcome: str, **more: object) -> SuiteRun:
    told = {"isolation": "none", "problem": "", "exit_code": 0, **more}
    node = "tests/test_app.py::test_f"
    return SuiteRun(
        data_files=(), settings="", outcomes={node: outcome}, durations={node: 1.0}, seconds=2.0, collected=1, **told
    )  # type: ignore[arg-type]


def test_modules_and_tests_of_one_name_are_told_apart(tmp_path: Path) -> None:
    result = joined(str(tmp_path), {"libs/a": part(tmp_path / "libs/a"), "b": part(tmp_path / "b")})
    sum_up(result, "path")
    assert [module.path for module in result.modules] == ["b/src/app.py", "libs/a/src/app.py"]
    assert [f.tests for f in result.functions] == [
        ("b/tests/test_app.py::test_f[a/../b]",),
        ("libs/a/tests/test_app.py::test_f[a/../b]",),
    ]
    assert [totals.name for totals in result.by_package()] == ["b: app", "libs/a: app"]
    assert {batch.name for batch in result.batches} == {"b: app", "libs/a: app"}
    assert result.totals.statements == 4


def test_a_project_in_a_project_is_another(tmp_path: Path) -> None:
    result = joined(str(tmp_path), {".": part(tmp_path), "libs": part(tmp_path / "libs"), "libs/a": part(tmp_path)})
    assert [module.path for module in result.modules] == ["libs/a/src/app.py", "libs/src/app.py", "src/app.py"]
    assert [result.project_of(module.path) for module in result.modules] == ["libs/a", "libs", "."]


def test_without_several_projects_there_is_none_to_name(tmp_path: Path) -> None:
    result = part(tmp_path)
    sum_up(result, "next")
    assert (result.project_of(PATH), [batch.name for batch in result.batches]) == ("", ["app"])
    assert result.to_plain()["plan"][0]["functions"] == ["app:f"]


def test_suites_are_added_up(tmp_path: Path) -> None:
    parts = {
        "a": part(tmp_path, suite=suite("passed", isolation="sandbox")),
        "b": part(tmp_path, suite=suite("failed", problem="it hung", exit_code=-9)),
        "c": part(tmp_path),
    }
    found = joined(str(tmp_path), parts)
    assert found.suite is not None
    assert found.suite.outcomes == {"a/tests/test_app.py::test_f": "passed", "b/tests/test_app.py::test_f": "failed"}
    assert (found.suite.seconds, found.suite.collected, found.suite.exit_code) == (4.0, 2, -9)
    assert (found.suite.isolation, found.suite.problem) == ("a: sandbox; b: none", "b: it hung")
    assert not found.is_whole
    assert joined(str(tmp_path), {"c": part(tmp_path)}).suite is None


def test_what_several_say_is_said_once(tmp_path: Path) -> None:
    a, b = (part(tmp_path, notices=["no sandbox", name], origins=("c.json",)) for name in "ab")
    found = joined(str(tmp_path), {"one": a, "two": b})
    assert found.notices == ["no sandbox", "one: a", "two: b"]
    assert found.origins == ("c.json",)


def test_changed_files_of_one_are_not_unknown_to_all(tmp_path: Path) -> None:
    mine = [str(tmp_path.resolve() / name / PATH) for name in "ab"]
    other = str(tmp_path / "tool.py")
    diffs = [
        DiffCoverage((DiffFile(mine[0], (1, 2), (1,)),), (mine[1], other)),
        DiffCoverage((DiffFile(mine[1], (2,), ()),), (mine[0], other)),
    ]
    parts = {name: part(tmp_path / name, diff=diff) for name, diff in zip("ab", diffs, strict=True)}
    found = joined(str(tmp_path), parts).diff
    assert found is not None
    assert ([file.path for file in found.files], found.unknown) == (mine, (other,))


def test_before_is_known_only_where_it_is_of_all(tmp_path: Path) -> None:
    change = Change(PATH, None, Counts(1, 2), edited=False)
    a = part(tmp_path, before=Counts(1, 2, 1, 2), changes=(change,))
    b = part(tmp_path, before=Counts(2, 3))
    found = joined(str(tmp_path), {"a": a, "b": b})
    assert found.before == Counts(3, 5, 1, 2)
    assert [each.path for each in found.changes] == ["a/src/app.py"]
    without = joined(str(tmp_path), {"a": a, "b": part(tmp_path)})
    assert (without.before, without.changes) == (None, ())


def test_findings_and_bugs_go_by_their_files(tmp_path: Path) -> None:
    finding = SuiteFinding("sleeps", "tests/test_app.py::test_f", "tests/test_app.py", 3, "it sleeps", "do not")
    diagnosis = SuiteDiagnosis(2, [finding], runs=4, steady=1, weak=1, functions=2)
    more = {"diagnosis": diagnosis, "mutants": {PATH: MutantCount(3, 1)}}
    found = joined(str(tmp_path), {"a": part(tmp_path, **more), "b": part(tmp_path, **more)})
    assert found.diagnosis is not None
    assert [each.node for each in found.diagnosis.findings] == [f"{n}/tests/test_app.py::test_f" for n in "ab"]
    assert (found.diagnosis.tests, found.diagnosis.steady, found.diagnosis.strength) == (4, 2, 50.0)
    assert found.mutants == {"a/src/app.py": MutantCount(3, 1), "b/src/app.py": MutantCount(3, 1)}


def test_own_limits_are_told_with_their_project(tmp_path: Path) -> None:
    failure = GateFailure("--fail-under", "gate-coverage", "too little", "test more", f"{PATH}:2")
    result = joined(str(tmp_path), {"a": part(tmp_path, failures=[failure], raised=(1, 2, 0)), "b": part(tmp_path)})
    ratchet = tmp_path / "floors.json"
    judge(result, Options(audit_fail_under=90.0, audit_ratchet=str(ratchet)), {}, update=True)
    assert [(f.project, f.where) for f in result.failures] == [("a", "a/src/app.py:2"), ("", "a/src/app.py:2")]
    assert result.failures[0].message == "a: too little"
    assert result.raised == (3, 2, 0)
    assert '"b/src/app.py"' in ratchet.read_text()


def test_files_are_those_of_all(tmp_path: Path) -> None:
    files = [{f"/{name}": FileCoverage(f"/{name}", frozenset(), frozenset())} for name in "ab"]
    found = joined(str(tmp_path), {n: part(tmp_path, files=f) for n, f in zip("ab", files, strict=True)}).files
    assert (len(found), [*found], found["/b"].path) == (2, ["/a", "/b"], "/b")
