"""What a run shows becomes checks that hold in any process; what says nothing of the code is not asserted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from testwright.inside.conftests import load_conftest
from testwright.inside.observing.checks import Place
from testwright.inside.observing.performing import perform
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Fixture,
    Item,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
)
from testwright.inside.scenario import Check, Outcome, Raised, Scenario, Step

Watch = Callable[..., Outcome]
RESULT = Variable("result")


def call(name: str, *args: Recipe) -> Call:
    return Call(Name("observed", name), args)


def go(*args: Recipe) -> Step:
    return Step(call("f", *args), "result")


def equals(subject: Recipe, value: object) -> Check:
    return Check("equals", subject, Const(value))


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        ("return 3", (equals(RESULT, 3),)),
        ("return True", (Check("is", RESULT, Const(True)),)),
        ("return None", (Check("is", RESULT, Const(None)),)),
        ("return int", (Check("is", RESULT, Name("builtins", "int")),)),
        ("return 0.1 + 0.2", (Check("approx", RESULT, Const(0.3)),)),
        ("return float('nan')", (Check("is", Call(Name("math", "isnan"), (RESULT,)), Const(True)),)),
        ("return [1/3, 2]", (Check("approx", RESULT, Sequence("list", (Const(0.3333333333), Const(2)))),)),
        (
            "return {'a': [1/3]}",
            (Check("approx", Item(RESULT, Const("a")), Sequence("list", (Const(0.3333333333),))),),
        ),
        ("return iter([1])", ()),
        ("return (x for x in [1])", ()),
        ("return object()", ()),
        ("return lambda: 1", ()),
        ("from unittest.mock import Mock; return Mock()", ()),
    ],
)
def test_results(watch: Watch, body: str, checks: tuple[Check, ...]) -> None:
    assert watch(f"def f(): {body}", go()).checks == checks


@pytest.mark.parametrize(
    "body",
    [
        "return repr(object())",
        "return id(object())",
        "import os; return os.getcwd()",
        "import time; return time.time()",
        "import time; return int(time.time() * 1000)",
        "import datetime; return datetime.datetime.now()",
        "import datetime; return datetime.date.today()",
        "import datetime; return datetime.date.today().isoformat()",
        "import datetime; return datetime.date.today().year",
        "import time; return f'at {int(time.time())}'",
        "import platform; return platform.node() + '!' if len(platform.node()) > 3 else iter(())",
        "import tempfile; return tempfile.gettempdir() + '/x'",
        "return __file__",
        "return str({'a', 'b'})",
    ],
)
def test_what_tells_of_the_process_or_the_moment_is_not_asserted(watch: Watch, body: str) -> None:
    assert watch(f"def f(): {body}", go()).checks == ()


@pytest.mark.parametrize("number", [512, 4242, 4_000_000])
@pytest.mark.parametrize(
    "body", ["return os.getpid()", "return f'worker-{os.getpid()}'", "return f'{os.getpid()}.pid'"]
)
def test_process_numbers_of_any_length_are_seen(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, body: str, number: int
) -> None:
    monkeypatch.setattr("os.getpid", lambda: number)
    assert watch(f"import os\ndef f(): {body}", go()).checks == ()


def test_what_looks_volatile_but_was_given_is_asserted(watch: Watch) -> None:
    assert watch("def f(x): return x + '!'", go(Const("at 0x7fffdeadbeef"))).checks == (
        equals(RESULT, "at 0x7fffdeadbeef!"),
    )


def test_a_volatile_part_does_not_silence_the_rest(watch: Watch) -> None:
    outcome = watch("import time\ndef f(): return {'name': 'ann', 'at': time.time()}", go())
    assert equals(Item(RESULT, Const("name")), "ann") in outcome.checks
    assert not any(c.subject == Item(RESULT, Const("at")) for c in outcome.checks)


BOX = """
    class Box:
        def __init__(self, size, label=""):
            self.label = label
            self.size = size
            self.extra = None
            self.owner = object()
            self.call = print
            self._secret = 1
        @property
        def double(self): return self.size * 2
        @property
        def broken(self): raise RuntimeError("no")
        def __repr__(self): raise RuntimeError("no repr")
    def f(): return Box(3, "x")
