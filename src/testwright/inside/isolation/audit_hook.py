"""Decides which side effects code under test may have: none on network, processes, or files outside the scratch folder.

Looking up a native function through ctypes is recorded like a blocked side effect, but not blocked.

The hook runs at every import, open, compile and exec of the process, so it first looks the event's name up in a dict.
What it needs it holds in closures, bound before code under test could replace anything.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any, Final, TypeAlias

__all__ = ["ALWAYS_BLOCKED", "BlockedSideEffect", "arm", "blocked_count", "blocked_events", "take_blocked_events"]

Check: TypeAlias = Callable[[tuple[Any, ...]], str]

ALWAYS_BLOCKED: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.kill",
        "os.killpg",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "signal.pthread_kill",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "socket.sendmsg",
        "socket.sendto",
        "socket.sethostname",
        "subprocess.Popen",
        "syslog.openlog",
        "syslog.syslog",
    }
)
_RECORDED_ONLY: Final = frozenset({"ctypes.dlsym", "ctypes.dlsym/handle"})
"""Nobody sees what native code does then: what the sandbox silently refused it, a plain test run would let it do."""
_HARMLESS_DEVICES: Final = frozenset({"/dev/null", "/dev/zero", "/dev/full"})
_TERMINALS: Final = frozenset({"/dev/tty", "/dev/console"})
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REMOVING_A_TREE: Final = ("_rmtree_safe_fd", "_rmtree_unsafe")
_MOST_LINKS = 40
_MOST_RECORDS = 1000
_INHERITED = 64

# Position of (path, dir_fd or None) pairs in the event's arguments, and whether the last link is followed.
_PATH_EVENTS: Final[dict[str, tuple[tuple[tuple[int, int | None], ...], bool]]] = {
    "os.chflags": (((0, None),), True),
    "os.chmod": (((0, 2),), True),
    "os.chown": (((0, 3),), True),
    "os.lchflags": (((0, None),), False),
    "os.lchmod": (((0, None),), False),
    "os.link": (((0, 2), (1, 3)), False),
    "os.mkdir": (((0, 2),), False),
    "os.remove": (((0, 1),), False),
    "os.removexattr": (((0, None),), True),
    "os.rename": (((0, 2), (1, 3)), False),
    "os.rmdir": (((0, 1),), False),
    "os.setxattr": (((0, None),), True),
    "os.symlink": (((1, 2),), False),
    "os.utime": (((0, 3),), True),
}


class BlockedSideEffect(PermissionError):
    """Raised in place of a side effect that a sandboxed run may not have."""

    def __init__(self, event: str, about: str) -> None:
        super().__init__(errno.EPERM, f"blocked in the sandbox: {event}", about)


class _Record:
    """What was blocked, in order; read through the functions below."""

    __slots__ = ("count", "events")

    def __init__(self) -> None:
        self.events: list[str] = []
        self.count = 0

    def add(self, text: str) -> None:
        self.count += 1
        if len(self.events) < _MOST_RECORDS:
            self.events.append(text)


_record = _Record()


def blocked_events() -> list[str]:
    """What was blocked in this process since the last `take_blocked_events`, e.g. "socket.connect ('::1', 80)"."""
    return list(_record.events)


def blocked_count() -> int:
    """How many were blocked in this process, ever: cheap, and not cut off as the list is."""
    return _record.count


def take_blocked_events() -> list[str]:
    """As `blocked_events`, and forget them: one call per input tells which input did what."""
    taken = list(_record.events)
    _record.events.clear()
    return taken


def arm(scratch: str, shared_memory: str = "") -> None:
    """Switch the hook on in this process, for ever; only `scratch` and a private `shared_memory` stay writable."""
    checks = _checks((scratch, shared_memory) if shared_memory else (scratch,))
    record = _record.add
    lookup = checks.get
    blocked = BlockedSideEffect
    recorded_only, keeping_bytecode, frame_at = _RECORDED_ONLY, _keeping_bytecode(), sys._getframe

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        check = lookup(event)
        if check is None:
            return
        about = check(arguments)
        if about:
            if frame_at(1).f_code not in keeping_bytecode:
                record(f"{event} {about}")
            if event not in recorded_only:
                raise blocked(event, about)

    _close_unaudited(record)
    sys.addaudithook(hook)


def _keeping_bytecode() -> frozenset[CodeType]:
    """The interpreter's own functions that keep what it compiled: an import goes on without, and was not asked to."""
    keep = SourceFileLoader.set_data
    return frozenset({keep.__code__, keep.__globals__["_write_atomic"].__code__})


