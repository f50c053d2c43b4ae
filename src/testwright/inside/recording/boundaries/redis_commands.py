"""Watches the commands that a program sends to Redis by redis-py, one by one and in pipelines."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from ..plain_tree import Plain
from ..raised_errors import raised_plain
from ..session import Session
from ..values import snapshot
from .notes import Begun, Notes
from .replacing import replace

__all__ = ["install"]

_SINGLE = ("execute_command", "immediate_execute_command")
_CLIENTS = ("Redis", "RedisCluster")
_MOST_IN_A_PIPELINE = 200
_NEAREST, _CARRIERS = 16, ("celery.backends", "kombu.transport", "kombu.utils")
_Command = tuple[Begun | None, tuple[Any, ...]]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is redis.client, redis.cluster, or one of those of redis.asyncio."""
    watch = _Watch(Notes(session, "redis"))
    undo: list[Callable[[], None]] = []
    for owner in (getattr(module, name, None) for name in _CLIENTS):
        if owner is not None and owner.__module__ == module.__name__:
            undo.append(replace(owner, "execute_command", watch.single))
    pipeline = getattr(module, "Pipeline", None)
    if pipeline is not None:
        undo.append(replace(pipeline, "immediate_execute_command", watch.single))
        undo.append(replace(pipeline, "execute", watch.pipeline))

    def stop() -> None:
        for each in undo:
            each()

    return stop


class _Watch:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def single(self, original: Any) -> Any:
        if inspect.iscoroutinefunction(original):
            return self._single_later(original)

        def execute_command(client: Any, *given: Any, **options: Any) -> Any:
            command = self._begin(given, sys._getframe(1))
            if command is None:
                return original(client, *given, **options)
            try:
                reply = original(client, *given, **options)
            except BaseException as error:
                self._end([command], None, error)
                raise
            self._end([command], [reply], None)
            return reply

        return execute_command

    def _single_later(self, original: Any) -> Any:
        async def execute_command(client: Any, *given: Any, **options: Any) -> Any:
            command = self._begin(given, sys._getframe(1))
            if command is None:
                return await original(client, *given, **options)
            try:
                reply = await original(client, *given, **options)
            except BaseException as error:
                self._end([command], None, error)
                raise
            self._end([command], [reply], None)
            return reply

        return execute_command

    def pipeline(self, original: Any) -> Any:
        if inspect.iscoroutinefunction(original):
            return self._pipeline_later(original)

        def execute(client: Any, *given: Any, **named: Any) -> Any:
            commands = self._begin_all(client, sys._getframe(1))
            try:
                replies = original(client, *given, **named)
            except BaseException as error:
                self._end(commands, None, error)
                raise
            self._end(commands, replies, None)
            return replies

        return execute

    def _pipeline_later(self, original: Any) -> Any:
        async def execute(client: Any, *given: Any, **named: Any) -> Any:
            commands = self._begin_all(client, sys._getframe(1))
            try:
                replies = await original(client, *given, **named)
            except BaseException as error:
                self._end(commands, None, error)
                raise
            self._end(commands, replies, None)
            return replies

        return execute

    # -- spans ---------------------------------------------------------------------------------------------------------

    def _begin(self, given: tuple[Any, ...], frame: FrameType | None) -> _Command | None:
        scope = self._notes.session.scope
        if scope is None or self._notes.tried(scope, _is_celerys, frame):
            return None
        begun = self._notes.begin(frame)
        return None if begun is None else (begun, self._notes.tried(scope, _plain, given) or ())

    def _begin_all(self, pipeline: Any, frame: FrameType | None) -> list[_Command]:
        scope = self._notes.session.scope
        if scope is None:
            return []
        waiting = self._notes.tried(scope, _waiting, pipeline) or []
        return [self._begin(given, frame) or (None, ()) for given in waiting]

    def _end(self, commands: list[_Command], replies: Any, error: BaseException | None) -> None:
        """All of a pipeline that fails have failed."""
        known = replies if isinstance(replies, list) and len(replies) >= len(commands) else [None] * len(commands)
        for (begun, given), reply in zip(commands, known, strict=False):
            name = str(given[0]).upper() if given else ""
            self._notes.end(begun, name, _told, given, reply, error)


def _is_celerys(frame: FrameType | None) -> bool:
    """Its workers carry messages and results by Redis, which is none of the program's doing."""
    for _ in range(_NEAREST if "kombu" in sys.modules else 0):
        if frame is None:
            break
        if str(frame.f_globals.get("__name__", "")).startswith(_CARRIERS):
            return True
        frame = frame.f_back
    return False


def _plain(given: tuple[Any, ...]) -> tuple[Plain, ...]:
    """The key as a text, also where it is written as bytes."""
    return tuple(_key(each) if place == 1 else snapshot(each) for place, each in enumerate(given))


def _key(value: Any) -> Plain:
    if type(value) is bytes:
        try:
            return snapshot(value.decode())
        except UnicodeDecodeError:
            return snapshot(value)
    return snapshot(value)


def _waiting(pipeline: Any) -> list[tuple[Any, ...]]:
    """The commands of a pipeline that has not been sent."""
    return [tuple(given) for given, _ in pipeline.command_stack[:_MOST_IN_A_PIPELINE]]


def _told(given: tuple[Plain, ...], reply: Any, error: BaseException | None) -> dict[str, Any]:
    data: dict[str, Any] = {"command": str(given[0]).upper() if given else ""}
    if len(given) > 1:
        data["key"] = given[1]
    if len(given) > 2:
        data["args"] = ["list", *given[2:]]
    if error is not None:
        return {**data, "raised": raised_plain(error, snapshot)}
    return {**data, "reply": snapshot(reply)}
