"""Writes fixtures of a test file, and says how the file names what is the project's."""

from __future__ import annotations

from collections.abc import Iterable

from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source

__all__ = ["IN_MEMORY", "OF_MEMORY", "fixture", "reached"]

_PYTEST = ("pytest", "")
OF_MEMORY = {("sqlalchemy.pool", "StaticPool")}
IN_MEMORY = ['engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)']
_OWN_NAMES = frozenset(
    ("engine", "async_engine", "client", "session", "add", "app", "Session", "create_engine", "create_async_engine")
)
"""What a file of tests means by a name of its own."""


def fixture(head: str, lines: Iterable[str], imports: Iterable[tuple[str, str]]) -> Source:
    text = "\n".join(["@pytest.fixture", f"def {head}:", *(f"    {line}" if line else "" for line in lines)])
    return Source(text, frozenset([*imports, _PYTEST]))


def reached(module: str, name: str, facts: ServiceFacts) -> tuple[str, set[tuple[str, str]]]:
    """As a test file names it: by its module where its own name is one of the file's."""
    start = name.partition(".")[0]
    others = {each.name for each in facts.models.values() if (each.module, each.name) != (module, name)}
    if start in _OWN_NAMES or start in others:
        return f"{module}.{name}", {(module, "")}
    return name, {(module, start)}
