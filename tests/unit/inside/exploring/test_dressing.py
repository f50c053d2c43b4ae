"""Scenarios get the patches and stand-ins that the code asks for, and others stay as they are."""

from __future__ import annotations

import textwrap

import pytest

from testwright.inside.patching import take_back
from testwright.inside.recipes import Call, Name, Patch, Surroundings, Variable, walk
from testwright.inside.running import run_scenario
from testwright.inside.scenario import Scenario


@pytest.fixture
def built(builder_of):
    """Scenarios of one target of a module."""

    def build(source, target="f", count=40):
        builder, callables = builder_of(textwrap.dedent(source))
        return [s for s in (builder.build(callables[target]) for _ in range(count)) if s is not None]

    return build


def results(scenarios):
    found = []
    for scenario in scenarios:
        around = Surroundings()
        found.append(run_scenario(scenario, around).value)
        take_back(around.undo)
    return found


def patches(scenario: Scenario) -> list[str]:
    return [f"{s.recipe.kind} {s.recipe.target}" for s in scenario.steps if isinstance(s.recipe, Patch)]


def test_nothing_is_patched_for_code_that_reaches_nothing(built):
    assert all(len(scenario.steps) == 1 for scenario in built("def f(x: int): return x"))


def test_variables_are_set_deleted_or_left(built):
    scenarios = built("import os\ndef f(): return os.environ.get('COLLABORATOR_MODE')")
    seen = {tuple(patches(s)) for s in scenarios}
    assert seen == {(), ("setenv COLLABORATOR_MODE",), ("delenv COLLABORATOR_MODE",)}
    assert len({r for r in results(scenarios) if r is not None}) > 3


def test_a_fixed_clock_gives_the_same_every_time_and_may_go_on_between_steps(built):
    source = """
        import time
        class Watch:
            def __init__(self): self.start = time.time()
            def age(self): return time.time() - self.start
        """
    scenarios = built(source, "Watch.age")
    ages = results(scenarios)
    assert ages == results(scenarios)
    assert 0.0 in ages
    assert max(ages) >= 1


def test_a_seeded_random_gives_the_same_every_time(built):
    scenarios = built("import random\ndef f(): return random.randint(1, 1000)")
    assert results(scenarios) == results(scenarios)
    assert len(set(results(scenarios))) > 1


@pytest.mark.parametrize(
    ("imported", "expression"),
    [("import datetime", "datetime.datetime.now()"), ("from datetime import datetime", "datetime.now()")],
)
def test_the_date_is_fixed_for_who_asks_and_stays_a_date(built, imported, expression):
    source = f"{imported}\ndef f(when): return {expression}.isoformat(), isinstance(when, {expression[:-6]})"
    scenarios = built(source)
    assert {s for s in results(scenarios) if s is not None} == {s for s in results(scenarios) if s is not None}
    assert all(any("setattr" in patch for patch in patches(s)) for s in scenarios)


def test_a_service_is_an_autospec_whose_methods_give_what_their_hints_say(built):
    source = """
        class Service:
            def find(self, number: int) -> str: raise OSError
        def f(service: Service, number: int) -> str: return service.find(number)
        """
    scenarios = [s for s in built(source, count=80) if any(step.attribute for step in s.steps)]
    assert scenarios
    for scenario in scenarios:
        assert scenario.steps[0].recipe.function == Name("unittest.mock", "create_autospec")
        assert scenario.steps[1].attribute == "find.return_value"
    assert {type(value) for value in results(scenarios)} == {str}


def test_values_are_no_services(built):
    source = """
        import dataclasses
        @dataclasses.dataclass
        class Order:
            number: int
            def double(self): return 2 * self.number
        def f(order: Order): return order.double()
        """
    assert not any("create_autospec" in repr(scenario) for scenario in built(source))


def test_queues_have_something_in_them_mostly(built):
    scenarios = built("import queue\ndef f(jobs: queue.Queue): return jobs.qsize()")
    sizes = [size for size in results(scenarios) if type(size) is int]
    assert {0, 1, 2} <= set(sizes)
    assert sizes.count(0) < len(sizes) / 2


def test_a_mock_stands_for_processes_and_may_fail_as_the_code_expects(built):
    source = """
        import subprocess
        def f():
            try:
                return subprocess.check_output(["date"], text=True)
            except subprocess.CalledProcessError:
                return None
        """
    found = results(built(source))
    assert None in found
    assert {type(value) for value in found} == {str, type(None)}


def test_renewing_replaces_the_patches_and_nothing_else(builder_of):
    source = "import subprocess, os\ndef f(x): return subprocess.run([x], env=os.environ['A'])"
    builder, callables = builder_of(source)
    scenario = builder.build(callables["f"])
    for _ in range(20):
        again = builder.maker.patches.renewed(scenario)
        assert again.steps[-1] == scenario.steps[-1]
        assert (
            sum(isinstance(s.recipe, Call) and s.recipe.function == Name("unittest.mock", "Mock") for s in again.steps)
            == 1
        )
        bound = {s.variable for s in again.steps}
        assert all(n.name in bound for s in again.steps for n in walk(s.recipe) if isinstance(n, Variable))
