"""Observations become tables, single tests, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.inside.recipes import Attribute, Call, Const, Item, Name, Recipe, ScratchFile, Sequence, Variable
from testwright.inside.scenario import Check, Outcome, Raised, Scenario, Step
from testwright.nouns.observation import Observation
from testwright.nouns.verdict import Proof
from testwright.propose.from_observations import LONGEST_EXPECTED, LONGEST_VALUE, candidates, is_private, makes_a_test
from testwright.propose.keep_rows import keep_rows


def step(name: str, *args: Any, **kwargs: Any) -> Call:
    arguments = tuple(a if isinstance(a, (Call, ScratchFile, Sequence)) else Const(a) for a in args)
    return Call(Name("shop", name), arguments, tuple((k, Const(v)) for k, v in kwargs.items()))


def gives(recipe: Recipe, expected: Any, target: str = "", kind: str = "equals") -> Observation:
    name = target or (
        recipe.function.qualname if isinstance(recipe, Call) and isinstance(recipe.function, Name) else ""
    )
    value = expected if isinstance(expected, (Sequence, Call)) else Const(expected)
    outcome = Outcome((Check(kind, Variable("result"), value),))
    return Observation(Scenario((Step(recipe, "result"),), name), (), outcome)


def raises(recipe: Call, error: str, message: str | None = None, *, from_module: bool = True) -> Observation:
    outcome = Outcome((), Raised(Name("builtins", error), message, from_module))
    return Observation(Scenario((Step(recipe, "result"),), str(getattr(recipe.function, "qualname", ""))), (), outcome)


def shape(*observations: Observation) -> dict[str, list[str]]:
    return {c.name: [row.case_id for row in c.rows] for c in candidates(observations, module="shop")}


def test_rows_of_one_shape_become_one_table_with_edges_last() -> None:
    assert shape(gives(step("f", None), "none"), gives(step("f", 1), "1"), gives(step("f", 2), "2")) == {
        "test_f": ["one", "two", "none"]
    }


def test_other_keywords_make_another_test() -> None:
    found = shape(gives(step("f", 1), 1), gives(step("f", 2), 2), gives(step("f", 1, size=3), 3))
    assert found == {"test_f": ["one", "two"], "test_f_with_size": [""]}


def test_what_is_refused_comes_last_in_a_table_of_its_own() -> None:
    found = shape(
        raises(step("f", ""), "ValueError", "empty"),
        raises(step("f", "x"), "ValueError", "bad x"),
        gives(step("f", "a"), 1),
        raises(step("f", "q"), "KeyError", "q"),
    )
    assert found == {
        "test_f": [""],
        "test_f_rejects_invalid_text": ["x", "empty-text"],
        "test_f_raises_key_error_for_missing_key": [""],
    }


def test_one_and_true_are_two_rows() -> None:
    assert shape(gives(step("f", 1), "1"), gives(step("f", True), "True")) == {"test_f": ["one", "true"]}


def test_the_same_call_is_tested_once() -> None:
    assert shape(gives(step("f", 1), 1), gives(step("f", 1), 1)) == {"test_f": [""]}


@pytest.mark.parametrize(
    "observation",
    [
        Observation(Scenario((Step(step("f"), "result"),), "f"), (), None),
        Observation(Scenario((Step(step("f"), "result"),), "f"), (), Outcome(broken="hangs")),
        Observation(Scenario((Step(step("f"), "result"),), "f"), (), Outcome()),
        raises(step("f", None), "TypeError", from_module=False),
        raises(step("f", None), "AttributeError", from_module=False),
        gives(step("f"), Call(Name("shop", "F"), tuple(Const(f"row {i} " * 8) for i in range(LONGEST_EXPECTED)))),
    ],
)
def test_what_shows_nothing_becomes_no_test(observation: Observation) -> None:
    assert shape(observation) == {}


def test_a_type_error_that_the_module_raises_itself_is_behaviour() -> None:
    assert shape(raises(step("f", None), "TypeError", "a list, please")) == {"test_f_rejects_none": [""]}


def test_wide_rows_stay_out_of_the_table() -> None:
    wide = "a text that is much too long to stand in the row of a table with others"
    assert shape(gives(step("f", "a"), 1), gives(step("f", "b"), 2), gives(step("f", wide), 3)) == {
        "test_f": ["a", "b"],
        "test_f_gives_three": [""],
    }


def test_files_and_objects_of_the_target_are_not_built_while_collecting() -> None:
    found = shape(
        gives(step("f", ScratchFile("a.txt", "1")), 1),
        gives(step("f", ScratchFile("a.txt", "2")), 2),
        gives(step("total", step("Money", 1)), step("Money", 1), "total"),
        gives(step("total", step("Money", 2)), step("Money", 2), "total"),
    )
    assert list(found.values()) == [[""], [""], [""], [""]]
    assert len(found) == 4


def test_arguments_of_the_object_under_test_are_columns() -> None:
    def bumped(version: str) -> Call:
        return Call(Attribute(step("Version", version), "bump"), ())

    found = shape(gives(bumped("1.0"), "2.0", "Version.bump"), gives(bumped("2.0"), "3.0", "Version.bump"))
    assert found == {"test_version_bump": ["1.0", "2.0"]}


def test_types_of_what_is_compared_are_not_asserted_again() -> None:
    checks = (
        Check("isinstance", Variable("result"), Name("builtins", "int")),
        Check("equals", Variable("result"), Const(1)),
        Check("equals", Variable("result"), Const(1)),
    )
    observation = Observation(Scenario((Step(step("f"), "result"),), "f"), (), Outcome(checks))
    (test,) = candidates([observation], module="shop")
    assert test.rows[0].outcome.checks == checks[1:2]


def test_many_alike_get_different_names() -> None:
    def alike(number: int) -> Observation:
        return gives(step("f", ScratchFile("a.txt", f"{number}")), 5)

    names = [c.name for c in candidates([alike(n) for n in range(15)], module="shop")]
    assert len(set(names)) == 15
    assert all(name.startswith("test_f") for name in names)


def test_private_is_what_an_underscore_opens() -> None:
    assert [is_private(t) for t in ("f", "_f", "A._g", "_A.g", "A.__eq__")] == [False, True, True, True, False]


def test_a_table_left_with_one_row_becomes_a_test_of_that_row() -> None:
    tests = candidates(
        [raises(step("f", ""), "ValueError", "empty"), raises(step("f", "x"), "ValueError", "bad x")], module="shop"
    )
    kept, proofs = keep_rows(tests, {f"{tests[0].name}[empty-text]": Proof(5, 5, 1, 1)})
    assert [c.node_names for c in kept] == [("test_f_rejects_empty_text",)]
    assert proofs == {"test_f_rejects_empty_text": Proof(5, 5, 1, 1)}


def test_the_kept_are_named_as_if_the_others_had_never_been() -> None:
    first, second = (raises(step("f", None, n), "ValueError", f"bad {n}") for n in ("a" * 60, "b" * 60))
    tests = [c for o in (first, second) for c in candidates([o], module="shop")]
    again = replace(tests[1], name=f"{tests[1].name}_second_case")
    kept, proofs = keep_rows([tests[0], again], {again.name: Proof(5, 5, 1, 1)})
    assert [c.name for c in kept] == [tests[0].name] == list(proofs)


def test_tests_without_proof_are_dropped() -> None:
    assert keep_rows(candidates([gives(step("f", 1), 1)], module="shop"), {}) == ([], {})


def long_list(count: int) -> Sequence:
    return Sequence("list", tuple(Const("a text of some length that takes a line") for _ in range(count)))


def test_a_list_too_long_to_read_is_asserted_by_length_and_first_items() -> None:
    [made] = candidates([gives(step("f", 1), long_list(LONGEST_EXPECTED + 5))], module="shop")
    length, *items = made.rows[0].outcome.checks
    assert length == Check("equals", Call(Name("builtins", "len"), (Variable("result"),)), Const(LONGEST_EXPECTED + 5))
    assert [check.subject for check in items] == [Item(Variable("result"), Const(n)) for n in range(3)]


def test_a_text_too_long_to_read_is_asserted_by_its_lines() -> None:
    text = "\n".join(f"line {number} of a rather long text that says a lot" for number in range(40))
    [made] = candidates([gives(step("f", 1), text)], module="shop")
    length, start = made.rows[0].outcome.checks
    assert length.expected == Const(40)
    assert start.subject == Call(
        Attribute(Variable("result"), "startswith"), (Const("\n".join(text.splitlines()[:2])),)
    )


def test_longer_inputs_are_read_only_where_nothing_shorter_reaches_as_much() -> None:
    long = gives(step("f", long_list(LONGEST_VALUE + 5)), 1)
    short = replace(gives(step("f", 1), 1), arcs=(1,))
    assert not makes_a_test(long, module="shop")
    assert shape(short, replace(long, arcs=(1,))) == {"test_f": [""]}
    assert len(candidates([short, replace(long, arcs=(1, 2))], module="shop")) == 2


def test_a_mere_type_of_the_standard_library_says_little() -> None:
    def of_type(module: str) -> Observation:
        check = Check("isinstance", Variable("result"), Name(module, "UUID"))
        return Observation(Scenario((Step(step("f"), "result"),), "f"), (), Outcome((check,)))

    assert not makes_a_test(of_type("uuid"), module="shop")
    assert makes_a_test(of_type("shop"), module="shop")
    assert shape(of_type("uuid")) == {"test_f": [""]}
