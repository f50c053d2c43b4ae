"""Where a docstring promises to leave arguments alone, the call is made again with each held by a variable."""

from testwright.inside.recipes import Call, Const, Name, Sequence
from testwright.inside.scenario import Scenario, Step
from testwright.nouns import Observation
from testwright.propose.left_alone import left_alone
from testwright.python_source.read_module import read_module
from testwright.write.render_call import render_call

SOURCE = 'def ordered(items: list[int]):\n    """Returns a sorted copy."""\n'


def asked(source, argument):
    model = read_module(source, module="m", path="m.py")
    scenario = Scenario((Step(Call(Name("m", "ordered"), (argument,)), "result"),), "ordered")
    return [render_call(o.scenario, "m").splitlines()[2:] for o in left_alone(model, [Observation(scenario, ())])]


def test_the_argument_is_held_as_it_is_and_with_something_in_it():
    found = asked(SOURCE, Sequence("list", ()))
    assert found == [["items = []", "ordered(items)"], ["items = [3, 1, 2, 1]", "ordered(items)"]]


def test_what_cannot_change_is_not_held():
    assert asked(SOURCE, Const("abc")) == []


def test_a_function_that_promises_nothing_is_not_asked():
    assert asked(SOURCE.replace("Returns a sorted copy", "Sorts"), Sequence("list", ())) == []
