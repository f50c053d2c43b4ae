"""Trees, short words for values and spans, and differences."""

from __future__ import annotations

import pytest

from testwright.nouns import Span
from testwright.traces.plain_text import duration, short_value, told
from testwright.traces.trace_diff import differences
from testwright.traces.trace_tree import own_time, walked


def span(n: int, parent: int = 0, **given) -> Span:
    known = {
        "trace": "trc_1",
        "kind": "call",
        "name": f"shop:f{n}",
        "file": "shop.py",
        "line": 1,
        "thread": "",
        "data": {},
    }
    return Span(**{**known, "n": n, "parent": parent, "started": n, "took": 10, **given})


def test_children_follow_their_parent_also_where_threads_mixed_them():
    spans = [span(1), span(2), span(3, 1), span(4, 2), span(5, 3)]
    assert [(depth, each.n) for depth, each in walked(spans)] == [(0, 1), (1, 3), (2, 5), (0, 2), (1, 4)]


def test_recursion_without_an_end_is_walked():
    spans = [span(n, n - 1) for n in range(1, 50_001)]
    assert [depth for depth, _ in walked(spans)] == list(range(50_000))


def test_own_time_is_without_the_children():
    assert own_time([span(1, took=100), span(2, 1, took=30), span(3, 1, took=50), span(4, 3, took=500)]) == {
        1: 20,
        2: 30,
        3: 0,
        4: 500,
    }


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (None, "None"),
        (True, "True"),
        ("it's", '"it\'s"'),
        (["list", 1, ["tuple", 2]], "[1, (2,)]"),
        (["set"], "set()"),
        (["frozenset", 1], "frozenset({1})"),
        (["dict", ["a", 1], [["tuple", 1, 2], None]], "{'a': 1, (1, 2): None}"),
        (["std", "decimal.Decimal", "1.50"], "Decimal('1.50')"),
        (["enum", "shop:Colour", "RED"], "Colour.RED"),
        (["name", "shop:Cart.add"], "Cart.add"),
        (["name", "shop:"], "module shop"),
        (["object", "shop:Cart", 1, ["items", ["list"]]], "Cart(items=[])"),
        (["items", "shop:Rows", 1, ["list", 1], ["tag", "x"]], "Rows([1], tag='x')"),
        (["is", 1, ["list", ["again", 1]]], "[<the same as #1>]"),
        (["cut", "str", 5000, "00", "abc"], "<'abc'… str of 5000>"),
        (["opaque", "builtins:generator", "generator"], "<generator: generator>"),
        (["secret", "hunter2"], "<secret>"),
        (["float", "nan"], "float('nan')"),
        (10**5000, "an integer of 16610 bits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "plain",
)
def test_values_are_written_much_as_python_does(plain, text):
    assert short_value(plain) == text


@pytest.mark.parametrize(
    "plain",
    [[], [1], ["list"] * 3, ["dict", 1], ["object"], ["std"], ["unknown", 1], ["cut"], {"a": 1}, ["is", 1], [["list"]]],
)
def test_what_is_no_plain_value_is_no_trouble(plain):
    assert short_value(plain)


def test_long_and_deep_values_are_cut():
    deep: list = ["list"]
    for _ in range(400):
        deep = ["list", deep]
    assert len(short_value(deep, 80)) <= 80
    assert len(short_value(["list", *range(10_000)], 80)) <= 80
    assert len(short_value("x" * 10_000, 80)) <= 80


@pytest.mark.parametrize("kind", ["call", "sql", "http", "request", "clock", "mail", "unheard of"])
@pytest.mark.parametrize(
    "data", [{}, {"arguments": 1}, {"arguments": [[1]]}, {"raised": 1}, {"response": 1}, {"sql": None}]
)
def test_a_span_of_any_shape_says_something(kind, data):
    assert isinstance(told(span(1, kind=kind, data=data)).line, str)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(7, "7 ns"), (1500, "2 µs"), (2_000_000, "2 ms"), (2_540_000, "2.5 ms"), (3_000_000_000, "3.00 s")],
)
def test_durations(nanoseconds, text):
    assert duration(nanoseconds) == text


# ── differences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def told_differences(first, second):
    return [(each.section, each.sign, each.text) for each in differences(first, second)]


def call(n, parent=0, returned=None, **given):
    return span(n, parent, data={"arguments": [["x", 1]], "returned": returned}, **given)


def test_the_same_run_has_no_difference():
    first = [
        call(1, returned=["object", "shop:Cart", 1], name="shop:f"),
        span(2, 1, kind="clock", data={"function": "time.time", "value": 1.5}),
        span(3, 1, kind="sql", data={"sql": "SELECT 1 FROM t", "parameters": ["tuple", "2026-11-23 05:46:19.77"]}),
    ]
    second = [
        call(11, returned=["object", "shop:Cart", 7], took=99, name="shop:f"),
        span(12, 11, kind="clock", data={"function": "time.time", "value": 9.5}),
        span(13, 11, kind="sql", data={"sql": "SELECT  1 FROM t", "parameters": ["tuple", "2027-01-01 00:00:00"]}),
    ]
    assert told_differences(first, second) == []


def test_calls_that_come_and_go_are_told():
    first = [call(1), call(2, 1), call(3, 1)]
    second = [call(1), call(3, 1), call(4, 1)]
    assert told_differences(first, second) == [
        ("calls", "-", "  f2(x=1) → None"),
        ("calls", "+", "  f4(x=1) → None"),
    ]


def test_values_sql_http_and_the_response_are_compared():
    def run(returned, sql, url, status):
        return [
            span(
                1,
                kind="request",
                name="GET /",
                data={
                    "method": "GET",
                    "path": "/",
                    "response": {"status": status, "headers": [["Location", f"/{status}"]]},
                },
            ),
            call(2, 1, returned=returned),
            span(3, 1, kind="sql", data={"sql": sql}),
            span(4, 1, kind="http", data={"method": "GET", "url": url, "status": 200}),
        ]

    found = told_differences(run(1, "SELECT a", "http://x/a", 200), run(2, "SELECT b", "http://x/b", 302))
    assert found == [
        ("response", "~", "GET /: status 200 → 302"),
        ("response", "~", "GET /: location '/200' → '/302'"),
        ("calls", "~", "f2: returned 1 → 2"),
        ("sql", "-", "SELECT a"),
        ("sql", "+", "SELECT b"),
        ("http", "-", "GET http://x/a → 200"),
        ("http", "+", "GET http://x/b → 200"),
    ]


def test_runs_too_long_to_be_aligned_are_counted():
    first = [call(n, name="shop:a") for n in range(1, 4001)]
    second = [call(n, name="shop:b") for n in range(1, 4002)]
    assert told_differences(first, second) == [
        ("calls", "-", "4000 × a(x=1) → None"),
        ("calls", "+", "4001 × b(x=1) → None"),
    ]
