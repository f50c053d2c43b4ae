"""`testwright mutate` on tiny real projects: the report, the gate, what is kept between runs, and what goes wrong."""

from __future__ import annotations

import subprocess

import pytest

SHIPPING = {
    "shipping.py": """
        def fee(weight: int, express: bool = False) -> int:
            if weight > 10:
                return 20
            return 12 if express else 5


        def label(name: str) -> str:
            return "To: " + name


        def unused(value: int) -> int:
            return value * 2
        """,
    "tests/test_shipping.py": """
        from shipping import fee, label


        def test_fee():
            assert fee(11) == 20
            assert fee(1) == 5


        def test_label():
            assert label("Ada")
        """,
}


def git(project, *arguments):
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(project.root), *who, *arguments], check=True, capture_output=True)


def outcomes(document):
    """By function and operator the outcomes of the mutants."""
    found: dict[tuple[str, str], list[str]] = {}
    for mutant in document["files"][0]["mutants"]:
        found.setdefault((mutant["function"], mutant["operator"]), []).append(mutant["outcome"])
    return found


def test_the_score_and_the_survivors_are_shown(make_project):
    project = make_project(SHIPPING)
    done = project.run("mutate", "-v")
    assert done.code == 0, done.err
    assert "shipping.py:2 in fee [comparison]: no test noticed" in done.out
    assert "-     if weight > 10:" in done.out
    assert "+     if weight >= 10:" in done.out
    assert "in unused [arithmetic]: no passing test reaches it" in done.out
    document = project.run("mutate", "--json").document
    found = outcomes(document)
    assert found["fee", "condition"] == ["killed", "killed"]
    assert found["label", "arithmetic"] == ["killed"]
    assert found["label", "constant"] == ["survived"]
    assert set(found["unused", "constant"]) == {"unreached"}
    assert document["kills"]["tests/test_shipping.py::test_fee"] > 3


def test_a_score_below_the_one_asked_for_fails(make_project):
    project = make_project(SHIPPING)
    low = project.run("mutate", "--fail-under", "99")
    assert low.code == 1, low.err
    assert "is below 99 %" in low.err
    assert project.run("mutate", "--fail-under", "10").code == 0


def test_what_did_not_change_is_not_judged_again(make_project):
    project = make_project(SHIPPING)
    first = project.run("mutate", "--json").document
    again = project.run("mutate", "--json").document
    total = sum(first["mutants"].values())
    assert (first["known_before"], again["known_before"]) == (0, total)
    assert (again["score"], again["files"]) == (first["score"], first["files"])
    source = project.read("shipping.py")
    project.write("shipping.py", source.replace('"To: " + name', '"For: " + name'))
    changed = project.run("mutate", "--json").document
    own = sum(m["function"] == "label" for m in changed["files"][0]["mutants"])
    assert changed["known_before"] == sum(changed["mutants"].values()) - own
    project.write("tests/test_shipping.py", project.read("tests/test_shipping.py") + "\n\nMORE = 1\n")
    assert project.run("mutate", "--json").document["known_before"] == 0


def test_an_interrupted_run_goes_on_where_it_stopped(make_project):
    project = make_project(SHIPPING)
    stopped = project.interrupt("mutate", "--jobs", "1", after="judged ")
    assert stopped.code == 130, stopped.err
    assert "Traceback" not in stopped.err
    resumed = project.run("mutate", "--json").document
    assert resumed["known_before"] >= 1
    assert resumed["mutants"].get("unjudged", 0) == 0


def test_only_what_changed_since_a_revision_is_judged(make_project):
    project = make_project(SHIPPING)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    assert project.run("mutate", "--since", "HEAD", "--json").document["files"] == []
    project.write("shipping.py", project.read("shipping.py").replace('"To: " + name', '"To: " + name.upper()'))
    document = project.run("mutate", "--since", "--json").document
    assert {m["function"] for m in document["files"][0]["mutants"]} == {"label"}
    project.run("mutate", "--since", "nonsense").refused("revision-not-found")


def test_targets_operators_patterns_and_samples_choose(make_project):
    project = make_project(SHIPPING)
    of_fee = project.run("mutate", "shipping.py:fee", "--operator", "comparison", "--json").document
    assert outcomes(of_fee) == {("fee", "comparison"): ["survived"]}
    assert sum(project.run("mutate", "--sample", "3", "--json").document["mutants"].values()) == 3
    project.write("pyproject.toml", '[tool.testwright]\nno-mutants = ["ship*:constant"]\n')
    assert "constant" not in {operator for _, operator in outcomes(project.run("mutate", "--json").document)}
    project.write("pyproject.toml", '[tool.testwright]\nno-mutants = ["ship*"]\n')
    assert project.run("mutate", "--json").document["score"] is None


def test_a_page_and_a_log_are_written(make_project):
    project = make_project(SHIPPING)
    done = project.run("mutate", "--html", "report.html", "--sarif", "report.sarif")
    assert done.code == 0, done.err
    page = project.read("report.html")
    assert "if weight &gt;= 10:" in page
    assert "http" not in page.replace("http-equiv", "")
    before = project.findings("report.sarif")
    assert "survived-comparison" in {result["ruleId"] for result in before.values()}
    project.write("shipping.py", f"# moved\n\n{project.read('shipping.py')}")
    assert project.run("mutate", "--sarif", "moved.sarif").code == 0
    after = project.findings("moved.sarif")
    assert [*after] == [*before]
    assert after != before
    project.run("mutate", "--html", "nowhere/report.html").refused("output-not-writable")


@pytest.mark.parametrize(
    ("tests", "arguments", "slug"),
    [
        ("def test_no():\n    assert False\n", (), "no-passing-tests"),
        ("import absent_module\n", (), "no-passing-tests"),
        ("import os\ndef test_end():\n    os._exit(1)\n", (), "suite-not-runnable"),
        ("def test_yes():\n    pass\n", ("--tests", "elsewhere"), "tests-not-found"),
        ("def test_yes():\n    pass\n", ("--operator", "compare"), "config-invalid"),
        ("def test_yes():\n    pass\n", ("--sample", "0"), "bad-value"),
    ],
)
def test_what_cannot_be_judged_is_explained(make_project, tests, arguments, slug):
    project = make_project({**SHIPPING, "tests/test_shipping.py": tests})
    project.run("mutate", *arguments).refused(slug)


def test_tests_that_fail_anyway_are_left_out_and_named(make_project):
    more = SHIPPING["tests/test_shipping.py"] + "\n\n        def test_wrong():\n            assert fee(1) == 6\n"
    project = make_project({**SHIPPING, "tests/test_shipping.py": more})
    done = project.run("mutate")
    assert done.code == 0, done.err
    assert "1 tests do not pass here" in done.err
    assert "test_wrong" in done.err