"""


def test_objects_are_described_by_their_public_attributes(watch: Watch) -> None:
    assert watch(BOX, go()).checks == (
        Check("isinstance", RESULT, Name("observed", "Box")),
        equals(Attribute(RESULT, "label"), "x"),
        equals(Attribute(RESULT, "size"), 3),
        Check("is", Attribute(RESULT, "extra"), Const(None)),
        equals(Attribute(RESULT, "double"), 6),
    )


def test_a_constructed_object_is_not_asserted_to_be_what_it_was_made_by(watch: Watch) -> None:
    source = "import dataclasses\n@dataclasses.dataclass\nclass Line:\n    name: str\n    n: int = 2\n"
    outcome = watch(source, Step(call("Line", Const("tea")), "result"))
    assert outcome.checks == (equals(Attribute(RESULT, "name"), "tea"), equals(Attribute(RESULT, "n"), 2))


def test_private_and_local_classes_are_not_named(watch: Watch) -> None:
    source = "class _Box:\n    def __init__(self): self.size = 1\ndef f(): return _Box()\n"
    assert watch(source, go()).checks == (equals(Attribute(RESULT, "size"), 1),)


def test_an_equality_that_lies_is_not_used(watch: Watch) -> None:
    source = (
        "class Liar:\n    def __init__(self): self.n = 1\n    def __eq__(self, o): return True\ndef f(): return Liar()"
    )
    assert watch(source, go()).checks == (
        Check("isinstance", RESULT, Name("observed", "Liar")),
        equals(Attribute(RESULT, "n"), 1),
    )


def test_changed_arguments_are_asserted(watch: Watch) -> None:
    items = Step(Sequence("list", (Const(1),)), "items")
    outcome = watch("def f(x): x.append(2)", items, go(Variable("items")))
    assert outcome.checks == (Check("equals", Variable("items"), Sequence("list", (Const(1), Const(2)))),)


def test_an_unchanged_argument_is_not(watch: Watch) -> None:
    items = Step(Dictionary(((Const("a"), Const(1)),)), "items")
    assert watch("def f(x): return len(x)", items, go(Variable("items"))).checks == (equals(RESULT, 1),)


def test_an_argument_that_is_returned_is_asserted_to_be_it(watch: Watch) -> None:
    items = Step(Sequence("list", ()), "items")
    assert watch("def f(x):\n    x.append(2)\n    return x", items, go(Variable("items"))).checks == (
        Check("is", RESULT, Variable("items")),
        Check("equals", Variable("items"), Sequence("list", (Const(2),))),
    )


CART = """
    class Cart:
        def __init__(self):
            self.lines = []
            self._n = 0
        def add(self, x):
            self.lines.append(x)
            return self
        def count(self): self._n += 1
        @property
        def counted(self): return self._n
