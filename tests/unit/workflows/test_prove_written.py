"""Written tests, good and bad, on their way through the gate: each gets its verdict, and none takes another with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testwright.config.options import Options
from testwright.nouns import Target, WrittenCandidate
from testwright.workflows.prove_written import WrittenProof, prove_written

SOURCE = """\
def grade(points):
    if points < 0:
        raise ValueError("no points")
    if points > 90:
        return "A"
    if points > 50:
        return "B"
    return "C"


def double(x):
    return x * 2
"""
HEAD = "from marks import double, grade\n\n\n"
BODIES = {
    "test_c": "    assert grade(1) == 'C'\n",
    "test_c_again": "    assert grade(2) == 'C'\n",
    "test_wrong": "    assert grade(95) == 'B'\n",
    "test_unsure": "    assert grade(95) == 'B'  # observed\n",
    "test_outside": "    open('/tmp/outside-of-everything', 'w')\n    assert double(1) == 2\n",
    "test_says_nothing": "    double(4)\n",
    "test_swallows": "    try:\n        assert double(1) == 3\n    except AssertionError:\n        pass\n",
    "test_ends_it": "    import os\n    os._exit(0)\n",
}
TABLE = (
    "import pytest\n" + HEAD + "@pytest.mark.parametrize(\n    ('points', 'expected'),\n    [\n        (3, 'C'),\n"
    "        (60, 'B'),\n        (70, 'A'),\n    ],\n)\ndef test_table(points, expected):\n    assert grade(points) == expected\n"
)
AT_IMPORT = "import os\n" + HEAD + "GONE = os._exit(3)\n\n\ndef test_at_import():\n    assert double(GONE) == 2\n"
NOT_THERE = "from marks import vanished\n\n\ndef test_not_there():\n    assert vanished(1) == 2\n"


def proven(folder: Path, tests: list[WrittenCandidate], **more: object) -> WrittenProof:
    source = folder / "marks.py"
    source.write_text(SOURCE)
    target = Target("marks", str(source), (str(folder),))
    options = Options(python=sys.executable)
    return prove_written(target, tests, options, stop=lambda: False, notice=lambda words: None, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def proof(tmp_path_factory) -> WrittenProof:
    written = {name: f"{HEAD}def {name}():\n{body}" for name, body in BODIES.items()}
    written |= {"test_table": TABLE, "test_at_import": AT_IMPORT, "test_not_there": NOT_THERE}
    tests = [WrittenCandidate(name, "grade", source) for name, source in written.items()]
    return proven(tmp_path_factory.mktemp("marks"), tests)


def test_what_is_kept_passes_and_adds_something(proof):
    assert [verdict.node for verdict in proof.kept] == ["test_c", "test_unsure", "test_table[60-B]"]
    assert all(verdict.proof.passed == verdict.proof.runs == 5 for verdict in proof.kept)
    assert proof.new_lines
    assert proof.new_arcs
    assert len(proof.caught) > 3


def test_the_file_has_the_kept_tests_with_their_proofs(proof):
    assert "        (60, 'B'),\n    ],\n" in proof.text
    assert "(70, 'A')" not in proof.text
    assert proof.text.count("# proof: 5/5 runs · ") == 3
    assert 'assert grade(95) == "A"  # observed' in proof.text
    assert [each.name for each in proof.chosen] == ["test_c", "test_unsure", "test_table"]


def test_each_of_the_others_is_rejected_for_what_is_wrong_with_it(proof):
    assert {verdict.node: verdict.slug for verdict in proof.rejected} == {
        "test_c_again": "covers-something-new",
        "test_wrong": "passes-every-time",
        "test_outside": "stays-inside",
        "test_says_nothing": "asserts-something",
        "test_swallows": "swallows-errors",
        "test_ends_it": "passes-every-time",
        "test_table[3-C]": "covers-something-new",
        "test_table[70-A]": "passes-every-time",
        "test_at_import": "passes-every-time",
        "test_not_there": "passes-every-time",
    }
    reasons = {verdict.node: verdict.reason for verdict in proof.rejected}
    assert "'B'" in reasons["test_wrong"]
    assert "ends the process" in reasons["test_at_import"]
    assert "cannot import name 'vanished'" in reasons["test_not_there"]


def test_what_others_reach_and_catch_is_new_to_nobody(proof, tmp_path):
    known_arcs = {arc for one in proof.evidence.values() for arc in one.arcs}
    again = proven(tmp_path, proof.chosen[:2], known_arcs=known_arcs, known_caught=proof.caught)
    assert again.text == ""
    assert [(verdict.node, verdict.slug) for verdict in again.rejected] == [
        ("test_c", "covers-something-new"),
        ("test_unsure", "covers-something-new"),
    ]


def test_rows_that_pytest_counts_are_named_anew(tmp_path):
    source = TABLE.replace("(3, 'C')", "([1], 'wrong')").replace("(60, 'B')", "([60], 'B')")
    source = source.replace("(70, 'A')", "([95], 'A')").replace("grade(points)", "grade(points[0])")
    proof = proven(tmp_path, [WrittenCandidate("test_table", "grade", source)])
    assert [verdict.node for verdict in proof.kept] == ["test_table[points0-B]", "test_table[points1-A]"]
    assert [verdict.node for verdict in proof.rejected] == ["test_table[points0-wrong]"]
    assert all(verdict.proof.caught for verdict in proof.kept)


def test_what_fell_elsewhere_is_rejected_for_that_and_the_rest_is_proven_again(proof, tmp_path):
    chosen = [proof.chosen[0], WrittenCandidate("test_table", "grade", TABLE.replace("(70, 'A')", "(95, 'A')"))]
    again = proven(tmp_path, chosen, fallen={"test_c": "failed elsewhere", "test_table[60-B]": "failed there"})
    assert [verdict.node for verdict in again.kept] == ["test_table[3-C]", "test_table[95-A]"]
    assert {(verdict.node, verdict.slug, verdict.reason) for verdict in again.rejected} == {
        ("test_c", "passes-every-time", "failed elsewhere"),
        ("test_table[60-B]", "passes-every-time", "failed there"),
    }
    assert "(60, 'B')" not in again.text
    assert "5/5 runs" in again.text
