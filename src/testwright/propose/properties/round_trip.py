"""Conjectures that one function undoes another: decode(encode(x)) == x, in one module, across two, or in a class."""

from __future__ import annotations

from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.callables import Subject, variables
from testwright.propose.properties.conjecture import Context, alternatives, equal, spoken
from testwright.propose.properties.inverse_names import inverse_names
from testwright.propose.properties.strategies import Strategies, Strategy, compared_by_value
from testwright.python_source.model import ClassModel, FunctionModel, ParameterModel

__all__ = ["round_trips"]

_KIND = "round trip"
_FROM_TEXT = ("parse", "from_string", "from_str", "fromstring", "from_text", "loads", "decode")


def round_trips(context: Context) -> Iterator[PropertyTest]:
    """For pairs of functions, then for classes with methods that take them apart and build them."""
    others = [*context.subjects, *context.beside]
    for forward in context.subjects:
        for name, lossless in inverse_names(forward.name):
            for backward in others:
                if backward.name == name and _alike(forward, backward):
                    yield from _of_functions(forward, backward, context, lossless)
        yield from _across(forward, context)
    for cls in context.model.classes:
        yield from _of_class(cls, context)


def _across(backward: Subject, context: Context) -> Iterator[PropertyTest]:
    """What this module undoes is done in a module beside it."""
    for forward in context.beside:
        for name, lossless in inverse_names(forward.name):
            if backward.name == name and _alike(forward, backward):
                yield from _of_functions(forward, backward, context, lossless)


def _alike(forward: Subject, backward: Subject) -> bool:
    """Both take one value, and beside it the same."""
    if forward.function.class_name != backward.function.class_name:
        return False
    if forward.module != backward.module and forward.expression == backward.expression:
        return False
    return [p.name for p in forward.required[1:]] == [p.name for p in backward.required[1:]]


def _of_functions(forward: Subject, backward: Subject, context: Context, lossless: bool) -> Iterator[PropertyTest]:
    names = variables([p.name for p in forward.required], [forward.imported[1], backward.imported[1]])
    value, *rest = names
    back = backward.call(forward.call(*names), *rest)
    first, sure = _first_strategy(forward, backward, context.strategies)
    test = PropertyTest(
        name=f"test_{spoken(backward)}_undoes_{spoken(forward)}",
        kind=_KIND,
        statement=f"{back} == {value}",
        targets=tuple(s.expression for s in (forward, backward) if s.module == context.model.module),
        draws=(),
        body=equal(back, value, name="back"),
        bare=(back,),
        imports=frozenset({forward.imported, backward.imported}),
        strong=lossless and sure,
        documented=context.model.raises_names,
    )
    drawn = list(zip(names, [first, *forward.drawn[1:]], forward.required, strict=True))
    # One word of small letters comes back from nearly anything: only where all should is that worth saying.
    yield from (t for t in alternatives(test, drawn) if lossless or "ascii_lowercase" not in t.draws[0][1])


def _first_strategy(forward: Subject, backward: Subject, strategies: Strategies) -> tuple[Strategy, bool]:
    """What the backward function says that it gives is what can come back; whether that is what the forward one takes."""
    taken, annotation = forward.drawn[0], forward.required[0].annotation or ""
    given = strategies.of_annotation(backward.returns or None)
    if given is None:
        return taken, False
    if given.source == taken.source:
        return taken, not taken.guessed and not taken.source.startswith("st.floats")
    if given.source in taken.source.split(" | ") or not annotation:
        return given, bool(annotation)
    return taken, False


def _of_class(cls: ClassModel, context: Context) -> Iterator[PropertyTest]:
    instances = context.strategies.of_class(cls)
    if instances is None or not compared_by_value(cls) or cls.kind == "enum":
        return
    methods = {f.name: f for f in context.model.functions if f.class_name == cls.qualname}
    (variable,) = variables([spoken(cls.name)], [cls.name])
    for forward, backward in _method_pairs(methods):
        taken = f"str({variable})" if forward.name == "__str__" else f"{variable}.{forward.name}()"
        back = f"{cls.name}.{backward.name}({taken})"
        text = "its_text" if forward.name == "__str__" else spoken(forward.name)
        test = PropertyTest(
            name=f"test_{spoken(cls.name)}_{spoken(backward.name)}_undoes_{text}",
            kind=_KIND,
            statement=f"{back} == {variable}",
            targets=(forward.qualname, backward.qualname),
            draws=(),
            body=equal(back, variable, name="back"),
            bare=(back,),
            imports=frozenset({(context.model.module, cls.name)}),
            strong=forward.name != "__str__",
            documented=context.model.raises_names,
        )
        yield from alternatives(test, [(variable, instances, ParameterModel(variable, "positional-or-keyword"))])


def _method_pairs(methods: dict[str, FunctionModel]) -> Iterator[tuple[FunctionModel, FunctionModel]]:
    for name, forward in methods.items():
        if forward.kind != "method" or forward.is_async or _required(forward) != 1:
            continue
        undone_by = _FROM_TEXT if name == "__str__" else tuple(each for each, _ in inverse_names(name))
        for other in undone_by:
            backward = methods.get(other)
            bound = 2 if backward is not None and backward.kind == "classmethod" else 1
            if backward is not None and backward.kind in ("classmethod", "staticmethod"):
                if not backward.is_async and _required(backward) == bound:
                    yield forward, backward
                    break


def _required(function: FunctionModel) -> int:
    return sum(p.default is None and not p.kind.startswith("var-") for p in function.parameters)
