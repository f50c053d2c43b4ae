"""What the step under test did to its surroundings is asserted: mocks called, messages logged, rows stored."""

from __future__ import annotations

import datetime
import sys

from testwright.inside.providers.stand_ins import FIXED_DATETIME, FIXED_DATETIME_TESTED
from testwright.inside.recipes import HELPERS_MODULE, Attribute, Call, Const, Item, Name, Patch, Sequence, Variable
from testwright.inside.scenario import Check, Step

MOCK = Name("unittest.mock", "Mock")
ANY = Name("unittest.mock", "ANY")


def go(*args):
    return Step(Call(Name("observed", "f"), args), "result")


def called(subject, *calls):
    made = tuple(Call(Name("unittest.mock", "call"), args, kwargs) for args, kwargs in calls)
    return Check("called", subject, Sequence("list", made))


def test_the_call_of_a_patched_function_is_asserted_beside_the_result(watch):
    outcome = watch(
        "import subprocess\ndef f(): return subprocess.run(['git'], text=True)",
        Step(Call(MOCK, (), (("return_value", Const(3)),)), "run"),
        Step(Patch("setattr", "observed.subprocess.run", Variable("run"))),
        go(),
    )
    expected = called(Variable("run"), ((Sequence("list", (Const("git"),)),), (("text", Const(True)),)))
    assert outcome.checks == (Check("equals", Variable("result"), Const(3)), expected)


def test_what_no_recipe_gives_may_be_anything(watch):
    outcome = watch("def f(m): m.send(object(), 1)", Step(Call(MOCK), "m"), go(Variable("m")))
    assert outcome.checks == (called(Attribute(Variable("m"), "send"), ((ANY, Const(1)), ())),)


def test_many_calls_are_only_counted(watch):
    outcome = watch("def f(m):\n    for n in range(5): m(n)", Step(Call(MOCK), "m"), go(Variable("m")))
    assert outcome.checks == (Check("equals", Attribute(Variable("m"), "call_count"), Const(5)),)


def test_of_an_email_the_headers_are_told(watch):
    source = (
        "from email.message import EmailMessage\ndef f(m):\n    e = EmailMessage(); e['Subject'] = 'Hello'; m.send(e)"
    )
    outcome = watch(source, Step(Call(MOCK), "m"), go(Variable("m")))
    sent = Item(Attribute(Attribute(Attribute(Variable("m"), "send"), "call_args"), "args"), Const(0))
    headers = Sequence("list", (Sequence("tuple", (Const("Subject"), Const("Hello"))),))
    assert outcome.checks[-1] == Check("equals", Call(Attribute(sent, "items")), headers)


def test_messages_of_the_module_are_told_and_those_of_others_are_not(watch):
    module = "import logging\nlog = logging.getLogger('observed')\n"
    said = watch(module + "def f(): log.warning('only %d left', 3)", go())
    assert said.checks == (Check("log", None, Sequence("list", (Const("only 3 left"),))),)
    quiet = watch(module + "def f(): log.info('nobody listens')", go())
    assert quiet.checks == (Check("is", Variable("result"), Const(None)),)
    strange = watch(
        "import asyncio.log\ndef f():\n    asyncio.log.logger.findCaller\n    exec('import logging; logging.warning(1)')",
        go(),
    )
    assert all(check.kind != "log" for check in strange.checks)


def test_rows_that_were_stored_are_told(watch):
    outcome = watch(
        "import sqlite3\ndef f(db, text):\n    db.execute('CREATE TABLE note (text)')\n"
        "    db.execute('INSERT INTO note VALUES (?)', (text,))",
        Step(Call(Name("sqlite3", "connect"), (Const(":memory:"),)), "db"),
        go(Variable("db"), Const("abc")),
    )
    asked = Call(Attribute(Variable("db"), "execute"), (Const("SELECT * FROM note"),))
    rows = Sequence("list", (Sequence("tuple", (Const("abc"),)),))
    assert outcome.checks == (Check("equals", Call(Attribute(asked, "fetchall")), rows),)


def test_patches_are_no_change_left_behind(watch):
    outcome = watch(
        "import os\ndef f(): return os.environ['OBSERVED_MODE']",
        Step(Patch("setenv", "OBSERVED_MODE", Const("fast"))),
        Step(Patch("setattr", "builtins.print", Const(None))),
        go(),
    )
    assert outcome.broken == ""
    assert outcome.checks == (Check("equals", Variable("result"), Const("fast")),)


def test_a_fixed_clock_stands_where_the_calendar_is_shifted_too(watch, monkeypatch):
    class Shifting(type):
        """What stands in for the calendar has a metaclass of its own."""

    shifted = Shifting("datetime", (datetime.datetime,), {})
    monkeypatch.setattr(datetime, "datetime", shifted)
    for clock in (FIXED_DATETIME, FIXED_DATETIME_TESTED):
        monkeypatch.delitem(
            sys.modules, HELPERS_MODULE, raising=False
        )  # as in the process that each run has for itself
        outcome = watch(
            "from datetime import datetime\ndef f(x): return datetime.now().hour, isinstance(x, datetime)",
            Step(Patch("setattr", "observed.datetime", Call(clock, (Const(2024), Const(1), Const(31), Const(9))))),
            go(Call(Name("datetime", "datetime"), (Const(2024), Const(2), Const(1)))),
        )
        tested = clock is FIXED_DATETIME_TESTED
        hour = Sequence("tuple", (Const(9), Const(tested)))
        assert outcome.checks == (Check("equals", Variable("result"), hour),), outcome
