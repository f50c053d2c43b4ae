"""Ctrl-C keeps what is proven, leaves no half of anything, and --resume goes on from there."""

from __future__ import annotations

GOOD = """
    def sign(number: int) -> str:
        if number < 0:
            return "negative"
        return "positive" if number else "zero"
    """
WORK = ("--jobs", "1", "--max-executions", "300")


def test_what_is_proven_is_kept_and_the_rest_is_done_by_resuming(make_project):
    project = make_project({"first.py": GOOD, "second.py": GOOD})
    stopped = project.interrupt("generate", *WORK, after="second: exploring")
    assert stopped.code == 130, stopped.err
    assert "Traceback" not in stopped.err
    assert "--resume" in stopped.err
    assert project.files() == ["tests/test_first.py"]
    kept = project.read("tests/test_first.py")

    resumed = project.run("generate", *WORK, "--resume")
    assert resumed.code == 0, resumed.err
    assert "first: exploring" not in resumed.err
    assert project.files() == ["tests/test_first.py", "tests/test_second.py"]
    assert project.read("tests/test_first.py") == kept
    assert project.pytest().code == 0


def test_a_run_interrupted_before_any_proof_leaves_no_file(make_project):
    slow = f"    import time\n    time.sleep(5)\n{GOOD}"  # so that it is far from done, however late Ctrl-C comes
    project = make_project({"first.py": slow})
    stopped = project.interrupt("generate", *WORK, "--json", after="first: exploring")
    assert stopped.code == 130, stopped.err
    assert (stopped.document["interrupted"], stopped.document["modules"]) == (True, [])
    assert project.files("**/*.tmp*") == []
    assert project.files() == []


def test_what_failed_is_tried_again(make_project):
    """A missing package may be there by then."""
    project = make_project({"first.py": f"    import absent_package\n{GOOD}", "second.py": GOOD})
    assert project.run("generate", *WORK).code == 1
    project.write("absent_package.py", "")
    resumed = project.run("generate", "first.py", "second.py", *WORK, "--resume")
    assert resumed.code == 0, resumed.err
    assert project.files() == ["tests/test_first.py", "tests/test_second.py"]
