"""Offers small classes, functions and typing values for code that works on types: dataclasses, enums, named tuples."""

from __future__ import annotations

import random

from ..recipes import Call, Const, Helper, Item, Name, Recipe, Sequence

__all__ = ["COLLECT", "ENTERED", "SAMPLE_INSTANCES", "SAMPLE_TYPES", "STUB", "TYPING_VALUES", "tagged_class"]

STUB = Name("types", "SimpleNamespace")
"""What stands in where nothing but some attributes is asked for."""
COLLECT = Helper("collect", "async def collect(items):\n    return [item async for item in items]\n")
ENTERED = Helper("entered", "def entered(manager):\n    with manager as value:\n        return value\n")
ENTERED_ASYNC = Helper(
    "entered", "async def entered(manager):\n    async with manager as value:\n        return value\n"
)

COLOR = Helper("Color", 'import enum\n\n\nclass Color(enum.Enum):\n    RED = "red"\n    BLUE = "blue"\n')
PAIR = Helper(
    "Pair", 'from typing import NamedTuple\n\n\nclass Pair(NamedTuple):\n    left: int\n    right: str = ""\n'
)
POINT = Helper("Point", "import dataclasses\n\n\n@dataclasses.dataclass\nclass Point:\n    x: int\n    y: int = 0\n")
PERSON = Helper(
    "Person",
    "import dataclasses\n\n\n@dataclasses.dataclass\nclass Person:\n    name: str\n"
    "    age: int | None = None\n    tags: list[str] = dataclasses.field(default_factory=list)\n",
)
RECORD = Helper(
    "Record",
    "import dataclasses\nimport datetime\nimport decimal\nimport enum\nimport uuid\nfrom typing import Any, Dict, List, Optional, Tuple, Union\n\n\n"
    "class Level(enum.Enum):\n    LOW = 1\n    HIGH = 2\n\n\n@dataclasses.dataclass\nclass Part:\n    size: float = 1.5\n\n\n"
    "@dataclasses.dataclass\nclass Record:\n    part: Part\n    level: Level = Level.LOW\n    parts: List[Part] = dataclasses.field(default_factory=list)\n"
    '    by_name: Optional[Dict[str, Part]] = None\n    either: Union[int, str] = 0\n    pair: Tuple[int, str] = (1, "a")\n'
    "    when: Optional[datetime.datetime] = None\n    price: Optional[decimal.Decimal] = None\n    key: Optional[uuid.UUID] = None\n    extra: Any = None\n",
)
EMPTY_CLASS = Helper("Empty", "class Empty:\n    pass\n")

SAMPLE_TYPES: tuple[Recipe, ...] = (POINT, PERSON, COLOR, PAIR, RECORD, EMPTY_CLASS)
SAMPLE_INSTANCES: tuple[Recipe, ...] = (
    Call(POINT, (Const(1), Const(2))),
    Call(PERSON, (Const("Ann"),)),
    Call(PERSON, (Const("Ann"), Const(30), Sequence("list", (Const("a"),)))),
    Name("datetime", "timezone.utc"),
    Call(PAIR, (Const(1), Const("a"))),
    Call(COLOR, (Const("red"),)),
    Call(EMPTY_CLASS),
)


def _item(name: str, *args: Recipe) -> Recipe:
    return Item(Name("typing", name), args[0] if len(args) == 1 else Sequence("tuple", args))


INT, STR, NONE = Name("builtins", "int"), Name("builtins", "str"), Const(None)
TYPING_VALUES: tuple[Recipe, ...] = (
    INT,
    STR,
    Name("builtins", "list"),
    Name("builtins", "dict"),
    Name("builtins", "float"),
    Name("builtins", "bool"),
    _item("List", INT),
    _item("Optional", INT),
    _item("Dict", STR, INT),
    _item("Union", INT, STR),
    _item("Tuple", INT, STR),
    _item("Tuple", INT, Const(...)),
    _item("Set", STR),
    Name("typing", "Any"),
    Item(Name("builtins", "list"), INT),
    Item(Name("builtins", "dict"), Sequence("tuple", (STR, INT))),
    _item("Callable", Sequence("list", (INT,)), STR),
    _item("Optional", POINT),
    _item("List", POINT),
    _item("Union", POINT, STR, NONE),
    Name("datetime", "datetime"),
    Name("decimal", "Decimal"),
    Name("uuid", "UUID"),
    Name("collections", "OrderedDict"),
    Name("builtins", "type"),
    Name("builtins", "object"),
    Name("builtins", "Exception"),
    Call(Name("typing", "TypeVar"), (Const("T"),)),
    Call(Name("typing", "NewType"), (Const("Number"), INT)),
    _item("Mapping", STR, INT),
    _item("Counter", STR),
    _item("Dict", STR, POINT),
    _item("Tuple", POINT, STR),
    _item("Dict", _item("Tuple", INT, INT), STR),
    _item("Union", POINT, PERSON),
    _item("List", COLOR),
)
OPTION_VALUES = ("str", "str.upper", "lambda *args: True", "None", "lambda *args: 'same'")


def tagged_class(keys: list[str], options: list[str], rng: random.Random) -> Helper:
    """A dataclass whose fields carry metadata: under one of `keys` a mapping with some of the `options`."""
    lines = []
    for name, hint in (("label", "str"), ("size", "int")):
        some = [o for o in options[:12] if rng.random() < 0.3]
        inner = ", ".join(f"{o!r}: {rng.choice(OPTION_VALUES)}" for o in some)
        metadata = f"{{{rng.choice(keys)!r}: {{{inner}}}}}"
        lines.append(
            f"    {name}: {hint} = dataclasses.field(default={'1' if hint == 'int' else repr('a')}, metadata={metadata})\n"
        )
    return Helper("Tagged", "import dataclasses\n\n\n@dataclasses.dataclass\nclass Tagged:\n" + "".join(lines))
