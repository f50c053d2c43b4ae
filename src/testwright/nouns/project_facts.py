"""Holds what is known of a project that requests were recorded of: its models, and the libraries that are installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = [
    "FactoryFacts",
    "FieldFacts",
    "ModelFacts",
    "ProjectFacts",
    "ThroughFacts",
    "model_from_plain",
    "told_apart",
]


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """`to` is the label of the model that it refers to, by its attribute `to_field`. `default` is a plain value; `parent`:
    it leads to the row of the model that its own extends.
    """

    name: str
    attname: str
    column: str
    type: str
    to: str
    to_field: str
    pk: bool
    null: bool
    blank: bool
    unique: bool
    auto: bool
    now: bool
    file: bool
    parent: bool
    has_default: bool
    default: Any

    @property
    def default_is_called(self) -> bool:
        return isinstance(self.default, list) and self.default[:1] == ["opaque"]


@dataclass(frozen=True, slots=True)
class ThroughFacts:
    """A table that Django made for the relation `name` of `owner` to `model`; `from_column` and `to_column` are its own."""

    owner: str
    name: str
    from_column: str
    to_column: str
    model: str


@dataclass(frozen=True, slots=True)
class FactoryFacts:
    """A factory of factory_boy; `gives` are the fields that it fills by itself. `with_key`: rows get their recorded keys."""

    module: str
    name: str
    gives: frozenset[str]
    with_key: bool = False

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> FactoryFacts:
        gives = frozenset(map(str, told["gives"]))
        return cls(str(told["module"]), str(told["name"]), gives, bool(told.get("with_key")))


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """`name` is what tests call it: of several that have one name, only the last keeps it. `own_name` is its class's.

    `database` is the alias of the one that its rows go to by themselves, "" where databases have none. `is_table`: no class
    has its rows, and `name` is that of the table.
    """

    label: str
    module: str
    name: str
    table: str
    pk: str
    through: ThroughFacts | None
    is_user: bool
    fields: tuple[FieldFacts, ...]
    own_name: str = ""
    database: str = "default"
    is_table: bool = False

    def objects(self, database: str = "") -> str:
        """Its manager, for the rows of another database if one is named."""
        return f'{self.name}.objects.using("{database}")' if database else f"{self.name}.objects"

    @property
    def imported(self) -> tuple[str, str]:
        """From where, and what: the class that it is in, if it is in one."""
        if self.own_name not in ("", self.name):
            return self.module, f"{self.own_name} as {self.name}"
        return self.module, self.name.partition(".")[0]

    @property
    def key(self) -> FieldFacts:
        return next(field for field in self.fields if field.pk)

    @property
    def keys(self) -> tuple[FieldFacts, ...]:
        """Several of a key that has several columns."""
        return tuple(field for field in self.fields if field.pk)

    def identity(self, values: Mapping[str, Any]) -> Any:
        """What tells a row from others: its key, or the list of several."""
        found = [values.get(each.attname) for each in self.keys]
        return found[0] if len(found) == 1 else found

    def field(self, attname: str) -> FieldFacts | None:
        return next((field for field in self.fields if field.attname == attname), None)


class ProjectFacts:
    """What is known of a project of any framework: `models` by their labels, `factories` by those of the models that they
    make, `caches` whether each is in this process's memory alone, `message_storage` the class that keeps messages from one
    request to the next, `databases` the engine of each that has a name.
    """

    __slots__ = ()
    models: Mapping[str, ModelFacts]
    libraries: frozenset[str]
    caches: Mapping[str, bool]
    factories: Mapping[str, FactoryFacts]
    message_storage: str
    databases: Mapping[str, str]
    bakery: bool

    @property
    def has_server(self) -> bool:
        """A database is one that is reached over a connection, which the sandbox has none of."""
        return False

    def is_at_home(self, table: Mapping[str, Any]) -> bool:
        """A recorded table is in the database where its model belongs."""
        model = self.models.get(str(table.get("model")))
        return model is not None and (not model.database or table.get("connection", model.database) == model.database)

    def of_table(self, table: str) -> ModelFacts | None:
        return next((model for model in self.models.values() if model.table == table), None)


def told_apart(models: Sequence[ModelFacts]) -> list[ModelFacts]:
    """Models of one name would hide each other in a file that imports both; the project's own tend to come last."""
    taken = {model.name for model in models}
    seen: set[str] = set()
    found: list[ModelFacts] = []
    for model in reversed(models):
        name, number = model.name, 2
        if model.through is None and name in seen and "." not in name:
            start = model.label.partition(".")[0].title().replace("_", "") + name
            name = start
            while name in taken:
                name, number = f"{start}{number}", number + 1
        taken.add(name)
        seen.add(name)
        found.insert(0, replace(model, name=name, own_name=model.name))
    return found


def model_from_plain(plain: Mapping[str, Any]) -> ModelFacts:
    made = plain["auto_created"]
    through = None if not made else ThroughFacts(made["owner"], made["name"], made["from"], made["to"], made["model"])
    fields = tuple(FieldFacts(**{name: each[name] for name in FieldFacts.__slots__}) for each in plain["fields"])
    names = (plain["label"], plain["module"], plain["name"], plain["table"], plain["pk"])
    is_user, is_table = bool(plain["is_user"]), bool(plain.get("is_table"))
    return ModelFacts(*names, through, is_user, fields, database=str(plain.get("database", "")), is_table=is_table)
