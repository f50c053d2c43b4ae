"""Each check of a definition's texts has a planted fault that it finds, and nothing to say of one that is right."""

from __future__ import annotations

import tarfile
from dataclasses import replace

import pytest

from testwright.bench.definitions.definition_file import find_definitions
from testwright.bench.definitions.starting import starting_definition
from testwright.bench.definitions.validation import validate_definition, validate_files
from testwright.nouns.definition import BugFix, Definition, TestGenerationDefinition

PYTHON = starting_definition("cheapest", "python", "code_generation", "us", "2026-11-24")
JULIA = starting_definition("cheapest", "julia", "code_generation", "us", "2026-11-24")
TESTS = starting_definition("cheapest_first", "python", "test_generation", "us", "2026-11-24")
assert isinstance(PYTHON, Definition)
assert isinstance(JULIA, Definition)
assert isinstance(TESTS, TestGenerationDefinition)


def found(definition: Definition | TestGenerationDefinition) -> dict[str, str]:
    """By key: the check that found it, warnings in brackets."""
    findings = validate_definition(definition, evaluate=False).findings
    return {each.key: each.check if each.is_error else f"({each.check})" for each in findings}


@pytest.mark.parametrize("definition", [PYTHON, JULIA, TESTS])
def test_a_start_has_nothing_wrong(definition):
    validation = validate_definition(definition, evaluate=False)
    assert (validation.findings, bool(validation)) == ([], True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"version": "one"}, {"version": "version-format"}),
        ({"created": "2026-02-30"}, {"created": "created-date"}),
        ({"created": "20260228"}, {"created": "created-date"}),
        ({"difficulty": "esay"}, {"difficulty": "difficulty"}),
        ({"criteria": ("parsed", "executed", "parsed")}, {"criteria[3]": "duplicate"}),
        ({"prompt": "Write `cheapest_first`."}, {"prompt": "name-not-in-prompt"}),
        ({"examples": ("f()", "g()")}, {"examples": "name-not-in-items"}),
        ({"examples": ("f()", "cheapest([], 1)")}, {"examples[1]": "(name-not-in-items)"}),
        ({"examples": ("f()", "g()"), "examples_setup": "f = g = cheapest"}, {}),
        (
            {"unit_tests": ("assert cheapest([],1)==[]", "assert  cheapest([], 1) == []  # twice")},
            {"unit_tests[2]": "duplicate"},
        ),
        ({"imports": ("json", "json")}, {"imports[2]": "duplicate"}),
        ({"imports": ("json", "os.path", "from a import b")}, {}),
        ({"imports": ("json, os", "print(1)", "import")}, {f"imports[{n}]": "imports" for n in (1, 2, 3)}),
        ({"reference_solution": "def cheapest(:"}, {"reference_solution": "does-not-parse"}),
        ({"examples": ("cheapest(",)}, {"examples[1]": "does-not-parse"}),
        ({"unit_tests_teardown": "x = \0"}, {"unit_tests_teardown": "does-not-parse"}),
        ({"unit_tests_setup": "  x = 1"}, {"unit_tests_setup": "does-not-parse"}),
        ({"wrong_solutions": ("def",)}, {"wrong_solutions[1]": "does-not-parse"}),
        ({"wrong_solutions": (PYTHON.reference_solution + "# other",)}, {"wrong_solutions[1]": "wrong-is-right"}),
        ({"reference_solution": "def cheap(): cheapest()"}, {"reference_solution": "entry-point"}),
        ({"reference_solution": "cheapest = sorted"}, {}),
        ({"prompt": PYTHON.prompt + PYTHON.reference_solution}, {"prompt": "prompt-leak"}),
        ({"prompt": PYTHON.prompt + PYTHON.reference_solution.replace("    ", "").replace('"', "'")}, {"prompt": "prompt-leak"}),
        ({"prompt": PYTHON.prompt + "def cheapest(prices, limit):"}, {}),
    ],
)  # fmt: skip
def test_a_fault_in_a_task_of_code_is_found(change, expected):
    assert found(replace(PYTHON, **change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unit_tests": ("cheapest([1], 1)", "@test cheapest([], 1) == []")}, {"unit_tests[1]": "vacuous"}),
        ({"unit_tests": ("# 1\n@test cheapest(a)", "# 2\n@test cheapest(a) \n")}, {"unit_tests[2]": "duplicate"}),
        ({"reference_solution": "function cheapest_first() end"}, {"reference_solution": "entry-point"}),
        ({"reference_solution": "this is ( no Julia: cheapest"}, {}),
        ({"entry_point": "cheapest!"}, {"reference_solution": "entry-point", "prompt": "name-not-in-prompt"}),
    ],
)
def test_a_fault_in_a_task_of_julia_is_found_as_far_as_its_text_tells(change, expected):
    assert {
        key: check for key, check in found(replace(JULIA, **change)).items() if check != "name-not-in-items"
    } == expected


