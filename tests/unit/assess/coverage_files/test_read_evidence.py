from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from coverage import CoverageData

from testwright.assess.coverage_files import CoverageReader, Surroundings, read_coverage
from testwright.errors import ProjectError
from testwright.nouns.coverage import FileCoverage

KINDS = (".coverage", "coverage.json", "coverage.xml", "coverage.lcov")
A_SOURCE = "src/pkg/a.py"


def told(file: FileCoverage) -> tuple[Any, ...]:
    """In the terms of `coverage json`."""
    missing = sorted((point.line, end) for point in file.branches or () for end in point.missing)
    return (
        len(file.statements),
        sorted(file.covered),
        sorted(file.missing),
        file.branch_count,
        file.taken_count,
        missing,
    )


def told_by_json(entry: dict[str, Any]) -> tuple[Any, ...]:
    summary = entry["summary"]
    branches = (summary["num_branches"], summary["covered_branches"], sorted(map(tuple, entry["missing_branches"])))
    return summary["num_statements"], entry["executed_lines"], entry["missing_lines"], *branches


def sources_of(project: Path) -> list[str]:
    return [str(path) for path in sorted((project / "src").rglob("*.py"))]


def json_report(path: Path, files: dict[str, dict[str, Any]]) -> str:
    path.write_text(json.dumps({"meta": {"version": "5.0"}, "files": files, "totals": {}}))
    return str(path)


def lines_report(executed: list[int], missing: list[int], **more: Any) -> dict[str, Any]:
    return {"executed_lines": executed, "missing_lines": missing, "excluded_lines": [], "summary": {}, **more}


def data_file(path: Path, *, arcs: dict[str, Any] | None = None, lines: dict[str, Any] | None = None) -> str:
    data = CoverageData(basename=str(path))
    if arcs is not None:
        data.add_arcs(arcs)
    if lines is not None:
        data.add_lines(lines)
    data.write()
    data.close(force=True)
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_figures_of_coverage_json(measured: Any, kind: str) -> None:
    evidence = read_coverage([str(measured.root / kind)], root=str(measured.root), sources=measured.sources)
    assert len(measured.told) > 8
    assert evidence.notices == ()
    for name, entry in measured.told.items():
        file = evidence.files[str(measured.root / name)]
        assert told(file) == told_by_json(entry), name
        assert file.stale == ""


@pytest.mark.parametrize("kind", [".coverage", "coverage.json"])
def test_what_is_excluded_is_known(measured: Any, kind: str) -> None:
    evidence = read_coverage([str(measured.root / kind)], root=str(measured.root), sources=measured.sources)
    for name, entry in measured.told.items():
        assert sorted(evidence.files[str(measured.root / name)].excluded) == entry["excluded_lines"]


def test_all_kinds_together_say_the_same(measured: Any) -> None:
    files = [str(measured.root / kind) for kind in KINDS]
    evidence = read_coverage(files, root=str(measured.root), sources=measured.sources)
    assert evidence.origins == tuple(files)
    for name, entry in measured.told.items():
        assert told(evidence.files[str(measured.root / name)]) == told_by_json(entry), name


def test_the_kind_is_told_by_content(measured: Any, tmp_path: Path) -> None:
    for kind in KINDS:
        copy = tmp_path / f"evidence{KINDS.index(kind)}.txt"
        shutil.copy(measured.root / kind, copy)
        evidence = read_coverage([str(copy)], root=str(measured.root), sources=measured.sources)
        assert evidence.files[measured.source("tricky.py")].covered


def test_line_only_data_has_no_branches(project: Path) -> None:
    source = str(project / A_SOURCE)
    data = data_file(project / ".coverage", lines={source: [1, 2, 4]})
    file = read_coverage([data], root=str(project), sources=sources_of(project)).files[source]
    assert (file.statements, file.covered, file.branches) == ({1, 2, 3, 4}, {1, 2, 4}, None)


def test_a_project_configuration_is_honoured(project: Path, run_coverage: Callable[..., None]) -> None:
    source = project / A_SOURCE
    source.write_text(
        "def f(x):\n    if x:  # either\n        return 1\n    if x is None:\n        debug(x)\n    return 2\nf(0)\n"
    )
    (project / "setup.cfg").write_text("[metadata]\nname = x\n")
    (project / "pyproject.toml").write_text(
        '[tool.coverage.report]\nexclude_also = ["debug"]\npartial_branches = ["# either"]\n[tool.coverage.run]\nnonsense = 1\n'
    )
    run_coverage(project, "run", "--branch", "--source=src", A_SOURCE)
    for kind in KINDS[1:]:
        run_coverage(project, kind.rpartition(".")[2], "-q")
    entry = json.loads((project / "coverage.json").read_text())["files"][A_SOURCE]
    assert entry["excluded_lines"] == [5]
    for kind in KINDS:
        file = read_coverage([str(project / kind)], root=str(project), sources=sources_of(project)).files[str(source)]
        assert told(file) == told_by_json(entry), kind
        assert file.excluded == {5}


