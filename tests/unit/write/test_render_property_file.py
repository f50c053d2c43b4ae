"""Files of properties look as a person writes them."""

from __future__ import annotations

from testwright.nouns import PropertyEvidence, PropertyTest, PropertyTrial
from testwright.write.render_property_file import render_property_file

ROUND_TRIP = PropertyTest(
    name="test_decode_undoes_encode",
    kind="round trip",
    statement="decode(encode(data)) == data",
    targets=("encode", "decode"),
    draws=(("data", "st.text(alphabet=string.printable)"),),
    body=("assert decode(encode(data)) == data",),
    bare=("decode(encode(data))",),
    imports=frozenset({("shop.codes", "encode"), ("shop.codes", "decode"), ("string", "")}),
)
VERSION = "st.builds(Version, major=st.integers(), minor=st.integers(), label=st.sampled_from(['a', 'b']))"
SYMMETRIC = PropertyTest(
    name="test_version_equality_is_symmetric",
    kind="ordering",
    statement="(a == b) == (b == a)",
    targets=("Version.__eq__",),
    draws=(("a", VERSION), ("b", VERSION)),
    body=("assert (a == b) == (b == a)",),
    bare=("a == b",),
    imports=frozenset({("shop.codes", "Version"), ("contextlib", "suppress")}),
    decorators=('@pytest.mark.filterwarnings("ignore::DeprecationWarning")',),
)
PROVEN = PropertyEvidence(
    "test_decode_undoes_encode",
    (PropertyTrial("hard", 300, "passed"), *(PropertyTrial(str(n), 1000, "passed") for n in (1, 2, 3))),
    frozenset({4, 5}),
    reached=9,
)
EXPECTED = '''"""Properties of shop.codes, proven by running (testwright 1, seed 7)."""

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.codes import Version, decode, encode

VERSIONS = st.builds(
    Version,
    major=st.integers(),
    minor=st.integers(),
    label=st.sampled_from(["a", "b"]),
)


# proof: 1000 examples × 3 seeds · catches 2 of 9 mutants
@given(st.text(alphabet=string.printable))
def test_decode_undoes_encode(data):
    assert decode(encode(data)) == data


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@given(VERSIONS, VERSIONS)
def test_version_equality_is_symmetric(a, b):
    assert (a == b) == (b == a)
'''


def test_the_whole_file():
    proofs = {PROVEN.name: PROVEN}
    text = render_property_file([ROUND_TRIP, SYMMETRIC], module="shop.codes", version="1", seed=7, proofs=proofs)
    assert text == EXPECTED


def test_for_trials_it_has_statements_and_twins_that_assert_nothing():
    text = render_property_file([ROUND_TRIP], module="m", version="1", seed=7, preamble="X = 1", twins=True)
    assert "\n\nX = 1\n\n\n@given" in text
    assert "def test_decode_undoes_encode__bare(data):\n    decode(encode(data))\n" in text
