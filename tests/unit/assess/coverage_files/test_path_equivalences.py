from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from coverage import CoverageData

from testwright.assess.coverage_files import read_coverage
from testwright.assess.coverage_files.path_equivalences import PathEquivalences

PLACES = ("src", "/ci/job-*/build", "C:\\agent\\work\\lib", "*/site-packages/acme/shop", "out/lib")
A_SOURCE = "src/pkg/a.py"


def configured(project: Path, name: str = ".coveragerc", section: str = "paths") -> str:
    rules = "\n    ".join(PLACES)
    (project / name).write_text(f"[{section}]\nsource =\n    {rules}\n")
    return str(project / name)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ci/job-17/build/pkg/a.py", A_SOURCE),
        ("/ci/job-17/build/absent.py", ""),
        ("/elsewhere/pkg/a.py", ""),
        ("c:\\agent\\work\\lib\\pkg\\a.py", A_SOURCE),
        ("/x/.tox/py/lib/python3.11/site-packages/acme/shop/pkg/a.py", A_SOURCE),
        ("{root}/out/lib/pkg/a.py", A_SOURCE),
        ("{root}/src/pkg/a.py", ""),
    ],
)
def test_a_rule_leads_to_the_file_that_is_there(project: Path, path: str, expected: str, monkeypatch) -> None:
    monkeypatch.chdir("/")
    found = PathEquivalences(configured(project), str(project)).here(path.format(root=project))
    assert found == (str(project / expected) if expected else "")


def test_without_settings_or_rules_nothing_is_the_same(project: Path) -> None:
    (project / ".coveragerc").write_text("[paths]\nsource = src\nnone =\n")
    for file in ("", str(project / ".coveragerc")):
        equivalences = PathEquivalences(file, str(project))
        assert equivalences.here("/ci/src/pkg/a.py") == ""
        assert equivalences.doubt == ""


def test_a_rule_that_coverage_refuses_is_a_doubt(project: Path) -> None:
    (project / ".coveragerc").write_text("[paths]\nsource =\n    src\n    /ci/*\n")
    equivalences = PathEquivalences(str(project / ".coveragerc"), str(project))
    assert "[paths]" in equivalences.doubt
    assert "must not end with wildcards" in equivalences.doubt
    data = data_file(project / "d", str(project / A_SOURCE))
    notices = read_coverage([data], root=str(project), sources=[str(project / A_SOURCE)]).notices
    assert notices == (equivalences.doubt,)


def data_file(path: Path, *names: str) -> str:
    data = CoverageData(basename=str(path))
    data.add_lines({name: [1, 2] for name in names})
    data.write()
    data.close(force=True)
    return str(path)


def report_of(kind: str, folder: Path, name: str) -> str:
    path = folder / f"evidence.{kind}"
    if kind == "data":
        return data_file(path, name)
    entry = {"executed_lines": [1, 2], "missing_lines": [3, 4], "excluded_lines": [], "summary": {}}
    texts = {
        "json": json.dumps({"meta": {"version": "7.6.0"}, "files": {name: entry}, "totals": {}}),
        "lcov": f"SF:{name}\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,0\nend_of_record\n",
        "xml": f'<coverage version="7.6"><packages><package><classes><class filename="{name}"><lines>'
        '<line number="1" hits="1"/><line number="2" hits="1"/><line number="3" hits="0"/><line number="4" hits="0"/>'
        "</lines></class></classes></package></packages></coverage>",
    }
    path.write_text(texts[kind])
    return str(path)


@pytest.mark.parametrize("kind", ["data", "json", "xml", "lcov"])
@pytest.mark.parametrize("name", ["/ci/job-17/build/alone.py", "C:\\agent\\work\\lib\\alone.py", "out/lib/alone.py"])
def test_evidence_of_every_kind_is_mapped(project: Path, kind: str, name: str, tmp_path: Path) -> None:
    source = project / "src" / "alone.py"  # a module in no package: no path is known by its ending alone
    source.write_text("a = 1\nb = 2\nc = 3\nd = 4\n")
    configured(project)
    evidence = read_coverage([report_of(kind, tmp_path, name)], root=str(project), sources=[str(source)])
    assert evidence.files[str(source)].covered == {1, 2}
    assert evidence.notices == ()


