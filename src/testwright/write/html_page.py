"""Fills the template of a page that opens from disk, with the style and the script that all pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

__all__ = ["html_page"]


def html_page(template: str, filters: Mapping[str, Callable[..., str]] | None = None, **shown: Any) -> str:
    """`template` is the name of a file beside this one; what it is given is text, never markup."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_packaged),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= filters or {}
    page = environment.get_template(template).render(**shown)
    return page.encode("utf-8", "replace").decode("utf-8")  # a name from a file system may hold what UTF-8 cannot say


def _packaged(name: str) -> str:
    return files("testwright.write").joinpath(name).read_text(encoding="utf-8")
