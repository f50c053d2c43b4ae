"""Files are read with all their problems at once, and found under the words of a command line."""

from __future__ import annotations

import dataclasses
import os
import tarfile
from pathlib import Path

import pytest

from testwright.bench.definitions.definition_file import (
    definition_paths,
    find_definitions,
    load_definition,
    open_definitions,
    read_definition,
    save_definition,
)
from testwright.errors import ProjectError, UsageError
from testwright.nouns.definition import BugFix, Definition, TestGenerationDefinition

CODE = """
[code_generation]
name = "double"
contributor = "us"
criteria = ["parsed", "executed", "passed_unit_tests", "executed_examples"]
prompt = "Write a function `double`."
version = "1.0"
examples = ["double(1)"]
unit_tests = ["assert double(1) == 2"]
imports = []
reference_solution = "def double(n): return 2 * n"
"""
TESTS = """
[test_generation]
name = "double"
contributor = "us"
criteria = ["parsed", "killed_mutants"]
prompt = "Write tests."
version = "1.0"
source = "def double(n): return 2 * n"
"""


def problems(path: Path) -> dict[str, tuple[str, bool]]:
    """By key: the message, and whether it is an error."""
    _, findings = read_definition(path)
    assert {each.path for each in findings} <= {str(path)}
    assert len({each.key for each in findings}) == len(findings)
    return {each.key: (each.message, each.is_error) for each in findings}


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "definition.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_without_language_is_one_of_julia(written):
    definition = load_definition(written(CODE))
    assert isinstance(definition, Definition)
    assert (definition.language, definition.isolation) == ("julia", "shared")
    assert definition.unit_tests == ("assert double(1) == 2",)


def test_a_file_in_python_has_its_items_apart_unless_it_says_otherwise(written):
    assert load_definition(written(CODE + 'language = "python"')).isolation == "fork"
    assert load_definition(written(CODE + 'language = "python"\nisolation = "shared"')).isolation == "shared"


def test_all_additions_are_read(written):
    definition = load_definition(
        written(
            CODE
            + """
language = "python"
entry_point = "Double"
requires = ["attrs"]
timeout_s = 3
memory_mb = 64
wrong_solutions = ["def double(n): return n"]
created = 2026-11-24
source = "a book"
tags = ["numbers"]
difficulty = "easy"
canary = "c4"
schema_version = 2
[code_generation.files]
"data/a.txt" = "x"
"""
        )
    )
    assert definition.timeout_s == 3.0
    assert definition.created == "2026-11-24"
    assert definition.files == {"data/a.txt": "x"}
    assert (definition.target, definition.requires, definition.memory_mb) == ("Double", ("attrs",), 64)


def test_the_other_table_is_read(written):
    definition = load_definition(written(TESTS + 'bug_fix = {before = "a", after = "b"}\nmutate = false'))
    assert isinstance(definition, TestGenerationDefinition)
    assert definition.bug_fix == BugFix("a", "b")
    assert (definition.mutate, definition.module_name) == (False, "double")


def test_the_spelling_of_the_manual_is_taken(written):
    definition = load_definition(written(CODE + 'unittestssetup = "a = 1"\nunitteststeardown = "b = 1"'))
    assert (definition.unit_tests_setup, definition.unit_tests_teardown) == ("a = 1", "b = 1")


