"""Decides which lines make the rows that a request found, in the order in which they depend on one another."""

from __future__ import annotations

import builtins
import json
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from testwright.nouns.project_facts import FieldFacts, ModelFacts, ProjectFacts, ThroughFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Span
from testwright.propose.requests.request_test import Step
from testwright.propose.requests.test_names import snake_case
from testwright.python_source.render_literal import bytes_literal
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["RESERVED", "ArrangedRow", "Arrangement", "RowSteps", "in_python"]

_TELLING = ("username", "code", "slug", "name", "title", "sku", "number", "email", "key", "label", "subject")
RESERVED = frozenset(
    (
        *("client", "db", "settings", "response", "page", "mailoutbox", "monkeypatch", "tmp_path", "body", "mail"),
        *("line", "message", "sent", "upstream", "upstream_httpx", "upstream_urllib3", "self", "test"),
        *(
            "session",
            "cache",
            "caches",
            "mock",
            "os",
            "tempfile",
            "json",
            "random",
            "datetime",
            "date",
            "time",
            "timedelta",
        ),
        *(
            "urlencode",
            "get_messages",
            "responses",
            "respx",
            "requests",
            "httpx",
            "pytest",
            "time_machine",
            "freeze_time",
        ),
        *(
            "add",
            "app",
            "engine",
            "session",
            "select",
            "func",
            "tuple_",
            "cookie",
            "session_cookie",
            "token",
            "upstream_sent",
        ),
        *dir(builtins),
        *keyword.kwlist,
    )
)
"""What a variable cannot be called: tests use these names for something else."""
_NOT_MADE = ("contenttypes.ContentType", "auth.Permission", "sessions.Session", "admin.LogEntry", "sites.Site")
_MOST_WORDS = 3
_DRAWN = re.compile(r"(?=.*\d)[0-9a-f]{8,}")
"""Drawn by lot, it tells a reader nothing."""
_TIMES = ("DateTime", "Date", "Time", "TIMESTAMP", "DATETIME")
_BAKER = frozenset([("model_bakery", "baker")])


@dataclass(frozen=True, slots=True)
class ArrangedRow:
    """A recorded row with the variable that a test has for it; `values` are plain, by attribute; `database` is that of a row
    that is not where its model belongs, `key` the attribute that gives its key.
    """

    name: str
    label: str
    values: Mapping[str, Any]
    database: str = ""
    key: str = "pk"


@dataclass(slots=True)
class Arrangement:
    """`names` gives the variable of a row by its model and its recorded key (as JSON)."""

    steps: list[Step] = field(default_factory=list)
    rows: dict[str, ArrangedRow] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def name_of(self, label: str, key: Any) -> str:
        return self.names.get((label, json.dumps(key)), "")

    def key_of(self, name: str) -> dict[str, str]:
        """What stands for the key of the row in a tree of values."""
        key = self.rows[name].key if name in self.rows else "pk"
        return {"$": "pk", "of": name} | ({"name": key} if key != "pk" else {})

    def labels_with(self, key: Any) -> list[str]:
        """The models that have a row with this key."""
        wanted = json.dumps(key)
        return [label for label, known in self.names if known == wanted]


