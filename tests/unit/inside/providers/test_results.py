"""What a scenario gave is made again in one expression."""

import pytest

from testwright.inside.providers.results import as_expression
from testwright.inside.recipes import Attribute, Await, Call, Const, Function, Name, Operation, Variable
from testwright.inside.scenario import Scenario, Step

JOB = Call(Name("shop", "Job"), (Const(1),))
JOB_OF_ANY = Variable("job")


def do(*args):
    return Call(Attribute(JOB_OF_ANY, "do"), args)


def scenario(*steps):
    return Scenario(steps, "Job.do")


def test_a_method_of_an_instance():
    steps = scenario(Step(JOB, "job"), Step(do(Const(2)), "result"))
    assert as_expression(steps) == Call(Attribute(JOB, "do"), (Const(2),))


def test_variables_of_a_function_are_its_own():
    function = Function("job", Attribute(Variable("job"), "name"))
    assert as_expression(scenario(Step(Call(Name("shop", "f"), (function,)), "result"))) is not None
    assert as_expression(scenario(Step(JOB, "job"), Step(do(function), "result"))) is None


@pytest.mark.parametrize(
    "steps",
    [
        (Step(JOB, "job"), Step(Call(Name("shop", "warm"))), Step(do(), "result")),
        (Step(JOB, "job"), Step(Const(1), "job", "size"), Step(do(), "result")),
        (Step(JOB, "job"), Step(Operation("+", JOB_OF_ANY, JOB_OF_ANY), "result")),
        (Step(JOB, "job"), Step(Await(do()), "result")),
        (Step(Const(1), "result"),),
    ],
    ids=["bare call", "attribute", "used twice", "awaited", "literal"],
)
def test_what_needs_statements_of_its_own_is_none(steps):
    assert as_expression(scenario(*steps)) is None


def test_what_methods_gave_is_offered_as_an_instance(maker_of, values):
    maker = maker_of(
        "class Job:\n    def __init__(self):\n        self.unit = ''\n"
        "    def every(self, unit):\n        self.unit = unit\n        return self\n"
    )
    kind = maker.live.classes["Job"]
    made = Call(Name(maker.live.name, "Job"))
    steps = Scenario((Step(made, "job"), Step(Call(Attribute(JOB_OF_ANY, "every"), (Const("week"),)), "result")), "Job")
    maker.without = frozenset({"factories"})
    maker.learn_result(steps, kind())
    maker.learn_result(Scenario((Step(made, "result"),), "Job"), kind())
    assert maker.by_class[kind] == [made]
    assert {"", "week"} == {v.unit for v in values(lambda: maker.objects.make(kind, 0))}
    maker.learn_result(steps, 1)
    assert int not in maker.by_result
