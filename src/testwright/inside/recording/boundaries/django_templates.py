"""Watches the templates that Django renders, with what the view has given them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..session import Session
from .replacing import replace
from .template_render import Renderings, renderings_of

__all__ = ["install"]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is django.template.base. Its test runner replaces `_render`, so that is left to it."""
    renderings = renderings_of(session)
    undo = [replace(module.Template, "render", lambda original: _rendering(original, renderings))]
    tags = importlib.import_module("django.template.loader_tags")
    undo.append(replace(tags.ExtendsNode, "get_parent", lambda original: _extending(original, renderings)))

    def stop() -> None:
        for each in undo:
            each()

    return stop


def _rendering(original: Any, renderings: Renderings) -> Any:
    def render(self: Any, context: Any, *given: Any, **named: Any) -> Any:
        name = getattr(self, "name", None)
        rendering = renderings.begin(sys._getframe(1), "django", name, lambda: _own(context))
        if rendering is None:
            return original(self, context, *given, **named)
        return renderings.finish(rendering, lambda: original(self, context, *given, **named))

    return render


def _extending(original: Any, renderings: Renderings) -> Any:
    def get_parent(self: Any, *given: Any, **named: Any) -> Any:
        found = original(self, *given, **named)
        renderings.take(found)
        return found

    return get_parent


def _own(context: Any) -> dict[str, Any]:
    """What the view has given; that of context processors is not there yet, and `True`, `False` and `None` always are."""
    found: dict[str, Any] = {}
    for each in context.dicts[1:]:
        dict.update(found, dict.items(each))
    return found