@dataclass(slots=True)
class RowSteps:
    """Of Django's models. `passwords` are put in the place of hashes, by the name of the user; `whole` keeps fields whose
    defaults are called, as times are; `content` is what stored files hold, None where there are to be none.
    """

    adding: ClassVar[str] = "add"
    """The method that links one row to another."""
    closing: ClassVar[str] = ")"
    """Of the call that makes a row."""
    facts: ProjectFacts
    passwords: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    content: bytes | None = None
    _done: Arrangement = field(default_factory=Arrangement)
    _recorded: dict[tuple[str, str], tuple[ModelFacts, dict[str, Any]]] = field(default_factory=dict)
    _databases: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of rows that are not where their model belongs."""
    _permissions: dict[str, str] = field(default_factory=dict)
    _extended: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """The row that another is the beginning of."""
    _used: set[str] = field(default_factory=set)
    _making: set[tuple[str, str]] = field(default_factory=set)
    _later: list[tuple[tuple[str, str], str, tuple[str, str]]] = field(default_factory=list)
    """A row, its field, and the row that this refers to: one that cannot be there before it."""

    def of(self, spans: Sequence[Span]) -> Arrangement:
        """Of all rows that were there before the request; the tables that it never named only where others refer to them."""
        named = {table for table in _tables(spans) if any(_names(sql, table) for sql in _sql(spans))}
        throughs: list[tuple[ThroughFacts, list[dict[str, Any]]]] = []
        wanted: list[tuple[str, str]] = []
        for span in spans:
            model = self.facts.of_table(str(span.data.get("table"))) if span.kind == "rows" else None
            if model is None:
                continue
            rows = _rows(span, model)
            if model.label == "auth.Permission":
                self._permissions |= {json.dumps(row["id"]): str(row["codename"]) for row in rows if "codename" in row}
            elif model.through is not None:
                if model.table in named:
                    throughs.append((model.through, rows))
            elif model.label not in _NOT_MADE:
                at_home = self.facts.is_at_home(span.data)
                for row in rows:
                    key = (model.label, json.dumps(model.identity(row)))
                    if not at_home:
                        if key in self._recorded:
                            continue
                        self._databases[key] = str(span.data["connection"])
                    else:
                        self._databases.pop(key, None)
                    self._recorded[key] = (model, row)
                    if model.table in named:
                        wanted.append(key)
        self._join_extended()
        for key in wanted:
            self._make(key)
        for _, _, other in list(self._later):
            self._make(other)
        for through, rows in throughs:
            for row in rows:
                self._link(through, row)
        return self._done

    def _join_extended(self) -> None:
        """The row of a model that extends another is made with the values of both: without them Django would empty them."""
        for key, (model, values) in self._recorded.items():
            parent = (model.key.to, key[1])
            if model.key.parent and parent in self._recorded:
                self._extended[parent] = key
                values |= {n: v for n, v in self._recorded[parent][1].items() if n not in values}

    def _make(self, key: tuple[str, str]) -> str:
        """The name of its variable, after its line and those of all that it refers to; "" if it cannot be made."""
        if key in self._extended:
            name = self._make(self._extended[key])
            if name:
                self._done.names[key] = name
            return name
        if key in self._done.names:
            return self._done.names[key]
        if key not in self._recorded or key in self._making:
            return ""
        self._making.add(key)
        model, values = self._recorded[key]
        try:
            pairs = [(f, self._argument(model, f, values)) for f in model.fields]
        except NoSourceError:
            self._making.discard(key)  # it may be possible later, once what it wants is there
            return ""
        name = self._name(model, values)
        self._done.names[key] = name
        database = self._databases.get(key, "")
        self._done.rows[name] = ArrangedRow(name, model.label, values, database, self._key_attribute(model))
        arguments = [(f.name, argument) for f, argument in pairs if argument is not None]
        head, given = self._maker(model, {each for each, _ in arguments}, database)
        spare = frozenset(f.name for f in model.fields if (f.name in given or _can_be_left_out(f)) and not f.pk)
        head = head.around(f"{name} = ")
        self._done.steps.append(Step(name, head, tuple(arguments), spare, model.label, self.closing))
        self._making.discard(key)
        self._close_circles()
        return name

    def _key_attribute(self, model: ModelFacts) -> str:
        return "pk"

    def _close_circles(self) -> None:
        """Rows that refer to each other: once both are there, the one that was made first is given the other."""
        for each in [each for each in self._later if each[0] in self._done.names and each[2] in self._done.names]:
            self._later.remove(each)
            name, field, other = self._done.names[each[0]], each[1], self._done.names[each[2]]
            self._done.steps.append(self._closed(name, field, other))

    def _closed(self, name: str, field: str, other: str) -> Step:
        source = Source(f"{name}.{field} = {other}\n{name}.save(", needs=frozenset([name, other]))
        return Step(f"{name} {field}", source)

    def _maker(self, model: ModelFacts, names: set[str], database: str) -> tuple[Source, frozenset[str]]:
        """The call that makes the row, and the fields that it fills by itself."""
        factory = self.facts.factories.get(model.label)
        if factory is not None and "password" not in names and not database:
            imports = frozenset([(factory.module, factory.name.partition(".")[0])])
            return Source(f"{factory.name}(", imports), factory.gives
        if self._is_baked(model) and "password" not in names and not database:
            made_up = frozenset(each.name for each in model.fields if _is_required(each) and _is_of_no_account(each))
            return Source(f'baker.make("{model.label}", ', _BAKER), made_up
        maker = "create_user" if model.is_user and "username" in names else "create"
        objects = model.objects(database)
        if database and maker != "create":
            objects = objects.replace(".using(", ".db_manager(")  # a query makes no users
        return Source(f"{objects}.{maker}(", frozenset([model.imported])), frozenset()

    def _is_baked(self, model: ModelFacts) -> bool:
        """By model_bakery: it fills what a row must have with anything, and is given what was recorded."""
        return self.facts.bakery and model.label not in self.facts.factories

    def _argument(self, model: ModelFacts, field: FieldFacts, values: Mapping[str, Any]) -> Source | None:
        """None for what is better left to the default. NoSourceError where the row cannot be made."""
        if field.attname not in values:
            return None
        value = in_python(field, values[field.attname])
        if model.is_user and field.name == "password":
            known = self.passwords.get(str(values.get("username", "")))
            return None if known is None else plain_source(known).around("password=")
        factory = self.facts.factories.get(model.label)
        if field.pk and factory is not None and factory.with_key and not field.to:
            return plain_source(value).around(f"{field.name}=")
        otherwise = factory is not None and field.name in factory.gives
        if self._goes_by_itself(field, value, otherwise or (self._is_baked(model) and _is_required(field))):
            return None
        if field.to:
            return self._reference((model.label, json.dumps(model.identity(values))), field, value)
        if field.file and self.content is not None and isinstance(value, str) and value:
            return self._file(value).around(f"{field.name}=")
        return plain_source(value).around(f"{field.name}=")

    def _file(self, stored: str) -> Source:
        imports = frozenset([("django.core.files.uploadedfile", "SimpleUploadedFile")])
        name = plain_source(stored.rpartition("/")[2]).text
        return Source(f"SimpleUploadedFile({name}, {bytes_literal(self.content or b'')})", imports)

    def _goes_by_itself(self, field: FieldFacts, value: Any, made_otherwise: bool) -> bool:
        """`made_otherwise`: a factory gives it another value than the model does."""
        if field.auto or field.now or field.parent or (field.pk and field.has_default):
            return True
        if made_otherwise:
            return False
        if value == field.default:
            return True
        if not field.has_default and value is None and field.null:
            return True
        called = field.default_is_called or field.name in ("last_login", "date_joined")
        return called and not self.whole and field.type.removesuffix("Field") in _TIMES

    def _reference(self, key: tuple[str, str], field: FieldFacts, value: Any) -> Source | None:
        """None for what is left empty, for good or until the other row is there."""
        referred = self._referred(field, value)
        other = self._extended.get(referred, referred)
        name = self._make(referred)
        if not name:
            if field.null:
                if other in self._recorded and (key, field.name, other) not in self._later:
                    self._later.append((key, field.name, other))
                return None
            raise NoSourceError(f"{field.name} refers to {field.to} {value}, which was not recorded")
        return self._referring(field, name)

    def _referring(self, field: FieldFacts, name: str) -> Source:
        return Source(f"{field.name}={name}", needs=frozenset([name]))

    def _referred(self, field: FieldFacts, value: Any) -> tuple[str, str]:
        """By its key, which is not what the field holds where it refers to something else of the row."""
        model = self.facts.models.get(field.to)
        if model is not None and field.to_field not in ("", model.key.attname):
            for key, (_, values) in self._recorded.items():
                if key[0] == field.to and values.get(field.to_field) == value:
                    return key
        return field.to, json.dumps(value)

    def _link(self, through: ThroughFacts, row: Mapping[str, Any]) -> None:
        fields = self._columns(through)
        if fields is None:
            return
        owner = self._make((through.owner, json.dumps(row.get(fields[0]))))
        key = json.dumps(row.get(fields[1]))
        if not owner:
            return
        if through.model == "auth.Permission":
            codename = self._permissions.get(key)
            if codename is None:
                return
            permission = Source(
                f'Permission.objects.get(codename="{codename}")',
                frozenset([("django.contrib.auth.models", "Permission")]),
            )
            target, step = permission, f"{owner} {through.name} {codename}"
        else:
            name = self._make((through.model, key))
            if not name:
                return
            target, step = Source(name, needs=frozenset([name])), f"{owner} {through.name} {name}"
        head = Source(f"{owner}.{through.name}.{self.adding}(", needs=frozenset([owner]))
        self._done.steps.append(Step(step, head, ((target.text, target),)))

    def _columns(self, through: ThroughFacts) -> tuple[str, str] | None:
        for model in self.facts.models.values():
            if model.through == through:
                by_column = {each.column: each.attname for each in model.fields}
                return by_column.get(through.from_column, ""), by_column.get(through.to_column, "")
        return None

    def _name(self, model: ModelFacts, values: Mapping[str, Any]) -> str:
        """After what tells the row from others, else after its model."""
        own = snake_case(model.name.rpartition(".")[2])
        texts = (values.get(each) for each in _TELLING)
        words = (_identifier(text) for text in texts if isinstance(text, str))
        word = next((found for found in words if found and not _DRAWN.fullmatch(found)), own)
        taken = self._used | RESERVED | {known.name for known in self.facts.models.values()}
        if word in taken:
            word = own if own not in word else word
        name, number = word, 2
        while name in taken:
            name, number = f"{word}_{number}", number + 1
        self._used.add(name)
        return name


def _can_be_left_out(field: FieldFacts) -> bool:
    """Nothing wants it, and it does not tell a reader which row it is."""
    told = field.name in _TELLING and not field.default_is_called
    return not told and not field.unique and (field.has_default or field.null or field.blank)


def _is_required(field: FieldFacts) -> bool:
    """model_bakery makes something up for it."""
    return not (field.has_default or field.null or field.blank)


def _is_of_no_account(field: FieldFacts) -> bool:
    """Whatever is made up for it: any text, any row. A number or a moment may decide what a request does, now and then."""
    return bool(field.to) or field.type in ("CharField", "TextField", "SlugField")


def _identifier(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())[:_MOST_WORDS]
    name = "_".join(words)
    return name if name.isidentifier() and len(name) <= 30 else ""


def _tables(spans: Iterable[Span]) -> list[str]:
    return [str(span.data.get("table")) for span in spans if span.kind == "rows"]


def _names(sql: str, table: str) -> bool:
    return re.search(rf'(?<![\w"`.]){re.escape(table)}(?![\w"`])|["`]{re.escape(table)}["`]', sql) is not None


def _sql(spans: Iterable[Span]) -> list[str]:
    return [str(span.data.get("sql")) for span in spans if span.kind == "sql"]


def _rows(span: Span, model: ModelFacts) -> list[dict[str, Any]]:
    """By attribute."""
    by_column = {each.column: each.attname for each in model.fields}
    names = [by_column.get(str(column), "") for column in span.data.get("columns", ())]
    before = span.data.get("before")
    rows = before[1:] if isinstance(before, list) and before[:1] == ["list"] else []
    return [
        {name: value for name, value in zip(names, row[1:], strict=False) if name}
        for row in rows
        if isinstance(row, list) and row[:1] == ["tuple"]
    ]


def in_python(field: FieldFacts, value: Any) -> Any:
    """Databases without intervals keep microseconds."""
    if field.type == "DurationField" and isinstance(value, int) and not isinstance(value, bool):
        days, rest = divmod(value, 86_400_000_000)
        seconds, micro = divmod(rest, 1_000_000)
        return ["std", "datetime.timedelta", days, seconds, micro]
    return value
