"""Holds what is put in the place of the clock, the keyboard, processes and servers, in the words a person would use."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..recipes import (
    Attribute,
    Call,
    Const,
    Dictionary,
    Function,
    Helper,
    Item,
    Name,
    Patch,
    Recipe,
    Sequence,
    Variable,
)
from ..scenario import Step
from .collaborators import RANDOM_FUNCTIONS, Facts

__all__ = [
    "AUTOSPEC",
    "FIXED_CLOCKS",
    "MAGIC_MOCK",
    "MOCK",
    "STAND_INS",
    "TRUE",
    "StandIn",
    "free_name",
    "stand_in_steps",
]

MOCK, MAGIC_MOCK = Name("unittest.mock", "Mock"), Name("unittest.mock", "MagicMock")
AUTOSPEC = Name("unittest.mock", "create_autospec")
STATUS = frozenset({"status", "code", "getcode"})
NOW = 1_700_000_000.0
TRUE = Name("builtins", "True")
"""No literal, so that no mutation changes what sort of stand-in it is."""
TEXTS = ("abc", "1", "")
_DATETIME = """\
import datetime as dt


def datetime_fixed_at(*moment):
    class FixedDatetime(dt.datetime{meta}):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(*moment, tzinfo=tz)

        today = utcnow = now

    return FixedDatetime
"""
_DATE = """\
import datetime as dt


def date_fixed_at(*day):
    class FixedDate(dt.date{meta}):
        @classmethod
        def today(cls):
            return dt.date(*day)

    return FixedDate
"""
_LIKE = """

class LikeDatetime(type(dt.datetime)):
    def __instancecheck__(cls, value):
        return isinstance(value, cls.__bases__)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, cls.__bases__)
"""


def _clock_helper(name: str, source: str, *, tested: bool) -> Helper:
    """`tested`: values are asked whether they are instances of it, and ordinary ones are to be."""
    if not tested:
        return Helper(name, source.format(meta=""))
    return Helper(name, source.replace("as dt\n", "as dt\n" + _LIKE).format(meta=", metaclass=LikeDatetime"))


FIXED_DATETIME, FIXED_DATETIME_TESTED = (_clock_helper("datetime_fixed_at", _DATETIME, tested=t) for t in (False, True))
FIXED_DATE, FIXED_DATE_TESTED = (_clock_helper("date_fixed_at", _DATE, tested=t) for t in (False, True))
FIXED_CLOCKS = (FIXED_DATETIME, FIXED_DATETIME_TESTED, FIXED_DATE, FIXED_DATE_TESTED)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What replaces one thing. kind:

    "answer"   a lambda with `parameters` that gives one of `values`       "value"  one of `values` itself
    "mock"     a Mock that gives one of `values`, or raises what the code is ready for; its calls are asserted
    "instance" a Mock that gives an autospec of the class
    """

    kind: str
    values: Callable[[Facts, random.Random], Recipe] = lambda facts, rng: Const(None)
    parameters: str = ""


def _one_of(*values: object) -> Callable[[Facts, random.Random], Recipe]:
    return lambda facts, rng: Const(rng.choice(values))


def _built(*recipes: Recipe) -> Callable[[Facts, random.Random], Recipe]:
    return lambda facts, rng: rng.choice(recipes)


def _call(module: str, name: str, *args: object, **kwargs: object) -> Recipe:
    return Call(Name(module, name), tuple(Const(a) for a in args), tuple((k, Const(v)) for k, v in kwargs.items()))


def _texts_or_bytes(facts: Facts, text: str) -> Const:
    """What a process wrote is bytes, unless somebody asks for text."""
    asked = {"text", "universal_newlines", "encoding", "errors"} & set(facts.keywords)
    return Const(text if asked else text.encode())


def _output(facts: Facts, rng: random.Random) -> Const:
    return _texts_or_bytes(facts, rng.choice(("abc", "abc\n", "", "1\n", "one two\nthree\n")))


def _completed(facts: Facts, rng: random.Random) -> Recipe:
    written = [(name, _output(facts, rng)) for name in ("stdout", "stderr") if name in facts.attributes]
    return Call(
        Name("subprocess", "CompletedProcess"), (Sequence("list", ()), Const(rng.choice((0, 0, 1)))), tuple(written)
    )


