"""Records as a recorder writes them, and logs of processes that are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.recording.checked_lines import line_of
from testwright.traces.trace_store import LOGS, TraceStore

FIRST, SECOND = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV", "trc_01BX5ZZKBKACTAV9WEVGEMMVRY"
NOBODY = 2**22 + 1
"""No process has this number."""


class Records:
    """Makes records of the contract's shape."""

    first, second, nobody = FIRST, SECOND, NOBODY

    def process(self, **given: Any) -> dict[str, Any]:
        return {"e": "process", "schema": 1, "pid": NOBODY, "parent": 0, "at": 1, "argv": ["a.py"], **given}

    def trace(self, trace: str = FIRST, **given: Any) -> dict[str, Any]:
        return {"e": "trace", "id": trace, "kind": "script", "name": "a.py", "at": 1000, "about": {}, **given}

    def span(self, n: int, parent: int = 0, trace: str = FIRST, **given: Any) -> dict[str, Any]:
        known = {"e": "span", "trace": trace, "n": n, "parent": parent, "kind": "call", "name": f"shop:f{n}"}
        known |= {"file": "shop.py", "line": 1, "thread": "MainThread", "at": 1000 + n, "took": 10, "data": {}}
        return {**known, **given}

    def end(self, trace: str = FIRST, **given: Any) -> dict[str, Any]:
        return {"e": "end", "trace": trace, "at": 2000, "status": "ok", "about": {}, "dropped": {}, **given}

    def whole(self, trace: str = FIRST, spans: int = 2, **given: Any) -> list[dict[str, Any]]:
        made = [self.span(n, n - 1, trace) for n in range(1, spans + 1)]
        return [self.process(), self.trace(trace, **given), *made, self.end(trace)]

    def lines(self, records: Iterable[dict[str, Any]]) -> bytes:
        return b"".join(map(line_of, records))


@pytest.fixture
def make() -> Records:
    return Records()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".testwright"


@pytest.fixture
def put_log(folder: Path, make: Records) -> Callable[..., Path]:
    """Writes a log as a process left it; `number` is that of the process."""

    def put(records: Iterable[dict[str, Any]] | bytes, *, number: int = NOBODY, started: int = 1) -> Path:
        path = folder / LOGS / f"{number}-{started}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(records if isinstance(records, bytes) else make.lines(records))
        return path

    return put


@pytest.fixture
def store(folder: Path):
    with TraceStore(folder) as opened:
        yield opened
