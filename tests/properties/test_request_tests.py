"""What tests of requests are written from: values keep what they are, lines what they mean, accounts what they tell."""

from __future__ import annotations

import ast
import datetime
import enum
import json
import re
import types
import zoneinfo
from typing import Any

import black
from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.recording.values import Limits, is_partial, snapshot
from testwright.nouns.source_text import Source
from testwright.propose.requests.settled import differs, settled
from testwright.python_source.parts_of_source import broken_line
from testwright.python_source.render_literal import WIDTH
from testwright.python_source.render_plain import NoSourceError, json_source, plain_source


class Level(enum.Enum):
    LOW = 1
    HIGH = "high"


class Right(enum.Flag):
    READ = 1
    WRITE = 2
    SHARE = 4


# -- values -----------------------------------------------------------------------------------------------------------

_ZONES = st.one_of(
    st.none(),
    st.just(datetime.UTC),
    st.integers(-1439, 1439).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))),
    st.sampled_from(["Europe/Berlin", "America/New_York"]).map(zoneinfo.ZoneInfo),
)
_WHOLE = Limits(nodes=100_000, items=10_000, text=1_000_000)
_HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.dates(),
    st.times(timezones=_ZONES),
    st.datetimes(timezones=_ZONES),
    st.timedeltas(),
    st.uuids(),
    st.decimals().filter(lambda number: not number.is_snan()),  # of these no set can be made
    st.fractions(),
    st.ip_addresses(),
    st.sampled_from([*Level, Right.READ, Right.READ | Right.SHARE, datetime.UTC]),
)
VALUES = st.recursive(
    st.one_of(_HASHABLE, st.sets(_HASHABLE, max_size=4), st.frozensets(_HASHABLE, max_size=4), st.just(range(0, 9, 3))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4),
        st.builds(bytearray, st.binary()),
        st.builds(lambda held: types.SimpleNamespace(**held), st.dictionaries(st.sampled_from("abc"), inner)),
    ),
    max_leaves=8,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6).filter("$".__ne__), inner, max_size=4)
    ),
    max_leaves=8,
)


def evaluated(source: Source, **names: Any) -> Any:
    """As the file of a test has it: with the imports that it asks for and no others."""
    for module, name in source.imports:
        exec(f"from {module} import {name}" if name else f"import {module}", names)
    return eval(source.text, names)


def shown(value: Any) -> str:
    """Equal for what nobody can tell apart: nan is not equal to itself, and 1 is to True; a set's order is anybody's."""
    return json.dumps(snapshot(value, _WHOLE))


@given(VALUES)
def test_a_value_is_what_its_source_evaluates_to(value: Any) -> None:
    plain = json.loads(json.dumps(snapshot(value, _WHOLE)))
    source = None
    try:
        source = plain_source(plain)
    except NoSourceError:
        assert is_partial(plain) or '["ref"' in json.dumps(plain), plain  # only what is not all there has none
    if source is not None:
        assert shown(evaluated(source)) == shown(value)


@given(JSON)
def test_json_is_what_its_source_evaluates_to(tree: Any) -> None:
    assert shown(evaluated(json_source(tree))) == shown(tree)


PARTS = st.lists(
    st.text() | st.sampled_from([{"$": "pk", "of": "row"}, {"$": "value", "of": "row", "name": "slug"}]), min_size=1
)
QUOTING = st.text("ab'\"{}\\\n é%", max_size=12)


@given(PARTS | st.lists(QUOTING | st.just({"$": "pk", "of": "row", "as": "str"}), min_size=1))
def test_a_text_with_keys_in_it_is_that_text(parts: list[Any]) -> None:
    source = plain_source({"$": "text", "parts": parts})
    row = types.SimpleNamespace(pk=710_000, slug="it's")
    wanted = "".join(
        part if isinstance(part, str) else str(row.pk if part["$"] == "pk" else row.slug) for part in parts
    )
    assert evaluated(source, row=row) == wanted
    for piece in re.findall(r"\{(.*?)\}", re.sub(r"\{\{|\}\}", "", source.text)):  # as Python 3.11 takes it
        assert not set(piece) & set("'\"\\")
    ast.parse(source.text, feature_version=(3, 11))


# -- lines ------------------------------------------------------------------------------------------------------------

