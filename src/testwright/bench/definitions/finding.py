"""Holds what is wrong with a definition: which check found it, in which file, at which key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from testwright.errors import UsageError

__all__ = ["Finding", "refuse_errors"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` is where in the file ("unit_tests[3]", counted from 1; "" = the file as a whole). One that `is_error` makes the
    definition unfit; any other is a warning.
    """

    check: str
    key: str
    message: str
    is_error: bool = True
    path: str = ""

    @property
    def line(self) -> str:
        place = ": ".join(part for part in (self.path, self.key) if part)
        return f"{place}: {self.message}" if place else self.message

    def to_plain(self) -> dict[str, str]:
        level = "error" if self.is_error else "warning"
        return {"check": self.check, "level": level, "key": self.key, "message": self.message}


def refuse_errors(findings: Iterable[Finding]) -> None:
    """UsageError with all of them, one a line, where any of them is an error; warnings alone pass."""
    errors = [each for each in findings if each.is_error]
    if not errors:
        return
    paths = list(dict.fromkeys(each.path for each in errors))
    what = f"the definition {paths[0]!r}" if len(paths) == 1 and paths[0] else f"{len(paths)} definitions"
    what = "the definition" if paths == [""] else what
    count = "a problem" if len(errors) == 1 else f"{len(errors)} problems"
    raise UsageError(
        "\n".join([f"{what} cannot be used, for {count}:", *(f"  {each.line}" for each in errors)]),
        slug="definition-invalid",
        where=next(filter(None, paths), "definition"),
        hint="mend each line; `testwright bench new` writes a definition that is right",
    )