"""


def test_changed_attributes_are_asserted(watch: Watch) -> None:
    cart = Step(call("Cart"), "cart")
    added = watch(CART, cart, Step(Call(Attribute(Variable("cart"), "add"), (Const("tea"),)), "result"))
    assert added.checks == (
        Check("is", RESULT, Variable("cart")),
        Check("equals", Attribute(Variable("cart"), "lines"), Sequence("list", (Const("tea"),))),
    )
    counted = watch(CART, cart, Step(Call(Attribute(Variable("cart"), "count")), "result"))
    assert counted.checks == (equals(Attribute(Variable("cart"), "counted"), 1),)


def test_output_and_files_are_asserted(watch: Watch) -> None:
    source = """
        import sys, logging
        def f(path):
            print("done")
            print("careful", file=sys.stderr)
            path.write_text("new")
            open("beside.txt", "w").write("x")
    """
    assert watch(source, go(ScratchFile("in.txt", "old"))).checks == (
        Check("output", None, Const("done\n")),
        Check("errors", None, Const("careful\n")),
        Check("file", ScratchFile("beside.txt"), Const("x")),
        Check("file", ScratchFile("in.txt"), Const("new")),
    )


def test_what_others_write_to_standard_error_is_not(watch: Watch) -> None:
    said = (Check("log", None, Sequence("list", (Const("x"),))),)
    assert watch("import logging\ndef f(): logging.warning('x')", go()).checks == said


@pytest.mark.parametrize(
    ("source", "raised"),
    [
        ("def f(): raise ValueError('bad size')", Raised(Name("builtins", "ValueError"), "bad size", True)),
        ("def f(): raise TypeError('give a size')", Raised(Name("builtins", "TypeError"), "give a size", True)),
        ("def f():\n    assert 1 == 2, 'no'", Raised(Name("builtins", "AssertionError"), "no", True)),
        ("def f(): return int('x')", Raised(Name("builtins", "ValueError"), None, False)),
        ("def f(): return {}['a']", Raised(Name("builtins", "KeyError"), None, False)),
        ("def f(): return next(iter(()))", Raised(Name("builtins", "StopIteration"), None, False)),
        (
            "def f():\n    try: int('x')\n    except ValueError as e: raise RuntimeError(f'cannot: {e}')",
            Raised(Name("builtins", "RuntimeError"), None, True),
        ),
        ("def f(): raise ValueError(object())", Raised(Name("builtins", "ValueError"), None, True)),
        ("def f(): raise ValueError({'b', 'a'})", Raised(Name("builtins", "ValueError"), None, True)),
        ("import os\ndef f(): raise ValueError(os.getcwd())", Raised(Name("builtins", "ValueError"), None, True)),
        (
            "def f(): raise ValueError(\"'int' object is not iterable\")",
            Raised(Name("builtins", "ValueError"), None, True),
        ),
        ("class Bad(Exception): pass\ndef f(): raise Bad('x')", Raised(Name("observed", "Bad"), "x", True)),
        ("class _Bad(KeyError): pass\ndef f(): raise _Bad('x')", Raised(Name("builtins", "KeyError"), "'x'", True)),
        ("class _Bad(Exception): pass\ndef f(): raise _Bad('x')", Raised(Name("observed", "_Bad"), "x", True)),
        (
            "class Bad(Exception):\n    def __str__(self): raise RuntimeError\ndef f(): raise Bad('x')",
            Raised(Name("observed", "Bad"), None, True),
        ),
        ("import sys\ndef f(): sys.exit(3)", Raised(Name("builtins", "SystemExit"), "3", True)),
        (
            "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass P:\n    x: int = 1\n"
            "def f():\n    P().x = 2",
            Raised(Name("dataclasses", "FrozenInstanceError"), None, False),
        ),
        ("def f(): return missing", Raised(Name("builtins", "NameError"), None, False)),
    ],
)
def test_exceptions(watch: Watch, source: str, raised: Raised) -> None:
    assert replace(watch(source, go()), signs=()) == Outcome(raised=raised)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(): return None + 1", "nonsense: TypeError"),
        ("def f(): return None.x", "nonsense: AttributeError"),
        ("def f(): return f()", "nonsense: RecursionError"),
        ("def f(a): return a", "nonsense: TypeError"),
        ("def f():\n    raise ValueError(None.x)", "nonsense: AttributeError"),
        ("def f(): raise KeyboardInterrupt", "interrupted"),
        ("def f():\n    class Local(Exception): pass\n    raise Local", "nothing can import"),
        ("async def f(): return 1", "gives a coroutine"),
        ("import sys\ndef f(): return sys.modules['__main__']", "gives what the running program holds"),
        ("import sys\ndef f(): return vars(sys.modules['__main__'])", "gives what the running program holds"),
        ("def f(): return input()", "reads standard input"),
        ("def f():\n    try: return input()\n    except OSError: return ''", "reads standard input"),
        (
            "class BlockedSideEffect(PermissionError): pass\n"
            "def f():\n    try: raise BlockedSideEffect\n    except OSError as e: raise ValueError('x') from e",
            "blocked side effect",
        ),
    ],
)
def test_what_is_no_behaviour_is_no_test(watch: Watch, source: str, reason: str) -> None:
    assert watch(source, go()).broken.startswith(reason)


def test_a_swallowed_blocked_effect_is_no_test(watch: Watch) -> None:
    outcome = watch("def f(): return 5", go(), blocked=("socket.connect ('::1', 80)",))
    assert outcome.broken == "blocked side effect: socket.connect ('::1', 80)"


def test_an_error_in_the_set_up_is_no_test(watch: Watch) -> None:
    outcome = watch("def f(): return 5", Step(Call(Name("builtins", "int"), (Const("x"),)), "n"), go())
    assert outcome.broken == "set-up fails: ValueError"


def test_async_results_and_limits(watch: Watch) -> None:
    source = "import asyncio\nasync def f(s):\n    await asyncio.sleep(s)\n    return s"
    assert watch(source, Step(Await(call("f", Const(0))), "result")).checks == (equals(RESULT, 0),)
    slow = watch(source, Step(Await(call("f", Const(60))), "result"), loop_seconds=0.05)
    assert slow.broken == "too slow"


def test_a_time_out_of_the_module_itself_is_its_behaviour(watch: Watch) -> None:
    source = "import asyncio\nasync def f(): await asyncio.wait_for(asyncio.sleep(9), 0.001)"
    assert watch(source, Step(Await(call("f")), "result")).raised == Raised(
        Name("builtins", "TimeoutError"), None, False
    )


def test_a_long_text_is_checked_by_its_start(watch: Watch) -> None:
    outcome = watch("def f(): return 'head\\n' * 900", go())
    assert outcome.checks == (
        equals(Call(Name("builtins", "len"), (RESULT,)), 4500),
        Check("is", Call(Attribute(RESULT, "startswith"), (Const("head"),)), Const(True)),
    )


def test_not_implemented_is_a_result_like_any_other(watch: Watch) -> None:
    assert watch("def f(): return NotImplemented", go()).checks == (
        Check("is", RESULT, Name("builtins", "NotImplemented")),
    )


HASHED = """
    class Point:
        def __init__(self, name): self.name = name
        def __eq__(self, other): return self.name == other.name
        def __hash__(self): return hash(self.name)