ROWS = ("order", "user", "booking_line", "a", "customer_2", "new_order")
TEXTS = st.lists(
    st.sampled_from(
        [
            "order",
            "the",
            "naïve",
            "漢字",
            "it's",
            '"so"',
            "{}",
            "(a,",
            "b",
            "[c",
            "42",
            "#",
            "=",
            ":",
            "for",
            "client.",
            "\\",
            "a\n",
        ]
    ),
    max_size=12,
).map(" ".join)
KEYS = st.sampled_from(ROWS).map(lambda name: {"$": "pk", "of": name})
WITH_KEYS = st.tuples(TEXTS, KEYS, TEXTS).map(lambda parts: {"$": "text", "parts": list(parts)})
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**7) | TEXTS | KEYS | WITH_KEYS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=14,
)
WRITTEN = TREES.map(lambda tree: json_source(tree).text)
LISTED = st.lists(TREES, min_size=1, max_size=4).map(lambda tree: json_source(tree).text)
PLAIN = st.sampled_from(
    [
        'Decimal("3.50")',
        "datetime(2026, 7, 2, 9, 0, tzinfo=UTC)",
        "timedelta(days=2)",
        'b"\\x00it"',
        "ANY",
        "{order, user}",
    ]
)
ARGUMENTS = st.lists(st.tuples(st.sampled_from(["name", "delivery_address"]), WRITTEN | PLAIN), max_size=6).map(
    lambda pairs: ", ".join(f"{name}_{number}={value}" for number, (name, value) in enumerate(pairs))
)
PATHS = WITH_KEYS.map(lambda token: plain_source(token).text)
LINES = st.one_of(
    st.builds("{} = Order.objects.create({})".format, st.sampled_from(ROWS), ARGUMENTS),
    st.builds('response = client.post({}, {}, content_type="application/json")'.format, PATHS, WRITTEN),
    st.builds('response = client.get({}, headers={{"Accept": {}}})'.format, PATHS, WRITTEN),
    st.builds("assert response.json() == {}".format, WRITTEN),
    st.builds("assert {}.delivery_address == {}".format, st.sampled_from(ROWS), WRITTEN | PLAIN),
    st.builds("assert {} in page".format, (TEXTS | WITH_KEYS).map(lambda text: json_source(text).text)),
    st.builds('assert [line for line in page if line.startswith("<li")] == {}'.format, LISTED),
    st.builds("assert [str(message) for message in get_messages(response.wsgi_request)] == {}".format, LISTED),
    st.builds('assert list(OrderLine.objects.order_by("pk").values_list("order", "price"))[-2:] == {}'.format, LISTED),
    st.builds(
        "{} = Order.objects.exclude(pk__in=[order.pk, user.pk, booking_line.pk]).get()".format, st.sampled_from(ROWS)
    ),
    st.builds("self.assertEqual({}.name, {})".format, st.sampled_from(ROWS), WRITTEN),
    st.builds("{}.tags.add({})".format, st.sampled_from(ROWS), st.sampled_from(ROWS)),
    st.builds("with pytest.raises(ValueError, match={}):".format, PATHS),
    st.builds("    upstream.post({}, json={})".format, PATHS, WRITTEN),
)


def in_a_function(lines: list[str], indent: int, line: str) -> str:
    """Where the lines stand in a file: in a function, or in a method; some in a block of their own."""
    text = "\n".join(["class A:"] * (indent == 8) + [" " * (indent - 4) + "def f(self):"])
    text += "\n" + " " * indent + "with upstream:" if line.startswith(" ") else ""
    text += "\n" + "\n".join(lines)
    return text + ("\n" + " " * (indent + 4) + "pass\n" if line.endswith(":") else "\n")


@given(LINES, st.sampled_from([4, 8]))
def test_a_broken_line_means_the_same_and_formatters_leave_it(line: str, indent: int) -> None:
    lines = broken_line(line, indent)
    whole = in_a_function(lines, indent, line)
    assert ast.dump(ast.parse(whole)) == ast.dump(ast.parse(in_a_function([" " * indent + line], indent, line)))
    assert black.format_str(whole, mode=black.Mode(line_length=WIDTH)) == whole


def test_the_check_sees_a_line_that_is_not_broken() -> None:
    line = f"    order = Order.objects.create({', '.join(f'name_{n}={n}' for n in range(20))})"
    whole = in_a_function([line], 4, line.strip())
    assert black.format_str(whole, mode=black.Mode(line_length=WIDTH)) != whole


# -- accounts ---------------------------------------------------------------------------------------------------------

WORDS = st.text("ab-7", min_size=1, max_size=6)
TOKENS = st.sampled_from(["user", "new:shop.Order:0"]).map(lambda name: {"$": "pk", "of": name})
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | WORDS | TOKENS
TEXTS_OF_PARTS = st.tuples(WORDS, TOKENS, WORDS).map(lambda parts: {"$": "text", "parts": list(parts)})
TOLD = st.recursive(
    LEAVES | TEXTS_OF_PARTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
RESPONSES = st.fixed_dictionaries(
    {"status": st.sampled_from([200, 404]), "headers": st.dictionaries(st.sampled_from("AB"), WORDS | TEXTS_OF_PARTS)},
    optional={"json": TOLD, "text": WORDS, "html": st.lists(WORDS, max_size=3)},
)
CREATED = st.lists(st.dictionaries(st.sampled_from(["id", "slug"]), LEAVES), max_size=2).map(
    lambda rows: [{"name": f"new:shop.Order:{place}", "values": row} for place, row in enumerate(rows)]
)
CHANGES = st.fixed_dictionaries(
    {
        "created": CREATED,
        "changed": st.dictionaries(st.sampled_from(["user", "order"]), st.dictionaries(WORDS, LEAVES), max_size=2),
        "deleted": st.lists(st.sampled_from(["user", "order"]), max_size=2),
        "left": st.integers(0, 3),
    }
)
ACCOUNTS = st.fixed_dictionaries(
    {"rows": st.dictionaries(st.sampled_from(["shop.Order", "shop.Line"]), CHANGES, max_size=2)},
    optional={
        "raised": st.none() | st.fixed_dictionaries({"name": WORDS, "message": WORDS}),
        "response": st.none() | RESPONSES,
        "mails": st.lists(st.fixed_dictionaries({"subject": WORDS, "body": TEXTS_OF_PARTS | WORDS}), max_size=2),
        "messages": st.lists(st.lists(WORDS, min_size=2, max_size=2), max_size=2),
    },
)


@given(ACCOUNTS)
def test_what_two_equal_accounts_settle_is_the_account(account: dict[str, Any]) -> None:
    assert settled(account, json.loads(json.dumps(account))) == account
    assert not differs(account, account)


@given(ACCOUNTS, ACCOUNTS)
def test_both_accounts_fit_what_they_settle(one: dict[str, Any], two: dict[str, Any]) -> None:
    merged = settled(one, two)
    assert not differs(merged, one)
    assert not differs(merged, two)


@given(ACCOUNTS, ACCOUNTS)
def test_an_account_that_is_another_differs(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert differs(settled(one, one), two) == (one != two)
