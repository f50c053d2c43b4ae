"""Conjectures that a class compares as it should: equal ones hash alike, of two exactly one is the smaller, or neither."""

from __future__ import annotations

from collections.abc import Iterator

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.conjecture import Context, alternatives, spoken
from testwright.python_source.model import ClassModel, ParameterModel

__all__ = ["consistent_comparisons"]


def consistent_comparisons(context: Context) -> Iterator[PropertyTest]:
    """Only for what the class writes itself: what a decorator makes is not its own."""
    for cls in context.model.classes:
        own = {f.name: f.qualname for f in context.model.functions if f.class_name == cls.qualname}
        if "__lt__" in own:
            operators = tuple(own[name] for name in ("__lt__", "__gt__", "__eq__", "__le__") if name in own)
            body = ("assert (a < b) == (b > a)", "assert [a < b, a == b, a > b].count(True) == 1")
            yield from _one(cls, context, "order_is_consistent", body, ("a < b, a == b, a > b",), operators)
        if "__eq__" in own:
            body = ("assert (a == b) == (b == a)", "assert a == a")
            yield from _one(cls, context, "equality_is_symmetric", body, ("a == b, a == a",), (own["__eq__"],))
        if "__eq__" in own and "__hash__" in own:
            body = ("if a == b:", "    assert hash(a) == hash(b)")
            both = (own["__eq__"], own["__hash__"])
            yield from _one(cls, context, "equal_ones_hash_alike", body, ("a == b, hash(a), hash(b)",), both)


def _one(
    cls: ClassModel,
    context: Context,
    what: str,
    body: tuple[str, ...],
    bare: tuple[str, ...],
    targets: tuple[str, ...],
) -> Iterator[PropertyTest]:
    instances = context.strategies.of_class(cls)
    if instances is None:
        return
    test = PropertyTest(
        name=f"test_{spoken(cls.name)}_{what}",
        kind="ordering",
        statement=" and ".join(line.strip().removeprefix("assert ") for line in body),
        targets=targets,
        draws=(),
        body=body,
        bare=bare,
        imports=frozenset({(context.model.module, cls.name)}),
    )
    drawn = [(name, instances, ParameterModel(name, "positional-or-keyword")) for name in ("a", "b")]
    yield from alternatives(test, drawn)
