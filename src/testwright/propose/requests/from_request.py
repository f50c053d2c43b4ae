"""Proposes the test of one recorded request: what to rehearse, and what follows from how that went."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from testwright.nouns.project_facts import ModelFacts, ProjectFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Span, Trace
from testwright.propose.requests.idioms import Idiom, idiom_of
from testwright.propose.requests.messages_left import messages_left
from testwright.propose.requests.request_call import RequestCall, octets_of
from testwright.propose.requests.request_rows import Arrangement
from testwright.propose.requests.request_surroundings import Surroundings, surroundings_of
from testwright.propose.requests.request_test import Act, RequestTest, Step
from testwright.propose.requests.session_left import joined_blocks
from testwright.propose.requests.settled import differs, is_any, settled
from testwright.propose.requests.test_names import name_of_test
from testwright.propose.requests.upstream_mocks import MockChoice, UpstreamMocks, mocks_for
from testwright.python_source.parsing import parse_source
from testwright.python_source.render_plain import NoSourceError

__all__ = ["BASES", "FromRequest", "Rehearsed", "Variant"]

BASES = (710_000, 940_000)
_OF_PEOPLE = ("auth.", "sessions.", "contenttypes.", "authtoken.", "admin.")
_DEFAULT = "default"
_LATER = 400 * 86_400 + 5_025
QUERIES = "django_assert_num_queries"
_KEPT_BY_DJANGO = {
    "django_content_type": ("django.contrib.contenttypes.models", "ContentType"),
    "django_site": ("django.contrib.sites.models", "Site"),
}
_RANDOM = Source("random.seed(1)", frozenset([("random", "")]))


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to make up for what a trace cannot hold: the password that a log-in was tried with, times that rows have by
    themselves, a form packed as it was sent, a value of the environment that a header has to be equal to.
    """

    password: bool = False
    whole: bool = False
    exact: bool = False
    files: bool = False


