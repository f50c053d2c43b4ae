"""Decides what a test asserts of a request: its answer, the rows that it changed or left, and what it sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts, ProjectFacts
from testwright.nouns.source_text import Source, joined
from testwright.nouns.trace import Span
from testwright.propose.requests.mock_libraries import SentForm
from testwright.propose.requests.page_lines import first_tag, is_bare, stripped
from testwright.propose.requests.request_rows import RESERVED, Arrangement
from testwright.propose.requests.sent_asserts import SentAsserts
from testwright.propose.requests.settled import ANY, holds_any, is_any
from testwright.propose.requests.test_names import snake_case
from testwright.propose.requests.updated_columns import updated_columns
from testwright.python_source.render_plain import NoSourceError, json_source, plain_source

__all__ = ["RequestAsserts"]

_EVERYBODYS_HEADERS = frozenset(
    (
        *("content-length", "vary", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "date"),
        *("x-frame-options", "expires", "cache-control", "content-type", "location", "server", "connection"),
        *("content-language", "strict-transport-security"),
    )
)
_SINGLE, _PLAIN_TYPES = ("None", "True", "False"), ("text/html", "application/json")
_MOST_LINES, _MOST_FIELDS, _LONG_TEXT = 14, 9, 400


@dataclass(slots=True)
class RequestAsserts:
    """As a test of Django says it. `account` is settled; `kept` are the variables that the test has."""

    location: ClassVar[str] = "response.url"
    json: ClassVar[str] = "response.json()"
    text: ClassVar[str] = "response.getvalue().decode()"
    octets: ClassVar[str] = "response.getvalue()"
    page: ClassVar[str] = "response.content.decode()"
    facts: ProjectFacts
    arrangement: Arrangement
    spans: Sequence[Span]
    account: Mapping[str, Any]
    kept: frozenset[str]
    logged_in: str
    marked: Sequence[int] | None = None
    password: str = ""
    """One that the request was sent with."""
    final: bool = True
    """No row will be left out any more."""
    fixtures: set[str] = field(default_factory=set)
    sent_forms: Mapping[str, SentForm] = field(default_factory=dict)
    """How requests that went out are read, by client."""
    before: list[Source] = field(default_factory=list)
    """Lines to stand before the request."""
    _variables: dict[str, str] = field(default_factory=dict)
    _defined: set[str] = field(default_factory=set)
    """Those that a line gives a value to, so far."""

    def lines(self) -> list[Source]:
        """In the order of a story: the answer's status, rows that came, the answer's content, what changed, what was sent."""
        self._name_new_rows()
        parts = (
            self._status,
            self._created,
            self._moved_to_new,
            self._content,
            self._changed,
            self._unchanged,
            self._session,
            self._sent_out,
        )
        return [line for part in parts for line in part()]

    # -- sources -------------------------------------------------------------------------------------------------------

    def _plain(self, tree: Any) -> Source:
        return plain_source(self._named(tree))

    def _json(self, tree: Any) -> Source:
        return json_source(self._named(tree))

    def _named(self, tree: Any) -> Any:
        """With variables for the rows that the request made, and ANY."""
        if isinstance(tree, Mapping):
            if is_any(tree):
                return {"$": "source", "text": "ANY", "imports": [["unittest.mock", "ANY"]]}
            if tree.get("$") == "setting":
                self.fixtures.add("settings")
                return {"$": "source", "text": f"settings.{tree['name']}"}
            if "$" in tree and "of" in tree:
                name = self._variables.get(tree["of"], tree["of"])
                if name not in self.kept and name not in self._defined:
                    if tree.get("$") == "pk" and name in self._variables.values():
                        return self._named(ANY)  # one of several new rows, that have no variables
                    raise NoSourceError(name)
                return {**tree, "of": name}
            named = {name: self._named(value) for name, value in tree.items()}
            is_cut = tree.get("$") == "text" and any(
                isinstance(p, dict) and p.get("text") == "ANY" for p in named["parts"]
            )
            return self._named(ANY) if is_cut else named
        return [self._named(each) for each in tree] if isinstance(tree, list) else tree

    def _tried(self, lines: Iterator[Source]) -> list[Source]:
        found: list[Source] = []
        while True:
            try:
                found.append(next(lines))
            except StopIteration:
                return found
            except NoSourceError:
                return found

    # -- the answer ----------------------------------------------------------------------------------------------------

    def _status(self) -> Iterator[Source]:
        response = self.account.get("response")
        if response is None:
            return
        yield Source(f"assert response.status_code == {response['status']}")
        headers = response["headers"]
        if not self._leads_to_new:
            yield from self._moved_to()
        kind = response["content_type"]
        if isinstance(kind, str) and kind.partition(";")[0] not in _PLAIN_TYPES and kind:
            yield Source(f'assert response.headers["Content-Type"] == {plain_source(kind).text}')
        for name, value in headers.items():
            if name.lower() not in _EVERYBODYS_HEADERS and not is_any(value):
                yield from self._equal(f'response.headers["{name}"]', lambda value=value: self._plain(value))

    @property
    def _where_to(self) -> Any:
        headers = (self.account.get("response") or {}).get("headers", {})
        return next((value for name, value in headers.items() if name.lower() == "location"), None)

    @property
    def _leads_to_new(self) -> bool:
        """To a row that the request has made, which has no variable before it was looked up."""
        return '"new:' in json.dumps(self._where_to)

    def _moved_to(self) -> Iterator[Source]:
        location = self._where_to
        if location is not None and not is_any(location):
            yield from self._equal(self.location, lambda: self._plain(location))

    def _moved_to_new(self) -> Iterator[Source]:
        if self._leads_to_new:
            yield from self._moved_to()

    def _equal(self, left: str, right: Any) -> Iterator[Source]:
        try:
            found = right()
        except NoSourceError:
            return
        if found.text != "ANY":
            yield found.around(f"assert {left} {'is' if found.text in _SINGLE else '=='} ")

    def _content(self) -> Iterator[Source]:
        response = self.account.get("response")
        if response is None:
            return
        if "json" in response:
            if not is_any(response["json"]) and response["json"] not in (None, ""):
                yield from self._equal(self.json, lambda: self._json(response["json"]))
        elif "text" in response:
            yield from self._text(response["text"])
        elif "html" in response and response["status"] not in (301, 302, 303, 307, 308):
            yield from self._page(response["html"] if isinstance(response["html"], list) else ())
        elif "octets" in response and not is_any(response["octets"]):
            yield Source(f"assert len({self.octets}) == {response['octets']}")
        messages = self.account.get("messages")
        if messages and isinstance(messages, list):
            texts = [each[1] for each in messages if isinstance(each, list)]
            imports = frozenset([("django.contrib.messages", "get_messages")])
            try:
                right = self._json(texts)
            except NoSourceError:
                return
            left = "assert [str(message) for message in get_messages(response.wsgi_request)] == "
            yield Source(left + right.text, imports | right.imports, right.needs)

    def _text(self, text: Any) -> Iterator[Source]:
        if is_any(text) or text == "":
            return
        if isinstance(text, str) and text.count("\n") > 1:
            yield self._json(text.splitlines()).around(f"assert {self.text}.splitlines() == ")
            return
        yield from self._equal(self.text, lambda: self._plain(text))

    def _page(self, lines: Sequence[Any]) -> Iterator[Source]:
        """What variables and conditions have put there, whole lines; of lines of one kind that all are, in their order."""
        places = [p for p in (self.marked if self.marked is not None else range(len(lines))) if p < len(lines)]
        shown = [p for p in places if not is_any(lines[p]) and stripped(lines[p])][:_MOST_LINES]
        if all(is_bare(lines[p]) for p in shown):
            return
        yield Source(f"page = [line.strip() for line in {self.page}.splitlines()]")
        told: set[int] = set()
        for place in shown:
            if place in told:
                continue
            start = first_tag(lines[place])
            alike = [p for p in range(len(lines)) if start and first_tag(lines[p]) == start]
            if len(alike) > 1 and set(alike) <= set(shown):
                told.update(alike)
                left = f"[line for line in page if line.startswith({plain_source(start).text})]"
                yield from self._equal(left, lambda alike=alike: self._json([stripped(lines[p]) for p in alike]))
            else:
                told.add(place)
                if is_bare(lines[place]):
                    continue
                try:
                    line = self._plain(stripped(lines[place]))
                except NoSourceError:
                    continue
                if line.text != "ANY":
                    yield line.around("assert ", " in page")

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _name_new_rows(self) -> None:
        taken = {*self.kept, *self.arrangement.rows, *RESERVED}
        for label, changes in self.account.get("rows", {}).items():
            if self._is_link(label) or is_any(changes):
                continue
            own = snake_case(label.rpartition(".")[2])
            for each in changes["created"] if isinstance(changes["created"], list) else ():
                name, number = f"new_{own}" if own in taken else own, 2
                while name in taken:
                    name, number = f"new_{own}_{number}", number + 1
                taken.add(name)
                self._variables[each["name"]] = name

    def _is_link(self, label: str) -> bool:
        model = self.facts.models.get(label)
        return model is None or model.through is not None

    def _created(self) -> Iterator[Source]:
        yield from self._created_of(self.account.get("rows", {}))

    def _created_of(self, rows: Mapping[str, Any]) -> Iterator[Source]:
        for label, changes in self._as_they_refer(rows):
            if is_any(changes):
                continue
            model = self.facts.models[label]
            created = changes["created"] if isinstance(changes["created"], list) else []
            if not created or self._is_link(label):
                continue
            if len(created) == 1:
                yield from self._tried(self._one_created(model, created[0]))
            else:
                yield from self._tried(self._several_created(model, created))

    def _as_they_refer(self, rows: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Rows that others refer to come first."""
        left = dict(rows)
        while left:
            free = (
                label
                for label in left
                if not any(f'"new:{other}:' in json.dumps(left[label]) for other in left if other != label)
            )
            label = next(free, next(iter(left)))
            yield label, left.pop(label)

    def _one_created(self, model: ModelFacts, row: Mapping[str, Any]) -> Iterator[Source]:
        name, database = self._variables[row["name"]], str(row.get("database", ""))
        self._defined.add(name)
        yield self._only_new(model, database).around(f"{name} = ")
        yield from self._about_created(model, name, row)

    def _about_created(self, model: ModelFacts, name: str, row: Mapping[str, Any]) -> Iterator[Source]:
        for field_, value in self._telling(model, row["values"])[:_MOST_FIELDS]:
            yield from self._equal(f"{name}.{_attribute(field_, value)}", lambda value=value: self._plain(value))

    def _only_new(self, model: ModelFacts, database: str) -> Source:
        """The row that the request has made."""
        if self._made_otherwise(model) and model.key.auto:
            return Source(f'{model.objects(database)}.latest("pk")', frozenset([model.imported]))
        return self._among_new(model, database).around("", ".get()")

    def _several_created(self, model: ModelFacts, rows: Sequence[Mapping[str, Any]]) -> Iterator[Source]:
        wanted = {each.attname: each for each in model.keys if len(model.keys) > 1}
        for row in rows:
            wanted |= {each.attname: each for each, _ in self._telling(model, row["values"])}
        fields = [each for each in model.fields if each.attname in wanted][:_MOST_FIELDS]
        databases = {str(row.get("database", "")) for row in rows}
        if fields and len(databases) == 1:
            yield self._all_new(model, rows, fields, databases.pop())

    def _listed(self, rows: Sequence[Mapping[str, Any]], fields: Sequence[FieldFacts]) -> Source:
        """The rows as a list of tuples."""
        tuples = [[self._as_listed(row["values"][each.attname]) for each in fields] for row in rows]
        return joined(
            [joined(row, before="(", after=",)" if len(row) == 1 else ")") for row in tuples], before="[", after="]"
        )

    def _all_new(
        self, model: ModelFacts, rows: Sequence[Mapping[str, Any]], fields: Sequence[FieldFacts], database: str
    ) -> Source:
        """That these are the rows which the request has made."""
        names = ", ".join(f'"{each.name}"' for each in fields)
        listed = f".values_list({names})"
        found = self._listed(rows, fields)
        imports = frozenset([model.imported]) | found.imports
        if model.key.auto:
            last = f"[-{len(rows)}:]" if self._made_otherwise(model) or self._own(model) else ""
            whole = f'assert list({model.objects(database)}.order_by("pk"){listed}){last} == {found.text}'
            return Source(whole, imports, found.needs)
        start = self._among_new(model, database)
        whole = f"assert sorted({start.text}{listed}) == sorted({found.text})"
        return Source(whole, imports, start.needs | found.needs)

    def _own(self, model: ModelFacts) -> list[str]:
        return [name for name, row in self.arrangement.rows.items() if row.label == model.label and name in self.kept]

    def _as_listed(self, value: Any) -> Source:
        if isinstance(value, Mapping) and value.get("$") == "row":
            return self._plain({**value, "$": "pk"})
        return self._plain(value)

    def _made_otherwise(self, model: ModelFacts) -> bool:
        """Rows of the model were there that the test did not make by itself: a signal did, say."""
        own = sum(row.label == model.label for row in self.arrangement.rows.values())
        return int((self.account.get("counts") or {}).get(model.label, 0)) > own

    def _among_new(self, model: ModelFacts, database: str) -> Source:
        """The rows of the model without those that the test has made."""
        imports = frozenset([model.imported])
        own, objects = self._own(model), model.objects(database)
        if not own:
            return Source(objects, imports)
        if len(own) == 1:
            return Source(f"{objects}.exclude(pk={own[0]}.pk)", imports, frozenset(own))
        keys = ", ".join(f"{name}.pk" for name in own)
        return Source(f"{objects}.exclude(pk__in=[{keys}])", imports, frozenset(own))

    def _telling(self, model: ModelFacts, values: Mapping[str, Any]) -> list[tuple[FieldFacts, Any]]:
        """Without keys, what differs each time, and what a row has anyway."""
        found = []
        for attname, value in values.items():
            each = model.field(attname)
            if each is None or each.pk or is_any(value) or holds_any(value):
                continue
            if each.to or value != each.default or each.default_is_called:
                if not (value is None and each.null):
                    found.append((each, value))
        return found

    def _changed(self) -> Iterator[Source]:
        yield from self._changed_of(self.account.get("rows", {}))

    def _changed_of(self, rows: Mapping[str, Any]) -> Iterator[Source]:
        for label, changes in rows.items():
            if is_any(changes):
                continue
            model = self.facts.models[label]
            if self._is_link(label):
                yield from self._links(model, changes)
                continue
            for name, values in changes["changed"].items():
                if name in self.kept and not is_any(values):
                    yield from self._tried(self._refreshed(model, name, values))
            gone = [name for name in changes["deleted"] if isinstance(name, str) and name in self.kept]
            for name in gone:
                yield self._is_gone(model, name)

    def _is_gone(self, model: ModelFacts, name: str) -> Source:
        objects = model.objects(self.arrangement.rows[name].database)
        text = f"assert not {objects}.filter(pk={name}.pk).exists()"
        return Source(text, frozenset([model.imported]), frozenset([name]))

    def _read_again(self, name: str) -> Source:
        return Source(f"{name}.refresh_from_db()", needs=frozenset([name]))

    def _count(self, model: ModelFacts) -> Source:
        return Source(f"{model.name}.objects.count()", frozenset([model.imported]))

    def _none(self, model: ModelFacts) -> Source:
        return Source(f"assert not {model.name}.objects.exists()", frozenset([model.imported]))

    def _refreshed(self, model: ModelFacts, name: str, values: Mapping[str, Any]) -> Iterator[Source]:
        lines = []
        for attname, value in values.items():
            each = model.field(attname)
            if model.is_user and attname == "password" and self.password:
                lines.append(plain_source(self.password).around(f"assert {name}.check_password(", ")"))
            elif each is not None and not is_any(value) and not holds_any(value):
                lines += list(self._equal(f"{name}.{_attribute(each, value)}", lambda value=value: self._plain(value)))
        if lines:
            yield self._read_again(name)
            yield from (Source(line.text, line.imports, line.needs | {name}) for line in lines)

    def _links(self, model: ModelFacts, changes: Mapping[str, Any]) -> Iterator[Source]:
        """After the request, all that the rows whose links changed are linked to."""
        through = model.through
        links = changes.get("links")
        if through is None or not isinstance(links, list):
            return
        owners = dict.fromkeys(str(link[0]) for link in links if isinstance(link[0], str))
        owners |= dict.fromkeys(str(name) for name in changes.get("owners", ()))
        for owner in owners:
            name = self._variables.get(owner, owner)
            if name not in self.kept and name not in self._defined:
                continue
            try:
                rows = [self._plain({"$": "row", "of": link[1]}) for link in links if link[0] == owner]
            except NoSourceError:
                continue
            right = joined(sorted(rows, key=lambda each: each.text), before="{", after="}") if rows else Source("set()")
            yield from self._linked(name, through.name, right)

    def _linked(self, name: str, relation: str, rows: Source) -> Iterator[Source]:
        yield Source(f"assert set({name}.{relation}.all()) == {rows.text}", rows.imports, rows.needs | {name})

    def _unchanged(self) -> Iterator[Source]:
        """What the request had begun to write, and took back."""
        written = [span.data for span in self.spans if span.kind == "rows" and span.data.get("written")]
        touched = {str(data.get("model")) for data in written if self.facts.is_at_home(data)}
        updated = updated_columns(self.spans)
        for label in sorted(touched):
            model = self.facts.models.get(label)
            if model is None or model.through is not None or label in self.account.get("rows", {}):
                continue
            own = [name for name in self._own(model) if not self.arrangement.rows[name].database]
            if self._made_otherwise(model) or (own and not self.final):
                name = f"count_of_{snake_case(model.name)}"
                self.before.append(self._count(model).around(f"{name} = "))
                yield self._count(model).around("assert ", f" == {name}")
            elif own:
                yield self._count(model).around("assert ", f" == {len(own)}")
            else:
                yield self._none(model)
            columns, given = updated.get(model.table, ([], set()))
            for name in own:
                if json.dumps(self.arrangement.rows[name].values.get(model.key.attname)) in given:
                    yield from self._tried(self._still(model, name, columns))

    def _still(self, model: ModelFacts, name: str, columns: Iterable[str]) -> Iterator[Source]:
        row = self.arrangement.rows[name]
        lines: list[Source] = []
        for column in columns:
            each = next((f for f in model.fields if f.column == column), None)
            if each is not None and each.attname in row.values and not each.to and not each.now:
                lines += self._equal(f"{name}.{each.name}", lambda each=each: self._plain(row.values[each.attname]))
        if lines:
            yield self._read_again(name)
            yield from (Source(line.text, line.imports, line.needs | {name}) for line in lines)

    # -- what went out -------------------------------------------------------------------------------------------------

    def _session(self) -> Iterator[Source]:
        user = self.account.get("session_user")
        name = user.get("of") if isinstance(user, Mapping) else None
        if name and name != self.logged_in and name in self.kept:
            yield Source(f'assert client.session["_auth_user_id"] == str({name}.pk)', needs=frozenset([str(name)]))
        elif self.logged_in and user is None:
            yield Source('assert "_auth_user_id" not in client.session')

    def _sent_out(self) -> Iterator[Source]:
        mails = self.account.get("mails") or []
        if isinstance(mails, list) and mails:
            self.fixtures.add("mailoutbox")
            if len(mails) > 1:
                yield Source(f"assert len(mailoutbox) == {len(mails)}")
            for number, mail in enumerate(mails[:3]):
                yield from self._mail(number, mail, len(mails))
        elif not is_any(mails) and any(span.kind == "mail" for span in self.spans):
            self.fixtures.add("mailoutbox")
            yield Source("assert mailoutbox == []")
        for number, one in enumerate(self.account.get("sent") or ()):
            if isinstance(one, Mapping) and not is_any(one):
                which = "sent" if len(self.account["sent"]) == 1 else f"sent[{number}]"
                form = self.sent_forms.get(str(one["client"]), SentForm())
                yield from SentAsserts(self._equal, self._plain, self._json).lines(which, one, form)

    def _mail(self, number: int, mail: Any, count: int) -> Iterator[Source]:
        if is_any(mail):
            return
        yield Source("(mail,) = mailoutbox" if count == 1 else f"mail = mailoutbox[{number}]")
        for name in ("subject", "from_email", "to", "cc", "bcc", "reply_to", "body"):
            value = mail[name]
            if value and not is_any(value) and not (name == "from_email" and value == "webmaster@localhost"):
                yield from self._equal(f"mail.{name}", lambda value=value: self._json(value))


def _attribute(each: FieldFacts, value: Any) -> str:
    """Of a reference to a row that has no variable, its key."""
    return each.name if not each.to or (isinstance(value, Mapping) and value.get("$") == "row") else each.attname
