"""Decides how a test sends a request to an application by the client of Starlette or of Flask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source, joined
from testwright.propose.requests.issued_tokens import TOKEN, token_step, token_text
from testwright.propose.requests.request_call import RequestCall, octets_of
from testwright.propose.requests.request_test import Act, Step
from testwright.propose.requests.service_fixtures import fixture_names
from testwright.propose.requests.session_left import session_left
from testwright.python_source.render_literal import bytes_literal
from testwright.python_source.render_plain import json_source, plain_source

__all__ = ["FlaskCall", "ServiceCall"]

_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_WITHOUT_BODY = frozenset(("GET", "DELETE", "HEAD", "OPTIONS"))
_OF_PEOPLE = re.compile(r"passw|email|username")
"""Of columns that tables of users have."""
_SHORTEST = 8
"""Of a header's value that is looked for in rows."""


class ServiceCall(RequestCall):
    """By Starlette's client, which is one of httpx."""

    __slots__ = ()

    @property
    def client(self) -> str:
        assert isinstance(self.facts, ServiceFacts)
        return fixture_names(self.facts).client

    @property
    def user_name(self) -> str:
        """A header says who it is."""
        return ""

    def act(self) -> Act:
        method = str(self.request["method"]).upper()
        body = self._content()
        arguments = [self._path(), *body, *self._all_headers(), *self._stays()]
        if method in (_WITH_BODY if body else _WITH_BODY | _WITHOUT_BODY):
            return Act(joined(arguments, before=f"{self.client}.{method.lower()}(", after=")"))
        return Act(joined([plain_source(method), *arguments], before=f"{self.client}.request(", after=")"))

    def steps(self) -> Iterable[Step]:
        """A token that an earlier request was given, and what that left in the session, by a cookie that is made now."""
        assert isinstance(self.facts, ServiceFacts)
        step = token_step(self.facts, self.arrangement, self.spans, self._row_asked_for)
        if step is not None:
            yield step
            yield from self._token_cookies()
        yield from session_left(self.facts, self.arrangement, self.spans, self._row_asked_for)

    def _token_cookies(self) -> Iterable[Step]:
        for name, value in self.request.get("headers", ()):
            parts = (
                [part.strip().partition("=") for part in str(value).split(";")] if str(name).lower() == "cookie" else ()
            )
            for cookie, _, text in parts:
                if text == token_text(self.spans):
                    source = Source(
                        f"{self._cookie_setter}({plain_source(cookie).text}, {TOKEN}", needs=frozenset([TOKEN])
                    )
                    yield Step(f"{TOKEN} {cookie}", source, label=TOKEN)

    @property
    def _cookie_setter(self) -> str:
        return f"{self.client}.cookies.set"

    def _row_asked_for(self, name: str, value: Any) -> str:
        """The row whose key it is: by its name, else the only one that a statement looked for by this key, but for what the
        request names itself; of several, that of a person.
        """
        named = self._row_named(name.strip("_"), value)
        key = int(value) if isinstance(value, str) and value.isdigit() else value
        if named or isinstance(value, bool) or not isinstance(key, int):
            return named
        asked = [label for label in self.arrangement.labels_with(key) if self._is_asked_for(label, key)]
        others = [label for label in asked if self.arrangement.name_of(label, key) not in self.bound.values()]
        people = [
            label for label in others if any(_OF_PEOPLE.search(f.attname) for f in self.facts.models[label].fields)
        ]
        found = next((labels for labels in (asked, others, people) if len(labels) == 1), None)
        return self.arrangement.name_of(found[0], key) if found else ""

    def _is_asked_for(self, label: str, key: Any) -> bool:
        """Also by a key of another table that refers to it."""
        places = [(self.facts.models[label].table, self.facts.models[label].key.column)]
        places += [(m.table, f.column) for m in self.facts.models.values() for f in m.fields if f.to == label]
        return any(self._is_looked_for(table, column, key) for table, column in places)

    def _is_looked_for(self, table: str, column: str, key: Any) -> bool:
        """Where parameters have places, by the one that stands there."""
        condition = re.compile(rf'(?<![\w"])"?{re.escape(table)}"?\."?{re.escape(column)}"? = \?')
        statements = [span.data for span in self.spans if span.kind == "sql"]
        if not any("?" in str(data.get("sql")) for data in statements):
            return super()._is_looked_for(table, column, key)
        for data in statements:
            sql, given = str(data.get("sql")), list(data.get("parameters") or ())[1:]
            for match in condition.finditer(sql):
                place = sql.count("?", 0, match.end()) - 1
                if place < len(given) and _digits(given[place]) == _digits(key):
                    return True
        return False

    def _stays(self) -> Iterable[Source]:
        """It follows redirects unless it is told not to."""
        status = self.request.get("response", {}).get("status")
        if status in (301, 302, 303, 307, 308):
            yield Source("follow_redirects=False")

    # -- what ----------------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return str(self.request.get("content_type") or "")

    def _content(self) -> list[Source]:
        body, bare = self.request.get("body"), self._kind.partition(";")[0].strip().lower()
        if body in (None, ""):
            return []
        if bare == "application/json" and isinstance(body, str):
            try:
                return [json_source(self._bound(json.loads(body), "")).around("json=")]
            except ValueError:
                return [self._raw(body)]
        if bare == "application/x-www-form-urlencoded" and isinstance(body, str):
            return [json_source(self._fields(body)).around("data=")]
        if bare == "multipart/form-data":
            return self._parts(octets_of(body)) or [self._raw(body)]
        return [self._raw(body)]

    def _raw(self, body: Any) -> Source:
        return plain_source(body).around("content=")

    @property
    def _is_raw(self) -> bool:
        """The client does not say by itself what kind of body it is."""
        body = self._content()
        return bool(body) and body[0].text.startswith(("content=", "data=b", 'data="', "data='"))

    def _fields(self, body: str) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, value in parse_qsl(body, keep_blank_values=True):
            if self._is_of_forms(name):
                continue
            bound = self._bound(value, name)
            if name in fields:
                fields[name] = [*(fields[name] if isinstance(fields[name], list) else [fields[name]]), bound]
            else:
                fields[name] = bound
        return fields

    def _is_of_forms(self, name: str) -> bool:
        """The token of Flask-WTF's, which is not asked for in tests."""
        assert isinstance(self.facts, ServiceFacts)
        return self.facts.has_forms and name == "csrf_token"

    def _parts(self, octets: bytes) -> list[Source]:
        """Of a form with files."""
        head = b"Content-Type: " + self._kind.encode() + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + octets)
        fields: list[Source] = []
        files: list[Source] = []
        for part in message.iter_parts() if message.is_multipart() else ():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if not isinstance(name, str) or not isinstance(content, bytes):
                return []
            key = plain_source(name).text
            if self._is_of_forms(name):
                continue
            if part.get_filename() is None:
                fields.append(json_source(self._bound(content.decode("utf-8", "replace"), name)).around(f"{key}: "))
            else:
                files.append(self._file(part, content).around(f"{key}: "))
        return self._form_arguments(fields, files)

    def _file(self, part: Message[Any, Any], content: bytes) -> Source:
        name, kind = (plain_source(text).text for text in (unquote(part.get_filename() or ""), part.get_content_type()))
        return Source(f"({name}, {bytes_literal(content)}, {kind})")

    def _form_arguments(self, fields: list[Source], files: list[Source]) -> list[Source]:
        found = [joined(fields, before="data={", after="}")] if fields else []
        return [*found, joined(files, before="files={", after="}")] if files else found

    # -- headers -------------------------------------------------------------------------------------------------------

    def _all_headers(self) -> list[Source]:
        """With the type of a body that the client has to be told."""
        found = self._headers()
        if not self._is_raw or not self._kind:
            return found
        kind = plain_source(self._kind).around('"Content-Type": ')
        return self._with_kind(found, kind)

    def _with_kind(self, headers: list[Source], kind: Source) -> list[Source]:
        if not headers:
            return [kind.around("headers={", "}")]
        inner = headers[0].text.removesuffix("}")
        return [Source(f"{inner}, {kind.text}}}", headers[0].imports, headers[0].needs)]

    def _header_value(self, value: str) -> Source:
        """By the row that has it, if there is one: a key that somebody is known by, say; else by the function that made it."""
        for name, row in self.arrangement.rows.items():
            model = self.facts.models[row.label]
            for field in model.fields:
                held = row.values.get(field.attname)
                text = _secret_text(held)
                if text is None or len(text) < _SHORTEST or not value.endswith(text):
                    continue
                start = value.removesuffix(text)
                token: Mapping[str, Any] = {"$": "value", "of": name, "name": field.attname}
                return plain_source({"$": "text", "parts": [start, token]} if start else token)
        issued = token_text(self.spans)
        if issued and value.endswith(issued) and self._can_issue:
            start = plain_source(value.removesuffix(issued)).text
            return Source(
                f"f{start[:-1]}{{{TOKEN}}}{start[-1]}" if value != issued else TOKEN, needs=frozenset([TOKEN])
            )
        return plain_source(value)

    @property
    def _can_issue(self) -> bool:
        return token_step(self.facts, self.arrangement, self.spans, self._row_asked_for) is not None