def test_all_problems_are_told_at_once(written):
    path = written(
        CODE.replace('"us"', "3")
        .replace('"1.0"', '" "')
        .replace("imports = []\n", "")
        .replace('"passed_unit_tests"', '"passed_unittests"')
        .replace('["double(1)"]', '["double(1)", 5, ""]')
        + """
timeout_s = -1
memory_mb = true
isolation = "none"
language = "pyhton"
unittestssetup = ""
unit_tests_setup = ""
schema_version = 3
[code_generation.files]
"../a" = "x"
b = 1
[code_generaton]
"""
    )
    found = problems(path)
    assert {key: message for key, (message, is_error) in found.items() if is_error} == {
        "contributor": "this is to be a text, not 3",
        "version": "this is empty",
        "imports": "this key is missing",
        "criteria[3]": "'passed_unittests' is none of parsed, executed, passed_unit_tests, executed_examples; "
        "did you mean 'passed_unit_tests'?",
        "examples[2]": "this is to be a text, not 5",
        "timeout_s": "this is to be more than 0 and at most 1000000, not -1",
        "memory_mb": "this is to be a whole number, not True",
        "isolation": "'none' is none of fork, shared",
        "language": "'pyhton' is none of julia, python; did you mean 'python'?",
        "unittestssetup": "'unit_tests_setup' is given too, and is the same",
        "schema_version": "3 is newer than what this testwright reads, 2",
        "files.../a": "'../a' is no name of a file in the scratch folder",
        "files.b": "this is to be a text, not 1",
        "code_generaton": "there is no table [code_generaton]; did you mean 'code_generation'?",
    }
    with pytest.raises(UsageError) as raised:
        load_definition(path)
    assert raised.value.slug == "definition-invalid"
    assert all(f"{path}: {key}: {message}" in raised.value.message for key, (message, _) in found.items())


def test_an_unknown_key_is_a_warning_first_and_an_error_from_the_second_schema_on(written):
    path = written(CODE + 'difficult = "easy"')
    assert problems(path) == {"difficult": ("unknown key; did you mean 'difficulty'?", False)}
    assert load_definition(path).difficulty == ""
    path = written(CODE + 'difficult = "easy"\nschema_version = 2')
    assert problems(path) == {"difficult": ("unknown key; did you mean 'difficulty'?", True)}


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("", "", "neither [code_generation] nor [test_generation]"),
        (CODE + TESTS, "test_generation", "a file has one table"),
        ('code_generation = "x"', "code_generation", "a table"),
        ('name = "a"\n' + CODE, "name", "belongs below"),
        ("name =", "", "no TOML"),
        (f"name = {'9' * 5000}", "", "no TOML"),
        (CODE + f"timeout_s = 1{'0' * 4000}", "timeout_s", "at most"),
        (CODE + "timeout_s = nan", "timeout_s", "at most"),
        ("a = " + "[" * 5000, "", "no TOML"),
        (CODE.replace('["double(1)"]', "[]"), "examples", "criteria lists executed_examples"),
        (CODE.replace('"double"', '"../double"'), "name", "no name"),
        (TESTS.replace('source = "def double(n): return 2 * n"', 'source = ""'), "source", "empty"),
        (TESTS + "bug_fix = {before = 1, afer = 2, after = '3'}", "bug_fix.afer", "did you mean 'after'?"),
        (TESTS.replace("killed_mutants", "executed"), "criteria[2]", "none of parsed, collected"),
        (CODE + 'files = {"C:/a" = "x"}', "files.C:/a", "scratch folder"),
        (CODE + 'files = {"/a" = "x"}', "files./a", "scratch folder"),
        (CODE + 'tags = "a"', "tags", "list of texts"),
    ],
)
def test_what_else_is_wrong_is_told(written, text, key, said):
    found = problems(written(text))
    assert said in found[key][0]
    with pytest.raises(UsageError):
        load_definition(written(text))


def test_no_examples_are_needed_where_no_criterion_asks(written):
    text = CODE.replace('["double(1)"]', "[]").replace(', "executed_examples"', "")
    assert load_definition(written(text)).examples == ()


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    assert "no TOML" in problems(tmp_path / "a.toml")[""][0]
    assert "cannot be read" in problems(tmp_path / "b.toml")[""][0]
    assert "cannot be read" in problems(tmp_path)[""][0]


def test_a_mark_of_byte_order_is_no_hindrance(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + CODE.encode())
    assert load_definition(tmp_path / "a.toml").name == "double"


