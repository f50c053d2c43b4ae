"""Decides which lines make the rows that a request found, of classes that SQLAlchemy maps."""

from __future__ import annotations

from typing import ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.request_rows import RowSteps
from testwright.propose.requests.request_test import Step

__all__ = ["MappedRows"]


class MappedRows(RowSteps):
    """Each is stored as soon as it is made, so that those that follow can have its key."""

    __slots__ = ()
    adding: ClassVar[str] = "append"
    closing: ClassVar[str] = "))"

    def _key_attribute(self, model: ModelFacts) -> str:
        return model.key.attname

    def _maker(self, model: ModelFacts, names: set[str], database: str) -> tuple[Source, frozenset[str]]:
        return Source(f"add({model.name}(", frozenset([model.imported])), frozenset()

    def _referring(self, field: FieldFacts, name: str) -> Source:
        target = self.facts.models[field.to]
        return Source(f"{field.attname}={name}.{field.to_field or target.key.attname}", needs=frozenset([name]))

    def _closed(self, name: str, field: str, other: str) -> Step:
        key = self._done.rows[other].key
        return Step(
            f"{name} {field}", Source(f"{name}.{field} = {other}.{key}", needs=frozenset([name, other])), closing=""
        )
