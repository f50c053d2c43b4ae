"""Findings as code hosts read them."""

from __future__ import annotations

import pytest

from testwright.assess.gates import GateFailure
from testwright.nouns import SuiteFinding
from testwright.workflows.audit_result import AuditResult
from testwright.workflows.audit_suite import SuiteDiagnosis
from testwright.write.audit_findings import audit_sarif
from testwright.write.sarif import SarifResult, sarif_log


def test_each_finding_names_its_rule_file_and_line(tmp_path):
    results = [
        SarifResult("flaky", "it failed once", str(tmp_path / "tests" / "test_a.py"), 7, "error"),
        SarifResult("duplicate", "as test_b", str(tmp_path / "tests" / "test_a.py"), 9),
        SarifResult("flaky", "it failed too", str(tmp_path / "b.py")),
    ]
    log = sarif_log(results, root=str(tmp_path), version="1.2", rules={"flaky": "Does not always pass."})

    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["version"] == "1.2"
    assert [(rule["id"], rule["shortDescription"]["text"]) for rule in run["tool"]["driver"]["rules"]] == [
        ("flaky", "Does not always pass."),
        ("duplicate", "duplicate"),
    ]
    first, second, third = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("flaky", 0, "error")
    assert (second["ruleIndex"], second["level"], third["ruleIndex"]) == (1, "warning", 0)
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "tests/test_a.py", "uriBaseId": "ROOT"}
    assert place["region"] == {"startLine": 7}
    assert "region" not in third["locations"][0]["physicalLocation"]


def test_a_file_elsewhere_is_named_in_full(tmp_path):
    outside = tmp_path / "else where.py"
    log = sarif_log([SarifResult("flaky", "x", str(outside), 1)], root=str(tmp_path / "project"), version="1")
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": outside.resolve().as_uri()}


def test_every_kind_of_log_is_valid_by_the_schema_of_the_format(tmp_path):
    """Strictly, without fields that it does not know: the types are made from the schema itself."""
    model = pytest.importorskip(
        "pydantic_sarif.model", reason="NOT CHECKED BY THE SCHEMA: pydantic-sarif is not installed"
    )
    schema = model.StaticAnalysisResultsFormatSarifVersion210JsonSchema
    place = str(tmp_path / "tests" / "with blanks & ümlauts.py")
    plain = [SarifResult("flaky", "x", place, 7, level, "a") for level in ("error", "warning", "note", "none")]
    audit = AuditResult(str(tmp_path))
    audit.failures = [GateFailure("--max-crap", "gate-crap", "too much", "test it", "src/shop.py:3")]
    audit.diagnosis = SuiteDiagnosis(1, [SuiteFinding("slow", "t.py::a", "t.py", 0, "it takes 9 s", "look")])
    for results in (
        [],
        plain,
        [SarifResult("flaky", "x", "/elsewhere/b.py")],
        audit_sarif(audit.to_plain(), audit.root),
    ):
        log = sarif_log(results, root=str(tmp_path), version="1", rules={"flaky": "Does not always pass."})
        schema.model_validate(log)
    log["runs"][0]["results"][0]["levels"] = "error"
    with pytest.raises(ValueError, match="levels"):
        schema.model_validate(log)


def test_findings_that_are_alike_in_one_file_are_numbered(tmp_path):
    def prints(*results: SarifResult) -> list[str]:
        (run,) = sarif_log(results, root=str(tmp_path), version="1")["runs"]
        return [each["partialFingerprints"]["testwright/v1"] for each in run["results"]]

    here, there = str(tmp_path / "a.py"), str(tmp_path / "b.py")
    once = prints(SarifResult("flaky", "x", here, 7, fingerprint="f"))
    alike = prints(
        *(SarifResult("flaky", "x", path, line, fingerprint="f") for path, line in ((here, 9), (here, 12), (there, 9)))
    )
    assert len(set(alike)) == 3
    assert alike[0] == once[0]
    assert prints(*(SarifResult("flaky", "y", here, line, fingerprint="f") for line in (40, 50))) == alike[:2]