def test_a_broken_configuration_is_a_notice(project: Path) -> None:
    (project / ".coveragerc").write_text("[report]\nexclude_also = (\n")
    data = data_file(project / ".coverage", lines={str(project / A_SOURCE): [1]})
    evidence = read_coverage([data], root=str(project), sources=sources_of(project))
    assert "settings of coverage.py" in evidence.notices[0]
    assert evidence.files[str(project / A_SOURCE)].covered == {1}


def test_a_source_that_nothing_speaks_of_is_there_uncovered(project: Path) -> None:
    other = project / "src" / "pkg" / "other.py"
    other.write_text("import os\nif os:\n    x = 1\n")
    data = data_file(project / ".coverage", arcs={str(project / A_SOURCE): [(-1, 1), (1, -1)]})
    file = read_coverage([data], root=str(project), sources=sources_of(project)).files[str(other)]
    assert (file.measured, file.statements, file.covered, file.branch_count) == (False, {1, 2, 3}, frozenset(), 2)
    assert file.percent == 0


def test_without_any_evidence_nothing_is_covered(project: Path) -> None:
    evidence = read_coverage([], root=str(project), sources=sources_of(project))
    assert evidence.files[str(project / A_SOURCE)].percent == 0
    assert not any(file.measured for file in evidence.files.values())


def test_other_files_are_left_out_without_complaint(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "a.py").write_text("x = 1\n")
    lines = {str(project / A_SOURCE): [1], str(project / "tests" / "a.py"): [1], json.__file__: [1]}
    evidence = read_coverage([data_file(project / "d", lines=lines)], root=str(project), sources=sources_of(project))
    assert sorted(evidence.files) == sources_of(project)
    assert evidence.notices == ()


def test_evidence_of_nothing_that_is_here_is_refused(project: Path) -> None:
    report = json_report(project / "c.json", {f"/home/ci/other/{name}.py": lines_report([1], []) for name in "pqrst"})
    with pytest.raises(ProjectError, match=r"'/home/ci/other/p\.py'.* and 2 more") as caught:
        read_coverage([report], root=str(project), sources=sources_of(project))
    assert caught.value.slug == "coverage-of-other-paths"
    assert "--remap /home/ci/other=" in caught.value.hint


def test_a_remap_makes_other_paths_fit(project: Path) -> None:
    report = json_report(project / "c.json", {"/ci/x/other.py": lines_report([1], [2])})
    (project / "src" / "other.py").write_text("x = 1\ny = 2\n")
    evidence = read_coverage([report], root=str(project), sources=sources_of(project), remap=[("/ci/x", "src")])
    assert evidence.files[str(project / "src" / "other.py")].covered == {1}


def test_an_ambiguous_path_is_a_notice_and_no_guess(project: Path) -> None:
    for part in ("one", "two"):
        (project / part / "lib").mkdir(parents=True)
        (project / part / "lib" / "b.py").write_text("x = 1\n")
    sources = [*sources_of(project), *(str(project / part / "lib" / "b.py") for part in ("one", "two"))]
    report = json_report(
        project / "c.json", {"/ci/lib/b.py": lines_report([1], []), A_SOURCE: lines_report([1, 2, 3, 4], [])}
    )
    evidence = read_coverage([report], root=str(project), sources=sources)
    assert "'/ci/lib/b.py', which may be" in evidence.notices[0]
    assert not evidence.files[sources[-1]].measured


def test_deleted_files_are_named(project: Path) -> None:
    report = json_report(
        project / "c.json", {"src/pkg/gone.py": lines_report([1], []), A_SOURCE: lines_report([1, 2, 3, 4], [])}
    )
    evidence = read_coverage([report], root=str(project), sources=sources_of(project))
    assert evidence.notices == (f"{report} speaks of files that are no longer there: src/pkg/gone.py",)


def test_several_files_add_up(project: Path) -> None:
    source = str(project / A_SOURCE)
    one = data_file(project / ".coverage.1", arcs={source: [(-1, 1), (1, -1), (-1, 2), (2, 3), (3, -1)]})
    two = data_file(project / ".coverage.2", arcs={source: [(-1, 2), (2, 4), (4, -1)]})
    files = [
        read_coverage(each, root=str(project), sources=[source]).files[source] for each in ([one], [two], [one, two])
    ]
    assert [file.percent for file in files] == [pytest.approx(100 * 4 / 6), pytest.approx(100 * 3 / 6), 100]


