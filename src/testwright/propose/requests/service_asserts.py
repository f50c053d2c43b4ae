"""Decides what a test asserts of a request to an application, whose rows are those of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts
from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.request_asserts import RequestAsserts
from testwright.propose.requests.service_fixtures import session_name
from testwright.propose.requests.test_names import snake_case

__all__ = ["FlaskAsserts", "ServiceAsserts"]

_SELECT, _FUNC = ("sqlalchemy", "select"), ("sqlalchemy", "func")


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

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _only_new(self, model: ModelFacts, database: str) -> Source:
        imports = frozenset([model.imported, _SELECT])
        if self._made_otherwise(model) and model.key.auto:
            order = f".order_by({self._key(model)}.desc())"
            return Source(f"{self.session}.scalars(select({model.name}){order}).first()", imports)
        found = self._among_new(model, database)
        return found.around(f"{self.session}.scalars(", ").one()")

    def _among_new(self, model: ModelFacts, database: str) -> Source:
        imports = frozenset([model.imported, _SELECT])
        key, own = model.key.attname, self._own(model)
        if not own:
            return Source(f"select({model.name})", imports)
        if not self.final:  # any of the rows may still be left out, and must not be named
            known = f"known_{snake_case(model.name)}_keys"
            line = Source(f"{known} = {self.session}.scalars(select({self._key(model)})).all()", imports)
            self.before += [line] if line not in self.before else []
            return Source(f"select({model.name}).where({self._key(model)}.not_in({known}))", imports)
        if len(own) == 1:
            condition = f"{self._key(model)} != {own[0]}.{key}"
        else:
            condition = f"{self._key(model)}.not_in([{', '.join(f'{name}.{key}' for name in own)}])"
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
        return f"{model.name}.{model.key.attname}"

    def _is_gone(self, model: ModelFacts, name: str) -> Source:
        """The key is taken before the request: afterwards it can no longer be read from a row that is gone."""
        key = f"{name}_{snake_case(model.key.attname)}"
        self.before.append(Source(f"{key} = {name}.{model.key.attname}", needs=frozenset([name])))
        found = f"{self.session}.scalars(select({model.name}).where({self._key(model)} == {key})).all()"
        return Source(f"assert {found} == []", frozenset([model.imported, _SELECT]))

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


class FlaskAsserts(ServiceAsserts):
    """The answer is one of Werkzeug."""

    __slots__ = ()
    location: ClassVar[str] = "response.location"
    json: ClassVar[str] = "response.json"
    octets: ClassVar[str] = "response.data"
