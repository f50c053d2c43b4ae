"""Fills prompts: puts a definition's task to a model by a labelled template, and sends what went wrong back to it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from testwright.errors import ConfigError, UsageError
from testwright.llm.exchange import Message
from testwright.nouns.definition import Definition

__all__ = ["Prompts", "Template", "default_label", "read_prompts", "shipped_prompts"]

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SHOWN_LANGUAGE = {"julia": "Julia", "python": "Python"}
_GROUPS = ("ask", "fix")
_PARTS = ("system", "user")


@dataclass(frozen=True, slots=True)
class Template:
    """`system` is "" where there is none."""

    label: str
    user: str
    system: str = ""

    def filled(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """UsageError where a placeholder has no value: no model is to see one."""
        system, user = (self._filled(text, values) for text in (self.system, self.user))
        return (*([Message("system", system)] if system else ()), Message("user", user))

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        left = sorted({name for name in _PLACEHOLDER.findall(text) if name not in values})
        if left:
            raise UsageError(
                f"the prompt {self.label!r} has the placeholder {'{{' + left[0] + '}}'!r}, for which there is nothing",
                slug="prompt-unfilled",
                where=self.label,
                hint=f"use one of {', '.join(sorted(values))}, or take it out of the prompt",
            )
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Templates by their labels, in which `{language}` stands for the language."""

    ask: Mapping[str, Template]
    fix: Mapping[str, Template]

    def asking(self, label: str, definition: Definition) -> tuple[str, tuple[Message, ...]]:
        """The label as it is recorded, and what is asked. A label of the other language means that of the definition's."""
        language = _SHOWN_LANGUAGE[definition.language]
        known = {each.replace("{language}", language): template for each, template in self.ask.items()}
        wanted = label if label in known else self._in_language(label, language)
        if wanted not in known:
            raise _unknown(label, known)
        return wanted, known[wanted].filled(_values(definition, language))

    def _in_language(self, label: str, language: str) -> str:
        for each in self.ask:
            if label in (each, *(each.replace("{language}", other) for other in _SHOWN_LANGUAGE.values())):
                return each.replace("{language}", language)
        return label

    def fixing(self, label: str, feedback: str) -> Message:
        if label not in self.fix:
            raise _unknown(label, self.fix)
        return self.fix[label].filled({"feedback": feedback})[-1]

    def and_those(self, others: Prompts) -> Prompts:
        return Prompts({**self.ask, **others.ask}, {**self.fix, **others.fix})


def _values(definition: Definition, language: str) -> dict[str, str]:
    return {
        "ask": definition.prompt,
        "task": definition.prompt,
        "data": definition.examples[0] if definition.examples else "None.",
        "instructions": "None.",
        "language": language,
    }


def default_label(definition: Definition) -> str:
    return f"In{_SHOWN_LANGUAGE[definition.language]}"


@cache
def shipped_prompts() -> Prompts:
    """Nine labels to ask with, three to have code corrected with."""
    return read_prompts(Path(__file__).with_name("prompts.toml"))


def read_prompts(path: str | Path) -> Prompts:
    """A file of tables `[ask.LABEL]` and `[fix.LABEL]`, with `user` and `system`. ConfigError with all its problems."""
    try:
        plain = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _invalid(path, [str(error)]) from error
    problems = [f"unknown key {key!r}, expected ask or fix" for key in plain if key not in _GROUPS]
    ask, fix = (_templates(group, plain.get(group, {}), problems) for group in _GROUPS)
    if not problems and not ask and not fix:
        problems.append("there is no prompt in it")
    if problems:
        raise _invalid(path, problems)
    return Prompts(ask, fix)


def _templates(group: str, tables: Any, problems: list[str]) -> dict[str, Template]:
    found = {}
    for label, table in tables.items() if isinstance(tables, dict) else [("", tables)]:
        if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
            problems.append(f"{group}.{label} is no table of texts")
        elif unknown := [key for key in table if key not in _PARTS]:
            problems.append(f"{group}.{label}: unknown key {unknown[0]!r}, expected system or user")
        elif not table.get("user", "").strip():
            problems.append(f"{group}.{label} has no text `user`")
        else:
            found[label] = Template(label, table["user"], table.get("system", ""))
    return found


def _unknown(label: str, known: Mapping[str, Any] | Sequence[str]) -> UsageError:
    return UsageError(
        f"there is no prompt {label!r}", slug="prompt-unknown", where=label, hint=f"one of {', '.join(known)}"
    )


def _invalid(path: str | Path, problems: list[str]) -> ConfigError:
    return ConfigError(
        f"the prompts in {str(path)!r} cannot be read: " + "; ".join(problems),
        slug="prompts-invalid",
        where=str(path),
        hint="see docs/how-to/compare-models.md for a file of prompts",
    )
