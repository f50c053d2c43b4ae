"""What `generate` reports of a result, and the exit code that it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from testwright.cli.generate_command import exit_code, summary
from testwright.nouns.edit import Edit

WRITTEN = Edit("/p/tests/test_cart.py", None, "")


@dataclass
class Report:
    """The fields of a module's report that the command shows."""

    module: str = "shop.cart"
    file: str = "/p/src/shop/cart.py"
    before: float = 0.0
    after: float = 95.5
    kept: int = 7
    rejected: list[dict[str, str]] = field(default_factory=list)
    uncovered: list[dict[str, str]] = field(default_factory=list)
    suspicions: list[dict[str, Any]] = field(default_factory=list)
    mutants: dict[str, Any] = field(default_factory=lambda: {"planted": 40, "caught": 37})
    problem: dict[str, str] | None = None
    edit: Edit | None = WRITTEN
    properties: dict[str, Any] = field(default_factory=dict)
    property_edit: Edit | None = None
    model: dict[str, Any] = field(default_factory=dict)
    model_edit: Edit | None = None


@dataclass
class Result:
    modules: list[Report]
    seed: int = 1
    isolation: str = "rlimits+audit"
    interrupted: bool = False


def problem(slug: str) -> dict[str, str]:
    return {"slug": slug, "message": "what", "where": "here", "hint": "this"}


FAILED = Report(kept=0, problem=problem("syntax-error"))
NOTHING = Report(kept=0, problem=problem("nothing-to-test"))
EMPTY_HANDED = Report(kept=0, after=0.0, edit=None, problem=problem("nothing-kept"))
COVERED = Report(kept=0, before=100.0, after=100.0, edit=None)


@pytest.mark.parametrize(
    ("modules", "code"),
    [
        ([Report()], 0),
        ([Report(), COVERED], 0),
        ([Report(), EMPTY_HANDED], 1),
        ([Report(), NOTHING], 0),
        ([NOTHING], 1),
        ([NOTHING, NOTHING], 1),
        ([Report(), FAILED], 1),
        ([FAILED, NOTHING], 2),
        ([FAILED, EMPTY_HANDED], 1),
        ([FAILED], 2),
        ([FAILED, FAILED], 2),
    ],
)
def test_the_exit_code_says_how_far_it_got(modules, code):
    result: Any = Result(modules)
    assert exit_code(result) == code


def test_an_interrupted_run_says_so_whatever_it_kept():
    result: Any = Result([Report()], interrupted=True)
    assert exit_code(result) == 130


def test_the_summary_tells_gains_rejections_and_what_stays_uncovered():
    rejected = [{"node": f"test_{n}", "slug": "passes-every-time", "reason": "failed once"} for n in range(5)]
    report = Report(rejected=rejected, uncovered=[{"lines": "12-14", "why": "needs a network"}])
    result: Any = Result([report])
    text = summary(result)
    for part in (
        "shop.cart",
        "/p/tests/test_cart.py",
        "37/40",
        "5 passes-every-time",
        "test_0: failed once [passes-every-time]",
        "and 2 more",
        "/p/src/shop/cart.py:12-14  needs a network",
        "kept 7 tests, rejected 5 · 1 module · seed 1 · sandbox rlimits+audit",
    ):
        assert part in text
    assert "test_4" not in text
    assert "test_4" in summary(result, verbose=True)


def suspicion(confident: bool) -> dict[str, Any]:
    shown = {"slug": "internal-error", "file": "/p/src/shop/cart.py", "line": 7, "call": "from shop import f\n\nf('')"}
    return {**shown, "happened": "IndexError: out of range", "expected": "a result", "confident": confident}


def test_what_looks_like_a_bug_is_shown_with_its_call_and_the_unsure_only_when_asked_for():
    result: Any = Result([Report(suspicions=[suspicion(True), suspicion(False)])])
    text = summary(result)
    assert "1 call looks as if the code had a bug:" in text
    assert "  /p/src/shop/cart.py:7  IndexError: out of range [internal-error]" in text
    assert "      f('')" in text
    assert "and 1 less sure; -v shows them" in text
    assert "2 calls look" in summary(result, verbose=True)
    unsure: Any = Result([Report(suspicions=[suspicion(False)])])
    assert "bug" not in summary(unsure)


def test_modules_that_failed_are_counted_apart():
    result: Any = Result([Report(), FAILED, NOTHING])
    assert "1 module, 1 failed" in summary(result)


def test_properties_are_told_with_what_they_catch_and_the_broken_ones_with_an_example():
    kept = {"node": "test_a", "property": "decode(encode(x)) == x", "catches": 4, "mutants": 9}
    rejected = {"node": "test_b", "slug": "catches-a-mutant", "reason": "all 3 planted bugs pass it"}
    broken = {"property": "parse(render(n)) == n", "example": "n=-1", "raised": "AssertionError", "detail": ""}
    found = {"kept": [kept], "rejected": [rejected], "broken": [broken], "dropped": 2}
    report = Report(properties=found, property_edit=Edit("/p/tests/test_cart_properties.py", None, ""))
    result: Any = Result([report])
    text = summary(result)
    for part in (
        "properties of shop.cart: kept 1 in /p/tests/test_cart_properties.py, rejected 1, 2 guesses do not hold",
        "decode(encode(x)) == x  catches 4 of 9 mutants",
        "broken properties of shop.cart",
        "parse(render(n)) == n\n    with n=-1: not so",
    ):
        assert part in text
    assert "all 3 planted bugs pass it" not in text
    assert "all 3 planted bugs pass it" in summary(result, verbose=True)


def test_the_balance_of_a_model_tells_what_it_brought_for_what_and_that_a_spent_budget_is_no_failure():
    from testwright.llm.exchange import ModelReply, Usage
    from testwright.workflows.model_balance import Balance, Standing

    balance = Balance("qwen", Standing(3, 50.0, 10, 2, 4, 2.0), Standing(5, 80.0, 16, 5, 9, 4.0))
    balance.count(ModelReply("x", usage=Usage(900, 100), seconds=1.0, cost=None))
    balance.proving = 1.0
    spent = {"slug": "model-budget-spent", "message": "spent", "where": "", "hint": ""}
    result = Result([Report(model={**balance.to_plain(), "problem": spent})])

    text = summary(result)
    assert "model qwen: 1 question, 1,000 tokens, cost n/a, 2.0 s with proving" in text
    assert "brought 2 tests, 3 new branches, 5 mutants" in text
    assert "for 1,000 tokens 2.00 tests, 3.00 branches, 5.00 mutants" in text
    assert "per second 1.00 tests, 1.50 branches, 2.50 mutants" in text
    assert (
        "engine alone 3 tests, 50%, 4 mutants caught, 2.0 s; with the model 5 tests, 80%, 9 mutants caught, 4.0 s"
        in text
    )
    assert exit_code(result) == 0
    result.modules[0].model["problem"] = {**spent, "slug": "model-unreachable"}
    assert exit_code(result) == 1


def test_unknown_tokens_are_not_taken_for_none():
    from testwright.llm.exchange import ModelReply, Usage
    from testwright.workflows.model_balance import Balance

    balance = Balance("qwen")
    balance.count(ModelReply("x", usage=Usage(None, 7), cost=1.0))
    plain = balance.to_plain()
    assert (plain["tokens"], plain["cost"], plain["per_1000_tokens"]["tests"]) == (None, 1.0, None)
