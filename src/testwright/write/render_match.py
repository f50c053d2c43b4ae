"""Decides how the message of an expected exception is written: plain, as a raw pattern, or escaped by re.escape."""

from __future__ import annotations

import re

from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import Brackets, Operand, Parts, Text, lay_out
from testwright.python_source.render_literal import WIDTH, text_literal, width

__all__ = ["fixed_text", "match_of", "match_variable", "raises_head"]

_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
_MOST_ESCAPES = 6
_END = "$"
_IN_METHOD = 12
_RAW_LINE = WIDTH - _IN_METHOD - len('match=r"",')
_ESCAPED_LINE = WIDTH - _IN_METHOD - len('match=re.escape("") + "$",')
_LONGEST = 3 * (WIDTH - 24)


def fixed_text(message: str) -> str:
    """The part of the message that a test can hold fixed: its first line with text, cut after a word when long."""
    line = next((line for line in message.splitlines() if line.strip()), "")
    while width(text_literal(line)) > _LONGEST:
        shorter = line[: max(1, len(line) - max(1, (width(text_literal(line)) - _LONGEST) // 10))]
        cut = shorter.rfind(" ")
        line = shorter[:cut] if cut > len(shorter) // 2 else shorter
    return line


def match_of(message: str | None, imports: Imports) -> Parts:
    """The pattern for `match=`, up to the message's end where it is told whole; () when there is no wording to hold to."""
    text = fixed_text(message) if message else ""
    if not text:
        return ()
    end = _END if is_whole(message or "") else ""
    specials = len(_SPECIAL.findall(text))
    if not specials:
        return (Text(text + end),)
    pattern = _SPECIAL.sub(_escaped, text) + end
    plain = '"' not in text and "\\" not in text and text.isprintable()
    if plain and specials <= _MOST_ESCAPES and width(pattern) <= _RAW_LINE:
        return (f'r"{pattern}"',)
    escaped = imports.expression("re", "") + ".escape"
    if width(text_literal(text)) - len('""') > _ESCAPED_LINE:
        brackets = Brackets("(", ((Text(text),),), ")", commas=False, bare_texts=True)
        return (escaped, brackets, Operand(f'+ "{end}"')) if end else (escaped, brackets)
    return (escaped + "(", Text(text), f') + "{end}"' if end else ")")


def match_variable(messages: list[str], imports: Imports) -> Parts:
    """The pattern when the message comes from a column of the table."""
    end = _END if all(map(is_whole, messages)) else ""
    if any(_SPECIAL.search(fixed_text(message)) for message in messages):
        return (imports.expression("re", "") + ".escape(message)" + (f' + "{end}"' if end else ""),)
    return (f'message + "{end}"' if end else "message",)


def is_whole(message: str) -> bool:
    """A test can hold all of the message fixed."""
    return fixed_text(message) == message


def _escaped(found: re.Match[str]) -> str:
    return "\\" + found[0]


def raises_head(raises: str, exception: Parts, match: Parts, indent: int) -> list[str]:
    """`with pytest.raises(…):`"""
    arguments: tuple[Parts, ...] = (exception, ("match=", *match)) if match else (exception,)
    return lay_out((raises, Brackets("(", arguments, ")")), indent=indent, before="with ", after=":")
