"""Finds the test code in a model's reply: with or without fences, thoughts and prose around it; says why there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from testwright.llm.exchange import Finish
from testwright.python_source.parsing import parse_source, source_lines

__all__ = ["ReadReply", "is_repeating", "read_reply", "without_thoughts"]

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_CODE_STARTS = re.compile(r"(import |from \S+ import |def |async def |class |@\w)")
_TEST = re.compile(r"\bdef (test\w*)\s*\(")
_PYTHON = frozenset({"", "python", "py", "python3", "pytest"})
_SHORTEST_LOOP = 120
_OFTEN = 4
_ENDS_EARLY = ("was never closed", "unexpected EOF", "expected an indented block", "unterminated", "EOF in multi-line")


@dataclass(frozen=True, slots=True)
class ReadReply:
    """`code` parses and holds tests; without it, `slug` and `reason` say why. `lost` are the tests that could not be
    read, each with its slug and reason.
    """

    code: str = ""
    slug: str = ""
    reason: str = ""
    lost: tuple[tuple[str, str, str], ...] = ()


def read_reply(text: str, finish: Finish = "stop") -> ReadReply:
    """A reply that the token limit has cut is no result, whatever it holds."""
    said = without_thoughts(text)
    if is_repeating(said):
        return ReadReply(slug="reply-repeats", reason="its end says the same again and again")
    if finish != "stop":
        why = "its tokens ran out" if finish == "length" else "it was stopped"
        return ReadReply(slug="reply-truncated", reason=f"{why} after {len(text)} characters")
    blocks = _blocks(said)
    if not any(block.strip() for block in blocks):
        return ReadReply(slug="reply-without-code", reason=f"it holds no code: {_beginning(said)}")
    return _read_code("\n\n".join(blocks))


def without_thoughts(text: str) -> str:
    """Without what a model thinks aloud before it answers."""
    return _THOUGHTS.sub("", text.replace("\r\n", "\n"))


def is_repeating(text: str) -> bool:
    """The end of the text is one piece, some times over, as of a model that has lost its way."""
    end = text.rstrip()[-4000:]
    for length in range(1, len(end) // _OFTEN + 1):
        times, piece = max(_OFTEN, _SHORTEST_LOOP // length + 1), end[-length:]
        if len(end) >= length * times and end.endswith(piece * times) and piece.strip():
            return True
    return False


def _blocks(text: str) -> list[str]:
    """What stands in fences, of Python or of no language; without fences, what looks like code."""
    fences = list(_FENCE.finditer(text))
    if not fences:
        return [_unfenced(text)]
    found: list[str] = []
    opening: re.Match[str] | None = None
    for fence in fences:
        if opening is None:
            opening = fence
        elif fence.group(1)[0] == opening.group(1)[0] and not fence.group(2).strip():
            found += _block(opening, text[opening.end() : fence.start()])
            opening = None
    if opening is not None:
        found += _block(opening, text[opening.end() :])
    return found or [_unfenced(text)]


def _block(opening: re.Match[str], inner: str) -> list[str]:
    return [inner.strip("\n")] if opening.group(2).strip().lower().partition(" ")[0] in _PYTHON else []


def _unfenced(text: str) -> str:
    """From the first line that begins as code does; lines of prose behind it are dropped."""
    lines = source_lines(text)
    first = next((n for n, line in enumerate(lines) if _CODE_STARTS.match(line)), None)
    if first is None:
        return ""
    chunks = _chunks("".join(lines[first:]))
    return "".join(chunk for chunk in chunks if not _is_prose(chunk))


def _is_prose(chunk: str) -> bool:
    return not _CODE_STARTS.match(chunk) and not chunk.startswith(("#", "    ", "\n")) and not _parses(chunk)


def _read_code(code: str) -> ReadReply:
    if _parses(code):
        if _TEST.search(code) is None:
            return ReadReply(slug="reply-without-tests", reason="its code has no test function")
        return ReadReply(code + "\n")
    kept, lost = _salvaged(code)
    if kept and _TEST.search(kept):
        return ReadReply(kept, lost=lost)
    return ReadReply(slug=lost[0][1] if lost else "reply-not-python", reason=_problem(code)[1], lost=lost)


def _salvaged(code: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """The chunks that parse; of the others, the tests in them and what is wrong."""
    kept, lost = [], []
    for chunk in _chunks(code):
        if _parses(chunk):
            kept.append(chunk)
        else:
            slug, reason = _problem(chunk)
            lost += [(name, slug, reason) for name in _TEST.findall(chunk)]
    return "".join(kept), tuple(lost)


def _chunks(code: str) -> list[str]:
    """Parts that begin at the margin; decorators stay with what they decorate, closing brackets with what they close."""
    found: list[list[str]] = []
    for line in source_lines(code):
        begins = bool(line.strip()) and not line.startswith((" ", "\t", ")", "]", "}"))
        if found and (not begins or _is_decorated(found[-1])):
            found[-1].append(line)
        else:
            found.append([line])
    return ["".join(lines) for lines in found]


def _is_decorated(lines: Sequence[str]) -> bool:
    """Only decorators and comments so far: what they stand before is still to come."""
    return lines[0].startswith("@") and not any(line.startswith(("def ", "async def ", "class ")) for line in lines)


def _parses(code: str) -> bool:
    return not _problem(code)[0]


def _problem(code: str) -> tuple[str, str]:
    """Its slug, "" for none, and in words."""
    try:
        parse_source(code)
    except SyntaxError as error:
        message = str(error.msg)
        if any(words in message for words in _ENDS_EARLY) and _reaches_the_end(error, code):
            return "reply-truncated", f"its code ends in the middle (line {error.lineno}: {message})"
        return "reply-not-python", f"line {error.lineno}: {message}"
    except (ValueError, RecursionError, MemoryError) as error:
        return "reply-not-python", str(error) or "it is nested too deeply"
    return "", ""


def _reaches_the_end(error: SyntaxError, code: str) -> bool:
    """What misses its end does so because nothing follows: code that goes on at the margin is another mistake."""
    lines = source_lines(code)
    behind = lines[error.lineno or 0 :]
    return not any(_CODE_STARTS.match(line) for line in behind)


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return f'"{words[:60]}…"' if len(words) > 60 else f'"{words}"'
