"""Writes a recorded plain value as the expression that a person would write, with names for the rows that it holds."""

from __future__ import annotations

import base64
import binascii
import keyword
import math
from collections.abc import Mapping
from typing import Any

from testwright.nouns.source_text import Source, joined
from testwright.python_source.render_literal import (
    bytes_literal,
    float_literal,
    int_literal,
    quote_for,
    text_body,
    text_literal,
)

__all__ = ["NoSourceError", "json_source", "plain_source"]

_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}")}


class NoSourceError(ValueError):
    """There is no expression for a value: it was cut, or could not be looked into."""


def plain_source(plain: Any) -> Source:
    """NoSourceError for what has none. In a trace's values, and in an account's: {"$": "pk" | "text" | "row", …}."""
    if isinstance(plain, Mapping):
        return _token(plain)
    if not isinstance(plain, list):
        return Source(_literal(plain))
    reader = _READERS.get(plain[0] if plain and isinstance(plain[0], str) else "")
    if reader is None:
        raise NoSourceError(str(plain[:2]))
    try:
        found: Source = reader(plain)
    except (IndexError, binascii.Error) as error:
        raise NoSourceError(str(plain[:2])) from error
    return found


def json_source(tree: Any) -> Source:
    """Of JSON, whose lists and objects stand for themselves; tokens as above."""
    if isinstance(tree, Mapping):
        if "$" in tree:
            return _token(tree)
        pairs = [json_source(value).around(f"{_literal(key)}: ") for key, value in tree.items()]
        return joined(pairs, before="{", after="}")
    if isinstance(tree, list):
        return joined([json_source(each) for each in tree], before="[", after="]")
    return Source(_literal(tree))


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, float):  # JSON that Python has written may hold those that are no numbers
        return float_literal(value) if math.isfinite(value) else f'float("{value}")'
    return int_literal(value) if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def _token(token: Mapping[str, Any]) -> Source:
    kind = token.get("$")
    if kind == "row":
        return _of(str(token["of"]), "")
    if kind == "pk":
        found = _of(str(token["of"]), f".{token.get('name', 'pk')}")
        return found.around("str(", ")") if token.get("as") == "str" else found
    if kind == "value":
        return _of(str(token["of"]), f".{token['name']}")
    if kind == "text":
        return _formatted(token["parts"])
    if kind == "source":
        return Source(str(token["text"]), frozenset(map(tuple, token.get("imports", ()))))
    raise NoSourceError(str(token))


def _of(name: str, rest: str) -> Source:
    if not _is_name(name):
        raise NoSourceError(name)
    return Source(name + rest, needs=frozenset([name]))


def _formatted(parts: list[Any]) -> Source:
    """Python 3.11 takes no quote of the same kind and no backslash between the braces."""
    quote = quote_for("".join(part for part in parts if isinstance(part, str)))
    inner: list[Source] = []
    for part in parts:
        if isinstance(part, str):
            inner.append(Source(text_body(part, quote).replace("{", "{{").replace("}", "}}")))
            continue
        value = plain_source({name: value for name, value in part.items() if name != "as"})
        if "\\" in value.text or quote in value.text or value.text[:1] == "{":
            raise NoSourceError(value.text)
        inner.append(value.around("{", "}"))
    return joined(inner, "", f"f{quote}", quote)


def _container(plain: list[Any]) -> Source:
    start, end = _BRACKETS[plain[0]]
    items = [plain_source(each) for each in plain[1:]]
    if plain[0] == "set" and not items:
        return Source("set()")
    if plain[0] == "set":
        items.sort(key=lambda each: each.text)
    return joined(items, before=start, after=",)" if plain[0] == "tuple" and len(items) == 1 else end)


def _frozen(plain: list[Any]) -> Source:
    if not plain[1:]:
        return Source("frozenset()")
    return _container(["set", *plain[1:]]).around("frozenset(", ")")


def _mapping(plain: list[Any]) -> Source:
    pairs = []
    for key, value in plain[1:]:
        pairs.append(joined([plain_source(key), plain_source(value)], ": "))
    return joined(pairs, before="{", after="}")


def _octets(plain: list[Any]) -> Source:
    return Source(bytes_literal(base64.b64decode(plain[1], validate=True)))


