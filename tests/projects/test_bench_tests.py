"""`bench tests`, as its user calls it: generators of all kinds in one table."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

GENERATOR = """
import pathlib, sys, time
output, module, mode = sys.argv[1:]
if mode == "hangs":
    time.sleep(600)
if mode == "fails":
    sys.exit("cannot do it")
name = "other" if mode == "elsewhere" else "generated"
place = pathlib.Path(output if mode != "elsewhere" else ".") / f"test_{name}.py"
place.write_text(f"from {module} import add\\n\\ndef test_add():\\n    assert add(2, 3) == 5\\n")
"""
REPLY = "Here:\n```python\nfrom adding import add\n\ndef test_add():\n    assert add(1, 1) == 3\n```"
DEFINITION = """
    [test_generation]
    name = "adding"
    contributor = "us"
    criteria = ["parsed", "collected", "passed_on_reference", "killed_mutants", "covered_lines"]
    prompt = "Write tests for `adding`."
    version = "1.0"
    source = '''
    def add(a, b):
        return a + b
    '''
"""


@pytest.fixture
def project(make_project):
    definition = DEFINITION.replace("\n    def", "\ndef").replace("\n        return", "\n    return")
    return make_project(
        {
            "generator.py": GENERATOR,
            "model.jsonl": json.dumps({"text": REPLY, "again": True}),
            "defs/test_generation/numbers/adding/definition.toml": definition.replace("\n    '''", "\n'''"),
        }
    )


def command(project, mode):
    script = f"{shlex.quote(sys.executable)} {shlex.quote(str(project.root / 'generator.py'))}"
    return f"{mode}={script} {{output}} {{module}} {mode}"


def test_generators_stand_in_one_table_and_are_not_run_twice(project):
    generators = [command(project, mode) for mode in ("writes", "elsewhere", "fails", "hangs")]
    words = ["testwright", "model:scripted:model.jsonl", *generators, "missing=/nowhere/generator", "defs"]
    options = ["-o", "records", "--budget", "2", "--limit", "15", "--python", sys.executable]
    done = project.run("bench", "tests", *words, *options, "--json")
    assert done.code == 1
    found = json.loads(done.out)
    rows = {row["generator"]: row for row in found["generators"]}
    assert rows["testwright"]["score"] == rows["writes"]["score"] == rows["elsewhere"]["score"] == 100
    assert (rows["model:scripted:model.jsonl"]["passed_on_reference"], rows["fails"]["score"]) == (0, 0)
    messages = {each["generator"]: (each["outcome"], each["message"]) for each in found["evaluations"]}
    assert messages["fails"] == ("no_code", "exit code 1: cannot do it")
    assert messages["hangs"] == ("no_code", "it ran for more than 15 s")
    assert messages["missing"][0] == "infra_error"
    assert "NOT COUNTED: missing on adding" in done.err
    assert project.files("**/test_other.py") == project.files("**/test_generated.py") == []
    report = project.run("bench", "report", "records", "--format", "csv").out
    assert "\ntestwright,1,100.0," in report
    again = project.run("bench", "tests", "testwright", "defs", *options)
    assert "writes tests" not in again.err
    assert "testwright" in again.out


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (["testwrite", "defs"], "bad-value"),
        (["defs"], "bad-value"),
        (["testwright"], "no-definitions"),
        (["x={modul}", "defs"], "bad-value"),
        (["testwright", "--modules", "generator.py"], "modules-invalid"),
    ],
)
def test_what_cannot_be_run_is_refused(project, words, slug):
    project.run("bench", "tests", *words, "-o", "records").refused(slug)


def test_a_module_that_is_not_installed_is_not_counted(project):
    project.write("modules.toml", '[[module]]\npackage = "nowhere==1"\nmodule = "nowhere.inside"\n')
    done = project.run("bench", "tests", "testwright", "--modules", "modules.toml", "-o", "records")
    assert done.code == 1
    assert "NOT COUNTED: testwright on nowhere.inside" in done.err
