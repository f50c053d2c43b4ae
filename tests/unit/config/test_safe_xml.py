from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.config.safe_xml import EntityRefused, holdable, safe_parser, spelled, unspelled

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("\\u0001b\x00\x1f\ud800\uffff"))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>&b;</p>',
        b'<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>',
        b'<!DOCTYPE p [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd">%a;]><p/>',
    ],
)
def test_a_document_that_declares_entities_is_refused(content: bytes) -> None:
    with pytest.raises(EntityRefused, match="declares the entity 'a'"):
        safe_parser().Parse(content, True)


def test_plain_documents_are_read() -> None:
    seen: list[str] = []
    parser = safe_parser()
    parser.CharacterDataHandler = seen.append
    parser.Parse(b"<?xml version='1.0'?><p>a &amp; b</p>", True)
    assert seen == ["a & b"]


@given(ANY_TEXT)
def test_what_is_made_holdable_is_held(text: str) -> None:
    safe_parser().Parse(f"<p>{escape(holdable(text))}</p>".encode(), True)


@given(ANY_TEXT)
def test_what_is_spelled_can_be_read_back(text: str) -> None:
    assert unspelled(spelled(text)) == text
    assert holdable(spelled(text)) == spelled(text)


def test_what_xml_can_hold_stays_as_it_is() -> None:
    assert holdable("a\t\n\r<&\\ é 漢 \U0001f600") == "a\t\n\r<&\\ é 漢 \U0001f600"
    assert spelled("shop.cart:Cart.é") == "shop.cart:Cart.é"