def _close_unaudited(record: Callable[[str], None]) -> None:
    """Replace the one way to start a process that raises no event (multiprocessing takes it)."""
    import _posixsubprocess

    def fork_exec(*_: object, **__: object) -> int:
        record("_posixsubprocess.fork_exec")
        raise BlockedSideEffect("_posixsubprocess.fork_exec", "")

    _posixsubprocess.fork_exec = fork_exec


def _checks(writable: tuple[str, ...]) -> dict[str, Check]:
    outside = _outside(writable)
    checks: dict[str, Check] = dict.fromkeys(ALWAYS_BLOCKED, _describe)
    checks.update(dict.fromkeys(_RECORDED_ONLY, _describe_function))
    checks["open"] = _check_open(outside)
    checks["os.truncate"] = lambda arguments: "" if isinstance(arguments[0], int) else outside(arguments[0], -1, True)
    checks["sqlite3.connect"] = _check_database(outside)
    for event, (positions, follow) in _PATH_EVENTS.items():
        checks[event] = _check_paths(positions, follow, outside)
    return checks


def _describe(arguments: tuple[Any, ...]) -> str:
    """Plain arguments only: the repr of an object under test could run code or fail."""
    plain = [argument for argument in arguments if type(argument) in (str, bytes, int, tuple, list)]
    return ", ".join(_describe_plain(argument) for argument in plain)[:200] or "-"


def _describe_plain(argument: Any) -> str:
    if type(argument) in (tuple, list):
        return f"({_describe(tuple(argument))})"
    return repr(argument)


def _describe_function(arguments: tuple[Any, ...]) -> str:
    """The name of a native function that is looked up; the interpreter's own are as harmless as their builtins."""
    name = arguments[-1]
    return repr(name) if type(name) is not str or not name.startswith(("Py", "_Py")) else ""


def _check_paths(
    positions: tuple[tuple[int, int | None], ...], follow: bool, outside: Callable[[Any, int, bool], str]
) -> Check:
    def check(arguments: tuple[Any, ...]) -> str:
        for path_at, folder_at in positions:
            folder = arguments[folder_at] if folder_at is not None and len(arguments) > folder_at else -1
            about = outside(arguments[path_at], folder, follow)
            if about:
                return about
        return ""

    return check


def _check_open(outside: Callable[[Any, int, bool], str]) -> Check:
    as_text, status, is_folder, not_its_own = _path_text(), os.stat, stat.S_ISDIR, _foreign_descriptors()
    frame_at = sys._getframe

    def check(arguments: tuple[Any, ...]) -> str:
        path, mode, flags = arguments
        if type(path) is int or type(path) is bool:
            return not_its_own(path)
        text = as_text(path)
        if text in _TERMINALS:
            return text
        if mode is not None and not flags & _WRITES and not _mode_writes(mode):
            return ""
        if flags & _WRITES or (mode is not None and _mode_writes(mode)):
            return "" if text in _HARMLESS_DEVICES else outside(text, -1, True)
        # A folder opened with os.open could serve as dir_fd, which the event "open" does not tell. Those that removing a
        # tree opens are relative to another one, and each of its removals is an event of its own, which does tell.
        if not text.startswith("/") and frame_at(2).f_code.co_name.startswith(_REMOVING_A_TREE):
            return ""
        try:
            folder = is_folder(status(text).st_mode)
        except (OSError, ValueError):
            return ""
        return outside(text, -1, True) if folder else ""

    return check


