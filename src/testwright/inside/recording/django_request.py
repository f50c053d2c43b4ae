"""Records the requests that a Django project answers, each as a trace."""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

from .block import recorder_for
from .django_rows import DjangoDatabase
from .exchange import RECORD_VARIABLE, ROWS_VARIABLE, Exchange, recording_is_off, rows_are_wanted
from .request_rows import RequestRows
from .session import Session
from .wsgi import ReadAlong

__all__ = ["RecordMiddleware"]


class RecordMiddleware:
    """The first one of MIDDLEWARE, so that it sees what is sent and answered. It does nothing unless DEBUG is on, or the
    setting TESTWRIGHT_RECORD is, nor where the environment has TESTWRIGHT_RECORD=0. With TESTWRIGHT_RECORD_ROWS, as a
    setting or in the environment, it also keeps the rows that a request finds and leaves.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        from django.conf import settings

        if recording_is_off() or not getattr(settings, RECORD_VARIABLE, settings.DEBUG):
            from django.core.exceptions import MiddlewareNotUsed

            raise MiddlewareNotUsed(
                f"DEBUG is off, and the setting {RECORD_VARIABLE} is not True; or it is 0 in the environment"
            )
        self._get_response = get_response
        self._is_async = inspect.iscoroutinefunction(get_response)
        if self._is_async:
            from asgiref.sync import markcoroutinefunction

            markcoroutinefunction(self)
        recorder = recorder_for(_a_file_of(settings), str(getattr(settings, "BASE_DIR", "")))
        recorder.redactor.learn_settings({name: getattr(settings, name) for name in dir(settings) if name.isupper()})
        self._session: Session = recorder.session
        self._with_rows = rows_are_wanted(getattr(settings, ROWS_VARIABLE, None))

    def __call__(self, request: Any) -> Any:
        if self._is_async:
            return self._answered_later(request)
        exchange = self._begun(request)
        try:
            response = self._get_response(request)
        except BaseException as error:
            self._failed(exchange, error)
            raise
        return _ended(exchange, request, response)

    async def _answered_later(self, request: Any) -> Any:
        exchange = self._begun(request)
        try:
            response = await self._get_response(request)
        except BaseException as error:
            self._failed(exchange, error)
            raise
        await _read_rows_again(exchange)
        return _ended(exchange, request, response)

    def process_exception(self, request: Any, error: BaseException) -> None:
        """Django makes a response of it before it comes to us."""
        exchange = getattr(request, "_testwright_exchange", None)
        if exchange is not None:
            exchange.raised(error)

    def _begun(self, request: Any) -> Exchange:
        meta = request.META
        exchange = Exchange(
            self._session, request.method, request.path, meta.get("QUERY_STRING", ""), request.headers.items()
        )
        request._testwright_exchange = exchange
        if self._with_rows:
            exchange.scope.kept["rows"] = RequestRows(self._session, exchange.scope, DjangoDatabase())
        stream = getattr(request, "_stream", None)
        if stream is not None:
            request._stream = ReadAlong(stream, exchange.sent)
        return exchange

    def _failed(self, exchange: Exchange, error: BaseException) -> None:
        exchange.raised(error)
        exchange.leave()
        exchange.end()


async def _read_rows_again(exchange: Exchange) -> None:
    """Where the SQL of the request ran: in the thread that its connections belong to."""
    rows = exchange.scope.kept.get("rows")
    if rows is not None and rows.has_any:
        from asgiref.sync import sync_to_async

        await sync_to_async(rows.finish)()


def _ended(exchange: Exchange, request: Any, response: Any) -> Any:
    exchange.leave()
    exchange.status = response.status_code
    exchange.response_headers = [(str(name), str(value)) for name, value in response.items()]
    exchange.response_headers += [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
    exchange.request["user"] = exchange.about["user"] = _user(request)
    match = getattr(request, "resolver_match", None)
    if match is not None:
        exchange.request |= {"view": _name_of(match.func), "route": match.route}
    if getattr(response, "streaming", False):
        response.streaming_content = _read_along(response, exchange)
        return response
    exchange.answered.add(response.content)
    exchange.end()
    return response


def _read_along(response: Any, exchange: Exchange) -> Any:
    """The response is over when all of it has gone out, or it is closed."""
    pieces = response.streaming_content
    if getattr(response, "is_async", False):
        return _later(exchange, aiter(pieces))
    return exchange.read_along(pieces)


async def _later(exchange: Exchange, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while True:
            exchange.enter()
            try:
                piece = await anext(pieces, None)
            finally:
                exchange.leave()
            if piece is None:
                return
            exchange.answered.add(piece)
            yield piece
    finally:
        exchange.end()


def _user(request: Any) -> str:
    """Who has been asked for; asking now would run SQL that the request did not."""
    held = vars(request)
    user = held.get("_cached_user") or held.get("_user")
    field = getattr(type(user), "USERNAME_FIELD", "")
    name = vars(user).get(field) if field else None  # an anonymous one has none; no method of theirs is called
    return name if isinstance(name, str) else ""


def _name_of(view: Any) -> str:
    """A class-based view by its class."""
    named = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return f"{getattr(named, '__module__', '')}:{getattr(named, '__qualname__', type(named).__qualname__)}"


def _a_file_of(settings: Any) -> str:
    """The settings module's: the project is around it."""
    import sys

    module = sys.modules.get(os.environ.get("DJANGO_SETTINGS_MODULE", ""))
    return str(getattr(module, "__file__", "") or getattr(settings, "BASE_DIR", ""))
