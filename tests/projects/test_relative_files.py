"""Code that writes to the current folder is tested in a folder of the test's own."""

from __future__ import annotations

SOURCE = """
    def export(number: int) -> None:
        with open("report.txt", "w", encoding="utf-8") as file:
            file.write("negative" if number < 0 else "other")
    """


def test_what_it_writes_is_checked_and_never_lies_about(make_project):
    project = make_project({"calc.py": SOURCE})
    done = project.run("generate", "calc.py", "--max-executions", "200")
    assert done.code == 0, done.err
    written = project.read("tests/test_calc.py")
    assert "monkeypatch.chdir(tmp_path)" in written
    assert 'report.txt").read_text(encoding="utf-8") == ' in written
    assert project.pytest().code == 0
    assert project.files("**/report.txt") == []