def _document(facts: Facts, rng: random.Random) -> object:
    """What JSON may hold: now and then the very keys that the code looks up."""
    keys = [key for key in facts.keys if key.isprintable()][:6]
    some = rng.sample(keys, rng.randint(1, len(keys))) if keys and rng.random() < 0.9 else []
    values = (1, "abc", 2.5, [1, 2], True, None, {"a": 1}, 3)
    if not some:
        return rng.choice(({}, {"a": 1}, [], [1, 2], 1, "abc"))
    found: object = {key: rng.choice(values) for key in some}
    return [found] if rng.random() < 0.15 else found


def _body(facts: Facts, rng: random.Random) -> Recipe:
    plain = rng.choice(("abc", "", "1"))
    text = json.dumps(_document(facts, rng)) if rng.random() < 0.85 else plain
    return Call(Name("io", "BytesIO"), (Const(text.encode()),))


def _literal(value: object) -> Recipe:
    if isinstance(value, dict):
        return Dictionary(tuple((Const(k), _literal(v)) for k, v in value.items()))
    return Sequence("list", tuple(_literal(v) for v in value)) if isinstance(value, list) else Const(value)


def _response(facts: Facts, rng: random.Random) -> Recipe:
    """Of an HTTP library: only what the code asks of it."""
    made: dict[str, Callable[[], Recipe]] = {
        "status_code": lambda: Const(rng.choice((200, 200, 404, 500))),
        "ok": lambda: Const(rng.random() < 0.6),
        "is_success": lambda: Const(rng.random() < 0.6),
        "text": lambda: Const(rng.choice(TEXTS)),
        "content": lambda: Const(rng.choice((b"abc", b""))),
        "headers": lambda: _literal(dict.fromkeys(list(facts.keys)[:3], "abc")),
        "json": lambda: Function("", _literal(_document(facts, rng))),
        "raise_for_status": lambda: Function("", Const(None)),
        "reason": lambda: Const("abc"),
        "url": lambda: Const("https://example.org"),
    }
    return Call(
        Name("types", "SimpleNamespace"), (), tuple((n, make()) for n, make in made.items() if n in facts.attributes)
    )


def _http_response(facts: Facts, rng: random.Random) -> Recipe:
    """Of `http.client`."""
    made: dict[str, Callable[[], Recipe]] = {
        "status": lambda: Const(rng.choice((200, 200, 404, 500))),
        "reason": lambda: Const("OK"),
        "read": lambda: Function("", Const(json.dumps(_document(facts, rng)).encode())),
        "getheader": lambda: Function("*args", Const("abc")),
    }
    return Call(
        Name("types", "SimpleNamespace"), (), tuple((n, make()) for n, make in made.items() if n in facts.attributes)
    )


def _fixed_datetime(facts: Facts, rng: random.Random) -> Recipe:
    moment = rng.choice(((2024, 1, 31, 12, 30), (2024, 2, 29, 9, 0), (2023, 12, 25, 20, 15), (2024, 6, 1, 0, 0)))
    return Call(FIXED_DATETIME_TESTED if facts.tested else FIXED_DATETIME, tuple(Const(part) for part in moment))


def _fixed_date(facts: Facts, rng: random.Random) -> Recipe:
    day = rng.choice(((2024, 1, 31), (2024, 2, 29), (2023, 12, 25), (2024, 6, 1)))
    return Call(FIXED_DATE_TESTED if facts.tested else FIXED_DATE, tuple(Const(part) for part in day))


def _seeded(facts: Facts, rng: random.Random) -> Recipe:
    """It has the methods that the module has as functions."""
    return Call(Name("random", "Random"), (Const(rng.choice((1, 1, 2, 3, 4, 5, 6, 7))),))


def _seeded_method(name: str) -> Callable[[Facts, random.Random], Recipe]:
    return lambda facts, rng: Attribute(_seeded(facts, rng), name)


