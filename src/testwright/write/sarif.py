"""Writes findings as a SARIF 2.1.0 log, which code hosts show beside the lines that they are about."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["SarifResult", "sarif_log"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class SarifResult:
    """One finding. `level` is "error", "warning", "note" or "none"; `path` absolute, `line` from 1 on (0 = the file).

    `fingerprint` says in words that do not change with the lines above it what it is about; "" = nothing does. Of several
    with the same in one file, all but the first are numbered.
    """

    rule: str
    message: str
    path: str
    line: int = 0
    level: str = "warning"
    fingerprint: str = ""


def sarif_log(
    results: Iterable[SarifResult], *, root: str, version: str, rules: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The log as a dict for `json.dumps`; paths below `root` become relative to it. `rules` describes rules by slug."""
    found = list(results)
    described = rules or {}
    slugs = list(dict.fromkeys(result.rule for result in found))
    hashes = _hashes(found, root)
    driver = {
        "name": "testwright",
        "version": version,
        "rules": [_rule(slug, described.get(slug, "")) for slug in slugs],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"ROOT": {"uri": Path(root).resolve().as_uri() + "/"}},
        "results": [
            _result(result, slugs.index(result.rule), root, made) for result, made in zip(found, hashes, strict=True)
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(slug: str, text: str) -> dict[str, Any]:
    return {"id": slug, "shortDescription": {"text": text or slug.replace("-", " ")}}


def _result(result: SarifResult, number: int, root: str, made: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _location(result.path, root)}
    if result.line > 0:
        place["region"] = {"startLine": result.line}
    return {
        "ruleId": result.rule,
        "ruleIndex": number,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [{"physicalLocation": place}],
        **({"partialFingerprints": {"testwright/v1": made}} if made else {}),
    }


def _hashes(found: Iterable[SarifResult], root: str) -> list[str]:
    """Of each what it is and where, but not at which line; "" for what has no fingerprint."""
    count: Counter[tuple[str, str, str]] = Counter()
    made = []
    for result in found:
        parts = (result.rule, _location(result.path, root)["uri"], result.fingerprint)
        count[parts] += 1
        text = "\0".join(parts) + (f"\0{count[parts]}" if count[parts] > 1 else "")
        made.append(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32] if result.fingerprint else "")
    return made


def _location(path: str, root: str) -> dict[str, str]:
    relative = os.path.relpath(path, root)
    if relative.startswith(os.pardir):
        return {"uri": Path(path).resolve().as_uri()}
    return {"uri": quote(Path(relative).as_posix()), "uriBaseId": "ROOT"}
