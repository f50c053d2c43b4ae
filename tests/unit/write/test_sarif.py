"""Findings as code hosts read them."""

from __future__ import annotations

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