def _arguments(facts: Facts, rng: random.Random) -> Recipe:
    words = ["abc", "1", *(k for k in facts.keys if k.startswith("-"))]
    return Sequence("list", (Const("program"), *(Const(rng.choice(words)) for _ in range(rng.choice((0, 1, 1, 2))))))


def _typed_lines(facts: Facts, rng: random.Random) -> Recipe:
    return _call("io", "StringIO", rng.choice(("abc\n", "", "1\n2\n", "one two\nthree\n")))


_CLOCK = StandIn("answer", _one_of(NOW))
_TEXT = StandIn("answer", _one_of(*TEXTS), "*args, **kwargs")
_RESPONSE = StandIn("mock", _response)
_INSTANCE = StandIn("instance")
_TERMINAL = Call(Name("os", "terminal_size"), (Sequence("tuple", (Const(80), Const(24))),))
_VERBS = ("get", "post", "put", "patch", "delete")
STAND_INS: Mapping[str, StandIn] = {
    "random": StandIn("value", _seeded),
    **{f"random.{name}": StandIn("value", _seeded_method(name)) for name in RANDOM_FUNCTIONS},
    "datetime.datetime": StandIn("value", _fixed_datetime),
    "datetime.date": StandIn("value", _fixed_date),
    "time.time": _CLOCK,
    "time.time_ns": StandIn("answer", _one_of(1_700_000_000_000_000_000)),
    "time.monotonic": StandIn("answer", _one_of(100.0)),
    "time.perf_counter": StandIn("answer", _one_of(100.0)),
    "time.sleep": StandIn("mock"),
    "builtins.input": StandIn("answer", _one_of("abc", "1", "y", ""), '*args'),
    "getpass.getpass": StandIn("answer", _one_of("secret", ""), "*args"),
    "getpass.getuser": StandIn("answer", _one_of("ann")),
    "sys.argv": StandIn("value", _arguments),
    "sys.stdin": StandIn("value", _typed_lines),
    "uuid.uuid4": StandIn("answer", _built(_call("uuid", "UUID", int=1))),
    "uuid.uuid1": StandIn("answer", _built(_call("uuid", "UUID", int=1)), "*args"),
    "secrets.token_hex": StandIn("answer", _one_of("abc123"), "*args"),
    "secrets.token_urlsafe": StandIn("answer", _one_of("abc123"), "*args"),
    "secrets.token_bytes": StandIn("answer", _one_of(b"abc"), "*args"),
    "secrets.randbelow": StandIn("answer", _one_of(0, 1), "limit"),
    "secrets.choice": StandIn("answer", _built(Item(Variable("items"), Const(0))), "items"),
    "os.urandom": StandIn("answer", _one_of(b"abc"), "size"),
    "os.getpid": StandIn("answer", _one_of(123)),
    "os.cpu_count": StandIn("answer", _one_of(4, None, 1)),
    "os.getlogin": StandIn("answer", _one_of("ann")),
    "os.system": StandIn("mock", _one_of(0, 1)),
    "socket.gethostname": StandIn("answer", _one_of("host")),
    "socket.getfqdn": StandIn("answer", _one_of("host.example.org"), "*args"),
    "socket.gethostbyname": StandIn("mock", _one_of("127.0.0.1")),
    "socket.create_connection": StandIn("instance"),
    "socket.socket": _INSTANCE,
    "platform.system": StandIn("answer", _one_of("Linux", "Darwin", "Windows")),
    "platform.node": StandIn("answer", _one_of("host")),
    "platform.machine": StandIn("answer", _one_of("x86_64", "arm64")),
    "platform.release": StandIn("answer", _one_of("6.1")),
    "platform.python_version": StandIn("answer", _one_of("3.12.1")),
    "shutil.which": StandIn("answer", _one_of("/usr/bin/abc", None), "name"),
    "shutil.get_terminal_size": StandIn("answer", _built(_TERMINAL), "*args"),
    "subprocess.run": StandIn("mock", _completed),
    "subprocess.call": StandIn("mock", _one_of(0, 1)),
    "subprocess.check_call": StandIn("mock", _one_of(0)),
    "subprocess.check_output": StandIn("mock", _output),
    "subprocess.getoutput": StandIn("mock", _one_of("abc", "")),
    "subprocess.Popen": _INSTANCE,
    "webbrowser.open": StandIn("mock", _one_of(True)),
    "urllib.request.urlopen": StandIn("mock", _body),
    "urllib.request.urlretrieve": StandIn("mock"),
    **{f"{library}.{verb}": _RESPONSE for library in ("requests", "httpx") for verb in (*_VERBS, "head", "request")},
    "requests.Session": _INSTANCE,
    "httpx.Client": _INSTANCE,
    "http.client.HTTPConnection": _INSTANCE,
    "http.client.HTTPSConnection": _INSTANCE,
    "smtplib.SMTP": _INSTANCE,
    "smtplib.SMTP_SSL": _INSTANCE,
    "ftplib.FTP": _INSTANCE,
    "imaplib.IMAP4_SSL": _INSTANCE,
}  # fmt: skip
"""By what is replaced. "random" and the classes of `datetime` stand for all that is asked of them."""


