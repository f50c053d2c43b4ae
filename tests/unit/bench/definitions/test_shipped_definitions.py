"""The definitions that come with testwright, as far as that can be seen without running them (CI runs them, too)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from testwright.bench import find_definitions, load_definition
from testwright.bench.definitions.definition_file import shipped_folder
from testwright.nouns.definition import Definition

FILES = find_definitions(shipped_folder())


@pytest.fixture(scope="module")
def definitions():
    return [load_definition(file) for file in FILES]


def test_there_are_tasks_of_many_kinds_and_of_each_difficulty(definitions):
    code = [each for each in definitions if isinstance(each, Definition)]
    categories = Counter(Path(each.path).parts[-3] for each in code)
    assert len(code) >= 40
    assert len(categories) >= 8
    assert min(categories.values()) >= 4
    assert min(Counter(each.difficulty for each in code).values()) >= len(code) // 6
    assert len({each.name for each in definitions}) == len(definitions)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_each_has_what_is_asked_of_those_that_are_shipped(file):
    definition = load_definition(file)
    assert definition.canary.startswith("testwright-canary-")
    assert definition.created
    assert definition.difficulty in ("easy", "medium", "hard")
    if isinstance(definition, Definition):
        assert definition.language == "python"
        assert len(definition.wrong_solutions) >= 2
        assert len(definition.unit_tests) >= 5


def test_all_have_the_same_canary(definitions):
    assert len({each.canary for each in definitions}) == 1
