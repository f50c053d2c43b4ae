"""Holds the steps that hooks of Kolo's are given and give, each with the lines that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["STEPS", "Lines", "paired"]


class Lines:
    """The lines of a test as they are gathered; blocks are indented."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.imports: list[str] = []
        self._depth = 0

    def add(self, text: str, imports: Iterable[Any] = ()) -> None:
        self.found += [f"{'    ' * self._depth}{line}" for line in text.splitlines() if line.strip()]
        self.imports += [str(getattr(each, "import_path", each)) for each in imports]

    def block(self, text: str, imports: Iterable[Any] = ()) -> None:
        self.add(f"with {text}:", imports)
        self._depth += 1

    def end(self) -> None:
        self._depth = max(0, self._depth - 1)


@dataclass(frozen=True)
class Import:
    import_path: str


@dataclass(frozen=True)
class DjangoField:
    name: str
    value: str
    imports: frozenset[Any] = frozenset()


class Step:
    def write(self, lines: Lines) -> None:
        """Adds nothing: it marks a place."""


@dataclass
class CodeComment(Step):
    comment: str

    def write(self, lines: Lines) -> None:
        """Comments are not kept: lines of tests are statements."""


@dataclass
class EmptyLine(Step):
    pass


@dataclass
class ModuleImports(Step):
    pass


@dataclass
class Code(Step):
    code: str
    imports: set[Any] = field(default_factory=set)

    def write(self, lines: Lines) -> None:
        lines.add(self.code, self.imports)


@dataclass
class TestFunction(Step):
    name: str
    fixtures: tuple[str, ...] = ()

    __test__ = False


@dataclass
class EndTestFunction(Step):
    pass


@dataclass
class With(Step):
    call: str
    args: tuple[str, ...] = ()
    defines_variable_name: str | None = None
    imports: set[Any] = field(default_factory=set)

    def write(self, lines: Lines) -> None:
        named = f" as {self.defines_variable_name}" if self.defines_variable_name else ""
        lines.block(f"{self.call}({', '.join(self.args)}){named}", self.imports)


@dataclass
class StartTimeTravel(Step):
    call: str
    args: tuple[str, ...] = ()
    imports: set[Any] = field(default_factory=set)

    def write(self, lines: Lines) -> None:
        lines.block(f"{self.call}({', '.join(self.args)})", self.imports)


@dataclass
class EndWith(Step):
    def write(self, lines: Lines) -> None:
        lines.end()


class EndTimeTravel(EndWith):
    pass


@dataclass
class AssertEqual(Step):
    left: str
    right: str
    imports: set[Any] = field(default_factory=set)

    def write(self, lines: Lines) -> None:
        lines.add(f"assert {self.left} == {self.right}", self.imports)


@dataclass
class AssertStatusCode(Step):
    status_code: int

    def write(self, lines: Lines) -> None:
        lines.add(f"assert response.status_code == {self.status_code}")


@dataclass
class AssertResponseJson(Step):
    response_json: Any

    def write(self, lines: Lines) -> None:
        lines.add(f"assert response.json() == {self.response_json!r}")


@dataclass
class AssertTemplateUsed(Step):
    template_name: str

    def write(self, lines: Lines) -> None:
        lines.add(f"assert {self.template_name!r} in [template.name for template in response.templates]")


@dataclass
class DjangoTestClient(Step):
    method: str
    path_info: str
    query_params: dict[str, Any] = field(default_factory=dict)
    request_body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)

    def write(self, lines: Lines) -> None:
        data = self.query_params or self.request_body
        given = [repr(self.path_info), *([repr(data)] if data else [])]
        given += [f"headers={self.headers!r}"] if self.headers else []
        lines.add(f"response = client.{self.method.lower()}({', '.join(given)})")


