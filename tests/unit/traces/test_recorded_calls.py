"""How recorded calls become what exploring begins with: values made again as they were, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testwright.inside.recipes import Attribute, Call, Const, Name, Recipe, Sequence, Variable, from_plain
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


def added(before: list[Any], after: list[Any], name: str, item: str) -> Span:
    arguments = {"self": ["object", "shop.cart:Cart", 1, *before], "item": item}
    return call(
        f"shop.cart:Cart.{name}", arguments, after=[["self", ["object", "shop.cart:Cart", 1, *after]]], kind="function"
    )


def held(*lines: str) -> list[Any]:
    return [["owner", "ann"], ["lines", ["list", *lines]]]


def test_an_object_that_methods_changed_is_changed_again_in_their_order() -> None:
    begun = ["object", "shop.cart:Cart", 1]
    found = taken(
        call("shop.cart:Cart.total", {"self": ["object", "shop.cart:Cart", 4, *held("tea", "cup")]}),
        added(held("tea"), held("tea", "cup"), "add", "cup"),
        added(held(), held("tea"), "add", "tea"),
        added(held(), held("salt"), "_add_quietly", "salt"),
        call("shop.cart:Cart.__init__", {"self": begun, "owner": "ann"}, after=[["self", EMPTY]]),
        call("shop.cart:Cart.clear", {"self": ["object", "shop.cart:Cart", 4, *held("salt")]}),
    )
    calls = {
        (each["function"], len(each["was"]["arguments"]["self"] or ())): each for each in found.of("src/shop/cart.py")
    }
    total = calls["Cart.total", 5]
    assert total["arguments"]["self"] == ["variable", "given_self"]
    made, first, second = (from_plain(recipe) for recipe, _, _ in total["steps"])
    assert made == Call(Name("shop.cart", "Cart"), (Const("ann"),))
    assert [step.args for step in (first, second)] == [(Const("tea"),), (Const("cup"),)]  # type: ignore[union-attr]
    assert calls["Cart.clear", 5]["arguments"]["self"] is None  # a private method says how the class works within


def test_a_property_that_changed_an_object_is_got_and_not_called() -> None:
    begun = ["object", "shop.cart:Cart", 1]
    found = RecordedCalls(None, Nowhere())
    found.take(
        [
            call("shop.cart:Cart.__init__", {"self": begun, "owner": "ann"}, after=[["self", EMPTY]]),
            call(
                "shop.cart:Cart.note",
                {"self": EMPTY},
                after=[["self", ["object", "shop.cart:Cart", 1, *held("note")]]],
                kind="function",
            ),
            call("shop.cart:Cart.total", {"self": ["object", "shop.cart:Cart", 4, *held("note")]}),
        ]
    )
    total = next(each for each in found.of("src/shop/cart.py") if each["function"] == "Cart.total")
    assert from_plain(total["steps"][1][0]) == Attribute(Variable("given_self"), "note")


def test_other_ways_to_make_an_object_go_along() -> None:
    class Source(Nowhere):
        def parameters(self, module: str, qualname: str) -> list[tuple[str, bool]] | None:
            return [("owner", True)]

    found = RecordedCalls(None, Source())
    found.take([call("shop.cart:show", {"cart": EMPTY})])
    plain = only(found)
    (bare,) = plain["otherwise"]
    kind = Name("shop.cart", "Cart")
    assert from_plain(plain["steps"][0][0]) == Call(kind, (), (("owner", Const("ann")),))
    assert from_plain(bare["steps"][0][0]) == Call(Attribute(kind, "__new__"), (kind,))


def test_an_object_is_of_its_own_class_and_not_of_the_one_that_has_the_constructor() -> None:
    class Source(Nowhere):
        def defines_constructor(self, module: str, qualname: str) -> bool:
            return qualname == "Special"

    found = RecordedCalls(None, Source())
    below = ["object", "shop.cart:Small", 1, ["owner", "ann"]]
    special = ["object", "shop.cart:Special", 1, ["owner", "bob"]]
    spans = [
        call(
            "shop.cart:Cart.__init__",
            {"self": ["object", "shop.cart:Small", 1], "owner": "ann"},
            after=[["self", below]],
        ),
        call(
            "shop.cart:Cart.__init__",
            {"self": ["object", "shop.cart:Special", 1], "owner": "b"},
            after=[["self", special]],
        ),
        call("shop.cart:show", {"cart": below}),
        call("shop.cart:show", {"cart": special}),
    ]
    found.take(spans)
    shown = [
        from_plain(each["arguments"]["cart"]) for each in found.of("src/shop/cart.py") if each["function"] == "show"
    ]
    assert shown[0] == Call(Name("shop.cart", "Small"), (Const("ann"),))
    assert shown[1] != Call(Name("shop.cart", "Cart"), (Const("b"),))


def test_what_a_call_gave_goes_along() -> None:
    gave = only(taken(call("shop.cart:total", {"numbers": ["list", 1]}, returned=1, kind="function")))
    assert gave["was"] == {
        "arguments": {"numbers": ["list", 1]},
        "rest": [],
        "keywords": {},
        "returned": 1,
        "kind": "function",
    }
    assert gave["spans"] == [["trc_1", 1]]


def test_the_digests_of_sources_are_kept() -> None:
    assert taken(call("shop.cart:total", {}, source="0f0f")).sources == {"src/shop/cart.py": "0f0f"}


class Nowhere:
    """Nothing is known of the source."""

    def parameters(self, module: str, qualname: str) -> list[tuple[str, bool]] | None:
        return None

    def has_constructor(self, module: str, qualname: str) -> bool:
        return False

    def defines_constructor(self, module: str, qualname: str) -> bool:
        return False

    def is_attribute(self, module: str, qualname: str) -> bool:
        return qualname == "Cart.note"

    def stand_in(self, module: str, qualname: str) -> Recipe | None:
        return None

    def function(
        self, module: str, qualname: str, place: tuple[str, int, int], held: Mapping[str, Recipe]
    ) -> Recipe | None:
        return None