def _digits(key: Any) -> str:
    """Of a key, however the driver writes it."""
    return str(key[-1] if isinstance(key, list) else key).replace("-", "")


def _secret_text(held: Any) -> str | None:
    if isinstance(held, list) and len(held) == 2 and held[0] == "secret":
        held = held[1]
    return held if isinstance(held, str) else None


class FlaskCall(ServiceCall):
    """By Flask's client, which is one of Werkzeug: it follows no redirects, and takes any body with any method."""

    __slots__ = ()

    @property
    def _cookie_setter(self) -> str:
        return f"{self.client}.set_cookie"

    def act(self) -> Act:
        method = str(self.request["method"]).upper()
        arguments = [self._path(), *self._content(), *self._all_headers()]
        if method in _WITH_BODY | _WITHOUT_BODY:
            return Act(joined(arguments, before=f"{self.client}.{method.lower()}(", after=")"))
        arguments.append(plain_source(method).around("method="))
        return Act(joined(arguments, before=f"{self.client}.open(", after=")"))

    def _raw(self, body: Any) -> Source:
        return plain_source(body).around("data=")

    def _file(self, part: Message[Any, Any], content: bytes) -> Source:
        name, kind = (plain_source(text).text for text in (unquote(part.get_filename() or ""), part.get_content_type()))
        return Source(f"(BytesIO({bytes_literal(content)}), {name}, {kind})", frozenset([("io", "BytesIO")]))

    def _form_arguments(self, fields: list[Source], files: list[Source]) -> list[Source]:
        return [joined([*fields, *files], before="data={", after="}")] if fields or files else []

    def _with_kind(self, headers: list[Source], kind: Source) -> list[Source]:
        return [*headers, plain_source(self._kind).around("content_type=")]