@dataclass
class ModelCreate(Step):
    module: str
    model: str
    fields: list[DjangoField]
    defaults: list[DjangoField] = field(default_factory=list)
    defines_variable_name: str = ""
    method: str = "get_or_create"

    def write(self, lines: Lines) -> None:
        given = _given(self.fields)
        if self.method == "get_or_create" and self.defaults:
            pairs = ", ".join(f"{each.name!r}: {each.value}" for each in self.defaults)
            given.append(f"defaults={{{pairs}}}")
        elif self.method != "get_or_create":
            given += _given(self.defaults)
        many = ", _" if self.method == "get_or_create" and self.defines_variable_name else ""
        name = f"{self.defines_variable_name}{many} = " if self.defines_variable_name else ""
        call = f"{name}{self.model}.objects.{self.method}({', '.join(given)})"
        lines.add(call, [f"from {self.module} import {self.model}", *_imports([*self.fields, *self.defaults])])


@dataclass
class FactoryCreate(Step):
    module: str
    factory: str
    fields: list[DjangoField]
    defines_variable_name: str = ""

    def write(self, lines: Lines) -> None:
        name = f"{self.defines_variable_name} = " if self.defines_variable_name else ""
        imports = [f"from {self.module} import {self.factory}", *_imports(self.fields)]
        lines.add(f"{name}{self.factory}({', '.join(_given(self.fields))})", imports)


@dataclass
class ModelUpdate(Step):
    model: str
    fields: list[DjangoField]
    references_variable_name: str

    def write(self, lines: Lines) -> None:
        for each in self.fields:
            lines.add(f"{self.references_variable_name}.{each.name} = {each.value}", each.imports)
        lines.add(f"{self.references_variable_name}.save()")


@dataclass
class AssertInsert(Step):
    module: str
    model: str
    lookup_fields: list[DjangoField]
    assert_fields: list[DjangoField]
    defines_variable_name: str

    def write(self, lines: Lines) -> None:
        name, given = self.defines_variable_name, ", ".join(_given(self.lookup_fields))
        imports = [f"from {self.module} import {self.model}", *_imports(self.lookup_fields)]
        lines.add(f"{name} = {self.model}.objects.get({given})", imports)
        for each in self.assert_fields:
            lines.add(f"assert {name}.{each.name} == {each.value}", each.imports)


@dataclass
class AssertUpdate(Step):
    model: str
    fields: list[DjangoField]
    references_variable_name: str

    def write(self, lines: Lines) -> None:
        lines.add(f"{self.references_variable_name}.refresh_from_db()")
        for each in self.fields:
            lines.add(f"assert {self.references_variable_name}.{each.name} == {each.value}", each.imports)


@dataclass
class AssertDelete(Step):
    module: str
    model: str
    fields: list[DjangoField]

    def write(self, lines: Lines) -> None:
        imports = [f"from {self.module} import {self.model}", *_imports(self.fields)]
        lines.add(f"assert not {self.model}.objects.filter({', '.join(_given(self.fields))}).exists()", imports)


def _given(fields: Iterable[DjangoField]) -> list[str]:
    return [f"{each.name}={each.value}" for each in fields]


def _imports(fields: Iterable[DjangoField]) -> list[Any]:
    return [one for each in fields for one in each.imports]


_PAIRS: dict[type[Step], type[Step]] = {
    TestFunction: EndTestFunction,
    With: EndWith,
    StartTimeTravel: EndTimeTravel,
}
STEPS: dict[str, Any] = {
    each.__name__: each
    for each in (
        *(Import, DjangoField, Step, CodeComment, EmptyLine, ModuleImports, Code, TestFunction, EndTestFunction, With),
        *(
            EndWith,
            StartTimeTravel,
            EndTimeTravel,
            AssertEqual,
            AssertStatusCode,
            AssertResponseJson,
            AssertTemplateUsed,
        ),
        *(DjangoTestClient, ModelCreate, FactoryCreate, ModelUpdate, AssertInsert, AssertUpdate, AssertDelete),
    )
}


def paired(steps: Sequence[Any], kind: type[Any]) -> Iterator[slice]:
    """The places of the steps of that class; of those that begin something, up to their end."""
    end = _PAIRS.get(kind)
    for place, step in enumerate(steps):
        if type(step) is kind:
            last = place
            if end is not None:
                last = next((at for at in range(place, len(steps)) if type(steps[at]) is end), len(steps) - 1)
            yield slice(place, last + 1)
