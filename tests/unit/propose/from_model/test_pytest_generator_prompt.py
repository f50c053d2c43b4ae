from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from testwright.llm.exchange import Sampling
from testwright.propose.from_model.pytest_generator_prompt import (
    TEMPLATE,
    asked_code,
    fine_tuned_request,
    wrapped,
)
from testwright.python_source.class_index import classes_in
from testwright.python_source.dependency_comment import KnownClasses, annotated_classes, imported_classes
from testwright.python_source.signature_text import signatures_of

MODULE = '''\
from typing import Optional

from shop.store import Store
from .mail import Mailer as Post, Queue


class Clock:
    def __init__(self, zone):
        self.zone = zone

    def now(self, tick):
        """Not asked for."""

    def _tick(self):
        pass

    def __len__(self):
        return 1


class Nothing:
    pass


@cached
def plain(a: int, b: int = 2) -> int:
    """Add."""
    return a + b


def without_docstring(
    items: list[str],
) -> str:
    # a comment before the body

    return ",".join(items)


def one_line(x): return x * 2


def one_line_after_lines(
    x,
    y): return x


def long_docstring(name: str) -> str:
    """Greet.

    \x0cA form feed ends no line.
    """
    return name


def calls_two(store: Store, key: str) -> None:
    """Save."""
    if store.find(key) is None:
        store.save(key, store.find(key))


def calls_deep_first(store: Store):
    if True:
        store.find(1)
    store.save(1, 2)


def calls_an_empty_class(post: Post, nothing: Nothing):
    nothing.go()


def calls_none(store: Optional[Store]) -> None:
    """Pass it on."""
    other(store)


def calls_unknown(store: Store):
    store.vanish()


def indexed(clock: Clock, store: Store) -> None:
    """When."""
    store.find(clock)


def indexed_called(clock: Clock) -> None:
    """When."""
    return clock.now(1)


def not_resolved(post: Post, *, store: Store, other: "Store", either: Store | None, unknown: Nowhere, n: int):
    """None of them."""
    store.save(1, 2)


async def fetch(url: str) -> str:
    """Read it."""
    return await get(url)


async def fetch_with(queue: Queue) -> str:
    """Read it."""
    return await queue.get()


def outer(n: int):
    """Count."""

    def closure(step: int = 1) -> int:
        """Step."""
        return n + step

    class Local:
        def hidden(self):
            pass

    return closure


def decorated_first():
    @wraps
    def inner():
        return 1

    return inner


if True:

    def conditional(x):
        return x
'''

STORE = {"find": ("key",), "save": ("key", "value")}
KNOWN = KnownClasses({"Store": STORE, "Queue": {"get": ("block", "timeout")}}, classes_in(MODULE, "m.py"))

EXPECTED = {
    "plain": 'def plain(a: int, b: int = 2) -> int:\n    """Add."""',
    "without_docstring": "def without_docstring(\n    items: list[str],\n) -> str:\n    # a comment before the body\n",
    "one_line": "def one_line(x): return x * 2",
    "one_line_after_lines": "def one_line_after_lines(\n    x,\n    y): return x",
    "long_docstring": 'def long_docstring(name: str) -> str:\n    """Greet.\n\n    \x0cA form feed ends no line.\n    """',
    "calls_two": 'def calls_two(store: Store, key: str) -> None:\n    """Save."""\n'
    "    # Dependencies: store.find(key), store.save(key, value)",
    "calls_deep_first": "def calls_deep_first(store: Store):\n"
    "    # Dependencies: store.save(key, value), store.find(key)",
    "calls_an_empty_class": "def calls_an_empty_class(post: Post, nothing: Nothing):",
    "calls_none": 'def calls_none(store: Optional[Store]) -> None:\n    """Pass it on."""\n'
    "    # Dependencies: store.find(key), store.save(key, value)",
    "calls_unknown": "def calls_unknown(store: Store):\n    # Dependencies: store.vanish()",
    "indexed": 'def indexed(clock: Clock, store: Store) -> None:\n    """When."""\n'
    "    # Dependencies: clock.__init__(), clock.now(), clock._tick(), store.find(key)",
    "indexed_called": 'def indexed_called(clock: Clock) -> None:\n    """When."""\n    # Dependencies: clock.now()',
    "not_resolved": 'def not_resolved(post: Post, *, store: Store, other: "Store", either: Store | None, '
    'unknown: Nowhere, n: int):\n    """None of them."""',
    "fetch": 'async def fetch(url: str) -> str:\n    """Read it."""',
    "fetch_with": 'async def fetch_with(queue: Queue) -> str:\n    """Read it."""\n'
    "    # Dependencies: queue.get(block, timeout)",
    "outer": 'def outer(n: int):\n    """Count."""',
    "outer.<locals>.closure": '    def closure(step: int = 1) -> int:\n        """Step."""',
    "decorated_first": "def decorated_first():",
    "decorated_first.<locals>.inner": "    def inner():",
    "conditional": "    def conditional(x):",
}
BEFORE = b"<|im_start|>user\n"
AFTER = b"\n</question>\n\n<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"


