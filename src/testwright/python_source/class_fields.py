"""Says what kind of class a class is, and which fields its constructor takes, inherited ones first."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping

from .definitions import ClassSite, Definitions
from .model import Field
from .source_text import decorator_names, dotted, source_of

__all__ = ["class_attributes", "class_kind", "fields_of", "functional_class"]

_ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum", "EnumType", "TextChoices", "IntegerChoices"}
_PYDANTIC = {"BaseModel", "BaseSettings", "RootModel", "GenericModel", "SQLModel"}
_ATTRS = {"attr.s", "attr.attrs", "attr.dataclass", "attrs.define", "attrs.frozen", "attrs.mutable", "attr.define"}
_ATTRS |= {"attr.frozen", "attr.mutable", "define", "frozen", "mutable", "attr.attributes", "attrs"}
_DATACLASSES = {"dataclass", "dataclasses.dataclass", "pydantic.dataclasses.dataclass", "dataclass_transform"}
_MAKERS = {"namedtuple": "namedtuple", "NamedTuple": "namedtuple", "TypedDict": "typeddict"}
_MAKERS |= dict.fromkeys(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"), "enum")
_EXCEPTIONS = {
    name for name, thing in vars(builtins).items() if isinstance(thing, type) and issubclass(thing, BaseException)
}
_FIELD_CALLS = {"field", "Field", "ib", "attrib", "PrivateAttr"}
_EXCEPTION_ENDINGS = ("Error", "Exception", "Warning")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def class_kind(site: ClassSite, definitions: Definitions) -> str:
    """The kind as in ClassModel, from decorators first, then from the bases, those in the module followed."""
    decorated = set(decorator_names(site.node))
    if decorated & _DATACLASSES:
        return "dataclass"
    if decorated & _ATTRS:
        return "attrs"
    direct = _direct_kind(site)
    if direct:
        return direct
    for ancestor in definitions.ancestry(site.qualname):
        if ancestor.qualname != site.qualname:
            inherited = class_kind_alone(ancestor)
            if inherited not in ("", "protocol"):
                return "plain" if inherited == "abc" and not _own_abstract(site) else inherited
    return "abc" if _own_abstract(site) else "plain"


def class_kind_alone(site: ClassSite) -> str:
    """The kind that a class's own decorators and bases show, "" for none."""
    decorated = set(decorator_names(site.node))
    if decorated & _DATACLASSES:
        return "dataclass"
    return "attrs" if decorated & _ATTRS else _direct_kind(site)


def _direct_kind(site: ClassSite) -> str:
    names = [_last(base) for base in site.bases]
    if any(name in _ENUMS for name in names):
        return "enum"
    for name, kind in (("NamedTuple", "namedtuple"), ("namedtuple", "namedtuple"), ("TypedDict", "typeddict")):
        if name in names:
            return kind
    if any(name in _PYDANTIC for name in names):
        return "pydantic"
    if any(name in _EXCEPTIONS or name.endswith(_EXCEPTION_ENDINGS) for name in names):
        return "exception"
    if "Protocol" in names:
        return "protocol"
    meta = next((dotted(k.value) for k in site.node.keywords if k.arg == "metaclass"), "")
    if _last(meta) in ("EnumMeta", "EnumType"):
        return "enum"
    return "abc" if "ABC" in names or _last(meta) == "ABCMeta" else ""


def _own_abstract(site: ClassSite) -> bool:
    return any("abstractmethod" in map(_last, decorator_names(m.node)) for m in site.methods.values())


def fields_of(site: ClassSite, definitions: Definitions) -> tuple[Field, ...]:
    """The fields of the class; a redefined one keeps its first place, as in the class itself."""
    found: dict[str, Field] = {}
    for ancestor in reversed(list(definitions.ancestry(site.qualname))):
        kind = class_kind(ancestor, definitions)
        for one in _own_fields(ancestor, kind):
            found[one.name] = one
    return tuple(found.values())


def _own_fields(site: ClassSite, kind: str) -> Iterator[Field]:
    if kind == "enum":
        yield from _members(site.node)
    elif kind in ("dataclass", "attrs", "namedtuple", "typeddict", "pydantic"):
        for base in site.node.bases:
            if isinstance(base, ast.Call):
                yield from _called_fields(base)
        if kind == "dataclass" and not set(decorator_names(site.node)) & _DATACLASSES:
            return  # its annotations make no fields without the decorator
        yield from _annotated(site.node, kind)


def _members(node: ast.ClassDef) -> Iterator[Field]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                elements = target.elts if isinstance(target, ast.Tuple) else [target]
                for name in elements:
                    if isinstance(name, ast.Name) and not name.id.startswith("_"):
                        yield Field(name.id, None, source_of(statement.value), name.id, False)


def _annotated(node: ast.ClassDef, kind: str) -> Iterator[Field]:
    keyword_only = _flag(node, "kw_only")
    total = next((_false(k.value) for k in node.keywords if k.arg == "total"), False) is False
    for statement in node.body:
        if kind == "attrs" and isinstance(statement, ast.Assign) and _is_field_call(statement.value):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            for name in names:
                yield from _field(name, None, statement.value, kind, keyword_only)
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        annotation = source_of(statement.annotation)
        if _last(annotation.strip("\"'")) == "KW_ONLY":
            keyword_only = True
        elif kind == "typeddict":
            yield _key(statement.target.id, annotation, total)
        elif _last(annotation.strip("\"'").partition("[")[0]) != "ClassVar":
            yield from _field(statement.target.id, annotation, statement.value, kind, keyword_only)