VARIANTS = (
    Variant(),
    Variant(password=True),
    Variant(whole=True),
    Variant(exact=True),
    Variant(files=True),
    Variant(password=True, whole=True),
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Accounts: `first` and `other_keys` with the same chance and clock, `other_chance` with another, `later` at another
    time, and the places of lines of a page that are not the same in each.
    """

    first: Mapping[str, Any]
    other_keys: Mapping[str, Any]
    other_chance: Mapping[str, Any]
    later: Mapping[str, Any]
    marked: Sequence[int] | None = None


@dataclass(slots=True)
class FromRequest:
    """Of one trace. `arrange` first; then `plays` are to be rehearsed, and `test` makes the test of what they gave."""

    facts: ProjectFacts
    trace: Trace
    spans: Sequence[Span]
    variant: Variant = field(default_factory=Variant)
    clock_library: str = ""
    http_library: str = ""
    """What answers requests to other services; "" = whichever fits."""
    with_cassette: bool = False
    """There is a place for a cassette beside the test file."""
    count_queries: bool = False
    arrangement: Arrangement = field(default_factory=Arrangement)
    act: Act | None = None
    surroundings: Surroundings = field(default_factory=lambda: Surroundings((), (), frozenset()))
    not_held: set[str] = field(default_factory=set)
    """Assertions that turned out not to hold."""
    _call: RequestCall | None = None

    @property
    def idiom(self) -> Idiom:
        return idiom_of(self.facts)

    @property
    def request(self) -> Mapping[str, Any]:
        return next(span.data for span in self.spans if span.kind == "request")

    @property
    def recorded_http(self) -> list[Mapping[str, Any]]:
        return [span.data for span in self.spans if span.kind == "http"]

    def arrange(self, variant: Variant) -> None:
        """NoSourceError where the request cannot be written down."""
        self.variant = variant
        passwords = self._passwords() if variant.password else {}
        content = self._downloaded() if variant.files else None
        self.arrangement = self.idiom.rows(self.facts, passwords, variant.whole, content).of(self.spans)
        self._call = self.idiom.call(self.facts, self.arrangement, self.spans, variant.exact)
        act = self._call.act()
        self.arrangement.steps.extend(self._call.steps())
        self.surroundings = surroundings_of(self.spans, self._call.bound, self.facts.caches)
        earlier = messages_left(self.spans, self.facts.message_storage)
        self.act = replace(act, before=(*self.surroundings.before, *act.before, *earlier))

    def makes_sense(self, variant: Variant) -> bool:
        """Whether the variant is another test at all."""
        kind = str(self.request.get("content_type") or "")
        if variant.exact and "urlencoded" not in kind:
            return False
        if variant.files and not any(f.file for m in self._models() for f in m.fields):
            return False
        return not variant.password or bool(self._passwords())

    def _models(self) -> list[ModelFacts]:
        """Those whose tables were read."""
        tables = [str(span.data.get("table")) for span in self.spans if span.kind == "rows"]
        return [model for model in map(self.facts.of_table, tables) if model is not None]

    def _downloaded(self) -> bytes:
        """What a stored file may have held: what was answered, if that was no page."""
        response = self.request.get("response", {})
        kind, body = str(response.get("content_type") or ""), response.get("body")
        if not body or any(word in kind for word in ("json", "html")):
            return b"content"
        return octets_of(body)

    def _passwords(self) -> dict[str, str]:
        """By the name of every user whose row was found: a password that was sent."""
        given = _given(self.request)
        words = [value for name, value in given.items() if "password" in name.lower() and isinstance(value, str)]
        others = {value for name, value in given.items() if isinstance(value, str) and value not in words}
        return dict.fromkeys(others, words[-1]) if words else {}

    # -- rehearsing ----------------------------------------------------------------------------------------------------

    def plays(self) -> dict[str, dict[str, Any]]:
        """By name, what to rehearse to know what is always the same."""
        html = "html" in str(self.request.get("response", {}).get("content_type", ""))
        found = {
            "first": self.play(),
            "other_keys": self.play(base=BASES[1]),
            "other_chance": self.play(seed=2),
            "later": self.play(later=True),
        }
        return found | ({"marked": self.play() | {"marked": True}} if html else {})

    def play(self, *, base: int = BASES[0], seed: int = 1, later: bool = False) -> dict[str, Any]:
        act = self.act
        assert act is not None
        steps = self.arrangement.steps
        between = self.idiom.lines_between(steps)
        made = [*self.surroundings.first, *(step.source for step in steps), *between, *act.before]
        imports = frozenset().union(*(source.imports for source in made), act.call.imports)
        return {
            "imports": import_lines(imports),
            "arrange": [source.text for source in made],
            "act": f"response = {act.call.text}",
            "base": base,
            "seed": seed,
            "clock": [self.clock_library, self.moment.timestamp() + (_LATER if later else 0)],
            "http": self.recorded_http,
            **self.idiom.order,
        }

    @property
    def moment(self) -> datetime:
        """When it was recorded, to the second."""
        return datetime.fromtimestamp(self.trace.started // 1_000_000_000, UTC)

    def misfit(self, account: Mapping[str, Any]) -> str:
        """What is not as it was recorded; "" if all is that can be compared."""
        if account.get("problem"):
            return f"{account['problem']} (at {account.get('step', '?')})"
        recorded = self.request.get("response", {})
        status = recorded.get("status")
        raised = account.get("raised")
        if raised is not None:
            return "" if status == 500 or status is None else f"{raised['name']}: {raised['message']}, not {status}"
        response = account.get("response") or {}
        if response.get("status") != status:
            return f"status {response.get('status')}, not {status}{self._cookie}"
        headers = {str(name).lower(): str(value) for name, value in recorded.get("headers", ())}
        location = next((v for n, v in response.get("headers", {}).items() if n.lower() == "location"), "")
        if headers.get("location") and not _alike(location, headers["location"]):
            return f"redirected to {location!r}, not {headers['location']!r}"
        return ""

    @property
    def _cookie(self) -> str:
        """What may be the reason, where nobody can be logged in otherwise."""
        sent = any(str(name).lower() == "cookie" for name, _ in self.request.get("headers", ()))
        return " (it was sent with a cookie, which no test is given)" if sent and self.idiom.offered else ""

    def distance(self, account: Mapping[str, Any]) -> int:
        """How many values of its answer are not as recorded."""
        body = self.request.get("response", {}).get("body")
        response = account.get("response") or {}
        if not isinstance(body, str):
            return 0
        if "json" in response:
            try:
                return _unlike(response["json"], json.loads(body))
            except ValueError:
                return 0
        if "html" in response:
            there = body.splitlines()
            pairs = zip(response["html"], there, strict=False)
            return sum(not _alike(one, two) for one, two in pairs) + abs(len(there) - len(response["html"]))
        return int("text" in response and not _alike(response["text"], body))

    def changed_steps(self, rehearsed: Rehearsed) -> list[str]:
        """Rows that the request changes, and links that it takes away: without them nobody would see that it does."""
        found: list[str] = []
        for label, changes in (rehearsed.first.get("rows") or {}).items():
            found += list(changes["changed"])
            through = self.facts.models[label].through if label in self.facts.models else None
            if through is not None:
                found += [f"{owner} {through.name} {target}" for owner, target in changes.get("gone", ())]
        names = {step.name for step in self.arrangement.steps}
        return [name for name in found if name in names]

    def shown_models(self, rehearsed: Rehearsed) -> list[str]:
        """Whose rows the answer names, else the first that was looked for; not those of people and rights."""
        named = _names_in((rehearsed.first.get("response") or {}).get("json"))
        labels = [self.arrangement.rows[name].label for name in named if name in self.arrangement.rows]
        for span in self.spans:
            match = re.search(r'FROM ["`]?(\w+)', str(span.data.get("sql"))) if span.kind == "sql" else None
            model = self.facts.of_table(match[1]) if match is not None else None
            if model is not None:
                labels.append(model.label)
        labels += self.idiom.changed_unseen(self.facts, self.spans)
        own = [label for label in labels if not label.startswith(_OF_PEOPLE) and not self.facts.models[label].is_user]
        return list(dict.fromkeys(own))

    # -- the test ------------------------------------------------------------------------------------------------------

    def test(
        self,
        rehearsed: Rehearsed,
        kept: Sequence[str] | None = None,
        dropped: Mapping[str, Sequence[str]] | None = None,
    ) -> RequestTest:
        """With the rows of those names (None: all), without the `dropped` arguments of them. NoSourceError; NoMockError."""
        assert self.act is not None
        assert self._call is not None
        same_chance = settled(rehearsed.first, rehearsed.other_keys)
        by_chance = differs(same_chance, rehearsed.other_chance)
        account = same_chance
        by_clock = differs(account, rehearsed.later)
        _require_one_outcome(account)
        gone = dropped or {}
        changed = _changed_fields(rehearsed.first, self.facts)
        steps = [
            replace(step.without(gone.get(step.name, ())), spare=step.spare - changed.get(step.name, frozenset()))
            for step in self.arrangement.steps
            if kept is None or step.name in kept
        ]
        names = frozenset(step.name for step in steps)
        sent = account.get("sent") or []
        mocks = mocks_for(sent, self.recorded_http, self._mock_choice) if sent else UpstreamMocks()
        asserts = self.idiom.asserts(
            self.facts,
            self.arrangement,
            self.spans,
            account,
            names,
            self._call.user_name,
            rehearsed.marked,
            _password_in(_given(self.request)),
            final=kept is not None,
            sent_forms=mocks.forms,
        )
        held = (*asserts.lines(), *mocks.asserts, *self.surroundings.after)
        lines = [line for line in held if line.text not in self.not_held]
        fixtures = [*self.idiom.given, *sorted(asserts.fixtures)]
        fixtures += [name for name in sorted(mocks.fixtures) if name not in fixtures]
        counted, notes = self._queries(rehearsed)
        fixtures += [QUERIES] if counted else []
        between = self.idiom.lines_between(steps) if kept is None else ()
        before = [*asserts.before, *between, *self.act.before]
        if by_chance:
            before.append(_RANDOM)
        first = (*self._cleared(), *self.surroundings.first) if counted else self.surroundings.first
        fixtures += sorted(self.surroundings.fixtures)
        if account.get("files") or self.variant.files:
            first = (*first, Source("settings.MEDIA_ROOT = tmp_path"))
            fixtures += [name for name in ("settings", "tmp_path") if name not in fixtures]
        rest = [*first, *before, *mocks.inside, *mocks.after_call, *lines, self.act.call]
        if kept is not None:
            steps = joined_blocks(self.idiom.with_lines_between(_without_idle_names(steps, rest)))
        fixtures = self.idiom.fixtures_used(fixtures, [*rest, *(step.source for step in steps)])
        return RequestTest(
            trace=self.trace.id,
            name=name_of_test(self.request, account, self.facts),
            fixtures=tuple(fixtures),
            arrange=tuple(steps),
            act=Act(self.act.call, tuple(before)),
            decorators=self._clock_stopped(fixtures, by_clock),
            around=(*mocks.around, *counted),
            inside=mocks.inside,
            after_call=mocks.after_call,
            cassettes=mocks.cassettes,
            notes=notes,
            asserts=tuple(lines),
            first=first,
            raises=_raises(account.get("raised")),
            databases=self._databases(),
        )

    def _databases(self) -> tuple[str, ...]:
        aliases = {str(span.data.get("connection") or _DEFAULT) for span in self.spans if span.kind in ("sql", "rows")}
        others = sorted(alias for alias in aliases - {_DEFAULT} if alias in self.facts.databases)
        return (_DEFAULT, *others) if others else ()

    @property
    def _mock_choice(self) -> MockChoice:
        cassette = f"{self.trace.id}.json" if self.with_cassette else ""
        return MockChoice(self.facts.libraries, self.http_library, cassette)

    def _queries(self, rehearsed: Rehearsed) -> tuple[tuple[Source, ...], tuple[str, ...]]:
        """The manager that counts them, where that is wanted and their number is the same each time; and a note if not."""
        if not self.count_queries:
            return (), ()
        accounts = (rehearsed.first, rehearsed.other_keys, rehearsed.other_chance, rehearsed.later)
        numbers = {account.get("queries") for account in accounts}
        if None in numbers:
            return (), ("the number of queries is not asserted: they are counted in Django only",)
        if len(numbers) > 1:
            return (), ("the number of queries is not asserted: it is different each time",)
        return (Source(f"{QUERIES}({numbers.pop()})"),), ()

    def _cleared(self) -> Iterator[Source]:
        """What Django keeps for the whole process would be asked for by whichever test comes first."""
        statements = [str(span.data.get("sql")) for span in self.spans if span.kind == "sql"]
        for table, (module, name) in _KEPT_BY_DJANGO.items():
            if any(f'"{table}"' in sql or f"`{table}`" in sql for sql in statements):
                yield Source(f"{name}.objects.clear_cache()", frozenset([(module, name)]))

    def _clock_stopped(self, fixtures: list[str], needed: bool) -> tuple[Source, ...]:
        if not needed:
            return ()
        at = self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.clock_library == "time_machine":
            return (Source(f'@time_machine.travel("{at}", tick=False)', frozenset([("time_machine", "")])),)
        if self.clock_library == "freezegun":
            return (Source(f'@freeze_time("{at}")', frozenset([("freezegun", "freeze_time")])),)
        raise NoSourceError("what it does depends on the time: install time-machine")


def import_lines(imports: frozenset[tuple[str, str]]) -> str:
    return "\n".join(f"from {module} import {name}" if name else f"import {module}" for module, name in sorted(imports))


def _without_idle_names(steps: Sequence[Step], rest: Sequence[Source]) -> list[Step]:
    """A row that nobody names needs no variable."""
    named = {name for source in (*rest, *(step.source for step in steps)) for name in _names_read(source.text)}
    found = []
    for step in steps:
        start = f"{step.name} = "
        if step.name not in named and step.head.text.startswith(start):
            head = Source(step.head.text.removeprefix(start), step.head.imports, step.head.needs)
            step = replace(step, head=head)
        found.append(step)
    return found


def _names_read(text: str) -> set[str]:
    """Also within an f-string, but not in a text; all words of what is no whole statement."""
    for whole in (text, f"{text} pass"):
        try:
            names = [node for node in ast.walk(parse_source(whole)) if isinstance(node, ast.Name)]
        except SyntaxError:
            continue
        return {node.id for node in names if not isinstance(node.ctx, ast.Store)}
    return set(re.findall(r"\w+", text))


def _changed_fields(account: Mapping[str, Any], facts: ProjectFacts) -> dict[str, frozenset[str]]:
    """By variable, the fields of its row that the request changes: what they were before is a part of the story."""
    found: dict[str, frozenset[str]] = {}
    for label, changes in (account.get("rows") or {}).items():
        for name, values in changes["changed"].items():
            fields = (facts.models[label].field(attname) for attname in values)
            found[name] = frozenset(each.name for each in fields if each is not None)
    return found


def _names_in(tree: Any) -> list[str]:
    """The rows whose keys it holds."""
    if isinstance(tree, Mapping):
        own = [str(tree["of"])] if "of" in tree and "$" in tree else []
        return own + [name for value in tree.values() for name in _names_in(value)]
    return [name for each in tree for name in _names_in(each)] if isinstance(tree, list) else []


def _require_one_outcome(account: Mapping[str, Any]) -> None:
    """NoSourceError where there is nothing to begin a test with."""
    response, sent = account.get("response") or {}, account.get("sent") or []
    if any(map(is_any, (account.get("raised"), response, response.get("status")))):
        raise NoSourceError("it is answered in another way each time")
    if is_any(sent) or any(is_any(one) or any(is_any(one[n]) for n in ("client", "method", "answer")) for one in sent):
        raise NoSourceError("what it sends out is different each time")


def _raises(raised: Any) -> Source | None:
    if not isinstance(raised, Mapping) or "name" not in raised:
        return None
    module, name = str(raised["module"]), str(raised["name"])
    message = raised.get("message")
    imports = {("pytest", "")} | ({(module, name.partition(".")[0])} if module != "builtins" else set())
    match = ""
    if isinstance(message, str) and message and len(message) < 120 and "\n" not in message:
        escaped = re.escape(message).replace("\\ ", " ").replace('"', '\\"')
        match = f', match=r"{escaped}"' if "\\" in escaped else f', match="{escaped}"'
    return Source(f"pytest.raises({name}{match})", frozenset(imports))


def _given(request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent."""
    body, kind = request.get("body"), str(request.get("content_type") or "")
    if not isinstance(body, str):
        return {}
    if "json" in kind:
        try:
            found = json.loads(body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
    return dict(parse_qsl(body)) if "urlencoded" in kind else {}


def _password_in(given: Mapping[str, Any]) -> str:
    words = [value for name, value in given.items() if "password" in name.lower() and isinstance(value, str)]
    return words[-1] if words else ""


def _unlike(tree: Any, recorded: Any) -> int:
    if isinstance(tree, Mapping) and "$" not in tree and isinstance(recorded, dict):
        missing = set(tree) ^ set(recorded)
        return len(missing) + sum(_unlike(value, recorded[name]) for name, value in tree.items() if name in recorded)
    if isinstance(tree, list) and isinstance(recorded, list):
        return abs(len(tree) - len(recorded)) + sum(_unlike(a, b) for a, b in zip(tree, recorded, strict=False))
    return int(not _alike(tree, recorded))


def _alike(tree: Any, recorded: Any) -> bool:
    """The key of a row may be any."""
    if isinstance(tree, Mapping):
        if tree.get("$") == "text" and isinstance(recorded, str):
            pattern = "".join(re.escape(part) if isinstance(part, str) else r"[\w-]+" for part in tree["parts"])
            return re.fullmatch(pattern, recorded, re.DOTALL) is not None
        return "$" in tree
    return bool(tree == recorded)
