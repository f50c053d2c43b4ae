"""Keeps what the runs of written tests have shown, by test, for `testwright explain`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from testwright.nouns import Evidence, Verdict
from testwright.workflows.prove_written import WrittenProof
from testwright.write.stored_file import remember

__all__ = ["record_of", "store_evidence", "written_evidence"]


def store_evidence(root: Path, files: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """`files`: paths, and by node the records of all tests that the file has now."""
    store = root / ".testwright" / "evidence.json"
    tests = _stored_tests(store)
    for path, records in files:
        file = _relative(Path(path), root)
        tests = {node: record for node, record in tests.items() if not node.startswith(file + "::")}
        tests.update({f"{file}::{node}": record for node, record in records.items()})
    remember(store, json.dumps({"schema": 1, "tests": tests}, indent=1) + "\n")


def _stored_tests(store: Path) -> dict[str, Any]:
    """Empty where there are none yet, or what is there cannot be read."""
    try:
        tests = json.loads(store.read_text(encoding="utf-8"))["tests"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(tests) if isinstance(tests, dict) else {}


def _relative(path: Path, root: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(resolved)


def written_evidence(proof: WrittenProof) -> dict[str, dict[str, Any]]:
    """By node the record of each test that was kept."""
    by_name = {each.node: each for each in proof.chosen}
    records = {}
    for verdict in proof.kept:
        test = by_name.get(verdict.node.partition("[")[0])
        name, repairs = ("", ()) if test is None else (test.target, test.repairs)
        record = record_of(verdict, proof.evidence[verdict.node], f"{proof.target.module}:{name}")
        records[verdict.node] = {**record, "repairs": list(repairs)}
    return records


def record_of(verdict: Verdict, evidence: Evidence, target: str) -> dict[str, Any]:
    """Of one kept test: what it is about, and what its runs gave."""
    return {
        "kept": True,
        "target": target,
        "proof": asdict(verdict.proof) if verdict.proof else None,
        "runs": [asdict(run) for run in evidence.runs],
        "new_lines": sorted(evidence.new_lines),
        "new_arcs": sorted(evidence.new_arcs),
    }