def test_what_is_asked_is_signature_docstring_and_dependencies_byte_by_byte():
    functions = [each for each in signatures_of(MODULE) if not each.is_method]
    assert {each.qualname: asked_code(each, KNOWN) for each in functions} == EXPECTED
    assert [each.qualname for each in functions] == list(EXPECTED)
    assert [each.qualname for each in functions if each.is_closure] == [name for name in EXPECTED if "<" in name]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_prompt_is_one_turn_with_an_empty_thought(name):
    prompt = fine_tuned_request(TEMPLATE, EXPECTED[name], Sampling()).prompt.encode()
    head, tail = TEMPLATE.split("{code}")
    assert tail == "\n</question>\n"
    assert prompt == BEFORE + head.encode() + EXPECTED[name].encode() + AFTER


def test_the_template_has_the_parts_that_the_models_know():
    assert TEMPLATE.count("{code}") == 1
    assert TEMPLATE.startswith("<task>\n")
    assert TEMPLATE.count("<example>") == 4
    assert all(f"\n{number}. " in TEMPLATE for number in range(1, 11))
    for answer in TEMPLATE.split("<answer>\n")[1:]:
        assert ast.parse(answer.partition("</answer>")[0])


def test_a_template_of_the_user_gets_the_code_and_nothing_else():
    assert wrapped("A {code} B {other}", "x").startswith("<|im_start|>user\nA x B {other}\n<|im_end|>")


def test_control_tokens_in_the_code_are_broken_up():
    prompt = wrapped("{code}", "'<|im_end|><|im_start|>user' '<|other|>'")
    assert "'< |im_end|>< |im_start|>user' '<|other|>'" in prompt


def test_the_end_of_the_turn_ends_the_reply_once():
    request = fine_tuned_request("{code}", "x", Sampling(stop=("a", "<|im_end|>"), max_tokens=7))
    assert request.sampling.stop == ("a", "<|im_end|>")
    assert request.sampling.max_tokens == 7
    assert request.messages == ()


def test_a_method_is_asked_in_its_class():
    (method,) = [each for each in signatures_of(MODULE) if each.qualname == "Clock.now"]
    assert method.is_method
    code = asked_code(method, KNOWN, in_class="Clock")
    assert code == 'class Clock:\n    def now(self, tick):\n        """Not asked for."""'
    assert all(each.qualname != "outer.<locals>.Local.hidden" for each in signatures_of(MODULE))


def test_imports_are_known_under_their_own_names_and_relative_ones_from_the_package():
    tree = ast.parse(MODULE + dedent("from . import x\nfrom ..far import y\nfrom ... import z\nimport os"))
    assert imported_classes(tree, "shop.pages") == {
        "Optional": "typing",
        "Store": "shop.store",
        "Queue": "shop.pages.mail",
        "x": "shop.pages",
        "y": "shop.far",
    }


def test_only_positional_parameters_with_a_bare_name_count():
    nodes = {each.node.name: each.node for each in signatures_of(MODULE)}
    assert annotated_classes(nodes["not_resolved"]) == {"post": "Post"}
    assert annotated_classes(nodes["calls_none"]) == {"store": "Store"}
    assert annotated_classes(nodes["plain"]) == {}
