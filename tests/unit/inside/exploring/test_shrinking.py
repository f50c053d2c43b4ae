"""Shrinking makes scenarios plainer, and never loses what they are kept for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from testwright.inside.exploring.argument_fit import Misfit
from testwright.inside.exploring.corpus import Entry, cost_of
from testwright.inside.exploring.shrinking import Shrinking, leaving_nothing, prefixes, settled, shrink
from testwright.inside.patching import Tripwire
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Name,
    Patch,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
    walk,
)
from testwright.inside.scenario import Scenario, Step

CALL = Name("module", "f")


def entry(scenario: Scenario, mask: int, raised: str = "") -> Entry:
    return Entry(scenario, mask, cost_of(scenario, raised, False), raised, True)


def price(scenario: Scenario, raised: str, limit: float) -> float:
    return cost_of(scenario, raised, False)


def shrunk(
    scenario: Scenario,
    reaches: Callable[[Scenario], int],
    attempts: int = 400,
    misfits: Callable[[Scenario], list[Misfit]] | None = None,
) -> Scenario:
    start = entry(scenario, reaches(scenario))
    return shrink(start, 1, price, lambda s: entry(s, reaches(s)), attempts, misfits or (lambda s: [])).scenario


def calling(*args: Recipe) -> Scenario:
    return Scenario((Step(Call(CALL, args), "result"),), "f")


def texts(scenario: Scenario) -> list[str]:
    return [
        n.value for s in scenario.steps for n in walk(s.recipe) if isinstance(n, Const) and isinstance(n.value, str)
    ]


def test_a_text_keeps_only_what_matters() -> None:
    found = shrunk(calling(Const("some long text with a % in it")), lambda s: int(any("%" in t for t in texts(s))))
    assert texts(found) == ["%"]


def test_earlier_steps_that_are_not_needed_go() -> None:
    made = Step(Call(Name("module", "C")), "c")
    needed, useless = (Step(Call(Attribute(Variable("c"), n))) for n in ("open", "look"))
    last = Step(Call(Attribute(Variable("c"), "read")), "result")
    found = shrunk(
        Scenario((made, useless, needed, useless, last), "C.read"),
        lambda s: int(s.steps[0] == made and needed in s.steps and s.steps[-1] == last),
    )
    assert found.steps == (made, needed, last)


def test_a_lone_call_takes_the_place_of_a_gathering() -> None:
    def alone(name: str) -> Recipe:
        return Call(Attribute(Variable("c"), name))

    gathered = Await(Call(Name("asyncio", "gather"), (alone("put"), alone("get"))))
    found = shrunk(Scenario((Step(gathered, "result"),), "C.get"), lambda s: int("'get'" in repr(s)))
    assert found.steps[-1].recipe == Await(alone("get"))


def keywords(scenario: Scenario) -> dict[str, Recipe]:
    recipe = scenario.steps[-1].recipe
    assert isinstance(recipe, Call)
    return dict(recipe.kwargs)


def with_keywords(*names: str) -> Scenario:
    given = tuple((name, Dictionary(((Const("key"), Const("Hello World")),))) for name in names)
    return Scenario((Step(Call(CALL, (), given), "result"),), "f")


def test_what_many_options_hide_takes_few_attempts() -> None:
    found = shrunk(with_keywords(*"abcdefghij"), lambda s: int("c" in keywords(s)), attempts=16)
    assert keywords(found) == {"c": Dictionary(())}


def test_an_edit_that_failed_waits_for_the_next_round() -> None:
    tried: list[Scenario] = []

    def try_out(scenario: Scenario) -> Entry:
        tried.append(scenario)
        return entry(scenario, int(len(scenario.steps) == 5))

    opened = Step(Call(Attribute(Variable("c"), "open")))
    last = Step(Call(CALL, tuple(Const(True) for _ in range(12))), "result")
    start = Scenario((Step(Call(Name("module", "C")), "c"), opened, opened, opened, last), "f")
    found = shrink(entry(start, 1), 1, price, try_out, 1000)
    assert found.scenario.steps[:-1] == start.steps[:-1]
    assert found.scenario.steps[-1].recipe == Call(CALL)
    assert len(tried) == 3 + 12 + 3


def test_shrinking_goes_on_where_it_stopped() -> None:
    def try_out(scenario: Scenario) -> Entry:
        return entry(scenario, int(any("%" in t for t in texts(scenario))))

    start = entry(calling(Const("some long text with a % in it"), Const("and another")), 1)
    some = Shrinking(start, price, try_out)
    for _ in range(40):
        some.go(1, 3)
    assert some.best.scenario == shrink(start, 1, price, try_out, 120).scenario
    assert texts(some.best.scenario) == ["%"]


def test_what_is_spelled_out_can_go_by_itself() -> None:
    bare = Scenario((Step(Call(CALL, (Const("abc"), Const("x"), Const(True))), "result"),), "f")
    named = (("a", Const("abc")), ("b", Const("x")), ("c", Const(True)))
    spelled = Scenario((Step(Call(CALL, (), named), "result"),), "f")
    some = Shrinking(entry(bare, 1), price, lambda s: entry(s, int("True" in repr(s))), spelled_out=lambda s: spelled)
    assert keywords(some.go(1, 50).scenario) == {"c": Const(True)}


def test_without_attempts_nothing_changes() -> None:
    scenario = calling(Const("abcdef"))
    assert shrunk(scenario, lambda s: 1, attempts=0) == scenario


def test_an_exception_is_not_taken_for_a_result() -> None:
    scenario = calling(Const("abcdef"))
    found = shrink(entry(scenario, 1), 1, price, lambda s: entry(s, 1, "ValueError"), 50)
    assert found.scenario == scenario


def has_argument(scenario: Scenario) -> int:
    recipe = scenario.steps[-1].recipe
    return int(isinstance(recipe, Call) and len(recipe.args) == 1)


def test_a_value_that_does_not_fit_becomes_a_plain_one_that_does() -> None:
    def odd(scenario: Scenario) -> list[Misfit]:
        return [Misfit((0, 1), bool, 4.0)] if texts(scenario) else []

    found = shrunk(calling(Const("x%")), has_argument, misfits=odd)
    assert found == calling(Const(True))


def test_two_values_that_do_not_fit_are_replaced_together() -> None:
    def odd(scenario: Scenario) -> list[Misfit]:
        call = scenario.steps[-1].recipe
        assert isinstance(call, Call)
        return [Misfit((0, n), date, 4.0) for n, arg in enumerate(call.args, 1) if isinstance(arg, Const)]

    def comparable(scenario: Scenario) -> int:
        call = scenario.steps[-1].recipe
        return int(isinstance(call, Call) and len({type(arg) for arg in call.args}) == 1 and len(call.args) == 2)

    def with_misfits(scenario: Scenario) -> float:
        return cost_of(scenario, "", False) + sum(misfit.weight for misfit in odd(scenario))

    def tried(scenario: Scenario) -> Entry:
        return Entry(scenario, comparable(scenario), with_misfits(scenario), "", True)

    start = tried(calling(Const(13), Const(13)))
    found = shrink(start, 1, lambda s, raised, limit: with_misfits(s), tried, 400, odd).scenario
    (step,) = found.steps
    assert isinstance(step.recipe, Call)
    assert {type(arg) for arg in step.recipe.args} == {Call}


def test_the_numbers_of_a_date_are_no_numbers_to_be_made_small() -> None:
    def is_leap_day(scenario: Scenario) -> int:
        return int("Const(value=29)" in str(scenario) or "Const(value=31)" in str(scenario))

    leap = Call(Name("datetime", "date"), (Const(1904), Const(2), Const(29)))
    found = shrunk(calling(leap), is_leap_day)
    assert found == calling(Call(Name("datetime", "date"), (Const(2024), Const(1), Const(29))))


def test_a_file_gives_way_to_plain_text_where_any_text_does() -> None:
    assert shrunk(calling(ScratchFile("a.txt", "b", as_text=True)), has_argument) == calling(Const(""))


def test_a_step_whose_variable_is_bound_anew_before_it_is_used_goes() -> None:
    first, second = Step(Const(1), "x"), Step(Const(2), "x")
    last = Step(Call(CALL, (Variable("x"),)), "result")
    found = shrunk(Scenario((first, second, last), "f"), lambda s: int(s.steps[-2:] == (second, last)))
    assert found.steps == (second, last)


def test_a_lone_item_is_taken_out_of_what_an_example_shows() -> None:
    call = Call(CALL)
    assert shrunk(Scenario((Step(Sequence("tuple", (call,)), "result"),), "f"), lambda s: 1).steps[-1].recipe == call


def test_what_is_called_on_the_way_becomes_a_scenario_of_its_own() -> None:
    made = Step(Call(Name("module", "C")), "c")
    on_the_way = Call(Name("builtins", "list"), (Call(Attribute(Variable("c"), "items")),))
    last = Step(Call(Attribute(Variable("c"), "read")), "result")
    scenario = Scenario((made, Step(on_the_way), last), "C.read", "built")
    assert list(prefixes(scenario, lambda s, called: f"C.{called.name}" if isinstance(called, Attribute) else "")) == [
        Scenario((made, Step(on_the_way, "result")), "C.items", "built")
    ]
    assert list(prefixes(scenario, lambda s, called: "")) == []


def test_what_stands_around_the_call_under_test_keeps_it() -> None:
    listed = Scenario((Step(Call(Name("builtins", "list"), (Call(CALL),)), "result"),), "f")
    assert shrunk(listed, lambda s: 1) == listed


def test_an_object_made_inside_the_call_becomes_a_scenario_of_its_own() -> None:
    part = Call(Name("module", "Part"), (Const(0),))
    targets = {"Part": "Part.__init__", "f": "f"}
    found = prefixes(calling(part), lambda s, called: targets[getattr(called, "qualname", "f")])
    assert list(found) == [Scenario((Step(part, "result"),), "Part.__init__")]


def test_a_named_value_that_is_used_once_goes_where_it_is_used() -> None:
    key = Function("x", Variable("x"))
    found = shrunk(Scenario((Step(key, "key"), Step(Call(CALL, (Variable("key"),)), "result")), "f"), has_function)
    assert found == calling(key)


def has_function(scenario: Scenario) -> int:
    return int(any(isinstance(n, Function) for s in scenario.steps for n in walk(s.recipe)))


def test_a_patch_goes_when_nothing_touches_it_with_the_mock_that_it_puts_there() -> None:
    mock = Step(Call(Name("unittest.mock", "Mock")), "run")
    patch = Step(Patch("setattr", "module.run", Variable("run")))
    scenario = Scenario((mock, patch, Step(Call(CALL), "result")), "f")
    assert shrunk(scenario, lambda s: 1).steps == (Step(Call(CALL), "result"),)


def test_a_patch_that_is_used_stays_though_the_same_arcs_are_reached_without_it() -> None:
    patch = Step(Patch("setattr", "module.now", Function("", Const(1.5))))
    scenario = Scenario((patch, Step(Call(CALL), "result")), "f")

    def reaches(tried: Scenario) -> int:
        return (
            0
            if any(isinstance(n, Const) and isinstance(n.value, Tripwire) for s in tried.steps for n in walk(s.recipe))
            else 1
        )

    assert any(isinstance(step.recipe, Patch) for step in shrunk(scenario, reaches).steps)


def test_a_variable_that_matters_is_deleted_where_nothing_sets_it() -> None:
    scenario = Scenario((Step(Call(CALL), "result"),), "f")

    def attempt(tried: Scenario) -> Entry:
        elsewhere = any(
            isinstance(s.recipe, Patch) and s.recipe.kind == "setenv" and s.recipe.target == "MODE" for s in tried.steps
        )
        return entry(tried, 2 if elsewhere else 1)

    deleted = settled(entry(scenario, 1), 1, ["MODE", "OTHER"], attempt).scenario
    assert deleted.steps == (Step(Patch("delenv", "MODE")), *scenario.steps)


def test_a_flag_that_a_scenario_leaves_behind_is_put_back_by_its_test() -> None:
    scenario = calling(Const(1))
    patch = Step(Patch("setattr", "module.enabled", Const(True)))
    kept = leaving_nothing(entry(scenario, 1), 1, lambda: [("module.enabled", True)], lambda s: entry(s, 1))
    assert kept.scenario.steps == (patch, *scenario.steps)
    again = leaving_nothing(kept, 1, lambda: [("module.enabled", True)], lambda s: entry(s, 1))
    assert again is kept
    lost = leaving_nothing(entry(scenario, 1), 1, lambda: [("module.enabled", True)], lambda s: entry(s, 2))
    assert lost.scenario == scenario
    assert leaving_nothing(entry(scenario, 1), 1, list, lambda s: entry(s, 1)).scenario == scenario


def test_a_flag_that_changes_nothing_that_is_needed_is_left_as_the_module_sets_it() -> None:
    flag, clock = Step(Patch("setattr", "module.STRICT", Const(False))), Patch("setattr", "time.time", Name("m", "now"))
    scenario = Scenario((flag, Step(clock), Step(Call(CALL), "result")), "f")

    def reaches(one: Scenario) -> int:
        wired = [n.value for step in one.steps for n in walk(step.recipe) if isinstance(n, Const)]
        return 0 if any(isinstance(value, Tripwire) for value in wired) else 1

    assert shrunk(scenario, reaches).steps == scenario.steps[1:]