"""


def test_of_a_hash_it_is_asserted_that_an_equal_object_has_the_same(watch: Watch) -> None:
    made = call("Point", Const("a"))
    hashed = Step(Call(Name("builtins", "hash"), (Variable("point"),)), "result")
    assert watch(HASHED, Step(made, "point"), hashed).checks == (
        Check("equals", RESULT, Call(Name("builtins", "hash"), (made,))),
    )


def test_after_an_address_the_rest_of_a_text_is_asserted(watch: Watch) -> None:
    source = """
        class Queue:
            def __repr__(self): return f"<Queue at {hex(id(self))} maxsize=2>"
        def f(): return repr(Queue())
    """
    ends = Call(Attribute(RESULT, "endswith"), (Const(" maxsize=2>"),))
    assert watch(source, go()).checks == (Check("is", ends, Const(True)),)


def test_views_and_collections_are_asserted_by_their_items(watch: Watch) -> None:
    source = """
        class View:
            def __init__(self, items): self._items = items
            def __len__(self): return len(self._items)
            def __iter__(self): return iter(self._items)
            def __call__(self): return self
        class Graph:
            def __init__(self): self.edges = View([(1, 2)])
        def f(): return Graph()
    """
    edges = Call(Name("builtins", "list"), (Attribute(RESULT, "edges"),))
    pair = Sequence("list", (Sequence("tuple", (Const(1), Const(2))),))
    assert Check("equals", edges, pair) in watch(source, go()).checks


def test_a_value_that_may_differ_has_something_to_fall_back_on(watch: Watch) -> None:
    import_random = "import random\ndef f(): return [random.random() for _ in range(3)]"
    assert watch(import_random, go()).fallback == (equals(Call(Name("builtins", "len"), (RESULT,)), 3),)


def test_holding_what_an_object_was_runs_none_of_its_code(watch: Watch) -> None:
    source = """
        class Lazy:
            def __getattribute__(self, name): raise ValueError("resolved too early")
        def f(lazy): return 1
    """
    assert watch(source, Step(call("Lazy"), "lazy"), go(Variable("lazy"))).checks == (equals(RESULT, 1),)


def test_runs_that_agree_on_nothing_else_agree_on_the_fallback() -> None:
    length = equals(Call(Name("builtins", "len"), (RESULT,)), 3)
    first, second = (Outcome((equals(RESULT, n),), fallback=(length,)) for n in (1, 2))
    assert first.agrees_with(second).settled() == Outcome((length,))
    assert first.agrees_with(first).settled() == Outcome((equals(RESULT, 1),))


def test_a_dict_of_its_own_class_is_asserted_as_a_whole(watch: Watch) -> None:
    source = """
        class Headers(dict): pass
        class Request:
            def __init__(self): self.headers = Headers(a=1)
        def f(): return Request()
    """
    whole = Call(Name("observed", "Headers"), (Dictionary(((Const("a"), Const(1)),)),))
    assert Check("equals", Attribute(RESULT, "headers"), whole) in watch(source, go()).checks


def test_of_a_list_of_objects_the_first_is_looked_into(watch: Watch) -> None:
    source = """
        class Line:
            def __init__(self): self.text = "a"
        class Page:
            def __init__(self): self.lines = [Line()]
        def f(): return Page()
    """
    lines = Attribute(RESULT, "lines")
    found = watch(source, go()).checks
    assert equals(Call(Name("builtins", "len"), (lines,)), 1) in found
    assert equals(Attribute(Item(lines, Const(0)), "text"), "a") in found


def test_a_private_change_is_asserted_in_the_words_of_the_object(watch: Watch) -> None:
    source = """
        class Queue:
            def __init__(self): self._items = []; self.maxsize = 0
            def put(self, item): self._items.append(item)
            def __str__(self): return f"queue of {len(self._items)}"
    """
    put = Step(Call(Attribute(Variable("queue"), "put"), (Const(1),)), "result")
    said = Call(Name("builtins", "str"), (Variable("queue"),))
    assert watch(source, Step(call("Queue"), "queue"), put).checks == (equals(said, "queue of 1"),)


def test_of_a_new_uuid_its_type_is_left(watch: Watch) -> None:
    assert watch("import uuid\ndef f(): return uuid.uuid4()", go()).fallback == (
        Check("isinstance", RESULT, Name("uuid", "UUID")),
    )


def test_what_a_cached_property_remembers_is_no_change(watch: Watch) -> None:
    source = """
        import functools
        class Graph:
            @functools.cached_property
            def nodes(self): return [1, 2]
        def f(graph): return len(graph.nodes)
    """
    assert watch(source, Step(call("Graph"), "graph"), go(Variable("graph"))).checks == (equals(RESULT, 2),)


def test_attributes_that_no_code_can_write_are_not_asserted(watch: Watch) -> None:
    source = """
        class Bag: pass
        def f():
            bag = Bag()
            vars(bag).update({'': 1, 'if': 2, 'size': 3})
            return bag
    """
    assert watch(source, go()).checks[1:] == (equals(Attribute(RESULT, "size"), 3),)


def test_many_arguments_that_are_as_by_default_are_not_written(watch: Watch) -> None:
    source = """
        class Period:
            def __init__(self, years=0, months=0, days=0, hours=0):
                self.years, self.months, self.days, self.hours = years, months, days, hours
            def __eq__(self, other): return vars(self) == vars(other)
        def f(): return Period(days=3)
    """
    period = Call(Name("observed", "Period"), (), (("days", Const(3)),))
    assert watch(source, go()).checks[0] == Check("equals", RESULT, period)


def test_what_an_equality_written_by_hand_may_leave_out_is_told_beside_it(watch: Watch) -> None:
    source = """
        import dataclasses

        class Release:
            def __init__(self, number, build=""):
                self.number, self.build = number, build
            def __eq__(self, other): return isinstance(other, Release) and self.number == other.number

        @dataclasses.dataclass
        class Point:
            x: int

        def release(): return Release(3, "b1")
        def point(): return Point(1)
    """
    made = call("Release", Const(3), Const("b1"))
    assert watch(source, Step(call("release"), "result")).checks == (
        Check("equals", RESULT, made),
        Check("equals", Attribute(RESULT, "number"), Const(3)),
        Check("equals", Attribute(RESULT, "build"), Const("b1")),
    )
    assert watch(source, Step(call("point"), "result")).checks == (Check("equals", RESULT, call("Point", Const(1))),)


def test_a_refused_operand_is_a_behaviour_of_the_operator_under_test(
    load: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("class Money:\n    def __add__(self, other):\n        return NotImplemented\n")
    monkeypatch.chdir(tmp_path)
    step = Step(Operation("+", Call(Name("observed", "Money")), Const(1)), "result")
    place = Place("observed", str(module.__file__), ())
    outcome = perform(Scenario((step,), "Money.__add__"), place, tmp_path / "scratch")
    assert outcome == Outcome(raised=Raised(Name("builtins", "TypeError"), None, True))


CONFTEST = """
import pytest

