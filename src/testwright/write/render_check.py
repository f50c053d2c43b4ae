"""Decides how one check is written as an assertion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from testwright.errors import InternalError
from testwright.inside.recipes import Attribute, Call, Const, Name, Operation, Recipe, ScratchFile, Sequence
from testwright.inside.scenario import Check
from testwright.python_source.render_layout import Brackets, Parts, flat, lay_out
from testwright.python_source.render_literal import WIDTH, width
from testwright.python_source.render_recipe import FileNames, parts_of

__all__ = ["Assertions"]

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "is")
_SHORT = re.compile(r"[\w.]+")


@dataclass(slots=True)
class Assertions:
    """Writes the checks of one test.

    `taken` are its names, `by_identity` says that the expected values of its table are all True, False or None,
    `both_streams` that it looks at stdout and stderr, which are read at once.
    """

    names: FileNames
    taken: frozenset[str] = frozenset()
    by_identity: bool = False
    both_streams: bool = False
    _bound: dict[str, int] = field(default_factory=dict)

    def takes_subject(self, check: Check) -> bool:
        """Whether the subject stands in the assertion as it is, so that a call may be written there."""
        return check.kind in ("equals", "is", "approx", "isinstance")

    def one_line(self, check: Check, indent: int) -> str | None:
        """The assertion, when it fits in one line."""
        subject, between, expected = self._sides(check)
        line = f"{' ' * indent}assert {flat((*subject, between, *expected))}"
        return line if width(line) <= WIDTH else None

    def lines(self, check: Check, indent: int) -> list[str]:
        """The assertion, and before it what it needs: a path, or a name for a value too long to stand in it."""
        setup = self._setup(check, indent)
        once = _called_once(check)
        if once is not None:
            return lay_out(parts_of(once, self.names), indent=indent)
        line = self.one_line(check, indent)
        if line is not None:
            return [*setup, line]
        subject, between, expected = self._sides(check)
        if not expected:
            return [*setup, *lay_out(subject, indent=indent, before="assert ")]
        if not _SHORT.fullmatch(flat(subject)):
            name = self._name("actual")
            setup += lay_out(subject, indent=indent, before=f"{name} = ")
            subject = (name,)
        if not _ends_in_bracket(expected):
            name = self._name("expected")
            setup += lay_out(expected, indent=indent, before=f"{name} = ")
            expected = (name,)
        return [*setup, *lay_out(expected, indent=indent, before=f"assert {flat(subject)}{between}")]

    def _setup(self, check: Check, indent: int) -> list[str]:
        if check.kind in ("output", "errors") and self.both_streams and "captured" not in self._bound:
            self._bound["captured"] = 1
            return [f"{' ' * indent}captured = capsys.readouterr()"]
        if check.subject is None or self.names.scratch is None:
            return []
        pairs = self.names.scratch.setup_of(check.subject)
        return [line for before, parts in pairs for line in lay_out(parts, indent=indent, before=before)]

    def _name(self, wanted: str) -> str:
        """`actual`, then `actual_2`."""
        while True:
            number = self._bound[wanted] = self._bound.get(wanted, 0) + 1
            name = wanted if number == 1 else f"{wanted}_{number}"
            if name not in self.taken:
                return name

    def _sides(self, check: Check) -> tuple[Parts, str, Parts]:
        """Left side, operator with blanks, right side; all of it on the left when there is no operator."""
        expected = parts_of(check.expected, self.names, operand=True)
        if check.kind in ("output", "errors"):
            attribute = "out" if check.kind == "output" else "err"
            source = "captured" if self.both_streams else "capsys.readouterr()"
            return (f"{source}.{attribute}",), " == ", expected
        if check.kind == "log":
            return ("caplog.messages",), " == ", expected
        if check.subject is None:
            raise InternalError(f"a check of kind {check.kind!r} needs a subject", slug="internal-error")
        if check.kind == "file":
            return self._file(check.subject, check.expected)
        if check.kind == "called":
            return parts_of(Attribute(check.subject, "call_args_list"), self.names), " == ", expected
        if check.kind == "isinstance":
            both = (parts_of(check.subject, self.names), parts_of(check.expected, self.names))
            return (self.names.imports.builtin("isinstance"), Brackets("(", both, ")")), "", ()
        if _is_question(check):
            return parts_of(check.subject, self.names), "", ()
        subject = parts_of(check.subject, self.names, operand=True)
        if check.kind == "approx":
            approx = self.names.imports.expression("pytest", "") + ".approx"
            plain = parts_of(check.expected, self.names)
            return subject, " == ", (approx, Brackets("(", (plain,), ")", bare_texts=True))
        return subject, self._operator(check), expected

    def _operator(self, check: Check) -> str:
        singleton = isinstance(check.expected, Const) and (
            check.expected.value is None or isinstance(check.expected.value, bool)
        )
        return " is " if check.kind == "is" or singleton or self.by_identity else " == "

    def _file(self, subject: Recipe, expected: Recipe) -> tuple[Parts, str, Parts]:
        path = flat(parts_of(subject, self.names))
        if not path.isidentifier():
            path = f"({path})"
        content = expected.value if isinstance(expected, Const) else ""
        if isinstance(content, bytes) or "\r" in content:  # text mode would turn \r\n into \n
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            return (f"{path}.read_bytes()",), " == ", parts_of(Const(raw), self.names)
        if isinstance(subject, ScratchFile) and subject.as_text:
            raise InternalError("the subject of a file check is a path, not text", slug="internal-error")
        return (f'{path}.read_text(encoding="utf-8")',), " == ", parts_of(expected, self.names)


def _called_once(check: Check) -> Recipe | None:
    """`mock.assert_called_once_with(…)`, when there was one call."""
    if check.kind != "called" or check.subject is None or not isinstance(check.expected, Sequence):
        return None
    if len(check.expected.items) != 1 or not isinstance(check.expected.items[0], Call):
        return None
    return replace(check.expected.items[0], function=Attribute(check.subject, "assert_called_once_with"))


def _is_question(check: Check) -> bool:
    """`text.startswith("a")` or `a == b`, which a person asserts as it stands."""
    asked = check.subject
    if check.kind != "is" or check.expected != Const(True):
        return False
    if isinstance(asked, Operation):
        return asked.symbol in COMPARISONS and asked.right is not None
    if not isinstance(asked, Call):
        return False
    by_name = isinstance(asked.function, Attribute) and asked.function.name in ("startswith", "endswith")
    return by_name or asked.function == Name("math", "isnan")


def _ends_in_bracket(parts: Parts) -> bool:
    return isinstance(parts[-1], Brackets) and bool(parts[-1].items)
