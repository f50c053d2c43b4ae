"""Runs one test and says whether it passes: with as little of pytest around it as shows the same."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

__all__ = ["SingleTests", "can_run_again"]

_STEPS = ("pytest_runtest_protocol", "pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown")
_OUTPUT = frozenset({"capsys", "capfd", "capsysbinary", "capfdbinary", "capteesys", "caplog", "pytester", "testdir"})
"""Fixtures that need pytest's own hooks around the test."""
_MARKS = frozenset({"skip", "skipif", "xfail", "filterwarnings"})


class SingleTests:
    """A plugin for tests that passed before: whatever leaves one now is a failure, and one that is skipped says nothing.

    Plain functions run with pytest's fixtures, but without its hooks, whose work is done once for all of them; where
    the project or its plugins have hooks of their own there, all hooks are called; where those look at reports, reports
    are written too.
    """

    def __init__(self) -> None:
        import pytest

        self._passed = self._reported = False
        self._plain: set[Any] = set()
        self._filters: list[Any] = []
        self._leftover: list[Callable[[Any], None]] = []

        def protocol(item: Any, nextitem: Any) -> bool:
            self._passed = _with_reports(item, nextitem) if self._reported else _with_hooks(item, nextitem)
            return True

        # In place of pytest's own; what others wrap around it stays.
        self.pytest_runtest_protocol = pytest.hookimpl(tryfirst=True)(protocol)

    @contextmanager
    def prepared(self, session: Any) -> Iterator[None]:
        """Once all are collected; for plain functions what the hooks would do around each."""
        self._reported = _is_hooked(session.config, ["pytest_runtest_makereport"])
        if not self._reported and not _is_hooked(session.config, _STEPS):
            self._plain = {item for item in session.items if _is_plain(item)}
        with ExitStack() as stack:
            if self._plain:
                _settle(session.config, stack)
                self._leftover = _leftover(session.config)
            self._filters = list(warnings.filters)
            yield

    def passes(self, item: Any, following: Any) -> bool:
        """`following` is the next to run, which shares what has a wider scope with it; None: nothing is kept."""
        _as_new(item)
        if item in self._plain:
            return self._plainly(item, following)
        self._passed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._passed

    def tear_down(self, item: Any) -> None:
        """What was kept for others, after `item`."""
        _torn_down(lambda: item.session._setupstate.teardown_exact(None), item)

    def _plainly(self, item: Any, following: Any) -> bool:
        """As `_with_hooks`, without them."""
        from _pytest.outcomes import Skipped

        state = item.session._setupstate
        passed = True
        try:
            state.setup(item)
            item.runtest()
        except Skipped:
            pass
        except BaseException:  # noqa: BLE001
            passed = False
        return self._torn_down(lambda: state.teardown_exact(following), item) and passed

    def _torn_down(self, work: Callable[[], None], item: Any) -> bool:
        passed = _torn_down(work, item)
        try:
            for collect in self._leftover:
                collect(item.config)
        except BaseException:  # noqa: BLE001
            passed = False
        if warnings.filters != self._filters:  # the next test is to find them as this one did
            warnings.resetwarnings()
            warnings.filters.extend(self._filters)  # type: ignore[attr-defined]
        return passed


def can_run_again(item: Any) -> bool:
    """In the same process: what else is collected may keep what its first run made of it."""
    import pytest

    return isinstance(item, pytest.Function)


def _as_new(item: Any) -> None:
    """It may have run before in this process: without its fixtures' values of then, and what was noted of its failure."""
    if hasattr(item, "_initrequest"):
        item._initrequest()
    if getattr(item, "_excinfo", None):
        item._excinfo = None


def _is_plain(item: Any) -> bool:
    import pytest

    if type(item) is not pytest.Function or inspect.iscoroutinefunction(item.obj):  # a plugin runs those
        return False
    marks = {mark.name for mark in item.iter_markers()}
    return _OUTPUT.isdisjoint(item.fixturenames) and _MARKS.isdisjoint(marks)


def _with_hooks(item: Any, following: Any) -> bool:
    from _pytest.outcomes import Skipped

    hook = item.ihook
    passed = True
    for step in (hook.pytest_runtest_setup, hook.pytest_runtest_call):
        try:
            step(item=item)
        except Skipped:
            break
        except BaseException:  # noqa: BLE001  SystemExit too; in this process nothing else is done
            passed = False
            break
    passed &= _torn_down(lambda: hook.pytest_runtest_teardown(item=item, nextitem=following), item)
    # A method of a unittest.TestCase raises nothing: what went wrong is noted for the report that is not written here.
    noted = getattr(item, "_excinfo", None) or ()
    return passed and not any(not issubclass(info.type, Skipped) for info in noted)


def _with_reports(item: Any, following: Any) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _torn_down(work: Callable[[], None], item: Any) -> bool:
    from _pytest import tmpdir

    if key := getattr(tmpdir, "tmppath_result_key", None):
        item.stash.setdefault(key, {})  # `tmp_path` looks there for the reports that are not written here
    try:
        work()
    except BaseException:  # noqa: BLE001
        return False
    return True


def _is_hooked(config: Any, hooks: Iterable[str]) -> bool:
    """Whether anybody has a say there besides pytest and ourselves."""
    plugins = [found.plugin for hook in hooks for found in getattr(config.hook, hook).get_hookimpls()]
    modules = [str(getattr(plugin, "__name__", "") or type(plugin).__module__) for plugin in plugins]
    own = (__name__.partition(".")[0], "_pytest", "pytest")
    return any(module.partition(".")[0] not in own for module in modules)


def _settle(config: Any, stack: ExitStack) -> None:
    """Captured output, a log handler, settings for warnings."""
    from _pytest.logging import LogCaptureHandler, catching_logs
    from _pytest.warnings import catch_warnings_for_item

    manager = config.pluginmanager
    if (capture := manager.getplugin("capturemanager")) is not None:
        capture.resume_global_capture()
        stack.callback(capture.suspend_global_capture)
    if (logs := manager.getplugin("logging-plugin")) is not None:
        stack.enter_context(catching_logs(LogCaptureHandler(), level=logs.log_level))
    if manager.hasplugin("warnings"):
        stack.enter_context(catch_warnings_for_item(config, config.hook, "runtest", None))


def _leftover(config: Any) -> list[Callable[[Any], None]]:
    """They raise what could not be raised where it happened (in a destructor, in a thread), if warnings are errors."""
    from _pytest import threadexception, unraisableexception

    found = [
        ("unraisableexception", getattr(unraisableexception, "collect_unraisable", None)),
        ("threadexception", getattr(threadexception, "collect_thread_exception", None)),
    ]
    return [collect for name, collect in found if collect is not None and config.pluginmanager.hasplugin(name)]