def test_a_function_of_julia_may_end_with_a_mark():
    texts = [JULIA.prompt, JULIA.reference_solution, *JULIA.examples, *JULIA.unit_tests, *JULIA.wrong_solutions]
    prompt, solution, *items = (text.replace("cheapest(", "cheapest!(") for text in texts)
    changed = replace(
        JULIA,
        entry_point="cheapest!",
        prompt=prompt,
        reference_solution=solution,
        examples=tuple(items[:2]),
        unit_tests=tuple(items[2:7]),
    )
    assert found(changed) == {}
    assert found(replace(PYTHON, entry_point="cheapest!"))["entry_point"] == "entry-point"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"module": "json"}, {"module": "module-name", "reference_tests": "no-tests"}),
        ({"module": "a b"}, {"module": "module-name", "reference_tests": "no-tests"}),
        ({"source": "def f(:"}, {"source": "does-not-parse"}),
        ({"mutants": ("x = 1", "x = (1)")}, {"mutants[2]": "duplicate"}),
        ({"mutants": (f"# no bug\n{TESTS.source}",)}, {"mutants[1]": "mutant-is-source"}),
        ({"bug_fix": BugFix("x = 1", "x = 1 # mended")}, {"bug_fix": "bug-fix"}),
        ({"bug_fix": BugFix("x =", "x = 1")}, {"bug_fix.before": "does-not-parse"}),
        ({"bug_fix": None}, {"criteria": "criteria"}),
        ({"criteria": ("parsed",)}, {"bug_fix": "(criteria)"}),
        ({"mutants": (), "mutate": False}, {"criteria": "criteria"}),
        ({"reference_tests": "import cheapest_first"}, {"reference_tests": "no-tests"}),
        ({"reference_tests": "def test_it(): assert 1"}, {"reference_tests": "no-tests"}),
        ({"reference_tests": "def test_it(:"}, {"reference_tests": "does-not-parse"}),
        ({"reference_tests": ""}, {}),
        ({"prompt": TESTS.reference_tests}, {"prompt": "prompt-leak"}),
    ],
)
def test_a_fault_in_a_task_of_tests_is_found(change, expected):
    assert found(replace(TESTS, **change)) == expected


def test_the_folder_has_the_name(tmp_path):
    assert found(replace(PYTHON, path=str(tmp_path / "cheapest" / "definition.toml"))) == {}
    assert found(replace(PYTHON, path=str(tmp_path / "cheaper" / "definition.toml"))) == {"name": "folder-name"}
    assert found(replace(PYTHON, path=str(tmp_path / "other.toml"))) == {}


def test_names_differ_within_a_language(tmp_path):
    from testwright.bench.definitions.definition_file import save_definition

    for number, definition in enumerate([PYTHON, JULIA, replace(PYTHON, version="1.1")]):
        save_definition(definition, tmp_path / str(number) / "cheapest" / "definition.toml")
    validations = validate_files(find_definitions(tmp_path), None)
    assert [[each.check for each in validation.findings] for validation in validations] == [
        ["duplicate-name"],
        [],
        ["duplicate-name"],
    ]
    assert validations[2].path in validations[0].findings[0].message


def test_what_is_made_in_code_is_held_to_the_same_schema():
    changed = replace(PYTHON, criteria=("parsd",), examples=["cheapest([], 1)"], contributor=None, unit_tests="x")
    assert {each.key for each in validate_definition(changed, evaluate=False).findings} == {
        "criteria[1]",
        "contributor",
        "unit_tests",
    }


def test_a_mapping_and_a_file_are_validated_too(tmp_path):
    validation = validate_definition({"code_generation": {"name": 1}}, evaluate=False)
    assert not validation
    assert validation.definition is None
    assert {each.key for each in validation.findings} > {"name", "prompt", "criteria"}
    assert not validate_definition(tmp_path / "gone.toml", evaluate=False)


def test_the_two_defects_of_the_leaderboards_definitions_are_found_and_no_other(tmp_path, shared_material):
    with tarfile.open(shared_material / "leaderboard" / "evaluations.tar.xz") as tar:
        members = [each for each in tar if each.name.endswith("definition.toml")]
        tar.extractall(tmp_path, members, filter="data")
    validations = validate_files(find_definitions(tmp_path), None)
    assert len(validations) == 16
    assert [(each.definition.name, f.check, f.key) for each in validations for f in each.findings] == [
        ("wrap_string", "duplicate", "unit_tests[5]"),
        ("find_median", "name-not-in-prompt", "prompt"),
    ]
