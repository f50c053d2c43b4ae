"""Decides which lines make the rows that a request found, of classes that SQLAlchemy maps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts
from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.request_rows import RowSteps
from testwright.propose.requests.request_test import Step
from testwright.propose.requests.service_fixtures import session_name
from testwright.python_source.render_plain import plain_source

__all__ = ["MappedRows"]

_NAMES = re.compile(r"passw|pwd|hash")
"""Of columns with hashes of passwords."""
_HASH = re.compile(r"(?:scrypt|pbkdf2)[^$]*\$[^$]+\$.{8}")
"""As much of Werkzeug's as is a hash still, of no password."""


class MappedRows(RowSteps):
    """Each is stored as soon as it is made, so that those that follow can have its key; of tables without a class, when all are."""

    __slots__ = ()
    adding: ClassVar[str] = "append"
    closing: ClassVar[str] = "))"

    def _make(self, key: tuple[str, str]) -> str:
        """No variable holds a row of a table without a class: nothing is told by it."""
        name = RowSteps._make(self, key)
        if name and self.facts.models[key[0]].is_table:
            self._done.names.pop(key)
        return name

    def _argument(self, model: ModelFacts, field: FieldFacts, values: Mapping[str, Any]) -> Source | None:
        known = next((each for value in values.values() if (each := self.passwords.get(str(value)))), None)
        held = values.get(field.attname)
        if not isinstance(held, list) or held[:1] != ["secret"] or not _NAMES.search(field.attname):
            return RowSteps._argument(self, model, field, values)
        if known is None:
            digest = _HASH.match(str(held[1]))
            shown = {**values, field.attname: held[1] if digest is None else digest[0]}
            return RowSteps._argument(self, model, field, shown)
        assert isinstance(self.facts, ServiceFacts)
        module, name = self.facts.hasher
        given = plain_source(known)
        if not name:
            return given.around(f"{field.attname}=")
        return Source(f"{field.attname}={name}({given.text})", given.imports | {(module, name)})

    def _key_attribute(self, model: ModelFacts) -> str:
        return model.key.attname

    def _maker(self, model: ModelFacts, names: set[str], database: str) -> tuple[Source, frozenset[str]]:
        if model.is_table:
            assert isinstance(self.facts, ServiceFacts)
            start = f"{session_name(self.facts)}.execute({model.name}.insert().values("
            return Source(start, frozenset([model.imported])), frozenset()
        return Source(f"add({model.name}(", frozenset([model.imported])), frozenset()

    def _referring(self, field: FieldFacts, name: str) -> Source:
        target = self.facts.models[field.to]
        return Source(f"{field.attname}={name}.{field.to_field or target.key.attname}", needs=frozenset([name]))

    def _closed(self, name: str, field: str, other: str) -> Step:
        key = self._done.rows[other].key
        return Step(
            f"{name} {field}", Source(f"{name}.{field} = {other}.{key}", needs=frozenset([name, other])), closing=""
        )
