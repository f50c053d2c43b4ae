"""Makes one input value: asks the providers that fit the parameter's hint, uses, name and history."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from ..exploring.live_module import UNKNOWN, LiveModule, Parameter
from ..recipes import Attribute, Call, Const, Name, Recipe, from_plain, size, walk
from ..scenario import Scenario
from .agreement import Agreement
from .from_hint import HintProvider
from .from_name import by_name
from .from_uses import UsesProvider
from .objects import ObjectProvider
from .patches import PatchProvider
from .plain_values import any_plain, known_type
from .project_fixtures import FixtureProvider
from .regex_text import matching_text
from .results import as_expression
from .sample_types import SAMPLE_INSTANCES, SAMPLE_TYPES, TYPING_VALUES, tagged_class

__all__ = ["Maker"]

PLACES = ("0", "1", "2", "3", "4")
LITERAL_TYPES = (str, int, bytes, float)
Source = Callable[[], Recipe | None]
FLAGS = 0.4
"""How often an option that nothing says more of than its name is taken for one that is switched."""
SWITCHES = (Const(True), Const(True), Const(False), Const(None), Const(1))


class Maker:
    """Builds arguments. What calls have taught is kept here: values by class and by parameter name, operands seen."""

    def __init__(self, live: LiveModule, rng: random.Random, without: frozenset[str] = frozenset()) -> None:
        self.live = live
        self.rng = rng
        self.without = without
        self.by_class: dict[type, list[Recipe]] = {}
        self.by_result: dict[type, list[Recipe]] = {}
        self.by_parameter: dict[str, list[Recipe]] = {}
        self.literals: list[Const] = (
            [] if "mined-literals" in without else read_literals(live.model.get("literals", ()))
        )
        self.regexes: list[str] = [] if "regex-texts" in without else list(live.model.get("regexes", ()))
        self.refused: set[Name] = set()
        """Functions whose results are no arguments: they may have no end."""
        self._imported_types: list[type] | None = None
        self.hints = HintProvider(self)
        self.uses = UsesProvider(self)
        self.objects = ObjectProvider(self)
        self.agreement = Agreement(self)
        self.patches = PatchProvider(self)
        self.fixtures = FixtureProvider()
        self._keys: list[Recipe] = []

    def has(self, provider: str) -> bool:
        return provider not in self.without

    def argument(self, parameter: Parameter, depth: int = 0) -> Recipe:
        """A value for the parameter: mostly by its best-known source, sometimes by another, rarely anything."""
        sources = self._sources(parameter, depth)
        weights = [w for w, _ in sources]
        for _ in range(4):
            made = self.rng.choices(sources, weights)[0][1]()
            if made is not None and size(made) < 200:
                return made
        return any_plain(self.rng)

    def _sources(self, parameter: Parameter, depth: int) -> list[tuple[float, Source]]:
        rng = self.rng
        hint, uses = parameter.hint, parameter.uses
        sources: list[tuple[float, Source]] = [(0.4, lambda: any_plain(rng))]
        if parameter.has_default and parameter.default is not None:
            sources.append((1.0, lambda: parameter.default))
        typed = hint is not UNKNOWN and hint is not Any and hint is not object and self.has("type-hints")
        if typed:
            sources.append((12.0, lambda: self.hints.make(hint, depth)))
        if uses and self.has("parameter-uses"):
            sources.append((3.0 if typed else 9.0, lambda: self.uses.make(uses, depth)))
        fixtures = self.fixtures.fitting(parameter)
        if fixtures:
            sources.append((9.0, lambda: rng.choice(fixtures)))
        history = self.by_parameter.get(parameter.name)
        if history:
            sources.append((2.0 if typed else 5.0, lambda: rng.choice(history)))
        if not typed:
            named = by_name(parameter.name) if self.has("parameter-names") else ()
            if named:
                sources.append((2.0, lambda: rng.choice(named)))
            sources.append((0.8, lambda: self._sample(depth)))
        if self.literals and (not typed or hint in LITERAL_TYPES):
            sources.append((1.2, lambda: self._literal(hint)))
        if self.regexes and (not typed or hint is str):
            sources.append((1.2, self.regex_text))
        return sources

    def _literal(self, hint: Any) -> Recipe | None:
        found = rng_pick(self.rng, self.literals)
        if hint in LITERAL_TYPES and found is not None and type(found.value) is not hint:
            return None
        return found

    def _sample(self, depth: int) -> Recipe | None:
        if not self.has("sample-types"):
            return None
        facts = self.live.facts
        if facts.metadata_keys and self.rng.random() < 0.3:
            return self.tagged()
        roll = self.rng.random()
        if roll < 0.35:
            return self.rng.choice(SAMPLE_INSTANCES)
        if roll < 0.5:
            return self.rng.choice(SAMPLE_TYPES)
        if roll < 0.65:
            return self.rng.choice(TYPING_VALUES)
        classes = self.live.classes
        imported = self._imported()
        if roll < 0.75 and imported:
            return self.rng.choice(known_type(self.rng.choice(imported)))
        if roll < 0.9 and classes:
            return self.objects.make(self.rng.choice(list(classes.values())), depth + 1)
        return self.uses.any_callable()

    def tagged(self) -> Recipe:
        """A dataclass, or an instance, whose fields carry the metadata that the module looks for."""
        facts = self.live.facts
        kind = tagged_class(facts.metadata_keys, facts.option_keys, self.rng)
        return kind if self.rng.random() < 0.5 else Call(kind, (Const("abc"), Const(1)))

    def _imported(self) -> list[type]:
        """Standard-library classes that the module imports: it does so because it meets their instances."""
        if self._imported_types is None:
            space = list(vars(self.live.module).values())
            self._imported_types = [v for v in space if isinstance(v, type) and known_type(v)]
        return self._imported_types

    def regex_text(self) -> Recipe | None:
        text = matching_text(self.rng.choice(self.regexes), self.rng)
        return None if text is None else Const(text)

    def hinted(self, hint: Any, depth: int) -> Recipe:
        """A value of that type, any value when the type says nothing."""
        made = self.hints.make(hint, depth) if hint is not UNKNOWN else None
        return made if made is not None else any_plain(self.rng)

    def arguments(
        self, parameters: list[Parameter], depth: int = 0
    ) -> tuple[tuple[Recipe, ...], tuple[tuple[str, Recipe], ...]]:
        """Positional and keyword arguments for a call; optional ones are often left out."""
        args: list[Recipe] = []
        kwargs: list[tuple[str, Recipe]] = []
        skipped = False
        given = self.rng.choice((0.15, 0.5, 0.9))
        for p in parameters:
            if p.kind == "var-positional":
                if not skipped and not kwargs:
                    args.extend(self._rest(p, depth))
            elif p.kind == "var-keyword":
                kwargs.extend(self.extra_keywords(p, depth, {k for k, _ in kwargs}))
            elif p.has_default and self.rng.random() > given:
                skipped = True
            elif p.kind == "keyword-only" or (skipped and p.kind != "positional-only"):
                kwargs.append((p.name, self.argument(p, depth)))
            elif not skipped:
                args.append(self.argument(p, depth))
        if depth < 2 and self.has("agreement"):
            args = self.agreement.settle(parameters, args)
        return tuple(args), tuple(kwargs)

    def _rest(self, parameter: Parameter, depth: int) -> list[Recipe]:
        """Arguments that `*rest` takes: its uses are those of the tuple, each argument has those of an item of it."""
        uses = parameter.uses
        items, element = uses.get("items") or {}, uses.get("element") or {}
        usual = [n for n in uses.get("lengths") or () if n < 6] + [int(k) + 1 for k in items if k in PLACES]
        count = self.rng.choice((0, 1, 1, 2, 3, *usual))
        return [
            self.argument(
                Parameter(parameter.name, parameter.kind, parameter.hint, uses=items.get(str(n)) or element), depth
            )
            for n in range(count)
        ]

    def key(self) -> Recipe:
        """A text for a mapping's key, often one used a moment ago: mappings that meet mostly share keys."""
        rng = self.rng
        if self._keys and rng.random() < 0.6:
            return rng.choice(self._keys)
        texts = [c for c in self.literals if isinstance(c.value, str) and 0 < len(c.value) < 30]
        made = (
            rng.choice(texts) if texts and rng.random() < 0.5 else Const(rng.choice(("a", "b", "name", "key", "a.b")))
        )
        self._keys = [*self._keys[-2:], made]
        return made

    def extra_keywords(self, parameter: Parameter, depth: int, taken: set[str]) -> list[tuple[str, Recipe]]:
        """Keys that the body looks up in **kwargs are parameters in disguise."""
        found: list[tuple[str, Recipe]] = []
        given = self.rng.choice((0.0, 0.15, 0.3, 0.6, 1.0, 1.0))
        items = list((parameter.uses.get("items") or {}).items())
        self.rng.shuffle(items)
        for key, uses in items:
            name = key.strip("'\"")
            if name.isidentifier() and name not in taken and self.rng.random() < given:
                hint = self.live.hint_of_parameter(name)
                option = Parameter(name, "keyword-only", hint, uses=uses or {})
                is_flag = hint is UNKNOWN and self.rng.random() < FLAGS
                found.append((name, self.rng.choice(SWITCHES) if is_flag else self.argument(option, depth)))
        if not found and self.rng.random() < 0.3:
            name = self.rng.choice(("a", "name", "key", "value"))
            if name not in taken:
                found.append((name, self.argument(Parameter(name, "keyword-only", parameter.hint), depth)))
        return found

    def learn_result(self, scenario: Scenario, value: Any) -> None:
        """Keeps how an instance was made by whatever gave it: a function, a method, a string of calls."""
        kind = type(value)
        if kind.__module__.partition(".")[0] in sys.stdlib_module_names:
            return
        made = as_expression(scenario)
        if len(scenario.steps) == 1 and isinstance(made, Call):
            self.learn_value(kind, made)
        elif made is not None and size(made) < 30:
            _keep_one_a_member(self.by_result.setdefault(kind, []), made, self.rng)

    def learn_value(self, kind: type, recipe: Recipe) -> None:
        """Keeps how a value of that class was made: the first few, and later ones in turn for each other."""
        if size(recipe) < 60:
            _keep(self.by_class.setdefault(kind, []), recipe, self.rng)

    def learn_argument(self, name: str, recipe: Recipe) -> None:
        known = self.by_parameter.setdefault(name, [])
        if self.refused and any(isinstance(n, Name) and n in self.refused for n in walk(recipe)):
            return
        if recipe not in known and size(recipe) < 60:
            known.append(recipe)
            if len(known) > 24:
                del known[self.rng.randrange(8, 24)]

    def forget(self, target: str) -> None:
        """Arguments made by calls of that function of the module are offered no more."""
        called = Name(self.live.name, target)
        self.refused.add(called)
        for known in (*self.by_class.values(), *self.by_result.values(), *self.by_parameter.values()):
            known[:] = [recipe for recipe in known if called not in walk(recipe)]


def _keep(known: list[Recipe], recipe: Recipe, rng: random.Random) -> None:
    """Twelve at most: the first four for good."""
    if recipe not in known:
        known.append(recipe)
        if len(known) > 12:
            del known[rng.randrange(4, 12)]


def _keep_one_a_member(known: list[Recipe], recipe: Recipe, rng: random.Random) -> None:
    """Two for each function, method or property that gave it: the rarely met must not go under."""
    member = _member(recipe)
    same = [r for r in known if _member(r) == member]
    if recipe not in known:
        if len(same) > 1:
            known.remove(rng.choice(same))
        known.append(recipe)
        if len(known) > 24:
            del known[rng.randrange(20)]


def _member(recipe: Recipe) -> str:
    called = recipe.function if isinstance(recipe, Call) else recipe
    return called.name if isinstance(called, Attribute) else called.qualname if isinstance(called, Name) else ""


def rng_pick(rng: random.Random, items: list[Const]) -> Const | None:
    return rng.choice(items) if items else None


def read_literals(plain: Any) -> list[Const]:
    found = [from_plain(p) for p in plain]
    return [c for c in found if isinstance(c, Const)]
