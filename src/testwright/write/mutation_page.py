"""Writes the result of `mutate` as one page that opens from disk: nothing is loaded from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

__all__ = ["mutation_page"]


def mutation_page(result: dict[str, Any]) -> str:
    """`result` is what `MutationResult.to_plain` gives."""
    from jinja2 import Environment

    template = files("testwright.write").joinpath("mutation_page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(result=result, outcomes=result["mutants"])
