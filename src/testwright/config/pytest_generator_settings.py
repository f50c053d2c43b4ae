"""Reads the YAML file that configures pytest-generator: flags go before it, and its defaults stand behind it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from testwright.errors import ConfigError

__all__ = ["MODEL_FILE", "MODEL_REPO", "PytestGeneratorSettings", "read_settings"]

MODEL_REPO, MODEL_FILE = "Priyansu19/pytest-8b-GGUF", "pytest-8b-q4_k_m.gguf"
_SLUG = "config-invalid"
_HINT = "docs/how-to/from-pytest-generator.md lists the keys and their values"


@dataclass(frozen=True, slots=True)
class PytestGeneratorSettings:
    """`template` "" is our own; `n_threads` -1 leaves the number to us. `given` are the fields that the file sets, `notes`
    say what of it is of no use.
    """

    repo: str = MODEL_REPO
    file: str = MODEL_FILE
    n_ctx: int = 4096
    max_tokens: int = 3072
    temperature: float = 0.05
    top_p: float = 1.0
    repeat_penalty: float = 1.0
    batch_size: int = 128
    n_threads: int = -1
    default_dir: str = "./generated_tests/"
    template: str = ""
    given: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def model_address(self) -> str:
        """The file itself where it is there, relative to the current folder, else its place in the repository."""
        return self.file if Path(self.file).exists() else f"{self.repo}:{self.file}"


def read_settings(file: str | None) -> PytestGeneratorSettings:
    """Without a file, the defaults. ConfigError with all problems of the file."""
    if file is None:
        return PytestGeneratorSettings()
    values, notes, problems = _checked(_loaded(file), file)
    if problems:
        message = problems[0] if len(problems) == 1 else "\n".join([f"{file!r} cannot be used", *problems])
        raise ConfigError(message, slug=_SLUG, where=file, hint=_HINT)
    return replace(PytestGeneratorSettings(), **values, given=frozenset(values), notes=tuple(notes))


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Number = TypeVar("Number", int, float)


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("is not a text")
    return raw


def _template(raw: Any) -> str:
    text = _text(raw)
    if "{code}" not in text:
        raise ValueError("has no {code}, so that the model would not see the function")
    return text


def _whole(least: int) -> Callable[[Any], int]:
    def read(raw: Any) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise ValueError("is not a whole number")
        return _at_least(raw, least)

    return read


def _number(least: float) -> Callable[[Any], float]:
    def read(raw: Any) -> float:
        if not isinstance(raw, int | float) or isinstance(raw, bool):
            raise ValueError("is not a number")
        return _at_least(float(raw), least)

    return read


def _at_least(number: Number, least: Number) -> Number:
    if not number >= least or number == float("inf"):
        raise ValueError(f"is less than {least}" if number < least else "is not a number to count with")
    return number


def _threads(raw: Any) -> int:
    number = _whole(-1)(raw)
    return number or -1


_KEYS: Mapping[str, Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "model": {"repo": ("repo", _text), "file": ("file", _text)},
    "generation": {
        "n_ctx": ("n_ctx", _whole(1)),
        "max_tokens": ("max_tokens", _whole(1)),
        "temperature": ("temperature", _number(0.0)),
        "top_p": ("top_p", _number(0.0)),
        "repeat_penalty": ("repeat_penalty", _number(0.0)),
        "batch_size": ("batch_size", _whole(1)),
    },
    "hardware": {"n_threads": ("n_threads", _threads)},
    "output": {"default_dir": ("default_dir", _text)},
    "prompt": {"template": ("template", _template)},
}
"""By section and key: the name here, and what makes a value of what the file has."""


def _checked(plain: Mapping[Any, Any], file: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """Values, notes and problems. A section or key without a value is as if it were not there."""
    values: dict[str, Any] = {}
    notes: list[str] = []
    problems: list[str] = []
    for section, table in plain.items():
        known = _KEYS.get(section) if isinstance(section, str) else None
        if known is None:
            notes.append(_unknown(section, _KEYS, file))
        elif isinstance(table, dict):
            _read_section(section, table, values, notes, problems, file)
        elif table is not None:
            problems.append(f"{section}: {table!r} is not a table of keys")
    return values, notes, problems


def _read_section(
    section: str, table: Mapping[Any, Any], values: dict[str, Any], notes: list[str], problems: list[str], file: str
) -> None:
    for key, raw in table.items():
        if key not in _KEYS[section]:
            notes.append(_unknown(key, _KEYS[section], file, section))
        elif raw is not None:
            name, read = _KEYS[section][key]
            try:
                values[name] = read(raw)
            except ValueError as error:
                problems.append(f"{section}.{key}: {raw!r} {error}")


def _unknown(key: Any, known: Mapping[str, Any], file: str, section: str = "") -> str:
    close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    name = f"{section}.{key}" if section else str(key)
    return f"{file}: {name!r} is no key, and is passed over" + (f"; did you mean {close[0]!r}?" if close else "")


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _loaded(file: str) -> Mapping[Any, Any]:
    try:
        text = Path(file).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigError(f"{file!r} cannot be read: {why}", slug=_SLUG, where=file, hint=_HINT) from error
    plain = _parsed(text, file)
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        raise ConfigError(f"{file!r} is not a table of sections", slug=_SLUG, where=file, hint=_HINT)
    return plain


def _parsed(text: bytes, file: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise ConfigError(
            f"{file!r} cannot be read without PyYAML",
            slug="pyyaml-missing",
            where=file,
            hint="install it with `pip install 'testwright[compat]'`",
        ) from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else file
        why = getattr(error, "problem", None) or str(error) or type(error).__name__
        raise ConfigError(f"{file!r} is not YAML: {why}", slug=_SLUG, where=where, hint=_HINT) from error
