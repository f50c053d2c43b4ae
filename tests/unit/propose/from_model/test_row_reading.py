"""Rows as models write them, and the calls that become of them."""

from __future__ import annotations

import json

import pytest

from testwright.propose.from_model.row_reading import read_rows
from testwright.python_source.read_module import read_module
from testwright.write.render_call import render_call

SOURCE = """\
class ShopCart:
    def __init__(self, name, *, size=1):
        pass

    def put(self, item, **more):
        pass

    @staticmethod
    def parse(text):
        pass


def add(a, b=0):
    pass


async def fetch(x):
    pass
"""
MODEL = read_module(SOURCE, module="shop", path="shop.py")


def calls(target: str, *rows: object) -> list[str]:
    read = read_rows(json.dumps({"rows": rows}), "stop", target, MODEL)
    return [render_call(each.scenario, "shop").partition("\n\n")[2].strip() for each in read.observations]


@pytest.mark.parametrize(
    ("target", "row", "call"),
    [
        ("add", {"args": [1, [2, {"a": None}]]}, 'add(1, [2, {"a": None}])'),
        ("add", {"args": [], "kwargs": {"a": True, "b": 1.5}, "why": "x"}, "add(a=True, b=1.5)"),
        ("add", {"args": [{"python": "(1, b'x')"}, {"python": "ShopCart('a')"}]}, 'add((1, b"x"), ShopCart("a"))'),
        ("add", {"args": [{"python": "Decimal('1.5')"}]}, 'add(Decimal("1.5"))'),
        ("ShopCart.put", {"init": {"args": ["a"], "kwargs": {"size": 2}}, "args": ["b"]}, 'shop_cart.put("b")'),
        ("ShopCart.parse", {"args": ["b"]}, 'ShopCart.parse("b")'),
        ("fetch", {"args": [1]}, "asyncio.run(fetch(1))"),
    ],
)
def test_a_row_becomes_a_call(target, row, call):
    assert calls(target, row)[0].endswith(call)


@pytest.mark.parametrize(
    "row",
    [
        [1, 2],
        {"args": {"a": 1}},
        {"args": [], "kwargs": {"not a name": 1}},
        {"args": [{"python": "open('/etc/passwd')"}]},
        {"args": [{"python": "__import__('os').system('x')"}]},
        {"args": [{"python": "1 +"}]},
    ],
)
def test_what_is_no_plain_call_is_left_out_and_costs_no_other(row):
    assert calls("add", row, {"args": [1]}) == ["add(1)"]


@pytest.mark.parametrize(
    ("reply", "finish", "slug"),
    [
        ("I would try 1 and 2.", "stop", "reply-not-json"),
        ('{"row": []}', "stop", "reply-not-json"),
        ('{"rows": 3}', "stop", "reply-not-json"),
        ('{"rows": ["a"]}', "stop", "reply-not-json"),
        ('{"rows": [{"args": [1', "length", "reply-truncated"),
        ('{"rows": [' + '{"args": [1]}, ' * 60, "length", "reply-repeats"),
    ],
)
def test_a_reply_without_rows_says_why(reply, finish, slug):
    read = read_rows(reply, finish, "add", MODEL)
    assert (read.observations, read.slug) == ((), slug)
    assert read.reason


def test_json_is_found_in_fences_and_prose():
    reply = '<think>{"rows": []}</think>Here {you} are:\n```json\n{"rows": [{"args": [7]}]}\n```'
    assert len(read_rows(reply, "stop", "add", MODEL).observations) == 1
    assert read_rows('{"rows": []}', "stop", "add", MODEL).slug == ""
