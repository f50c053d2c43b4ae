"""Holds hand-built observations of the golden project: every check kind, and every way a test can be arranged."""

from __future__ import annotations

from typing import Any

from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Helper,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
)
from testwright.inside.scenario import Check, Outcome, Raised, Scenario, Step
from testwright.nouns.observation import Observation

RESULT = Variable("result")
LEDGER = Variable("ledger")
SHOUT = Helper("Shout", 'class Shout:\n    def __call__(self, text):\n        return f"{text}!"\n')


def of(name: str) -> Name:
    return Name("ledger", name)


def recipe(value: Any) -> Recipe:
    """Recipes stay, lists become displays, everything else is a literal."""
    if isinstance(value, list):
        return Sequence("list", tuple(recipe(item) for item in value))
    if isinstance(value, dict):
        return Dictionary(tuple((recipe(k), recipe(v)) for k, v in value.items()))
    known = isinstance(
        value, Call | Name | Attribute | Variable | ScratchFile | Function | Helper | Operation | Sequence
    )
    return value if known else Const(value)


def call(function: str | Recipe, *args: Any, **kwargs: Any) -> Call:
    target = of(function) if isinstance(function, str) else function
    return Call(target, tuple(map(recipe, args)), tuple((k, recipe(v)) for k, v in kwargs.items()))


def money(text: str) -> Call:
    return call(Name("decimal", "Decimal"), text)


def seen(target: str, step: Recipe, *checks: Check, before: tuple[Step, ...] = ()) -> Observation:
    return Observation(Scenario((*before, Step(step, "result")), target), (), Outcome(checks))


def gives(target: str, step: Recipe, expected: Any, *, before: tuple[Step, ...] = (), kind: str = "") -> Observation:
    chosen = kind or ("is" if expected is None or isinstance(expected, bool) else "equals")
    return seen(target, step, Check(chosen, RESULT, recipe(expected)), before=before)


def refuses(target: str, step: Recipe, error: Name, message: str | None, before: tuple[Step, ...] = ()) -> Observation:
    raised = Raised(error, message, message is not None)
    return Observation(Scenario((*before, Step(step, "result")), target), (), Outcome((), raised))


def value_error(message: str) -> tuple[Name, str]:
    return Name("builtins", "ValueError"), message


def a_ledger(*accounts: str) -> tuple[Step, ...]:
    posts = (Step(call(Attribute(LEDGER, "post"), account, money("3.50"))) for account in accounts)
    return (Step(call("Ledger", currency="EUR"), "ledger"), *posts)


FUNCTIONS = [
    gives("ordinal", call("ordinal", None), "None"),
    gives("ordinal", call("ordinal", 1), "1st"),
    gives("ordinal", call("ordinal", 11), "11th"),
    gives("ordinal", call("ordinal", "abc"), "abc"),
    gives("ordinal", call("ordinal", 2), "2nd"),
    gives("is_valid_account", call("is_valid_account", "cash"), True),
    gives("is_valid_account", call("is_valid_account", ""), False),
    gives("is_valid_account", call("is_valid_account", "Cash", strict=True), False),
    gives("parse_amount", call("parse_amount", "-3"), money("-3")),
    gives("parse_amount", call("parse_amount", "3.50"), money("3.50")),
    refuses("parse_amount", call("parse_amount", ""), *value_error("no amount given")),
    refuses("parse_amount", call("parse_amount", "3.5"), *value_error("3.5 has 1 digits after the point (2 wanted)")),
    refuses("parse_amount", call("parse_amount", "tea"), *value_error("tea is no amount")),
    gives("split", call("split", 1.0, 3), [1 / 3, 1 / 3, 1 / 3], kind="approx"),
    gives("split", call("split", 5.0, 1), [5.0]),
    gives("lookup", call("lookup", {"tea": 3}, "tea"), 3),
    refuses("lookup", call("lookup", {"tea": 3}, "salt"), Name("builtins", "KeyError"), None),
    refuses("lookup", call("lookup", None, "salt"), Name("builtins", "TypeError"), None),
    gives("test_balance", call("test_balance", call("Ledger", "EUR")), True),
    gives("apply", call("apply", Function("text", Operation("*", Variable("text"), Const(2))), "tea"), "teatea"),
    gives("apply", call("apply", call(SHOUT), "tea"), "tea!"),
    gives("_normalise", call("_normalise", "  Cash "), "cash"),
]

OBJECTS = [
    seen(
        "Ledger.post",
        call(Attribute(LEDGER, "post"), "tea", money("3.50"), side=of("Side.CREDIT")),
        Check("equals", RESULT, call("Entry", "tea", money("3.50"), side=of("Side.CREDIT"))),
        Check("equals", Attribute(LEDGER, "total"), money("3.50")),
        before=a_ledger(),
    ),
    refuses(
        "Ledger.post",
        call(Attribute(LEDGER, "post"), "", money("1")),
        of("LedgerError"),
        "an entry needs an account",
        a_ledger(),
    ),
    gives("Ledger.total", Attribute(LEDGER, "total"), money("7.00"), before=a_ledger("tea", "salt")),
    gives("Ledger.find", call(Attribute(LEDGER, "find"), "tea"), None, before=a_ledger()),
    seen(
        "Ledger.find",
        call(Attribute(LEDGER, "find"), "tea"),
        Check("isinstance", RESULT, of("Entry")),
        before=a_ledger("tea"),
    ),
    gives(
        "statement",
        call("statement", LEDGER),
        "tea                                   3.50 EUR\ntotal                                 3.50 EUR\n",
        before=a_ledger("tea"),
    ),
    gives(
        "Ledger.find",
        call(Attribute(LEDGER, "find"), "salt"),
        None,
        before=(*a_ledger(), Step(recipe([call("Entry", "tea", money("1"))]), "ledger", "entries")),
    ),
]

FILES_AND_STREAMS = [
    gives("load", call("load", ScratchFile("accounts.txt", "cash\nbank\n")), ["cash", "bank"]),
    refuses("load", call("load", ScratchFile("missing.txt")), Name("builtins", "FileNotFoundError"), None),
    seen(
        "save",
        call("save", ScratchFile("out.txt"), ["cash"]),
        Check("equals", RESULT, Const(1)),
        Check("file", ScratchFile("out.txt"), Const("cash\n")),
        Check("output", None, Const("1 lines saved\n")),
        Check("errors", None, Const("done\n")),
    ),
    seen("save", call("save", ScratchFile("deep.txt"), []), Check("output", None, Const("0 lines saved\n"))),
]

ASYNC = [
    gives("fetch", Await(call("fetch", "tea")), "TEA"),
    refuses("fetch", Await(call("fetch", "")), Name("builtins", "LookupError"), "which account?"),
    gives(
        "Inbox.get",
        Await(call(Attribute(Variable("inbox"), "get"))),
        "hello",
        before=(
            Step(call("Inbox"), "inbox"),
            Step(Await(call(Attribute(Variable("inbox"), "put"), "hello"))),
        ),
    ),
]

ALL = {"functions": FUNCTIONS, "objects": OBJECTS, "files_and_streams": FILES_AND_STREAMS, "async": ASYNC}
