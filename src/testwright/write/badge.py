"""Draws a badge for a README: a label and a figure on a coloured ground, as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["badge", "colour_of"]

_COLOURS = ((90.0, "#1a7f37"), (75.0, "#4d7c0f"), (60.0, "#9a6700"), (40.0, "#bc4c00"))
_WORST, _UNKNOWN = "#cf222e", "#57606a"
_NARROW, _WIDE = "fijlrtI1.,:;|!'() ", "mwMW%@"


def badge(label: str, value: str, colour: str) -> str:
    """One line of SVG, 20 pixels high; it needs no font but what the reader has."""
    left, right = _width(label) + 12, _width(value) + 12
    shown = (
        (left / 2, escape(label)),
        (left + right / 2, escape(value)),
    )
    texts = "".join(f'<text x="{x:g}" y="14" text-anchor="middle">{text}</text>' for x, text in shown)
    title = escape(f"{label}: {value}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="round"><rect width="{left + right}" height="20" rx="3"/></clipPath><g clip-path="url(#round)">'
        f'<rect width="{left}" height="20" fill="#24292f"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )


def colour_of(percent: float | None) -> str:
    """Dark enough for white letters; grey for what was not measured."""
    if percent is None:
        return _UNKNOWN
    return next((colour for least, colour in _COLOURS if percent >= least), _WORST)


def _width(text: str) -> int:
    """In pixels, about."""
    return sum(4 if letter in _NARROW else 10 if letter in _WIDE else 7 for letter in text)