def stand_in_steps(origin: str, place: str, facts: Facts, rng: random.Random, taken: set[str]) -> list[Step]:
    """The steps that put the stand-in there; names that they bind are added to `taken`."""
    stand_in = STAND_INS[origin]
    if stand_in.kind == "value":
        return [Step(Patch("setattr", place, stand_in.values(facts, rng)))]
    if origin == "urllib.request.urlopen" and STATUS & set(facts.attributes):
        return _urlopen_with_status(place, facts, rng, taken)
    if origin == "builtins.input" and rng.random() < 0.3:
        return _several_answers(place, facts, rng, taken)
    if stand_in.kind == "answer":
        return [Step(Patch("setattr", place, Function(stand_in.parameters, stand_in.values(facts, rng))))]
    name = free_name(origin.rpartition(".")[2].lower(), taken)
    if stand_in.kind == "instance":
        return _instance(origin, place, name, facts, rng, taken)
    given: tuple[tuple[str, Recipe], ...] = (("return_value", stand_in.values(facts, rng)),)
    failure = _failure(facts, rng)
    if failure is not None:
        given = (("side_effect", failure),)
    elif given[0][1] == Const(None):
        given = ()
    return [Step(Call(MOCK, (), given), name), Step(Patch("setattr", place, Variable(name)))]


def _urlopen_with_status(place: str, facts: Facts, rng: random.Random, taken: set[str]) -> list[Step]:
    """`response = MagicMock(status=200)`, as a file of bytes has no status."""
    response, name = free_name("response", taken), free_name("urlopen", taken)
    plain = [(n, Const(rng.choice((200, 200, 404, 500)))) for n in ("status", "code") if n in facts.attributes]
    steps = [Step(Call(MAGIC_MOCK, (), tuple(plain)), response)]
    steps.append(Step(Variable(response), response, "__enter__.return_value"))
    if "getcode" in facts.attributes:
        steps.append(Step(Const(rng.choice((200, 404))), response, "getcode.return_value"))
    steps.append(Step(Const(rng.choice((b"abc", b"", b"{}"))), response, "read.return_value"))
    failure = _failure(facts, rng)
    if failure is not None:
        return [Step(Call(MOCK, (), (("side_effect", failure),)), name), Step(Patch("setattr", place, Variable(name)))]
    steps.append(Step(Call(MOCK, (), (("return_value", Variable(response)),)), name))
    return [*steps, Step(Patch("setattr", place, Variable(name)))]


def _several_answers(place: str, facts: Facts, rng: random.Random, taken: set[str]) -> list[Step]:
    name = free_name("answers", taken)
    values = tuple(STAND_INS["builtins.input"].values(facts, rng) for _ in range(rng.choice((2, 2, 3, 4))))
    following = Call(Name("builtins", "next"), (Variable(name),))
    return [
        Step(Call(Name("builtins", "iter"), (Sequence("list", values),)), name),
        Step(Patch("setattr", place, Function("*args", following))),
    ]


