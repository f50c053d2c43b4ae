"""What a call shows beside its value tells a mutant too, but nothing is noted where a module shows nothing."""

from __future__ import annotations

import sys
import warnings

from testwright.inside.surviving.noticed import Noticing


def shown_by(source: str, text: str) -> list[object]:
    with Noticing("shop.py", source).during() as shown:
        warnings.warn(text, stacklevel=1)
        sys.stdout.write(text)
    return list(shown)


def test_what_is_written_and_warned_of_is_noted() -> None:
    one, other = shown_by("print(x)", "one"), shown_by("print(x)", "other")
    assert one != other
    assert one == shown_by("print(x)", "one")
    assert "one" in one


def test_addresses_tell_nothing() -> None:
    assert shown_by("warn(x)", "at 0x7f12345678") == shown_by("warn(x)", "at 0x7f87654321")


def test_modules_that_show_nothing_are_left_alone(capsys, recwarn) -> None:
    assert shown_by("return x", "one") == []
    assert capsys.readouterr().out == "one"
    assert len(recwarn) == 1
