"""How recorded calls become what exploring begins with: values made again as they were, or not at all."""

from __future__ import annotations

from typing import Any

from testwright.inside.recipes import Call, Const, Name, Sequence, from_plain
from testwright.nouns.trace import Span
from testwright.traces.recorded_calls import RecordedCalls

TEA = ["object", "shop.cart:Line", 2, ["sku", "TEA"], ["quantity", 2]]
EMPTY = ["object", "shop.cart:Cart", 1, ["owner", "ann"], ["lines", ["list"]]]


def call(name: str, arguments: dict[str, Any], file: str = "src/shop/cart.py", **data: Any) -> Span:
    pairs = [[key, value] for key, value in arguments.items()]
    data = {"arguments": pairs, "rest": [], "keywords": [], "returned": None, **data}
    place = {"trace": "trc_1", "n": 1, "parent": 0, "kind": "call", "line": 1, "thread": "", "started": 0, "took": 0}
    return Span(**place, name=name, file=file, data=data)  # type: ignore[arg-type]


def taken(*spans: Span, fields: dict[str, list[str]] | None = None) -> RecordedCalls:
    known = {name: [(field, field) for field in each] for name, each in (fields or {}).items()}
    found = RecordedCalls(lambda module, qualname: known.get(f"{module}:{qualname}"))
    found.take(spans)
    return found


def only(found: RecordedCalls) -> dict[str, Any]:
    (plain,) = found.of("src/shop/cart.py")
    return plain


def test_values_are_made_again_as_they_were() -> None:
    plain = only(taken(call("shop.cart:total", {"numbers": ["list", 1, 2], "scale": 3}, keyword_only=["scale"])))
    assert (plain["function"], plain["positional"]) == ("total", ["numbers"])
    assert from_plain(plain["arguments"]["numbers"]) == Sequence("list", (Const(1), Const(2)))
    assert from_plain(plain["arguments"]["scale"]) == Const(3)


def test_objects_are_made_by_their_fields() -> None:
    plain = only(taken(call("shop.cart:price", {"line": TEA}), fields={"shop.cart:Line": ["sku", "quantity"]}))
    made = from_plain(plain["arguments"]["line"])
    assert made == Call(Name("shop.cart", "Line"), (), (("sku", Const("TEA")), ("quantity", Const(2))))


def test_an_object_is_made_as_it_was_made_until_it_changes() -> None:
    begun = ["object", "shop.cart:Cart", 1]
    changed = ["object", "shop.cart:Cart", 7, ["owner", "ann"], ["lines", ["list", "x"]]]
    same = ["object", "shop.cart:Cart", 9, ["lines", ["list"]], ["owner", "ann"]]
    found = taken(
        call("shop.cart:Cart.total", {"self": same}),
        call("shop.cart:Cart.add", {"self": changed}),
        call("shop.cart:Cart.__init__", {"self": begun, "owner": "ann"}, after=[["self", EMPTY]]),
    )
    total, added, _ = found.of("src/shop/cart.py")
    assert from_plain(total["arguments"]["self"]) == Call(Name("shop.cart", "Cart"), (Const("ann"),))
    assert added["arguments"]["self"] is None
    assert found.functions_of("src/shop/cart.py") == ["Cart.add", "Cart.total"]


def test_a_constructor_that_failed_makes_nothing() -> None:
    found = RecordedCalls()
    failed = call("shop.cart:Cart.__init__", {"self": EMPTY, "owner": "ann"})
    data = {key: value for key, value in failed.data.items() if key != "returned"}
    found.take([call("shop.cart:Cart.total", {"self": EMPTY}), Span(**{**_fields(failed), "data": data})])
    assert found.of("src/shop/cart.py")[0]["arguments"]["self"] is None


def _fields(span: Span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in Span.__dataclass_fields__}


def test_what_was_cut_or_cannot_be_looked_into_stands_as_nothing() -> None:
    plain = only(
        taken(call("shop.cart:read", {"text": ["cut", "str", 9000, "", "abc"], "file": ["opaque", "io:File", "file"]}))
    )
    assert plain["arguments"] == {"text": None, "file": None}


def test_the_same_call_is_told_once_and_functions_within_functions_not_at_all() -> None:
    span = call("shop.cart:total", {"numbers": ["list"]})
    found = taken(span, span, call("shop.cart:total.<locals>.inner", {"x": 1}))
    assert len(found.of("src/shop/cart.py")) == 1
    assert found.files == ["src/shop/cart.py"]


def test_nonsense_from_elsewhere_breaks_nothing() -> None:
    odd = {"arguments": [1, ["a"], ["b", 2]], "keywords": "x", "rest": None, "keyword_only": None}
    plain = only(taken(Span(**{**_fields(call("shop.cart:f", {})), "data": odd})))
    assert plain["positional"] == ["b"]
