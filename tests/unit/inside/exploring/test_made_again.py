"""When a recorded value and the one that was made again count as the same."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.exploring.made_again import looks_like

CUT = ["cut", "list", 100, "", ["list"]]
CART = ["object", "shop:Cart", 1, ["owner", "ann"], ["lines", ["list"]]]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        *(
            (1, 1),
            (["list", 1, [CUT]], ["list", 1, [CUT]]),
            (CUT, ["list"]),
            (["dict", ["a", CUT]], ["dict", ["a", 1]]),
        ),
        *((["opaque", "io:File", "file"], None), (["secret", "xy"], "ab"), (["is", 1, ["list"]], ["list"])),
        (CART, ["object", "shop:Cart", 7, ["lines", ["list"]], ["owner", "ann"]]),
        (["object", "tests.test_shop:test_a.<locals>.Cart", 1], ["object", "helpers_of_the_test:Cart", 1]),
        (
            ["items", "shop:Bag", 1, ["dict", ["a", 1]], ["n", 1]],
            ["items", "shop:Bag", 4, ["dict", ["a", 1]], ["n", 1]],
        ),
        (["name", "tests.a:f"], ["name", "helpers_of_the_test:f"]),
    ],
)
def test_they_are_alike_as_far_as_both_are_known(was: Any, now: Any) -> None:
    assert looks_like(was, now)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        *(
            (1, True),
            (1, 1.0),
            (["list", 1], ["list", 2]),
            (["list", 1], ["tuple", 1]),
            (["list"], ["list", 1]),
            (None, []),
        ),
        (CART, ["object", "shop:Cart", 1, ["owner", "bob"], ["lines", ["list"]]]),
        (CART, ["object", "shop:Cart", 1, ["owner", "ann"]]),
        (CART, ["object", "shop:Basket", *CART[2:]]),
        (
            ["items", "shop:Bag", 1, ["dict", ["a", 1]], ["n", 1]],
            ["items", "shop:Bag", 1, ["dict", ["a", 1]], ["n", 2]],
        ),
        (["name", "a:f"], ["name", "a:g"]),
        (["float", "nan"], ["float", "inf"]),
    ],
)
def test_they_are_not_alike(was: Any, now: Any) -> None:
    assert not looks_like(was, now)