def _foreign_descriptors() -> Callable[[int], str]:
    """Says of a descriptor that code under test did not open: which file that is differs from process to process."""
    identity = _identity(os.fstat)
    inherited = {number: identity(number) for number in range(_INHERITED)}

    def not_its_own(number: int) -> str:
        now = identity(number)
        return f"descriptor {int(number)}" if now is None or inherited.get(number) == now else ""

    return not_its_own


def _identity(fstat: Callable[[int], os.stat_result]) -> Callable[[int], tuple[int, int] | None]:
    def identity(number: int) -> tuple[int, int] | None:
        try:
            found = fstat(number)
        except (OSError, OverflowError):
            return None
        return found.st_dev, found.st_ino

    return identity


def _mode_writes(mode: Any) -> bool:
    return type(mode) is str and any(letter in mode for letter in "wax+")


def _check_database(outside: Callable[[Any, int, bool], str]) -> Check:
    """SQLite opens its files itself, with no further event."""
    as_text = _path_text()

    def check(arguments: tuple[Any, ...]) -> str:
        text = as_text(arguments[0])
        if text in ("", ":memory:") or "mode=memory" in text or text.startswith("file::memory:"):
            return ""
        if text.startswith("file:"):
            text = text.removeprefix("file:").partition("?")[0]
        return outside(text, -1, True)

    return check


def _outside(writable: tuple[str, ...]) -> Callable[[Any, int, bool], str]:
    """A function of (path, dir_fd, follow) that gives "" for paths below writable folders, else the path."""
    roots = frozenset(os.path.realpath(folder) for folder in writable)
    below = tuple(root + "/" for root in roots)
    as_text, resolve, folder_of = _path_text(), _resolver(), _descriptor_paths()

    def outside(path: Any, folder: int, follow: bool) -> str:
        if type(path) is int:
            text = folder_of(path)
        else:
            text = as_text(path)
            if folder >= 0 and not text.startswith("/"):
                text = f"{folder_of(folder)}/{text}"
        if "\0" in text:
            return ""  # the call itself raises ValueError
        resolved = resolve(text, follow)
        return "" if resolved.startswith(below) or (resolved in roots and follow) else text or "-"

    return outside


def _path_text() -> Callable[[Any], str]:
    """os.fsdecode, which asks the replaceable os.fspath, with its own hands."""
    fspath, encoding = os.fspath, sys.getfilesystemencoding()

    def as_text(path: Any) -> str:
        plain = fspath(path)
        return plain if isinstance(plain, str) else plain.decode(encoding, "surrogateescape")

    return as_text


def _descriptor_paths() -> Callable[[int], str]:
    if sys.platform == "darwin":
        import fcntl

        get_path, command = fcntl.fcntl, fcntl.F_GETPATH

        def by_fcntl(descriptor: int) -> str:
            return get_path(descriptor, command, bytes(1024)).rstrip(b"\0").decode("utf-8", "surrogateescape")

        return by_fcntl
    readlink = os.readlink

    def by_proc(descriptor: int) -> str:
        try:
            return readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            return f"/dev/fd/{descriptor}"

    return by_proc


def _resolver() -> Callable[[str, bool], str]:
    """realpath with its own hands: code under test may have replaced os.lstat or os.path.realpath."""
    readlink, getcwd = os.readlink, os.getcwd

    def resolve(path: str, follow: bool) -> str:
        waiting = (path if path.startswith("/") else f"{getcwd()}/{path}").split("/")[::-1]
        done: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del done[-1:]
                continue
            here = "/".join(["", *done, part])
            target = _target(here) if follow or any(p not in ("", ".") for p in waiting) else None
            if target is None or (links := links + 1) > _MOST_LINKS:
                done.append(part)
                continue
            if target.startswith("/"):
                done.clear()
            waiting.extend(target.split("/")[::-1])
        return "/" + "/".join(done)

    def _target(here: str) -> str | None:
        try:
            return readlink(here)
        except OSError:
            return None

    return resolve
