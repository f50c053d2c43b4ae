"""Watches the tasks that Celery runs: each run is a trace, unless it is part of one that somebody else has begun."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..raised_errors import raised_plain
from ..real_clock import now_ns
from ..session import Scope, Session
from ..values import snapshot

__all__ = ["install"]

_MOST_RUNNING = 1000


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is celery.signals, which keeps what is given to it, and goes on if it fails."""
    watch = _Watch(session)
    module.task_prerun.connect(watch.begin, weak=False)
    module.task_postrun.connect(watch.end, weak=False)

    def stop() -> None:
        module.task_prerun.disconnect(watch.begin)
        module.task_postrun.disconnect(watch.end)

    return stop


class _Run:
    """From before a task until after it."""

    def __init__(self, scope: Scope, token: Any, number: int, data: dict[str, Any]) -> None:
        self.scope, self.token, self.number, self.data = scope, token, number, data
        self.at = now_ns()


class _Watch:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: dict[str, _Run] = {}

    def begin(self, task_id: Any = None, task: Any = None, args: Any = (), kwargs: Any = None, **_: Any) -> None:
        if self._session.is_within_another:
            return  # one that is run at once, in a request or a test, belongs to that
        if len(self._running) >= _MOST_RUNNING:  # their ends were never told
            self._running.clear()
        scope = self._session.begin("task", task.name, {"task": task.name})
        token = self._session.enter(scope)
        scope.root = number = self._session.number(scope, "task")
        data = {"task": task.name, "id": str(task_id), "args": snapshot(args), "kwargs": snapshot(kwargs)}
        self._running[str(task_id)] = _Run(scope, token, number, data)

    def end(self, task_id: Any = None, retval: Any = None, state: Any = None, **_: Any) -> None:
        run = self._running.pop(str(task_id), None)
        if run is None:
            return
        self._session.leave(run.token)
        failed = isinstance(retval, BaseException) and state != "SUCCESS"
        told = {"raised": raised_plain(retval, snapshot)} if failed else {"returned": snapshot(retval)}
        data = {**run.data, "state": str(state), **told}
        self._session.write(run.scope, run.number, 0, "task", run.data["task"], run.at, data)
        about = {"error": told["raised"]["type"]} if failed else {}
        self._session.end(run.scope, "error" if failed else "ok", about)
        self._session.flush()  # a worker may be ended by a signal at any time
