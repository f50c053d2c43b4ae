"""An example that is a comparison is named for its call, not for being true."""

from __future__ import annotations

from testwright.inside.recipes import Call, Const, Name, Operation, Variable
from testwright.inside.scenario import Check, Outcome, Scenario, Step
from testwright.nouns.candidate import Row
from testwright.propose.naming import Names


def test_a_comparison_that_holds_is_no_result() -> None:
    called = Call(Name("shop", "clamp"), (Const(None),))
    outcome = Outcome((Check("is", Variable("result"), Const(True)),))
    row = Row(Scenario((Step(Operation("is", called, Const(None)), "result"),), "clamp"), outcome)
    assert Names().for_single("clamp", row) == "test_clamp_for_none"
    plain = Row(Scenario((Step(called, "result"),), "clamp"), outcome)
    assert Names().for_single("clamp", plain) == "test_clamp_returns_true_for_none"