def test_sources_of_a_report_may_be_other_places(project: Path, tmp_path: Path) -> None:
    configured(project)
    report = Path(report_of("xml", tmp_path, "pkg/a.py"))
    roots = "<sources><source>C:\\agent\\work\\lib</source></sources><packages>"
    report.write_text(report.read_text().replace("<packages>", roots))
    evidence = read_coverage([str(report)], root=str(project), sources=[str(project / A_SOURCE)])
    assert evidence.files[str(project / A_SOURCE)].covered == {1, 2}


@pytest.mark.parametrize(
    ("name", "section"), [(".coveragerc", "paths"), ("setup.cfg", "coverage:paths"), ("tox.ini", "coverage:paths")]
)
def test_rules_stand_where_coverage_looks_for_them(project: Path, name: str, section: str) -> None:
    assert PathEquivalences(configured(project, name, section), str(project)).here("/ci/job-1/build/pkg/a.py")


def test_rules_may_stand_in_pyproject_toml(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.coverage.paths]\nsource = ["src", "/ci/build"]\n')
    data = data_file(project / "d", "/ci/build/pkg/a.py", "/ci/build/gone.py")
    evidence = read_coverage([data], root=str(project), sources=[str(project / A_SOURCE)])
    assert evidence.files[str(project / A_SOURCE)].covered == {1, 2}


def test_what_is_mapped_to_something_else_is_neither_source_nor_gone(project: Path) -> None:
    configured(project)
    (project / "src" / "test_a.py").write_text("")
    data = data_file(project / "d", f"{project}/out/lib/test_a.py", f"{project}/out/lib/pkg/a.py")
    evidence = read_coverage([data], root=str(project), sources=[str(project / A_SOURCE)])
    assert evidence.notices == ()
    assert evidence.files[str(project / A_SOURCE)].covered == {1, 2}


def test_a_remap_is_said_for_this_audit_and_comes_first(project: Path) -> None:
    configured(project)
    other = project / "lib" / "pkg" / "a.py"
    other.parent.mkdir(parents=True)
    shutil.copy(project / A_SOURCE, other)
    data = data_file(project / "d", "/ci/job-1/build/pkg/a.py")
    sources = [str(project / A_SOURCE), str(other)]
    files = read_coverage([data], root=str(project), sources=sources, remap=[("/ci/job-1/build", "lib")]).files
    assert [files[source].measured for source in sources] == [False, True]


def test_the_figures_are_those_of_coverage_combine(project: Path, run_coverage: Callable[..., None]) -> None:
    configured(project)
    build = project / "out" / "lib"
    shutil.copytree(project / "src", build)
    (project / "run.py").write_text("import pkg.a\npkg.a.f(1)\n")
    shutil.copy(project / "run.py", build)
    run_coverage(project, "run", "-p", "--branch", "--source=out/lib", "out/lib/run.py")
    (build / "pkg" / "a.py").write_text("# what was built is not looked at\n")
    (data,) = project.glob(".coverage.*")
    file = read_coverage([str(data)], root=str(project), sources=[str(project / A_SOURCE)]).files[
        str(project / A_SOURCE)
    ]
    run_coverage(project, "combine")
    run_coverage(project, "json", "-q", "--include=src/*")
    told = json.loads((project / "coverage.json").read_text())["files"][A_SOURCE]
    assert sorted(file.covered) == told["executed_lines"]
    assert sorted((p.line, end) for p in file.branches or () for end in p.missing) == [
        tuple(each) for each in told["missing_branches"]
    ]
