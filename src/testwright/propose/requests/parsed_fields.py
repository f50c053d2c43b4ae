"""Hands the recorded values of rows to a project's field parsers, and puts what these give in their place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.nouns.django_facts import DjangoFacts, FieldFacts, ModelFacts
from testwright.nouns.trace import Span
from testwright.propose.requests.from_request import import_lines
from testwright.propose.requests.request_rows import in_python
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["ParsedFields"]


@dataclass(slots=True)
class ParsedFields:
    """Of several traces: `orders` are the values, each once, `taken` makes spans with what was answered."""

    facts: DjangoFacts
    _asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def orders(self, traces: Sequence[Sequence[Span]]) -> list[dict[str, Any]]:
        """Values of all fields, keys too; those that were cut are left as they are."""
        for spans in traces:
            for span in spans:
                for model, each, value in self._values(span):
                    key = _key(model, each, value)
                    if key not in self._asked:
                        try:
                            source = plain_source(in_python(each, value))
                        except NoSourceError:
                            continue
                        told = {"text": source.text, "imports": import_lines(source.imports)}
                        self._asked[key] = {"label": model.label, "attname": each.attname, **told}
        return list(self._asked.values())

    def taken(self, spans: Sequence[Span], answers: Sequence[Any]) -> list[Span]:
        """Keys and references stay: tests tell rows by variables."""
        new = {key: answer[0] for key, answer in zip(self._asked, answers, strict=True) if answer is not None}
        return [self._with(span, new) for span in spans] if new else list(spans)

    def _values(self, span: Span) -> Iterator[tuple[ModelFacts, FieldFacts, Any]]:
        model = self._model(span)
        if model is None:
            return
        for row in _rows(span):
            for each, value in zip(_fields(span, model), row[1:], strict=False):
                if each is not None:
                    yield model, each, value

    def _with(self, span: Span, new: Mapping[str, Any]) -> Span:
        model = self._model(span)
        if model is None:
            return span
        fields = _fields(span, model)
        rows = []
        for row in _rows(span):
            pairs = zip(fields, row[1:], strict=False)
            rows.append(["tuple", *(_replaced(model, each, value, new) for each, value in pairs)])
        return replace(span, data={**span.data, "before": ["list", *rows]})

    def _model(self, span: Span) -> ModelFacts | None:
        return self.facts.of_table(str(span.data.get("table"))) if span.kind == "rows" else None


def _replaced(model: ModelFacts, each: FieldFacts | None, value: Any, new: Mapping[str, Any]) -> Any:
    if each is None or each.pk or each.to:
        return value
    return new.get(_key(model, each, value), value)


def _key(model: ModelFacts, each: FieldFacts, value: Any) -> str:
    return json.dumps([model.label, each.attname, value])


def _fields(span: Span, model: ModelFacts) -> list[FieldFacts | None]:
    by_column = {each.column: each for each in model.fields}
    return [by_column.get(str(column)) for column in span.data.get("columns", ())]


def _rows(span: Span) -> list[Any]:
    before = span.data.get("before")
    rows = before[1:] if isinstance(before, list) and before[:1] == ["list"] else []
    return [row for row in rows if isinstance(row, list) and row[:1] == ["tuple"]]