def test_measured_with_and_without_branches_is_told(project: Path) -> None:
    source = str(project / A_SOURCE)
    one = data_file(project / ".coverage.1", arcs={source: [(-1, 1), (1, -1), (-1, 2), (2, 4)]})
    two = data_file(project / ".coverage.2", lines={source: [3]})
    evidence = read_coverage([one, two], root=str(project), sources=[source])
    assert evidence.notices == (
        f"branches were measured for some evidence, and not for {two}: what only that ran has none",
    )
    file = evidence.files[source]
    assert (file.covered, file.taken_count) == ({1, 2, 3, 4}, 1)


def test_an_empty_data_file_is_a_notice(project: Path) -> None:
    data = data_file(project / ".coverage", arcs={})
    evidence = read_coverage([data], root=str(project), sources=sources_of(project))
    assert evidence.notices == (f"{data} speaks of no file at all",)


def test_a_source_that_does_not_parse_spoils_nothing(project: Path) -> None:
    broken, undecodable = project / "src" / "broken.py", project / "src" / "undecodable.py"
    broken.write_text("def (:\n")
    undecodable.write_bytes(b"# coding: klingon\nx = 1\n")
    report = json_report(
        project / "c.json", {"src/broken.py": lines_report([1], [2]), A_SOURCE: lines_report([1, 2, 3], [4])}
    )
    evidence = read_coverage([report], root=str(project), sources=sources_of(project))
    assert evidence.files[str(broken)].percent == 50  # as the report has it
    assert evidence.files[str(undecodable)].statements == frozenset()
    assert [notice.split(" cannot")[0] for notice in evidence.notices] == [str(broken), str(undecodable)]
    data = data_file(project / ".coverage", lines={str(broken): [1], str(project / A_SOURCE): [1]})
    assert (
        read_coverage([data], root=str(project), sources=sources_of(project)).files[str(broken)].covered == frozenset()
    )


def test_nothing_is_told_of_what_the_code_would_warn_of(project: Path) -> None:
    (project / A_SOURCE).write_text("x = '\\d' is 'a'\n")
    report = json_report(project / "c.json", {A_SOURCE: lines_report([1], [])})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_coverage([report], root=str(project), sources=sources_of(project))


def test_reading_leaves_the_evidence_as_it_is(measured: Any) -> None:
    before = (measured.root / ".coverage").read_bytes()
    names = sorted(path.name for path in measured.root.iterdir())
    read_coverage([str(measured.root / ".coverage")], root=str(measured.root), sources=measured.sources)
    assert (measured.root / ".coverage").read_bytes() == before
    assert sorted(path.name for path in measured.root.iterdir()) == names


def test_evidence_of_projects_side_by_side_is_told_apart(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    sources = {name: str(root / name / "src" / "app" / "core.py") for name in ("one", "two")}
    for source in sources.values():
        Path(source).parent.mkdir(parents=True)
        Path(source).write_text("a = 1\nb = 2\n")
    among = Surroundings(str(root), tuple(str(root / name) for name in sources), tuple(sources.values()))
    files = [
        data_file(root / "one" / "data", lines={"src/app/core.py": [1]}),
        json_report(root / "two" / "c.json", {"src/app/core.py": lines_report([2], [1])}),
        json_report(root / "c.json", {"/ci/two/src/app/core.py": lines_report([1], [2])}),
    ]
    covered = {}
    for name, source in sources.items():
        reader = CoverageReader(files, root=str(root / name), sources=[source], among=among)
        assert reader.notices == []
        covered[name] = reader.read(source)[1].covered
    assert covered == {"one": {1}, "two": {1, 2}}


def test_rules_of_two_projects_that_disagree_leave_a_path_out(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    sources = [str(root / name / "src" / "core.py") for name in ("one", "two")]
    for source in sources:
        Path(source).parent.mkdir(parents=True)
        Path(source).write_text("a = 1\n")
        (Path(source).parents[1] / ".coveragerc").write_text("[paths]\nsource =\n    src\n    /ci/build\n")
    among = Surroundings(str(root), tuple(str(Path(source).parents[1]) for source in sources), tuple(sources))
    report = json_report(
        root / "c.json",
        {"/ci/build/core.py": lines_report([1], []), "/ci/two/src/core.py": lines_report([1], [])},
    )
    reader = CoverageReader([report], root=among.projects[0], sources=sources[:1], among=among)
    assert "'/ci/build/core.py', which may be" in reader.notices[0]
    assert not reader.read(sources[0])[1].measured
