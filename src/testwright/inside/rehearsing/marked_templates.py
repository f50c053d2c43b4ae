"""Marks, in pages made by Django's templates, what a variable or a condition has put there."""

from __future__ import annotations

from typing import Any

__all__ = ["BEGIN", "END", "mark_templates"]

BEGIN, END = "\ue0f0", "\ue0f1"
"""Characters of the private use area: no page has them."""


def mark_templates() -> None:
    """For the rest of the process."""
    from django.template import base, defaulttags
    from django.utils.safestring import SafeString, mark_safe

    def marked(text: Any) -> Any:
        if not text or not str(text).strip():
            return text
        whole = f"{BEGIN}{text}{END}"
        return mark_safe(whole) if isinstance(text, SafeString) else whole

    plain = base.render_value_in_context

    def render_value_in_context(value: Any, context: Any) -> Any:
        return marked(plain(value, context))

    base.render_value_in_context = render_value_in_context
    condition = defaulttags.IfNode.render

    def render(node: Any, context: Any) -> Any:
        return marked(condition(node, context))

    defaulttags.IfNode.render = render
