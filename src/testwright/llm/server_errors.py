"""Says what went wrong at a server, without secrets, and whether asking again may help."""

from __future__ import annotations

from typing import Any

import openai

from testwright.errors import ModelError
from testwright.llm.retrying import Transient, seconds_asked_for

__all__ = ["ServerErrors"]

_LONGEST = 300
_CONTEXT = ("context_length_exceeded", "exceed_context_size_error", "context size", "context length")


class ServerErrors:
    """`shown`: the host. `key`: what must be in no message."""

    def __init__(self, shown: str, key: str) -> None:
        self._shown = shown
        self._key = key

    def explained(self, error: Exception, *, has_begun: bool) -> Exception:
        """The ModelError to raise, or Transient around it; the same error where it is none of the server's."""
        ours = next((each for each in _chain(error) if isinstance(each, ModelError)), None)
        if ours is not None:
            return ours
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APIConnectionError):
            return Transient(self.cut() if has_begun else self._unreachable(error))
        if isinstance(error, openai.APIError):
            return self._in_stream(error)
        if isinstance(error, (ValueError, TypeError, AttributeError, LookupError)):
            return self.invalid(f"it cannot be read: {error}")
        return error

    def _status(self, error: Any) -> Exception:
        words, status = self._cleaned(str(error.message)), error.status_code
        if status in (408, 409, 429):
            busy = self._error(f"{self._shown!r} is too busy to answer: {words}", slug="model-busy")
            return Transient(busy, seconds_asked_for(error.response.headers.get("retry-after")))
        if status >= 500:
            broke = self._error(f"{self._shown!r} broke at a question: {words}", slug="model-server-error")
            return Transient(broke, seconds_asked_for(error.response.headers.get("retry-after")))
        if any(sign in f"{error.code} {words}".lower() for sign in _CONTEXT):
            return self._context_full(words)
        return self._error(f"{self._shown!r} refuses the question: {words}", slug="model-refused")

    def _in_stream(self, error: Any) -> Exception:
        words = self._cleaned(str(error.message))
        if any(sign in f"{error.code} {error.type} {words}".lower() for sign in _CONTEXT):
            return self._context_full(words)
        if str(error.code).startswith("4") and str(error.code) not in ("408", "409", "429"):
            return self._error(f"{self._shown!r} refuses the question: {words}", slug="model-refused")
        return Transient(self._error(f"{self._shown!r} broke at a question: {words}", slug="model-server-error"))

    def _unreachable(self, error: Exception) -> ModelError:
        why = self._cleaned(str(error.__cause__ or error))
        return self._error(
            f"{self._shown!r} cannot be reached: {why}",
            slug="model-unreachable",
            hint="see that the server runs and that --base-url is right",
        )

    def _context_full(self, words: str) -> ModelError:
        return self._error(f"the question does not fit into the model's context: {words}", slug="model-context-full")

    def cut(self) -> ModelError:
        return self._error(f"the reply of {self._shown!r} was cut before its end", slug="model-reply-cut")

    def invalid(self, why: str) -> ModelError:
        return self._error(
            f"what {self._shown!r} sends is no reply of a model: {self._cleaned(why)}",
            slug="model-reply-invalid",
            hint="see that --base-url names an OpenAI-compatible server; most end with /v1",
        )

    def endless(self) -> ModelError:
        return self._error(f"the reply of {self._shown!r} does not end", slug="model-reply-endless")

    def _error(self, message: str, *, slug: str, hint: str = "") -> ModelError:
        return ModelError(message, slug=slug, where=self._shown, hint=hint)

    def _cleaned(self, text: str) -> str:
        """One short line: a server's words may be a whole page, or what a terminal obeys."""
        without = text.replace(self._key, "***") if self._key else text
        line = " ".join("".join(each if each.isprintable() else " " for each in without).split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