def _number(plain: list[Any]) -> Source:
    return Source(f'float("{plain[1]}")')


def _standard(plain: list[Any]) -> Source:
    module, _, name = str(plain[1]).rpartition(".")
    if plain[1] in _OF_TIME:
        return _OF_TIME[plain[1]](plain)
    if plain[1] == "uuid.UUID" and isinstance(plain[2], Mapping):  # the key of a row is one already
        return plain_source({**plain[2], "as": ""})
    whole = joined([_argument(each) for each in plain[2:]], before=f"{name}(", after=")")
    return Source(whole.text, whole.imports | ({(module, name)} if module != "builtins" else set()), whole.needs)


def _argument(plain: Any) -> Source:
    """["=", name, value] is one that is given by name."""
    if not isinstance(plain, list) or plain[:1] != ["="]:
        return plain_source(plain)
    if not _is_name(str(plain[1])):
        raise NoSourceError(str(plain[1]))
    return plain_source(plain[2]).around(f"{plain[1]}=")


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _shortened(numbers: list[Any], least: int) -> list[Any]:
    """Without zeros at the end."""
    found = list(numbers)
    while len(found) > least and found[-1] == 0:
        found.pop()
    return found


def _moment(plain: list[Any]) -> Source:
    numbers = _shortened(plain[2:9], 3)
    if len(numbers) == 4:
        numbers.append(0)  # an hour alone reads badly
    return _with_zone("datetime", numbers, plain[9:])


def _time(plain: list[Any]) -> Source:
    return _with_zone("time", _shortened(plain[2:6], 2), plain[6:])


def _with_zone(name: str, numbers: list[Any], rest: list[Any]) -> Source:
    """`rest`: the time zone, if there is one, and which of two equal times it is, by name."""
    given = [_zone(each) if each[:1] != ["="] else _argument(each) for each in rest]
    whole = joined([*(plain_source(number) for number in numbers), *given], before=f"{name}(", after=")")
    return Source(whole.text, whole.imports | {("datetime", name)}, whole.needs)


def _zone(plain: list[Any]) -> Source:
    if plain[:2] == ["name", "datetime:timezone.utc"]:
        return Source("tzinfo=UTC", frozenset([("datetime", "UTC")]))
    return plain_source(plain).around("tzinfo=")


def _duration(plain: list[Any]) -> Source:
    days, seconds, micro = [*plain[2:], 0, 0, 0][:3]
    parts = []
    if days:
        parts.append(f"days={days}")
    if seconds and seconds % 3600 == 0:
        parts.append(f"hours={seconds // 3600}")
    elif seconds and seconds % 60 == 0:
        parts.append(f"minutes={seconds // 60}")
    elif seconds:
        parts.append(f"seconds={seconds}")
    if micro:
        parts.append(f"microseconds={micro}")
    return Source(f"timedelta({', '.join(parts)})", frozenset([("datetime", "timedelta")]))


def _named(plain: list[Any]) -> Source:
    module, _, name = str(plain[1]).partition(":")
    if not all(map(_is_name, name.split("."))):
        raise NoSourceError(str(plain[1]))
    if module == "builtins":
        return Source(name)
    return Source(name, frozenset([(module, name.partition(".")[0])]))


def _member(plain: list[Any]) -> Source:
    owner = _named(["name", plain[1]])
    members = str(plain[2]).split("|")
    if not all(map(_is_name, members)):
        raise NoSourceError(str(plain[2]))
    return joined([owner.around("", f".{member}") for member in members], " | ")


def _secret(plain: list[Any]) -> Source:
    return plain_source(plain[1])


def _derived(plain: list[Any]) -> Source:
    """An instance of a subclass of a builtin type is written as that type's: databases and JSON make no difference."""
    return plain_source(plain[3])


_OF_TIME = {"datetime.datetime": _moment, "datetime.time": _time, "datetime.timedelta": _duration}
_READERS = {
    "list": _container,
    "tuple": _container,
    "set": _container,
    "frozenset": _frozen,
    "dict": _mapping,
    "bytes": _octets,
    "float": _number,
    "std": _standard,
    "enum": _member,
    "name": _named,
    "secret": _secret,
    "items": _derived,
}
