"""Writes a trace as one page that opens from disk: the tree of calls, what went over boundaries, request and response."""

from __future__ import annotations

from importlib.resources import files as packaged
from typing import Any

__all__ = ["trace_page"]


def trace_page(page: dict[str, Any]) -> str:
    """`page` is what `workflows.trace_documents.trace_page_of` gives. Nothing is loaded from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    text = packaged("testwright.write").joinpath("trace_page.html.jinja").read_text(encoding="utf-8")
    shown = environment.from_string(text).render(**page)
    return shown.encode("utf-8", "replace").decode("utf-8")  # a recorded string may hold what UTF-8 cannot say
