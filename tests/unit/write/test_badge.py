"""A badge is well-formed whatever it says, and its colour follows the figure."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from testwright.write.badge import badge, colour_of


def test_a_badge_says_label_and_value_also_to_a_screen_reader():
    root = ElementTree.fromstring(badge('a <"b">', "82.1%", "#123456"))
    assert root.attrib["aria-label"] == 'a <"b">: 82.1%'
    assert [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")] == ['a <"b">', "82.1%"]
    assert "#123456" in [rect.get("fill") for rect in root.iter("{http://www.w3.org/2000/svg}rect")]


def test_colours_get_no_better_with_less():
    shown = [colour_of(percent) for percent in (100.0, 90.0, 89.9, 75.0, 60.0, 40.0, 39.9, 0.0)]
    assert len(dict.fromkeys(shown)) == 5
    assert shown[0] == shown[1] != shown[2] == shown[3]
    assert colour_of(None) not in shown


def _luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("percent", [None, 0.0, 45.0, 65.0, 80.0, 95.0])
def test_white_can_be_read_on_every_colour(percent):
    assert 1.05 / (_luminance(colour_of(percent)) + 0.05) >= 4.5