def test_words_name_files_and_folders_each_once(tmp_path):
    for name in ("b", "a"):
        (tmp_path / "set" / name).mkdir(parents=True)
        (tmp_path / "set" / name / "definition.toml").write_text(CODE)
    other = tmp_path / "other.toml"
    other.write_text(CODE)
    inside = tmp_path / "set" / "b" / "definition.toml"
    assert definition_paths([str(other), str(inside), str(tmp_path / "set")]) == [
        other,
        inside,
        tmp_path / "set" / "a" / "definition.toml",
    ]
    assert [path.parent.name for path in find_definitions(tmp_path)] == ["a", "b"]


def test_a_word_that_names_none_is_refused(tmp_path):
    for word in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UsageError) as raised:
            open_definitions([str(word)])
        assert raised.value.slug == "no-definitions"


def test_the_problems_of_all_files_come_together(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "definition.toml").write_text(CODE.replace('"us"', '""'))
    with pytest.raises(UsageError) as raised:
        open_definitions([str(tmp_path)])
    assert [f"{tmp_path / name / 'definition.toml'}: contributor" in raised.value.message for name in "ab"] == [
        True
    ] * 2


def test_what_is_there_is_not_written_over(tmp_path, written):
    definition = load_definition(written(CODE))
    with pytest.raises(UsageError) as raised:
        save_definition(definition, tmp_path / "definition.toml")
    assert raised.value.slug == "definition-exists"
    assert (tmp_path / "definition.toml").read_text() == CODE
    save_definition(definition, tmp_path / "definition.toml", overwrite=True)
    assert (tmp_path / "definition.toml").read_text() != CODE
    save_definition(definition, tmp_path / "new" / "definition.toml")
    assert load_definition(tmp_path / "new" / "definition.toml") == definition
    assert os.listdir(tmp_path / "new") == ["definition.toml"]


def test_what_could_not_be_read_back_is_not_written(tmp_path, written):
    definition = dataclasses.replace(load_definition(written(CODE)), criteria=("parsd",), memory_mb=-1)
    with pytest.raises(UsageError) as raised:
        save_definition(definition, tmp_path / "a.toml")
    assert "did you mean 'parsed'" in raised.value.message
    assert "memory_mb" in raised.value.message
    with pytest.raises(UsageError, match="no file can hold"):
        save_definition(dataclasses.replace(load_definition(written(CODE)), prompt="\ud800"), tmp_path / "a.toml")
    with pytest.raises(ProjectError):
        save_definition(load_definition(written(CODE)), tmp_path / "definition.toml" / "a.toml")
    assert not (tmp_path / "a.toml").exists()


def test_the_digest_is_of_what_an_evaluation_depends_on(written):
    first = load_definition(written(CODE))
    assert load_definition(written(CODE.replace('"us"', '"them"') + 'created = "2020-01-01"')).sha256 == first.sha256
    for old, new in [("== 2", "== 3"), ("Write", "Make"), ("imports = []", 'imports = ["Test"]')]:
        assert load_definition(written(CODE.replace(old, new))).sha256 != first.sha256
    tests = load_definition(written(TESTS))
    assert load_definition(written(TESTS.replace("2 * n", "n * 2"))).sha256 != tests.sha256
    assert load_definition(written(TESTS.replace("1.0", "1.1"))).sha256 == tests.sha256


def test_the_definitions_of_the_leaderboard_load_unchanged(tmp_path, shared_material):
    with tarfile.open(shared_material / "leaderboard" / "evaluations.tar.xz") as tar:
        members = [each for each in tar if each.name.endswith("definition.toml")]
        tar.extractall(tmp_path, members, filter="data")
    definitions = open_definitions([str(tmp_path)])
    assert len(definitions) == 16
    assert {each.key for each in definitions} == {("julia", Path(each.path).parent.name) for each in definitions}
    assert {each.isolation for each in definitions} == {"shared"}
    for each in definitions:
        save_definition(each, tmp_path / "copies" / each.name / "definition.toml")
    assert sorted(open_definitions([str(tmp_path / "copies")]), key=lambda each: each.name) == sorted(
        definitions, key=lambda each: each.name
    )
