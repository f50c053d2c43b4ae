"""A live module that is written for one test, and one with probes that is explored."""

import itertools
import signal
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.exploring.campaign import Campaign
from testwright.inside.exploring.executor import Executor
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.exploring.progress import Budget
from testwright.inside.instrument import Recorder, import_instrumented
from testwright.python_source.read_module import read_module

COUNTER = itertools.count()


@pytest.fixture
def live_module_of(tmp_path, monkeypatch):
    """Executes the source as a module of its own and reads its static model."""

    def make(source):
        name = f"planted_module_{next(COUNTER)}"
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, str(path), "exec"), vars(module))
        return LiveModule(module, read_module(source, module=name, path=str(path)).to_plain())

    return make


@dataclass
class Instrumented:
    """A module with probes, and campaigns of it."""

    module: Any
    recorder: Recorder
    source: str
    path: Path

    def campaign(self, budget: Budget, **more: Any) -> Campaign:
        executor = Executor(self.recorder, self.source, str(self.path), self.path.parent, 0.2)
        model = read_module(self.source, module=self.module.__name__, path=str(self.path)).to_plain()
        return Campaign(LiveModule(self.module, model), executor, self.recorder.arcs, seed=1, budget=budget, **more)

    def arc(self, qualname: str, kind: str) -> int:
        """Its bit in a mask."""
        found = next(a for a in self.recorder.arcs if a.qualname == qualname and a.kind == kind)
        return 1 << (8 * found.number)


@pytest.fixture
def noted(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Instrumented]:
    """Of the source given as the parameter."""
    name, before, source = "noted_module", signal.getsignal(signal.SIGALRM), request.param
    path = tmp_path / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    recorder = Recorder()
    yield Instrumented(import_instrumented(name, str(path), recorder), recorder, source, path)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    sys.modules.pop(name, None)
