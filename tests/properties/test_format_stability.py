"""What we write, black and ruff format leave as it is."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import black
import pytest

from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
)
from testwright.inside.scenario import Check, Outcome, Raised, Scenario, Step
from testwright.nouns.candidate import Candidate, Row
from testwright.nouns.verdict import Proof
from testwright.write.render_file import render_file

WORDS = (
    "order",
    "a",
    "the",
    "customer's",
    "naïve",
    "tea",
    '"quoted"',
    "42",
    "é",
    "漢字",
    "line\n",
    "tab\t",
    "\\",
    "{}",
)


def text(chance: random.Random, longest: int = 14) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(0, longest)))


def value(chance: random.Random, depth: int = 3) -> Recipe:
    literals = [None, True, 3, -1, 1.5, 1e22, 2j, 10**30, text(chance), text(chance, 3), text(chance).encode(), b"\x00"]
    if depth == 0 or chance.random() < 0.35:
        return Const(chance.choice(literals))
    items = tuple(value(chance, depth - 1) for _ in range(chance.choice((0, 1, 1, 2, 3, 6))))
    pairs = tuple((Const(text(chance, 2)), item) for item in items)
    keywords = tuple((f"option_{i}", item) for i, item in enumerate(items[2:]))
    return chance.choice(
        [
            Sequence(chance.choice(("list", "tuple", "set", "frozenset")), items),
            Dictionary(pairs),
            Call(Name("shop.orders", "Line"), items[:2], keywords),
            Call(Name("decimal", "Decimal"), (Const("3.50"),)),
            Name("datetime", "timezone.utc"),
            Name("shop.orders", "Status.OPEN"),
            Function("line, *rest", Operation("*", Variable("line"), Const(2))),
        ]
    )


def candidate(chance: random.Random, number: int) -> Candidate:
    target = chance.choice(("total", "Order.add", "Order.lines", "_hidden"))
    function: Recipe = Name("shop.orders", "total")
    steps: list[Step] = []
    if target.startswith("Order"):
        steps.append(Step(Call(Name("shop.orders", "Order"), (), (("lines", value(chance)),)), "order"))
        function = Attribute(Variable("order"), target.partition(".")[2])
        if chance.random() < 0.3:
            steps.append(Step(value(chance), "order", "note"))
    arguments: list[Recipe] = [value(chance) for _ in range(chance.randint(0, 3))]
    if chance.random() < 0.2:
        arguments.append(ScratchFile("data.txt", text(chance, 30)))
    call: Recipe = Call(function, tuple(arguments[:2]), tuple((f"option_{i}", a) for i, a in enumerate(arguments[2:])))
    if chance.random() < 0.15:
        call = Await(call)
    steps.append(Step(call, "result"))
    raised, checks = None, tuple(check(chance) for _ in range(chance.choice((1, 1, 1, 2, 3))))
    if chance.random() < 0.2:
        raised, checks = Raised(Name("shop.orders", "OrderError"), text(chance, 25), True), ()
    row = Row(Scenario(tuple(steps), target), Outcome(checks, raised))
    return Candidate(f"test_case_{number}", target, (row,), target.startswith("_"))


def check(chance: random.Random) -> Check:
    kind = chance.choice(("equals", "equals", "equals", "is", "approx", "isinstance", "output", "errors", "file"))
    if kind == "file":
        return Check(kind, ScratchFile(chance.choice(("out.txt", "deep/out.bin"))), Const(text(chance, 25)))
    if kind in ("output", "errors"):
        return Check(kind, None, Const(text(chance, 25)))
    subject = chance.choice([Variable("result"), Attribute(Variable("result"), "lines")])
    if kind == "isinstance":
        return Check(kind, subject, Name("shop.orders", "Line"))
    if kind == "is":
        return Check(kind, subject, chance.choice([Const(None), Const(True), Name("shop.orders", "Status.OPEN")]))
    return Check(kind, subject, value(chance))


def table(chance: random.Random, number: int) -> Candidate:
    name = Name("shop.orders", "total")
    raised = chance.random() < 0.3
    rows = []
    for order in range(chance.randint(1, 6)):
        steps = (Step(Call(name, (Const(order), Const(text(chance, 12))), (("sep", Const(", ")),)), "result"),)
        outcome = Outcome((Check("equals", Variable("result"), Const(text(chance))),))
        if raised:
            outcome = Outcome((), Raised(Name("builtins", "ValueError"), text(chance, 20) + str(order), True))
        rows.append(Row(Scenario(steps, "total"), outcome, f"row-{order}"))
    return Candidate(f"test_table_{number}", "total", tuple(rows))


def a_file(seed: int) -> str:
    chance = random.Random(seed)
    tests = [*(candidate(chance, i) for i in range(6)), *(table(chance, i) for i in range(2))]
    proofs = {node: Proof(5, 5, chance.randint(0, 2), 1) for test in tests[::2] for node in test.node_names}
    return render_file(tests, module="shop.orders", version="0.1", seed=seed, proofs=proofs)


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_black_changes_nothing(start: int) -> None:
    for seed in range(start, start + 20):
        source = a_file(seed)
        assert black.format_str(source, mode=black.Mode()) == source, seed


def test_ruff_format_changes_nothing(tmp_path: Path) -> None:
    for seed in range(60):
        (tmp_path / f"test_{seed}.py").write_text(a_file(seed), encoding="utf-8")
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    command = [ruff, "format", "--isolated", "--no-cache", "--diff", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stdout == ""
    assert run.returncode == 0, run.stderr


def test_the_check_sees_a_badly_broken_line() -> None:
    assert black.format_str("x = [\n    1]\n", mode=black.Mode()) != "x = [\n    1]\n"
