"""Decides how a test sends a request as it was sent: by which call of the client, as whom, with which headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

from testwright.nouns.project_facts import ProjectFacts
from testwright.nouns.source_text import Source, joined
from testwright.nouns.trace import Span
from testwright.propose.requests.request_rows import Arrangement
from testwright.propose.requests.request_test import Act, Step
from testwright.python_source.render_literal import bytes_literal
from testwright.python_source.render_plain import json_source, plain_source

__all__ = ["RequestCall", "octets_of"]

_NOT_SENT = frozenset(
    (
        *(
            "cookie",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "accept-encoding",
            "connection",
            "x-csrftoken",
        ),
        *("origin", "cache-control", "pragma", "upgrade-insecure-requests", "sec-fetch-site", "sec-fetch-mode"),
        *("sec-fetch-dest", "sec-fetch-user", "dnt", "te", "keep-alive", "transfer-encoding"),
    )
)
_ANY = ("*/*",)
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"))
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEY_CONDITION = r'"?{table}"?\."?{column}"? = '


@dataclass(slots=True)
class RequestCall:
    """By Django's client, of one recorded request, on the rows of an arrangement. `exact`: a form is sent packed as it was."""

    facts: ProjectFacts
    arrangement: Arrangement
    spans: Sequence[Span]
    exact: bool = False
    bound: dict[str, str] = field(default_factory=dict)
    """The variables of rows whose keys were sent, by the text of the key; filled by `act`."""

    @property
    def request(self) -> Mapping[str, Any]:
        return next(span.data for span in self.spans if span.kind == "request")

    def act(self) -> Act:
        request = self.request
        method = str(request["method"]).upper()
        arguments = [self._path(), *self._body(), *self._headers()]
        if method in _METHODS:
            return Act(joined(arguments, before=f"client.{method.lower()}(", after=")"), tuple(self._login()))
        return Act(
            joined([plain_source(method), *arguments], before="client.generic(", after=")"), tuple(self._login())
        )

    def steps(self) -> Iterable[Step]:
        """What is arranged beside rows."""
        return ()

    # -- who -----------------------------------------------------------------------------------------------------------

    def _login(self) -> Iterable[Source]:
        user = self.user_name
        if user:
            yield Source(f"client.force_login({user})", needs=frozenset([user]))

    @property
    def user_name(self) -> str:
        """The variable of the user whose session it was; "" for nobody, and where a header says who it is."""
        headers = {str(name).lower() for name, _ in self.request.get("headers", ())}
        username = str(self.request.get("user") or "")
        if not username or "authorization" in headers or "cookie" not in headers or self.logs_in:
            return ""
        for name, row in self.arrangement.rows.items():
            if self.facts.models[row.label].is_user and username in (
                row.values.get("username"),
                row.values.get("email"),
            ):
                return name
        return ""

    @property
    def logs_in(self) -> bool:
        """The request itself made the session: before it there was none that a user was looked up for."""
        selected = [
            span for span in self.spans if span.kind == "sql" and '"django_session"' in str(span.data.get("sql"))
        ]
        first = str(selected[0].data.get("sql")) if selected else ""
        return (bool(selected) and not first.startswith("SELECT")) or self._selects_nothing(selected)

    def _selects_nothing(self, selected: Sequence[Span]) -> bool:
        rows = selected[0].data.get("rows") if selected else None
        return isinstance(rows, list) and rows == ["list"]

    # -- where ---------------------------------------------------------------------------------------------------------

    def _path(self) -> Source:
        request = self.request
        parts: list[Any] = []
        before = ""
        for number, segment in enumerate(str(request["path"]).split("/")):
            parts += ["/"] * bool(number)
            name = self._row_of_segment(segment, before)
            before = segment
            if name:
                self.bound.setdefault(segment, name)
            parts.append(self.arrangement.key_of(name) if name else segment)
        if request.get("query"):
            parts += ["?", *self._query(str(request["query"]))]
        return plain_source(_text(parts))

    def _query(self, query: str) -> list[Any]:
        """As it was, but for the keys of rows."""
        parts: list[Any] = []
        for number, pair in enumerate(query.split("&")):
            name, equals, value = pair.partition("=")
            row = self._row_named(name, value) if equals else ""
            parts += ["&" * bool(number) + name + equals, self.arrangement.key_of(row) if row else value]
        return parts

    def _row_of_segment(self, segment: str, before: str) -> str:
        """Of the model that the segment before it names, else of one that a statement looked for by this key."""
        key: Any
        if _UUID.fullmatch(segment):
            key = ["std", "uuid.UUID", segment]
        elif segment.isdigit():
            key = int(segment)
        else:
            return ""
        labels = self.arrangement.labels_with(key)
        asked = [label for label in labels if self._is_asked_for(label, key)]
        singular = before.lower().replace("-", "").replace("_", "").removesuffix("s")
        asked.sort(key=lambda label: label.rpartition(".")[2].lower().removesuffix("s") != singular)
        return (
            self.arrangement.name_of((asked or labels)[0], key)
            if asked or (labels and not isinstance(key, int))
            else ""
        )

    def _is_asked_for(self, label: str, key: Any) -> bool:
        """A statement looked for the row by this key."""
        model = self.facts.models[label]
        return self._is_looked_for(model.table, model.key.column, key)

    def _is_looked_for(self, table: str, column: str, key: Any) -> bool:
        wanted = re.compile(_KEY_CONDITION.format(table=re.escape(table), column=re.escape(column)))
        bare = key if isinstance(key, int) else str(key[-1]).replace("-", "")
        for span in self.spans:
            if span.kind == "sql" and wanted.search(str(span.data.get("sql"))):
                given = span.data.get("parameters")
                texts = [str(each).replace("-", "") for each in (given or ["tuple"])[1:]]
                if str(bare) in texts or any(str(bare) in text for text in texts if not isinstance(key, int)):
                    return True
        return False

    # -- what ----------------------------------------------------------------------------------------------------------

    def _body(self) -> list[Source]:
        request = self.request
        body, kind = request.get("body"), str(request.get("content_type") or "")
        if body in (None, ""):
            return []
        bare = kind.partition(";")[0].strip().lower()
        if bare == "application/json" and isinstance(body, str):
            try:
                tree = self._bound(json.loads(body), "")
            except ValueError:
                return [plain_source(body), plain_source(kind).around("content_type=")]
            return [json_source(tree), Source('content_type="application/json"')]
        if bare == "application/x-www-form-urlencoded" and isinstance(body, str):
            return self._form(body, kind)
        if bare == "multipart/form-data":
            return self._multipart(body, kind)
        return [plain_source(body), plain_source(kind).around("content_type=")]

    def _form(self, body: str, kind: str) -> list[Source]:
        fields: dict[str, Any] = {}
        for name, value in parse_qsl(body, keep_blank_values=True):
            if name == "csrfmiddlewaretoken":
                continue
            bound = self._bound(value, name)
            if name in fields:
                fields[name] = [*(fields[name] if isinstance(fields[name], list) else [fields[name]]), bound]
            else:
                fields[name] = bound
        data = json_source(fields)
        if not self.exact and self._posts:
            return [data] if fields else []
        packed = data.around("urlencode(", ", doseq=True)")
        whole = Source(packed.text, packed.imports | {("urllib.parse", "urlencode")}, packed.needs)
        return [whole, plain_source(kind).around("content_type=")]

    @property
    def _posts(self) -> bool:
        """Only then the client packs fields itself."""
        return str(self.request["method"]).upper() == "POST"

    def _multipart(self, body: Any, kind: str) -> list[Source]:
        octets = octets_of(body)
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + octets)
        fields: dict[str, list[Source]] = {}
        for part in message.iter_parts() if message.is_multipart() else ():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if not isinstance(name, str) or not isinstance(content, bytes):
                return [plain_source(body), plain_source(kind).around("content_type=")]
            fields.setdefault(name, []).append(self._part(name, part.get_filename(), content, part.get_content_type()))
        if not fields:
            return [plain_source(body), plain_source(kind).around("content_type=")]
        fields.pop("csrfmiddlewaretoken", None)
        pairs = [_one_or_all(values).around(f"{plain_source(name).text}: ") for name, values in fields.items()]
        data = joined(pairs, before="{", after="}")
        if self._posts:
            return [data]
        packed = data.around("encode_multipart(BOUNDARY, ", ")")
        names = ("BOUNDARY", "MULTIPART_CONTENT", "encode_multipart")
        imports = packed.imports | {("django.test.client", name) for name in names}
        return [Source(packed.text, imports, packed.needs), Source("content_type=MULTIPART_CONTENT")]

    def _part(self, name: str, filename: str | None, content: bytes, kind: str) -> Source:
        if filename is None:
            return json_source(self._bound(content.decode("utf-8", "replace"), name))
        return _uploaded(filename, content, kind)

    def _bound(self, tree: Any, name: str) -> Any:
        """With rows in the place of their keys, where the name beside a key says that it is one."""
        if isinstance(tree, dict):
            return {key: self._bound(value, str(key)) for key, value in tree.items()}
        if isinstance(tree, list):
            return [self._bound(each, name) for each in tree]
        row = self._row_named(name, tree)
        return self.arrangement.key_of(row) if row else tree

    def _row_named(self, name: str, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            return ""
        key: Any = int(value) if isinstance(value, str) and value.isdigit() else value
        if isinstance(value, str) and _UUID.fullmatch(value):
            key = ["std", "uuid.UUID", value]
        wanted = name.lower().removesuffix("_id").removesuffix("_pk").rstrip("s")
        for label in self.arrangement.labels_with(key):
            if label.rpartition(".")[2].lower() == wanted or isinstance(key, list):
                found = self.arrangement.name_of(label, key)
                self.bound.setdefault(str(value), found)
                return found
        return ""

    def _headers(self) -> list[Source]:
        kept = [
            self._header_value(str(value)).around(f"{plain_source(name).text}: ")
            for name, value in self.request.get("headers", ())
            if str(name).lower() not in _NOT_SENT and not _says_nothing(str(name).lower(), str(value))
        ]
        return [joined(kept, before="headers={", after="}")] if kept else []

    def _header_value(self, value: str) -> Source:
        return plain_source(value)


def _says_nothing(name: str, value: str) -> bool:
    return name.startswith("sec-") or (name == "accept" and value in _ANY) or name in ("referer", "accept-language")


def _one_or_all(values: Sequence[Source]) -> Source:
    """A field that was sent several times has a list."""
    return values[0] if len(values) == 1 else joined(values, before="[", after="]")


def _text(parts: list[Any]) -> Any:
    merged: list[Any] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged[0] if len(merged) == 1 else {"$": "text", "parts": merged}


def octets_of(body: Any) -> bytes:
    """Of a recorded body: text, or a plain value of bytes."""
    if isinstance(body, list):
        import base64

        return base64.b64decode(body[1]) if body[:1] == ["bytes"] else b""
    return str(body).encode()


def _uploaded(filename: str, content: bytes, kind: str) -> Source:
    name, octets = plain_source(unquote(filename)).text, bytes_literal(content)
    whole = f"SimpleUploadedFile({name}, {octets}, content_type={plain_source(kind).text})"
    return Source(whole, frozenset([("django.core.files.uploadedfile", "SimpleUploadedFile")]))
