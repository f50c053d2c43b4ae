"""Suspicions are listed once for each place, the surest and shortest first; each kind is a file, a function and a page."""

import importlib
import inspect
from pathlib import Path

import pytest

from testwright.decide.known_code import KnownCode
from testwright.decide.suspicious import SUSPICIONS, suspicions
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Outcome, Scenario, Sign, Step
from testwright.nouns import Observation
from testwright.python_source.read_module import read_module

CHECKOUT = Path(__file__).resolve().parents[3]
RULES = sorted(
    path.stem for path in (CHECKOUT / "src/testwright/decide/suspicions").glob("*.py") if path.stem != "__init__"
)
SOURCE = "def f(text: str) -> str:\n    return text[0] + text.split()[1]\n\n\ndef g(n: int) -> int:\n    return n\n"


def failed(argument, line=2, kind="IndexError", words="out of range"):
    scenario = Scenario((Step(Call(Name("m", "f"), (Const(argument),)), "result"),), "f")
    return Observation(scenario, (), Outcome(broken="nonsense", signs=(Sign("error", kind, words, line, "f"),)))


def of(*observations, source=SOURCE):
    return suspicions(observations, KnownCode(read_module(source, module="m", path="m.py"), source))


def test_one_for_each_place_with_the_shortest_call():
    found = of(failed("a much longer text than needed"), failed(""))
    assert [s.scenario.steps[0].recipe.args[0].value for s in found] == [""]


def test_a_missing_name_is_listed_once():
    words = "name 'errors' is not defined"
    assert len(of(failed("a", 2, "NameError", words), failed("b", 1, "NameError", words))) == 1


def test_nothing_is_suspected_of_what_gives_a_result():
    scenario = Scenario((Step(Call(Name("m", "g"), (Const(1),)), "result"),), "g")
    assert of(Observation(scenario, (), Outcome())) == []


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_the_one_function_of_its_file_and_is_asked(rule):
    function = getattr(importlib.import_module(f"testwright.decide.suspicions.{rule}"), rule)
    assert list(inspect.signature(function).parameters) == ["observation", "code"]
    assert function in SUSPICIONS


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_page_with_all_its_parts(rule):
    text = (CHECKOUT / "docs/suspicions" / f"{rule.replace('_', '-')}.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    wanted = ["## What it does", "## Why", "## Example", "## What to do next"]
    assert headings == [f"# {rule.replace('_', '-')}", *wanted]


def test_each_page_has_a_rule():
    pages = {path.stem for path in (CHECKOUT / "docs/suspicions").glob("*.md")} - {"index"}
    assert pages == {rule.replace("_", "-") for rule in RULES}
