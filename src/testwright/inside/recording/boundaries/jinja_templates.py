"""Watches the templates that Jinja renders, with what they are given."""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

from ..session import Session
from .replacing import replace
from .template_render import Renderings, renderings_of

__all__ = ["install"]

_SURROUNDINGS = frozenset(("request", "session", "g", "config"))
"""What Flask adds to each context."""


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is jinja2.environment."""
    renderings = renderings_of(session)
    makers = {
        "render": _rendering,
        "render_async": _rendering_later,
        "generate": _generating,
        "generate_async": _generating_later,
    }
    undo = [
        replace(module.Template, name, functools.partial(make, renderings=renderings)) for name, make in makers.items()
    ]
    undo.append(replace(module.Environment, "_load_template", lambda there: _loading(there, renderings)))

    def stop() -> None:
        for each in undo:
            each()

    return stop


def _rendering(original: Any, renderings: Renderings) -> Any:
    def render(self: Any, *given: Any, **named: Any) -> Any:
        rendering = renderings.begin(sys._getframe(1), "jinja2", self.name, lambda: _own(given, named))
        if rendering is None:
            return original(self, *given, **named)
        return renderings.finish(rendering, lambda: original(self, *given, **named))

    return render


def _rendering_later(original: Any, renderings: Renderings) -> Any:
    async def render_async(self: Any, *given: Any, **named: Any) -> Any:
        rendering = renderings.begin(sys._getframe(1), "jinja2", self.name, lambda: _own(given, named))
        if rendering is None:
            return await original(self, *given, **named)
        try:
            found = await original(self, *given, **named)
        except BaseException as error:
            renderings.end(rendering, error)
            raise
        renderings.end(rendering)
        return found

    return render_async


def _generating(original: Any, renderings: Renderings) -> Any:
    """What asks for the pieces may do anything between them: the rendering is told as soon as it begins."""

    def generate(self: Any, *given: Any, **named: Any) -> Iterator[str]:
        renderings.end(renderings.begin(sys._getframe(1), "jinja2", self.name, lambda: _own(given, named)))
        yield from original(self, *given, **named)

    return generate


def _generating_later(original: Any, renderings: Renderings) -> Any:
    async def generate_async(self: Any, *given: Any, **named: Any) -> AsyncIterator[str]:
        renderings.end(renderings.begin(sys._getframe(1), "jinja2", self.name, lambda: _own(given, named)))
        pieces = original(self, *given, **named)
        try:
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()

    return generate_async


def _loading(original: Any, renderings: Renderings) -> Any:
    def _load_template(self: Any, *given: Any, **named: Any) -> Any:
        found = original(self, *given, **named)
        renderings.take(found)
        return found

    return _load_template


def _own(given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """As `dict(*given, **named)`, of dictionaries; anything else is asked by Jinja alone."""
    found: dict[str, Any] = dict(given[0]) if len(given) == 1 and type(given[0]) is dict else {}
    found.update(named)
    return {name: value for name, value in found.items() if name not in _SURROUNDINGS}
