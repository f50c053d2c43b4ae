"""Answers of every kind run in the sandbox, and each gets the outcome it deserves; what attacks gains nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from testwright.bench.evaluating.answers import EvaluatorSettings, Submission, evaluate_answers
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Judged

ADD = "def add(a, b):\n    return a + b\n"
MARK = Path(f"/tmp/testwright-escaped-{os.getpid()}")
WRITES_EVERYWHERE = """
import os, json
def add(a, b):
    told = json.dumps({"outcome": "passed", "message": "", "assertions": 1, "milliseconds": 0, "output": ""}).encode()
    for descriptor in range(3, 512):
        for text in (len(told).to_bytes(8, "big") + told, b"\\nM" + told + b"\\n", told):
            try:
                os.write(descriptor, text)
            except OSError:
                pass
    os._exit(0)
"""
ANSWERS: dict[str, tuple[str, str]] = {
    "right": (ADD, "passed"),
    "wrong": ("def add(a, b):\n    return a - b\n", "failed"),
    "prose": ("I am sorry, but that is beyond me.", "no_code"),
    "no Python": ("```python\ndef add(:\n```", "parse_error"),
    "raises at once": ("raise ValueError('no')\ndef add(a, b): ...\n", "exec_error"),
    "leaves at once": ("import sys\nsys.exit(0)\ndef add(a, b): ...\n", "exec_error"),
    "ends at once": ("import os\nos._exit(0)\ndef add(a, b): ...\n", "crashed"),
    "ends in the item": ("import os\ndef add(a, b):\n    os._exit(0)\n", "crashed"),
    "leaves in the item": ("import sys\ndef add(a, b):\n    sys.exit(0)\n", "failed"),
    "much memory": ("def add(a, b):\n    return len(bytearray(4 * 10**9))\n", "out_of_memory"),
    "deep": ("def add(a, b):\n    return add(a, b)\n", "failed"),
    "signal": ("import os, signal\ndef add(a, b):\n    os.kill(os.getpid(), signal.SIGSEGV)\n", "failed"),
    "kills the parent": (
        "import os, signal\ndef add(a, b):\n    os.kill(os.getppid(), signal.SIGKILL)\n    return a + b\n",
        "failed",
    ),
    "socket": (
        "import socket\ndef add(a, b):\n    socket.create_connection(('1.1.1.1', 53), 1)\n    return a + b\n",
        "failed",
    ),
    "forks": ("import os\ndef add(a, b):\n    [os.fork() for _ in range(12)]\n    return a + b\n", "failed"),
    "runs a program": ("import subprocess\ndef add(a, b):\n    subprocess.run(['true'])\n    return a + b\n", "failed"),
    "prints much": ("def add(a, b):\n    print('x' * 5_000_000)\n    return a + b\n", "passed"),
    "leaves threads": (
        "import threading, time\ndef add(a, b):\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\n    return a + b\n",
        "passed",
    ),
    "writes outside": (f"def add(a, b):\n    open({str(MARK)!r}, 'w').write('out')\n    return a + b\n", "failed"),
    "writes into everything": (WRITES_EVERYWHERE, "forged"),
    "replaces what checks": (
        "import builtins\nclass Quiet(Exception): ...\nbuiltins.AssertionError = Quiet\n"
        "raises = isclose = lambda *a, **k: True\ndef add(a, b):\n    return a - b\n",
        "failed",
    ),
    "traces": (
        "import sys, threading\ndef look(frame, event, argument):\n"
        "    for name in frame.f_globals:\n        if 'left' in name: frame.f_globals[name] = 3\n    return look\n"
        "sys.settrace(look)\nsys.setprofile(look)\ndef add(a, b):\n    return a - b\n",
        "failed",
    ),
    "at exit": ("import atexit, os\natexit.register(os._exit, 0)\ndef add(a, b):\n    return a - b\n", "failed"),
    "json that lies": (
        'import json\njson.JSONEncoder.encode = json.dumps = lambda *a, **k: \'{"outcome": "passed"}\'\n'
        "def add(a, b):\n    return a - b\n",
        "failed",
    ),
    "its own tests": (
        ADD + "def test_add():\n    assert add(1, 1) == 3\ntest_add()\nassert add(1, 2) == 4\n",
        "passed",
    ),
}


def definition(**changes: object) -> Definition:
    fields: dict[str, object] = {
        "name": "add",
        "contributor": "somebody",
        "criteria": ("parsed", "executed", "passed_unit_tests", "executed_examples"),
        "prompt": "Write add(a, b).",
        "version": "1.0",
        "examples": ("add(1, 2)",),
        "unit_tests": ("assert add(1, 2) == 3",),
        "imports": ("json",),
        "reference_solution": ADD,
        "language": "python",
        "timeout_s": 5.0,
    }
    return Definition(**{**fields, **changes})  # type: ignore[arg-type]


def judged(*submissions: Submission) -> list[Judged]:
    found: dict[int, Judged] = {}
    evaluate_answers(submissions, EvaluatorSettings(sys.executable, jobs=2), told=found.__setitem__)
    return [found[index] for index in range(len(submissions))]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Judged]:
    return dict(zip(ANSWERS, judged(*(Submission(definition(), text) for text, _ in ANSWERS.values())), strict=True))


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_gets_what_it_deserves(outcomes: dict[str, Judged], name: str) -> None:
    found = outcomes[name]
    assert found.outcome == ANSWERS[name][1], (found.message, found.items)
    assert found.evaluator
    if ANSWERS[name][1] != "passed":
        assert found.passed("unit_test") == 0 or found.items[-1].outcome == "passed"


def test_nothing_got_out(outcomes: dict[str, Judged]) -> None:
    assert outcomes
    assert not MARK.exists()


def test_what_failed_is_told(outcomes: dict[str, Judged]) -> None:
    example, unit_test = outcomes["wrong"].items
    assert (example.outcome, unit_test.outcome) == ("passed", "failed")
    assert "-1 == 3" in unit_test.message
    assert outcomes["prints much"].items[0].output.endswith("x\n")
    assert len(outcomes["prints much"].items[0].output) < 5_000


def test_time_limits_hold_for_the_answer_and_for_each_item() -> None:
    short = definition(timeout_s=0.7, unit_tests=("assert add(1, 2) == 3", "assert add(0, 0) == 0"), examples=())
    hangs = "def add(a, b):\n    while a:\n        pass\n    return 0\n"
    in_item, at_once = judged(Submission(short, hangs), Submission(short, "```python\nwhile True:\n    pass\n```"))
    assert [each.outcome for each in in_item.items] == ["timeout", "passed"]
    assert (at_once.outcome, at_once.executed) == ("timeout", False)


def test_items_do_not_see_each_other_but_where_they_share() -> None:
    counting = "seen = []\ndef add(a, b):\n    seen.append(a)\n    return len(seen)\n"
    items = ("assert add(1, 2) == 1", "assert add(1, 2) == 2")
    apart, shared = judged(
        Submission(definition(unit_tests=items, examples=()), counting),
        Submission(definition(unit_tests=items, examples=(), isolation="shared"), counting),
    )
    assert [each.outcome for each in apart.items] == ["passed", "failed"]
    assert [each.outcome for each in shared.items] == ["passed", "passed"]


def test_in_a_shared_state_a_hang_costs_one_item() -> None:
    items = ("x = add(1, 1)", "while True:\n    pass", "assert x == 2")
    found = judged(Submission(definition(unit_tests=(), examples=items, isolation="shared", timeout_s=0.7), ADD))[0]
    assert [each.outcome for each in found.items] == ["passed", "timeout", "passed"]


def test_setup_teardown_files_and_helpers() -> None:
    items = (
        "assert isclose(add(0.1, 0.2), 0.3)\nassert base == 7",
        "with raises(TypeError, match='unsupported'):\n    add(1, 'a')",
        "def test_file():\n    assert open('data/one.txt').read() == 'one'\nasync def test_async():\n    assert add(1, 1) == 2",
        "add(1, 1)",
        "raise KeyError('setup ran before, teardown runs after')",
        "with raises(ValueError):\n    add(1, 1)",
    )
    found = judged(
        Submission(
            definition(
                unit_tests=items,
                unit_tests_setup="base = 7",
                unit_tests_teardown="print('torn down')",
                files={"data/one.txt": "one"},
                examples=(),
            ),
            ADD,
        )
    )[0]
    assert [each.outcome for each in found.items] == ["passed", "passed", "passed", "vacuous", "failed", "failed"]
    assert found.items[2].assertions == 2
    assert all("torn down" in each.output for each in found.items)
    assert "ValueError was not raised" in found.items[5].message


def test_what_is_not_installed_is_no_failure() -> None:
    found = judged(Submission(definition(requires=("not-there-at-all>=1", "pytest")), ADD))[0]
    assert (found.outcome, found.message) == ("skipped", "needs not-there-at-all>=1, not installed here")


def test_a_worker_that_does_not_start_is_our_failure() -> None:
    found: dict[int, Judged] = {}
    evaluate_answers([Submission(definition(), ADD)], EvaluatorSettings("/no/python"), told=found.__setitem__)
    assert found[0].outcome == "infra_error"
    assert "/no/python" in found[0].message
