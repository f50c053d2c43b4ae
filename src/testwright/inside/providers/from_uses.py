"""Offers values shaped by how a parameter is used: attributes, keys, operators, calls; stubs when no class fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..recipes import Attribute, Call, Const, Dictionary, Function, Name, Recipe, Sequence
from .callables import any_function, eventful
from .from_facts import FactsProvider
from .from_name import FILES, SOURCES
from .plain_values import EMPTY, SMALL, STANDARD, any_plain, known_type, plain
from .sample_types import SAMPLE_INSTANCES, SAMPLE_TYPES, STUB, TYPING_VALUES
from .syntax import syntax_node

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["UsesProvider"]

ATTRIBUTES = {
    kind: frozenset(n for n in dir(kind) if not n.startswith("__") or n in ("__len__", "__iter__"))
    for kind in (str, list, dict, set, bytes, int, float, tuple)
}
TOLD_BY: tuple[tuple[Recipe, frozenset[str]], ...] = (
    (SAMPLE_INSTANCES[4], frozenset({"_fields", "_asdict", "_replace"})),
    (SAMPLE_INSTANCES[0], frozenset({"__dataclass_fields__", "__dataclass_params__"})),
    (SMALL[3], frozenset({"keys", "items", "values", "get"})),
)
"""Small values, and attributes by which code knows their kind."""
NUMERIC_OPERATORS = {"-", "*", "/", "//", "**", "<", ">", "<=", ">=", "&", "|", "^", "<<", ">>", "%", "neg", "pos", "~"}
NUMERIC_TEXTS = tuple(Const(t) for t in ("1", "0", "-3", "12", "1.5", "abc", ""))
SCALARS = {
    "int": NUMERIC_TEXTS,
    "float": NUMERIC_TEXTS,
    "open": FILES,
    "os.path.expanduser": FILES,
    "os.path.exists": FILES,
    "os.path.isfile": FILES,
    "decimal.Decimal": NUMERIC_TEXTS[:5],
    "Decimal": NUMERIC_TEXTS[:5],
    "Path": FILES,
    "pathlib.Path": FILES,
    "os.listdir": FILES,
    "ast.parse": SOURCES,
    "compile": SOURCES,
    "parse": SOURCES,
    "exec": SOURCES,
    "json.loads": tuple(Const(t) for t in ('{"a": 1}', "[1, 2]", "1", '"abc"', "{", "")),
    "re.compile": tuple(Const(t) for t in ("a+", "(b)", "", "[")),
    "dataclasses.fields": SAMPLE_INSTANCES[:3] + SAMPLE_TYPES[:2],
    "fields": SAMPLE_INSTANCES[:3] + SAMPLE_TYPES[:2],
    "is_dataclass": SAMPLE_INSTANCES[:3] + SAMPLE_TYPES[:2],
    "dataclasses.is_dataclass": SAMPLE_INSTANCES[:3] + SAMPLE_TYPES[:2],
    "get_type_hints": SAMPLE_TYPES,
    "issubclass": SAMPLE_TYPES + TYPING_VALUES,
    "get_origin": TYPING_VALUES,
    "get_args": TYPING_VALUES,
    "getattr": SAMPLE_INSTANCES,
    "vars": SAMPLE_INSTANCES,
    "sorted": SMALL,
    "len": SMALL + STANDARD["builtins.str"][:4],
    "iter": SMALL,
    "list": SMALL,
    "dict": (SMALL[3], SMALL[6]),
    "sum": (SMALL[0], EMPTY[0]),
    "ord": (Const("a"), Const("é")),
    "chr": (Const(65), Const(10)),
    "importlib.import_module": (Const("json"), Const("missing_module"), Const("os.path")),
    "import_module": (Const("json"), Const("missing_module"), Const("os.path")),
    "__import__": (Const("json"), Const("missing_module"), Const("os.path")),
}


SQUARES = tuple(
    Sequence("list", tuple(Sequence("list", tuple(Const((r * n + c) % 5) for c in range(n))) for r in range(n)))
    for n in (1, 2, 3)
)
"""Rows of rows, as tables and matrices are."""


KEYED, ASKED = 0.6, 0.8
"""How often a method that is asked for one thing among others answers by what it is asked, and knows a thing asked for."""
EVENTFUL = 0.25
"""How often a function does more than answer."""


class UsesProvider:
    """Turns a uses tree into a value that survives those uses."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._known_names: dict[type, frozenset[str]] = {}
        self.facts = FactsProvider(maker)
        self._caught: list[Recipe] | None = None

    def make(self, uses: dict[str, Any], depth: int) -> Recipe | None:
        if depth > 5:
            return any_plain(self.maker.rng)
        choices: list[Recipe | None] = []
        attributes = uses.get("attributes") or {}
        choices += self.facts.choices(uses)
        choices += self._by_callee(uses)
        choices += self._by_isinstance(uses, depth)
        if attributes:
            choices += self._with_attributes(attributes, uses, depth)
        if uses.get("items"):
            choices += [self._with_items(uses["items"], depth)] * 3
        if uses.get("called"):
            choices += [self._function(uses, depth)] * 2 + [self.any_callable()]
        if not attributes and not uses.get("called"):
            choices += self._by_operation(uses, depth)
        usable = [c for c in choices if c is not None]
        return self.maker.rng.choice(usable) if usable else None

    def _by_callee(self, uses: dict[str, Any]) -> list[Recipe | None]:
        rng, found = self.maker.rng, []
        for callee, position in uses.get("passed_to") or ():
            if callee.rsplit(".", 1)[-1] in ("fields", "is_dataclass") and self.maker.live.facts.metadata_keys:
                found += [self.maker.tagged(), self.maker.tagged()]
            values = SCALARS.get(callee) or SCALARS.get(callee.rsplit(".", 1)[-1])
            if callee.rsplit(".", 1)[-1] in ("parse_args", "parse_known_args"):
                found += [self._command_line(), self._command_line()]
            if (values and position in (0, "0")) or (values and callee.endswith("open")):
                found.append(rng.choice(values or FILES))
            elif callee.startswith("ast.") or callee.endswith(".visit"):
                found.append(syntax_node(rng.choice(("AST", "stmt", "expr", "Module")), rng) or rng.choice(SOURCES))
        return list(found)

    def _command_line(self) -> Recipe:
        """Words and some of the options that the source names, with values behind them or not."""
        rng = self.maker.rng
        options = [c for c in self.maker.literals if isinstance(c.value, str) and c.value.startswith("-")]
        words: list[Recipe] = [Const(rng.choice(("abc", "1"))) for _ in range(rng.choice((0, 1, 1, 1, 2)))]
        for option in rng.sample(options, min(len(options), rng.choice((0, 1, 1, 2)))):
            value = rng.choice((None, "1", "0", "12", "-1", "abc"))
            words += [option] if value is None else [option, Const(value)]
        return Sequence("list", tuple(words))

    def _by_isinstance(self, uses: dict[str, Any], depth: int) -> list[Recipe | None]:
        found: list[Recipe | None] = []
        for source in uses.get("isinstance") or ():
            kind = self.maker.live.resolve(source)
            kinds = kind if isinstance(kind, tuple) else (kind,)
            for one in kinds:
                if isinstance(one, type):
                    found.append(self.maker.hints.make(one, depth + 1))
        for source in uses.get("subclass_of") or ():
            kind = self.maker.live.resolve(source)
            if isinstance(kind, type):
                found.append(self.maker.objects.class_name(kind))
        return found

    def _with_attributes(self, attributes: dict[str, Any], uses: dict[str, Any], depth: int) -> list[Recipe | None]:
        wanted = set(attributes)
        rng = self.maker.rng
        found: list[Recipe | None] = []
        for builtin, names in ATTRIBUTES.items():
            if wanted <= names:
                found += [self._builtin(builtin, uses, depth) for _ in range(2)]
        for kind, _ in self.maker.live.reachable_classes():
            if wanted <= self._names(kind) and not issubclass(kind, BaseException):
                made = known_type(kind)
                found += (
                    [rng.choice(made)]
                    if made
                    else [self.maker.objects.make(kind, depth + 1, attributes) for _ in range(2)]
                )
        if len(found) > 8:
            found = rng.sample(found, 8)
        if wanted <= {
            "read",
            "readline",
            "readlines",
            "write",
            "close",
            "seek",
            "tell",
            "name",
            "flush",
            "writelines",
            "getvalue",
        }:
            found += [rng.choice(STANDARD["io.StringIO"]), rng.choice(STANDARD["io.BytesIO"])]
        if len(wanted) > 1 and rng.random() < 0.3:
            found += self._with_some(wanted)
        if self.maker.has("stubs") and (not found or rng.random() < 0.3):
            found.append(self.stub(attributes, depth))
        return found

    def _with_some(self, wanted: set[str]) -> list[Recipe | None]:
        """Values that have one of the attributes: those that are only asked for tell one kind of value from another."""
        rng = self.maker.rng
        name = rng.choice(sorted(wanted))
        kinds = [kind for kind, names in ATTRIBUTES.items() if name in names]
        found: list[Recipe | None] = [rng.choice(known_type(rng.choice(kinds)) or SMALL)] if kinds else []
        return [*found, *(made for made, names in TOLD_BY if name in names)]

    def _names(self, kind: type) -> frozenset[str]:
        """The attributes that its instances likely have."""
        if kind not in self._known_names:
            self._known_names[kind] = frozenset(self._find_names(kind))
        return self._known_names[kind]

    def _find_names(self, kind: type) -> set[str]:
        model = next(
            (m for q, m in self.maker.live.class_models.items() if self.maker.live.classes.get(q) is kind), None
        )
        names = set(dir(kind)) | set(getattr(kind, "__annotations__", ()))
        if model:
            names |= set(model.get("attribute_uses") or ()) | {f["name"] for f in model.get("fields") or ()}
        return names

    def _builtin(self, kind: type, uses: dict[str, Any], depth: int) -> Recipe | None:
        element = uses.get("element")
        if kind in (list, tuple, set) and element:
            item = self.make(element, depth + 1)
            if item is not None:
                return Sequence(
                    kind.__name__ if kind is not set else "list", (item,) * self.maker.rng.choice((1, 2, 0))
                )
        if kind is dict and uses.get("items"):
            return self._with_items(uses["items"], depth)
        if kind is dict:
            return self._keyed(_value_uses(uses.get("attributes") or {}), depth)
        return self.maker.hints.make(kind, depth)

    def _keyed(self, value: dict[str, Any], depth: int) -> Recipe:
        """A mapping with shared keys whose values survive the uses that the body makes of its values."""
        keys = dict.fromkeys(self.maker.key() for _ in range(self.maker.rng.choice((1, 2, 1, 0, 3))))
        return Dictionary(
            tuple((k, (self.make(value, depth + 1) if value else None) or any_plain(self.maker.rng)) for k in keys)
        )

    def stub(self, attributes: dict[str, Any], depth: int) -> Recipe:
        """A SimpleNamespace that has the attributes, with values that survive their own uses; sometimes some of them."""
        fields = []
        kept = self.maker.rng.choice((1.0, 1.0, 1.0, 0.5)) if len(attributes) > 2 else 1.0
        for name, uses in attributes.items():
            if name.startswith("__") or (kept < 1.0 and self.maker.rng.random() > kept):
                continue
            fields.append((name, self._attribute_value(name, uses or {}, depth + 1)))
        return Call(STUB, (), tuple(fields))

    def _attribute_value(self, name: str, uses: dict[str, Any], depth: int) -> Recipe:
        if uses.get("called"):
            keyed = _answers_by_key(name, uses) and self.maker.rng.random() < KEYED
            made: Recipe | None = self._by_key(uses, depth) if keyed else self._function(uses, depth)
        else:
            made = self.make(uses, depth)
        if made is None:
            history = self.maker.by_parameter.get(name)
            made = self.maker.rng.choice(history) if history else any_plain(self.maker.rng)
        return made

    def _by_key(self, uses: dict[str, Any], depth: int) -> Recipe:
        """`{"host": "abc"}.get`: it matters then what it is asked for."""
        rng, result = self.maker.rng, uses.get("result") or {}
        asked = [Const(text) for text in uses.get("asked_for") or ()]
        keys: list[Recipe] = [key for key in asked if rng.random() < ASKED]
        keys += [self.maker.key() for _ in range(rng.choice((0, 1, 2) if asked else (1, 1, 2, 3)))]
        values = [(self.make(result, depth + 1) if result else None) or any_plain(rng) for _ in keys]
        return Attribute(Dictionary(tuple(dict(zip(keys, values, strict=True)).items())), "get")

    def _function(self, uses: dict[str, Any], depth: int) -> Recipe:
        result = uses.get("result") or {}
        body = self.make(result, depth + 1) if result else None
        if body is None:
            body = self.maker.rng.choice((Const(None), Const(True), Const(1), Const("abc"), Sequence("list", ())))
        return Function("*args, **kwargs", body)

    def _with_items(self, items: dict[str, Any], depth: int) -> Recipe:
        pairs: list[tuple[Recipe, Recipe]] = []
        for key, uses in items.items():
            try:
                recipe = self.maker.live.reader().expression(key)
            except Exception:
                continue
            value = self.make(uses or {}, depth + 1) or any_plain(self.maker.rng)
            pairs.append((recipe, value))
        numbers = all(isinstance(k, Const) and isinstance(k.value, int) for k, _ in pairs)
        if pairs and numbers and self.maker.rng.random() < 0.8:
            return Sequence(
                self.maker.rng.choice(("list", "tuple")), tuple(v for _, v in pairs) * self.maker.rng.choice((1, 1, 2))
            )
        kept = [p for p in pairs if self.maker.rng.random() < 0.8]
        return Dictionary(tuple(kept))

    def _by_operation(self, uses: dict[str, Any], depth: int) -> list[Recipe | None]:
        rng = self.maker.rng
        found: list[Recipe | None] = []
        operators = set(uses.get("operators") or ())
        if operators & NUMERIC_OPERATORS:
            found += [plain("builtins.int", rng), plain("builtins.int", rng), plain("builtins.float", rng)]
        if operators & {"+", "%"}:
            found += [plain("builtins.str", rng), plain("builtins.int", rng)]
        if "contains" in operators:
            found += [plain("builtins.str", rng), *self._holding(uses.get("element") or {}, depth)]
        if operators & {"setitem", "delitem"} and not uses.get("items"):
            found += [self._keyed(uses.get("element") or {}, depth), rng.choice(SMALL[:2])]
        if uses.get("awaited"):
            from .from_hint import ANSWER

            found += [Call(ANSWER, (any_plain(rng),))] * 2
        if uses.get("entered"):
            found.append(Call(Name("contextlib", "nullcontext"), (any_plain(rng),)))
        if uses.get("iterated") or uses.get("indexed") or uses.get("element"):
            found += self._iterables(uses.get("element") or {}, depth)
            if not uses.get("iterated"):
                found += [self._keyed(uses.get("element") or {}, depth)] * 3
        if uses.get("truth_tested"):
            found += [Const(True), Const(False)]
        return found

    def _holding(self, element: dict[str, Any], depth: int) -> list[Recipe | None]:
        """Collections that are asked whether they hold something: now and then they do."""
        rng = self.maker.rng
        held = (self.make(element, depth + 1) if element else None) or self.maker.key()
        found: list[Recipe | None] = [Sequence(rng.choice(("list", "tuple")), (held,)), Sequence("list", ())]
        if isinstance(held, Const):
            found += [Dictionary(((held, any_plain(rng)),)), Sequence("set", (held,))]
        return found

    def _iterables(self, element: dict[str, Any], depth: int) -> list[Recipe | None]:
        rng = self.maker.rng
        item = self.make(element, depth + 1) if element else any_plain(rng)
        other = self.make(element, depth + 1) if element else any_plain(rng)
        found: list[Recipe | None] = [rng.choice(SMALL), plain("builtins.str", rng)]
        if item is not None and other is not None:
            found += [Sequence("list", (item,)), Sequence("list", (item, other)), Sequence("tuple", (item, other))]
        if element and not element.get("attributes"):
            found.append(rng.choice(SQUARES))
        return [*found, Sequence("list", ()), Call(Name("builtins", "iter"), (rng.choice(SMALL[:2]),))]

    def any_callable(self) -> Recipe:
        rng = self.maker.rng
        if self.maker.has("callbacks") and rng.random() < EVENTFUL:
            return eventful(rng, self._caught_here())
        return any_function(rng)

    def _caught_here(self) -> list[Recipe]:
        """The classes of exceptions that the module has handlers for."""
        if self._caught is None:
            kinds = [self.maker.live.resolve(source) for source in self.maker.live.facts.caught]
            raised = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception)]
            named = [self.maker.objects.class_recipe(kind) for kind in raised]
            self._caught = [name for name in named if name is not None]
        return self._caught


def _answers_by_key(name: str, uses: dict[str, Any]) -> bool:
    """A method that is asked for one thing among others, by its name or by what it is asked."""
    if not set(uses.get("argument_counts") or ()) <= {1, 2}:
        return False
    return bool(uses.get("asked_for")) or any(word in name.lower() for word in ("get", "find", "lookup", "fetch"))


def _value_uses(attributes: dict[str, Any]) -> dict[str, Any]:
    """How the body uses a mapping's values: what `get`, `values` or `items` gave it."""
    for name in ("get", "pop", "setdefault"):
        result = (attributes.get(name) or {}).get("result")
        if result:
            return dict(result)
    element = ((attributes.get("values") or {}).get("result") or {}).get("element")
    if element:
        return dict(element)
    pair = ((attributes.get("items") or {}).get("result") or {}).get("element") or {}
    return dict((pair.get("items") or {}).get("1") or {})
