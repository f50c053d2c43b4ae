"""Writes the result of `mutate` as one page that opens from disk: nothing is loaded from elsewhere."""

from __future__ import annotations

from typing import Any

from testwright.write.html_page import html_page

__all__ = ["mutation_page"]


def mutation_page(result: dict[str, Any]) -> str:
    """`result` is what `MutationResult.to_plain` gives."""
    return html_page("mutation_page.html.jinja", result=result, outcomes=result["mutants"])
