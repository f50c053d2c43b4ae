"""Decides each option's value: default < [tool.testwright] < TESTWRIGHT_* < flags; keeps where it came from."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.config.model_prices import prices_from
from testwright.config.options import OPTIONS, Options, OptionSpec, options_from
from testwright.errors import ConfigError

__all__ = ["Settings", "Value", "factories_from", "load_settings"]

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Value:
    """One option's value and its source: "default", "pyproject.toml:12", "TESTWRIGHT_SEED" or "--seed"."""

    name: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All options of a run, with the source of each."""

    options: Options
    values: tuple[Value, ...]


@dataclass(slots=True)
class _Collected:
    values: dict[str, Value] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(where, what is wrong)"""

    def take(self, spec: OptionSpec, raw: Any, source: str, where: str) -> None:
        try:
            value = _checked(spec, raw)
        except ValueError as error:
            self.problems.append((where, str(error)))
        else:
            self.values[spec.name] = Value(spec.name, value, source)


def load_settings(
    config_file: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Every option's value. `flags` are those given on the command line (absent or None = not given), by field name.

    Raises ConfigError with all problems of all sources at once.
    """
    collected = _Collected({name: Value(name, spec.default, "default") for name, spec in OPTIONS.items()})
    _read_file(collected, config_file)
    _read_environment(collected, os.environ if environment is None else environment)
    _read_flags(collected, flags or {})
    if collected.problems:
        raise _config_error(collected.problems)
    values = collected.values
    return Settings(options_from({name: values[name].value for name in OPTIONS}), tuple(values.values()))


def _config_error(problems: list[tuple[str, str]]) -> ConfigError:
    if len(problems) == 1:
        message = problems[0][1]
    else:
        lines = [f"  {os.path.basename(where)}: {what}" for where, what in problems]
        message = "\n".join([f"{len(problems)} options cannot be used", *lines])
    return ConfigError(
        message,
        slug="config-invalid",
        where=problems[0][0],
        hint="`testwright config` shows every option, its value and where the value comes from",
    )


# ── the three sources ────────────────────────────────────────────────────────────────────────────────────────────────


def _read_file(collected: _Collected, config_file: str) -> None:
    if not config_file or not config_file.endswith(".toml") or not os.path.isfile(config_file):
        return
    text = ""
    try:
        with open(config_file, encoding="utf-8") as stream:
            text = stream.read()
        table = tomllib.loads(text).get("tool", {}).get("testwright", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place = _toml_error_place(config_file, text, str(error))
        collected.problems.append((place, f"the file is not valid TOML: {error}"))
        return
    if not isinstance(table, dict):
        collected.problems.append((config_file, "[tool.testwright] is not a table"))
        return
    for name in sorted({spec.table for spec in OPTIONS.values()} - {""}):
        inner = table.pop(name, {})
        if isinstance(inner, dict):
            _read_table(collected, inner, name, config_file, text)
        else:
            collected.problems.append((config_file, f"[tool.testwright.{name}] is not a table"))
    _read_table(collected, table, "", config_file, text)


def _read_table(collected: _Collected, table: Mapping[str, Any], name: str, config_file: str, text: str) -> None:
    by_key = {spec.own_key: spec for spec in OPTIONS.values() if spec.configurable and spec.table == name}
    shown = f"[tool.testwright.{name}]" if name else "[tool.testwright]"
    for key, raw in table.items():
        line = _line_of_key(text, key, shown)
        where = f"{config_file}:{line}" if line else config_file
        if key in by_key:
            collected.take(by_key[key], raw, os.path.basename(where), where)
        else:
            collected.problems.append((where, _unknown(f"key {key!r} in {shown}", key, by_key)))


def _read_environment(collected: _Collected, environment: Mapping[str, str]) -> None:
    by_name = {spec.environment_name: spec for spec in OPTIONS.values() if spec.configurable}
    for name, raw in environment.items():
        if name in by_name:
            spec = by_name[name]
            several = spec.kind in ("list", "factories", "prices")
            parts: Any = [part for part in raw.split(os.pathsep) if part] if several else raw
            collected.take(spec, parts, name, name)
        elif name.startswith("TESTWRIGHT_") and _closest_variable(name, by_name):
            # The environment belongs to everybody: only what looks like a slip of the pen is an error.
            collected.problems.append((name, _unknown(f"variable {name!r}", name, [_closest_variable(name, by_name)])))


def _read_flags(collected: _Collected, flags: Mapping[str, Any]) -> None:
    for name, raw in flags.items():
        if raw is None or raw == ():
            continue
        spec = OPTIONS[name]
        shown = _shown_flag(spec, raw)
        collected.take(spec, raw, shown, shown)


def _shown_flag(spec: OptionSpec, raw: Any) -> str:
    long_names = [name for name in spec.flag.split("/") if name.startswith("--")]
    return long_names[-1] if raw is False else long_names[0]


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _checked(spec: OptionSpec, raw: Any) -> Any:
    if spec.kind == "flag":
        return _as_flag(spec, raw)
    if spec.kind == "list":
        return _as_list(spec, raw)
    if spec.kind == "factories":
        return factories_from(raw, spec.key)
    if spec.kind == "prices":
        return prices_from(raw, spec.key)
    if spec.kind in ("integer", "number"):
        return _as_number(spec, raw)
    if not isinstance(raw, str):
        raise ValueError(f"{spec.key} = {raw!r} is not text")
    if not raw:
        raise ValueError(f"{spec.key} is empty")
    if spec.choices and raw not in spec.choices:
        raise ValueError(f"{spec.key} = {raw!r} is none of {', '.join(spec.choices)}")
    return raw


def _as_flag(spec: OptionSpec, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in _TRUE + _FALSE:
        return raw.lower() in _TRUE
    raise ValueError(f"{spec.key} = {raw!r} is neither true nor false")


def _as_list(spec: OptionSpec, raw: Any) -> tuple[str, ...]:
    parts = [raw] if isinstance(raw, str) else raw
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"{spec.key} = {raw!r} is not a list of texts")
    for part in parts:
        if spec.choices and part not in spec.choices:
            raise ValueError(f"{spec.key} = {part!r} is none of {', '.join(spec.choices)}")
    return tuple(parts)


def factories_from(raw: Any, key: str) -> tuple[dict[str, Any], ...]:
    """Each as its `path` and whether its `pk` is to be given. ValueError for what is none."""
    found = []
    for each in [raw] if isinstance(raw, str) else raw if isinstance(raw, (list, tuple)) else [None]:
        plain: dict[str, Any] = {"path": each} if isinstance(each, str) else each if isinstance(each, dict) else {}
        is_one = isinstance(plain.get("path"), str) and set(plain) <= {"path", "pk"}
        if not is_one or not isinstance(plain.get("pk", False), bool):
            raise ValueError(
                f"{key} = {each if each is not None else raw!r} is no dotted path, nor a table of path and pk"
            )
        found.append({"path": plain["path"], "pk": plain.get("pk", False)})
    return tuple(found)


def _as_number(spec: OptionSpec, raw: Any) -> int | float:
    wanted = "a whole number" if spec.kind == "integer" else "a number"
    refused = ValueError(f"{spec.key} = {raw!r} is not {wanted}")
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise refused
    if spec.kind == "integer" and isinstance(raw, float):
        raise refused
    try:
        value = int(raw) if spec.kind == "integer" else float(raw)
    except ValueError:
        raise refused from None
    if value != value or value in (float("inf"), float("-inf")):
        raise refused
    if spec.minimum is not None and value < spec.minimum:
        raise ValueError(f"{spec.key} = {raw!r} is less than {spec.minimum:g}")
    return value


# ── closest matches and places ───────────────────────────────────────────────────────────────────────────────────────


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"unknown {what}" + (f"; did you mean {close[0]!r}?" if close else "")


def _closest_variable(name: str, known: Iterable[str]) -> str:
    """The variable that `name` is a slip of; the prefix that all share does not count as likeness."""
    prefix = len("TESTWRIGHT_")
    close = difflib.get_close_matches(name[prefix:], [each[prefix:] for each in known], n=1, cutoff=0.7)
    return "TESTWRIGHT_" + close[0] if close else ""


def _line_of_key(text: str, key: str, table: str) -> int:
    """Line of `key` in the table, such as [tool.testwright]; 0 if it is written in another way (a dotted or inline table)."""
    wanted = table.strip("[]").split(".")
    inside = False
    assignment = re.compile(rf"""\s*(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')\s*=""")
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            parts = [part.strip().strip("\"'") for part in header[1].split(".")]
            inside = parts == wanted
            if parts == [*wanted, key]:
                return number
        elif inside and assignment.match(line):
            return number
    return 0


def _toml_error_place(config_file: str, text: str, message: str) -> str:
    if "at end of document" in message:
        return f"{config_file}:{max(1, len(text.splitlines()))}"
    line = re.search(r"at line (\d+)", message)
    return f"{config_file}:{line[1]}" if line else config_file
