"""Decides what a test asserts of a request to an application, whose rows are those of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts
from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source, joined
from testwright.propose.requests.request_asserts import RequestAsserts
from testwright.propose.requests.service_fixtures import session_name
from testwright.propose.requests.session_left import session_asserts
from testwright.propose.requests.settled import holds_any, is_any
from testwright.propose.requests.test_names import snake_case
from testwright.propose.requests.updated_columns import updated_by_condition
from testwright.python_source.render_plain import NoSourceError

__all__ = ["FlaskAsserts", "ServiceAsserts"]

_SELECT, _FUNC, _TUPLE = ("sqlalchemy", "select"), ("sqlalchemy", "func"), ("sqlalchemy", "tuple_")
_NUMBERS = ("Integer", "BigInteger", "SmallInteger", "Numeric", "Float", "DECIMAL", "INTEGER", "Double", "Boolean")
_MOST_ROWS = 5
"""Of a table, that are told each by itself."""


class ServiceAsserts(RequestAsserts):
    """The answer is one of httpx."""

    __slots__ = ()
    location: ClassVar[str] = 'response.headers["Location"]'
    text: ClassVar[str] = "response.text"
    octets: ClassVar[str] = "response.content"
    page: ClassVar[str] = "response.text"

    @property
    def session(self) -> str:
        assert isinstance(self.facts, ServiceFacts)
        return session_name(self.facts)

    def _session(self) -> Iterator[Source]:
        assert isinstance(self.facts, ServiceFacts)
        return session_asserts(self.facts, self.account.get("session"), self._plain)

    def lines(self) -> list[Source]:
        """A row is read again once."""
        found = RequestAsserts.lines(self)
        again = {line.text for name in self.kept for line in [self._read_again(name)]}
        return [
            line
            for place, line in enumerate(found)
            if line.text not in again or all(line.text != each.text for each in found[:place])
        ]

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _created(self) -> Iterator[Source]:
        rows = self.account.get("rows", {})
        yield from self._created_of({label: each for label, each in rows.items() if not self._is_bare(label)})

    def _changed(self) -> Iterator[Source]:
        rows = self.account.get("rows", {})
        yield from self._changed_of({label: each for label, each in rows.items() if not self._is_bare(label)})
        yield from self._spared()
        for label, changes in rows.items():
            if self._is_bare(label) and not is_any(changes):
                yield from self._bare_rows(self.facts.models[label], changes)

    def _refreshed(self, model: ModelFacts, name: str, values: Mapping[str, Any]) -> Iterator[Source]:
        """Of a row that a statement changed by its condition also numbers that it was to leave alone."""
        yield from RequestAsserts._refreshed(self, model, name, values)
        if model.table in self._by_condition:
            held = self.arrangement.rows[name].values
            others = [f.column for f in model.fields if f.attname in held and f.attname not in values and _is_number(f)]
            yield from self._still(model, name, others)

    @property
    def _by_condition(self) -> dict[str, list[str]]:
        keys = {model.table: [each.column for each in model.keys] for model in self.facts.models.values()}
        return updated_by_condition(self.spans, keys)

    def _spared(self) -> Iterator[Source]:
        """Rows that the condition of a statement does not hold for, once it is known which ones the test has."""
        rows = self.account.get("rows", {})
        for table, columns in self._by_condition.items() if self.final else ():
            model = self.facts.of_table(table)
            changes = rows.get(model.label) if model is not None else None
            if model is None or changes is None or is_any(changes):
                continue
            for name in self._own(model):
                if name not in changes["changed"] and name not in changes["deleted"]:
                    yield from self._tried(self._still(model, name, columns))

    def _is_bare(self, label: str) -> bool:
        model = self.facts.models.get(label)
        return model is not None and model.is_table

    def _only_new(self, model: ModelFacts, database: str) -> Source:
        imports = frozenset([model.imported, _SELECT])
        if self._made_otherwise(model) and model.key.auto:
            order = f".order_by({self._key(model)}.desc())"
            return Source(f"{self.session}.scalars(select({model.name}){order}).first()", imports)
        found = self._among_new(model, database)
        return found.around(f"{self.session}.scalars(", ").one()")

    def _one_created(self, model: ModelFacts, row: Mapping[str, Any]) -> Iterator[Source]:
        """By its key, where that has several columns: what these hold is known before."""
        keys = [(each.attname, row["values"].get(each.attname)) for each in model.keys]
        if len(keys) == 1 or any(is_any(value) or holds_any(value) for _, value in keys):
            yield from super()._one_created(model, row)
            return
        given = joined([self._plain(value).around(f'"{name}": ') for name, value in keys], before="{", after="}")
        found = given.around(f"{self.session}.get({model.name}, ", ")")
        found = Source(found.text, found.imports | {model.imported}, found.needs)
        name = self._variables[row["name"]]
        lines = list(self._about_created(model, name, row))
        if not lines:
            yield found.around("assert ", " is not None")
            return
        self._defined.add(name)
        yield found.around(f"{name} = ")
        yield from lines

    def _among_new(self, model: ModelFacts, database: str) -> Source:
        key, own = self._key(model), self._own(model)
        several = len(model.keys) > 1
        imports = frozenset([model.imported, _SELECT, *([_TUPLE] if several and own else [])])
        if not own:
            return Source(f"select({model.name})", imports)
        if not self.final:  # any of the rows may still be left out, and must not be named
            known = f"known_{snake_case(model.name)}_keys"
            way = "execute" if several else "scalars"
            columns = ", ".join(f"{model.name}.{each.attname}" for each in model.keys)
            line = Source(f"{known} = {self.session}.{way}(select({columns})).all()", imports)
            self.before += [line] if line not in self.before else []
            return Source(f"select({model.name}).where({key}.not_in({known}))", imports)
        if len(own) == 1:
            condition = f"{key} != {self._key_in(model, own[0])}"
        else:
            condition = f"{key}.not_in([{', '.join(self._key_in(model, name) for name in own)}])"
        return Source(f"select({model.name}).where({condition})", imports, frozenset(own))

    def _all_new(
        self, model: ModelFacts, rows: Sequence[Mapping[str, Any]], fields: Sequence[FieldFacts], database: str
    ) -> Source:
        found = self._listed(rows, fields)
        columns = ", ".join(f"{model.name}.{each.attname}" for each in fields)
        imports = frozenset([model.imported, _SELECT]) | found.imports
        if model.key.auto:
            last = f"[-{len(rows)}:]" if self._made_otherwise(model) or self._own(model) else ""
            whole = f"{self.session}.execute(select({columns}).order_by({self._key(model)})).all(){last}"
            return Source(f"assert {whole} == {found.text}", imports, found.needs)
        start = self._among_new(model, database)
        chosen = start.text.replace(f"select({model.name})", f"select({columns})", 1)
        whole = f"assert sorted({self.session}.execute({chosen})) == sorted({found.text})"
        return Source(whole, imports, start.needs | found.needs)

    def _as_listed(self, value: Any) -> Source:
        return self._plain(value)

    def _key(self, model: ModelFacts) -> str:
        columns = ", ".join(f"{model.name}.{each.attname}" for each in model.keys)
        return f"tuple_({columns})" if len(model.keys) > 1 else columns

    def _key_in(self, model: ModelFacts, name: str) -> str:
        """Of the row that a variable holds."""
        values = ", ".join(f"{name}.{each.attname}" for each in model.keys)
        return f"({values})" if len(model.keys) > 1 else values

    def _is_gone(self, model: ModelFacts, name: str) -> Source:
        """The key is taken before the request: afterwards it can no longer be read from a row that is gone."""
        several = len(model.keys) > 1
        key = f"{name}_key" if several else f"{name}_{snake_case(model.key.attname)}"
        self.before.append(Source(f"{key} = {self._key_in(model, name)}", needs=frozenset([name])))
        found = f"{self.session}.scalars(select({model.name}).where({self._key(model)} == {key})).all()"
        return Source(f"assert {found} == []", frozenset([model.imported, _SELECT, *([_TUPLE] if several else [])]))

    def _bare_rows(self, model: ModelFacts, changes: Mapping[str, Any]) -> Iterator[Source]:
        """Of a table without a class: all its rows, where the test has made none, else those that came and those that went."""
        found = Source(f"{self.session}.execute(select({model.name})).all()", frozenset([model.imported, _SELECT]))
        created, gone = (list(changes.get(name) or ()) for name in ("created", "gone"))
        rows = [row for each in created if (row := self._as_tuple(model, each["values"])) is not None]
        had = self._made_otherwise(model) or bool(self._own(model)) or not self.final
        is_whole = len(rows) == len(created) and not (len(rows) > 1 and holds_any([each["values"] for each in created]))
        if not had and created and is_whole:
            whole = joined(rows, before="[", after="]")
            left, right = ("sorted(", ")") if len(rows) > 1 else ("", "")
            yield _beside(found.around(f"assert {left}", right), " == ", whole.around(left, right))
            return
        for row in rows[:_MOST_ROWS]:
            yield _beside(row.around("assert "), " in ", found)
        for each in gone[:_MOST_ROWS]:
            row = self._as_tuple(model, each)
            if row is not None and not holds_any(each):
                yield _beside(row.around("assert "), " not in ", found)

    def _as_tuple(self, model: ModelFacts, values: Mapping[str, Any]) -> Source | None:
        try:
            parts = [self._plain(values[each.attname]) for each in model.fields]
        except NoSourceError:
            return None
        return joined(parts, before="(", after=",)" if len(parts) == 1 else ")")

    def _still(self, model: ModelFacts, name: str, columns: Iterable[str]) -> Iterator[Source]:
        if not model.is_table:
            yield from super()._still(model, name, columns)

    def _read_again(self, name: str) -> Source:
        return Source(f"{self.session}.refresh({name})", needs=frozenset([name]))

    def _linked(self, name: str, relation: str, rows: Source) -> Iterator[Source]:
        if name in self.kept:
            yield self._read_again(name)
        yield Source(f"assert set({name}.{relation}) == {rows.text}", rows.imports, rows.needs | {name})

    def _count(self, model: ModelFacts) -> Source:
        text = f"{self.session}.scalar(select(func.count()).select_from({model.name}))"
        return Source(text, frozenset([model.imported, _SELECT, _FUNC]))

    def _none(self, model: ModelFacts) -> Source:
        text = f"assert {self.session}.scalars(select({model.name})).all() == []"
        return Source(text, frozenset([model.imported, _SELECT]))


def _is_number(field: FieldFacts) -> bool:
    """That every row has, and is none of those that tell it."""
    told = field.pk or field.to or field.unique or field.null or field.has_default
    return not told and field.type in _NUMBERS


def _beside(left: Source, between: str, right: Source) -> Source:
    return Source(left.text + between + right.text, left.imports | right.imports, left.needs | right.needs)


class FlaskAsserts(ServiceAsserts):
    """The answer is one of Werkzeug."""

    __slots__ = ()
    location: ClassVar[str] = "response.location"
    json: ClassVar[str] = "response.json"
    octets: ClassVar[str] = "response.data"