def _false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _flag(node: ast.ClassDef, name: str) -> bool:
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    return any(_true(k.value) for call in calls for k in call.keywords if k.arg == name)


def _key(name: str, annotation: str, total: bool) -> Field:
    """A key of a TypedDict; Required and NotRequired are taken off the annotation."""
    wrapper, _, inner = annotation.partition("[")
    if _last(wrapper) in ("Required", "NotRequired", "ReadOnly") and inner.endswith("]"):
        required = total if _last(wrapper) == "ReadOnly" else _last(wrapper) == "Required"
        return Field(name, inner[:-1], None, name, required)
    return Field(name, annotation, None, name, total)


def _is_field_call(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and _last(dotted(node.func)) in _FIELD_CALLS


def _field(name: str, annotation: str | None, value: ast.expr | None, kind: str, keyword_only: bool) -> Iterator[Field]:
    """The field, unless the constructor does not take it."""
    default: str | None = source_of(value) if value is not None else None
    argument = name.lstrip("_") if kind == "attrs" else name
    keyword_only = keyword_only or kind == "pydantic"
    if kind == "pydantic" and (name.startswith("_") or name == "model_config"):
        return
    if isinstance(value, ast.Call) and _is_field_call(value):
        options = {k.arg: k.value for k in value.keywords if k.arg is not None}
        if "init" in options and _false(options["init"]):
            return
        default = _default(value, options, kind)
        keyword_only = keyword_only or ("kw_only" in options and _true(options["kw_only"]))
        annotation = annotation or (source_of(options["type"]) if "type" in options else None)
        alias = options.get("alias")
        if isinstance(alias, ast.Constant) and isinstance(alias.value, str):
            argument = alias.value
    elif kind == "pydantic" and isinstance(value, ast.Constant) and value.value is ...:
        default = None
    yield Field(name, annotation, default, argument, default is None, keyword_only)


def _default(call: ast.Call, options: Mapping[str, ast.expr], kind: str) -> str | None:
    factory = options.get("default_factory") or options.get("factory")
    if factory is not None:
        written = source_of(factory)
        return f"({written})()" if isinstance(factory, ast.Lambda) else f"{written}()"
    positional = call.args[0] if call.args and kind in ("pydantic", "attrs") else None
    default = options.get("default", positional)
    if default is None or (isinstance(default, ast.Constant) and default.value is ...):
        return None
    if isinstance(default, ast.Call) and _last(dotted(default.func)) == "Factory" and default.args:
        written = source_of(default.args[0])
        return f"({written})()" if isinstance(default.args[0], ast.Lambda) else f"{written}()"
    return source_of(default)


# -- classes made by a call -------------------------------------------------------------------------------------------


def functional_class(statement: ast.stmt) -> tuple[str, str, tuple[Field, ...]] | None:
    """`P = namedtuple("P", "x y")` and the like: the bound name, the kind, the fields."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not isinstance(statement.value, ast.Call):
        return None
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    kind = _MAKERS.get(_last(dotted(statement.value.func)))
    if (
        kind is None
        or not isinstance(target, ast.Name)
        or len(statement.value.args) + len(statement.value.keywords) < 2
    ):
        return None
    return target.id, kind, tuple(_called_fields(statement.value))


def _called_fields(call: ast.Call) -> Iterator[Field]:
    maker = _last(dotted(call.func))
    kind = _MAKERS.get(maker)
    options = {k.arg: k.value for k in call.keywords if k.arg is not None}
    described = call.args[1] if len(call.args) > 1 else options.get("field_names") or options.get("names")
    if kind is None:
        return
    if kind == "typeddict":
        yield from _called_keys(described, options)
        return
    found = list(_named_items(described)) if described is not None else []
    defaults = options.get("defaults")
    values = [source_of(v) for v in defaults.elts] if isinstance(defaults, ast.Tuple | ast.List) else []
    first = len(found) - len(values)
    for place, (name, detail) in enumerate(found):
        if kind == "enum":
            yield Field(name, None, detail or str(place + 1), name, False)
        else:
            default = values[place - first] if place >= first else None
            yield Field(name, detail or None, default, name, default is None)


def _called_keys(described: ast.expr | None, options: Mapping[str, ast.expr]) -> Iterator[Field]:
    total = not ("total" in options and _false(options["total"]))
    if isinstance(described, ast.Dict):
        for key, value in zip(described.keys, described.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield _key(key.value, source_of(value), total)


def _named_items(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Names and what stands with them: `"a b"`, `["a", "b"]`, `[("a", int)]`, `{"a": 1}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from ((name, "") for name in node.value.replace(",", " ").split())
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            pair = element.elts if isinstance(element, ast.Tuple | ast.List) else [element]
            if pair and isinstance(pair[0], ast.Constant) and isinstance(pair[0].value, str):
                yield pair[0].value, source_of(pair[1]) if len(pair) > 1 else ""
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, source_of(value)


def class_attributes(node: ast.ClassDef) -> tuple[str, ...]:
    """The names that the class body binds by assignment."""
    found: dict[str, None] = {}
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(name, ast.Name):
                    found[name.id] = None
    return tuple(found)