@pytest.fixture
def items(tmp_path):
    (tmp_path / "kept.txt").write_text("as it was")
    (tmp_path / "changed.txt").write_text("before")
    held = [1]
    yield held
    held.clear()
"""


def taken_items(folder: Path, conftest: str) -> Fixture:
    (folder / "conftest.py").write_text(conftest)
    load_conftest(str(folder / "conftest.py"))
    return Fixture("items", str(folder / "conftest.py"), "items", (Fixture("tmp_path"),))


def test_what_fixtures_give_is_looked_at_before_they_end_and_what_they_write_is_not_asserted(
    watch: Watch, tmp_path: Path
) -> None:
    items = taken_items(tmp_path, CONFTEST)
    source = """
        import pathlib

        def f(items, folder):
            items.append(2)
            pathlib.Path(folder, "changed.txt").write_text("after")
            return len(items)
    """
    outcome = watch(source, Step(items, "items"), go(Variable("items"), ScratchFile("", None)))
    assert outcome.broken == ""
    assert outcome.checks == (
        equals(RESULT, 2),
        Check("equals", Variable("items"), Sequence("list", (Const(1), Const(2)))),
        Check("file", ScratchFile("changed.txt"), Const("after")),
    )
    assert not outcome.beside


def test_what_a_fixture_leaves_behind_is_no_test(watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTING", "before")
    items = taken_items(tmp_path, CONFTEST.replace("held.clear()", "import os; os.environ['LASTING'] = 'x'"))
    outcome = watch("def f(items): return len(items)", Step(items, "items"), go(Variable("items")))
    assert "LASTING" in outcome.broken
