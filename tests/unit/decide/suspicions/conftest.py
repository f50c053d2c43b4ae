"""Observations of one call, and what is known of the code that it calls."""

import textwrap

import pytest

from testwright.decide.known_code import KnownCode
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Outcome, Scenario, Sign, Step
from testwright.nouns import Observation
from testwright.python_source.read_module import read_module


class Planted:
    """One module `m` with what was seen of a call of its function."""

    def __init__(self, source):
        self.source = textwrap.dedent(source).lstrip("\n")
        self.code = KnownCode(read_module(self.source, module="m", path="m.py"), self.source)

    def line_with(self, text):
        return next(n for n, line in enumerate(self.source.splitlines(), 1) if text in line)

    def observed(self, target, *arguments, outcome=None, raised="", documented="", origin=""):
        call = Call(Name("m", target), tuple(Const(a) for a in arguments))
        scenario = Scenario((Step(call, "result"),), target, origin)
        return Observation(scenario, (), outcome or Outcome(), raised, documented)

    def failed(self, target, kind, words, at, *, outside=""):
        sign = Sign("error", kind, words, self.line_with(at), target, outside)
        return self.observed(target, 1, outcome=Outcome(broken="nonsense", signs=(sign,)))


@pytest.fixture
def planted():
    return Planted
