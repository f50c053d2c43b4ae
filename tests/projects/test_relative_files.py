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


REFUSING = """
    class Log:
        def __init__(self, name: str) -> None:
            self.file = open(name or "log", "wb")
            self.file.write(bytes([255, 0, 255] * 500))
            self.file.close()

        def level(self, number: int) -> int:
            if number > 9:
                raise ValueError("no such level")
            return number
    """


def test_files_that_no_check_names_are_left_in_a_folder_of_the_tests_own_too(make_project):
    project = make_project({"logs.py": REFUSING})
    done = project.run("generate", "logs.py", "--max-executions", "600")
    assert done.code == 0, done.err
    written = project.read("tests/test_logs.py")
    assert "no such level" in written
    before = project.files("**/*")
    assert project.pytest().code == 0
    assert [path for path in project.files("**/*") if path not in before and "__pycache__" not in path] == []