def free_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, with a word behind it when the test needs that name for something else."""
    name = wanted if wanted not in taken else f"{wanted}_mock"
    number = 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


def _instance(origin: str, place: str, name: str, facts: Facts, rng: random.Random, taken: set[str]) -> list[Step]:
    """`smtp = create_autospec(SMTP, instance=True)`, which `with` gives too, and a Mock that gives it."""
    module, _, kind = origin.rpartition(".")
    made = Name(module, "socket" if origin == "socket.create_connection" else kind)
    giver = free_name(f"{name}_class" if kind[:1].isupper() else f"{name}_mock", taken)
    failure = _failure(facts, rng)
    if failure is not None:
        return [
            Step(Call(MOCK, (), (("side_effect", failure),)), giver),
            Step(Patch("setattr", place, Variable(giver))),
        ]
    steps = [Step(Call(AUTOSPEC, (made,), (("instance", TRUE),)), name)]
    if facts.enters and hasattr(getattr(sys.modules.get(module), made.qualname, None), "__enter__"):
        steps.append(Step(Variable(name), name, "__enter__.return_value"))
    for method, value in RESULTS.get(kind, ()):
        if method in facts.attributes:
            steps.append(Step(value(facts, rng), name, f"{method}.return_value" if method != "returncode" else method))
    steps.append(Step(Call(MOCK, (), (("return_value", Variable(name)),)), giver))
    return [*steps, Step(Patch("setattr", place, Variable(giver)))]


RESULTS: Mapping[str, tuple[tuple[str, Callable[[Facts, random.Random], Recipe]], ...]] = {
    "Popen": (
        ("communicate", lambda facts, rng: Sequence("tuple", (_output(facts, rng), _texts_or_bytes(facts, "")))),
        ("wait", _one_of(0, 1)),
        ("poll", _one_of(0, None)),
        ("returncode", _one_of(0, 1)),
    ),
    "socket": (("recv", _one_of(b"abc", b"")),),
    "create_connection": (("recv", _one_of(b"abc", b"")),),
    **dict.fromkeys(("HTTPConnection", "HTTPSConnection"), (("getresponse", _http_response),)),
    **{kind: tuple((verb, _response) for verb in _VERBS) for kind in ("Session", "Client")},
}  # fmt: skip
"""What methods of such an instance give."""

FAILURES: Mapping[str, Recipe] = {
    "CalledProcessError": Call(Name("subprocess", "CalledProcessError"), (Const(1), Sequence("list", (Const("abc"),)))),
    "TimeoutExpired": Call(Name("subprocess", "TimeoutExpired"), (Sequence("list", (Const("abc"),)), Const(1))),
    "FileNotFoundError": _call("builtins", "FileNotFoundError", "abc"),
    "OSError": _call("builtins", "OSError", "abc"),
    "IOError": _call("builtins", "OSError", "abc"),
    "ConnectionError": _call("builtins", "ConnectionError", "abc"),
    "TimeoutError": _call("builtins", "TimeoutError", "abc"),
    "KeyboardInterrupt": _call("builtins", "KeyboardInterrupt"),
    "EOFError": _call("builtins", "EOFError"),
    "Exception": _call("builtins", "OSError", "abc"),
    "URLError": _call("urllib.error", "URLError", "abc"),
    "HTTPError": _call("urllib.error", "HTTPError", "https://example.org", 404, "Not Found", None, None),
    "SMTPException": _call("smtplib", "SMTPException", "abc"),
    "gaierror": _call("socket", "gaierror", "abc"),
    "RequestException": _call("requests", "RequestException", "abc"),
    "Timeout": _call("requests", "Timeout", "abc"),
}


def _failure(facts: Facts, rng: random.Random) -> Recipe | None:
    """What the code is ready for happens, now and then."""
    named = [FAILURES[n] for n in (h.rpartition(".")[2] for h in facts.handled) if n in FAILURES]
    known = [made for made in named if _is_loaded(made)]
    return rng.choice(known) if known and rng.random() < 0.25 else None


def _is_loaded(made: Recipe) -> bool:
    """Its module is: other libraries have exceptions of such names too."""
    return isinstance(made, Call) and isinstance(made.function, Name) and made.function.module in sys.modules
