"""Of calls that end in an internal error, one for each place is kept, the plainest that the code promises to serve."""

import importlib.util
import sys
from types import SimpleNamespace

import pytest

from testwright.inside.exploring.executor import Run
from testwright.inside.exploring.shrinking import shrink
from testwright.inside.exploring.suspects import Suspects
from testwright.inside.recipes import Call, Const, Name, evaluate, size
from testwright.inside.recipes import Surroundings as Around
from testwright.inside.scenario import Scenario, Step

SOURCE = """
def first(text: str, times: int = 1) -> str:
    return text[times]

def guessed(text):
    return text[1]

def _hidden(text: str) -> str:
    return text[1]
"""


@pytest.fixture
def suspects(tmp_path, monkeypatch):
    path = tmp_path / "suspected.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("suspected", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "suspected", module)
    spec.loader.exec_module(module)
    return Suspects(str(path))


def scenario_of(name, *arguments):
    call = Call(Name("suspected", name), tuple(map(Const, arguments)))
    return Scenario((Step(call, "result"),), name)


def run(scenario):
    try:
        value = evaluate(scenario.steps[-1].recipe, Around())
    except (LookupError, TypeError) as error:
        return Run("raised", 0, error=error)
    return Run("returned", 0, value)


def price(scenario, raised, private, limit=0.0):
    return float(sum(size(step.recipe) for step in scenario.steps))


def found(suspects, *scenarios):
    for scenario in scenarios:
        suspects.look(scenario, run(scenario))
    return suspects.plainest(run, shrink, price)


def test_the_plainest_is_kept_and_made_plainer(suspects):
    (plain,) = found(suspects, scenario_of("first", "a long text that it takes", 77))
    text, _ = (argument.value for argument in plain.steps[0].recipe.args)
    assert len(text) <= 3


def test_one_is_kept_for_each_place(suspects):
    assert len(found(suspects, scenario_of("first", "a"), scenario_of("first", ""))) == 1


@pytest.mark.parametrize(
    "scenario", [scenario_of("first", None), scenario_of("guessed", ""), scenario_of("_hidden", "")]
)
def test_what_nobody_promised_is_not_kept(suspects, scenario):
    assert found(suspects, scenario) == []


def test_what_gives_a_result_is_not_kept(suspects):
    assert found(suspects, scenario_of("first", "abc")) == []


def slow(busy=True):
    return SimpleNamespace(status="slow", busy=busy, error=TimeoutError())


def test_a_small_call_that_computes_for_ever_is_kept(suspects):
    suspects.look(scenario_of("first", "a"), slow())
    assert suspects.hangs() == [scenario_of("first", "a")]


@pytest.mark.parametrize(
    ("scenario", "busy"), [(scenario_of("first", "a", 10**6), True), (scenario_of("first", "a"), False)]
)
def test_one_that_has_much_to_do_or_waits_is_not(suspects, scenario, busy):
    suspects.look(scenario, slow(busy))
    assert suspects.hangs() == []
