"""Weaves into a function's code that it tells hooks when it begins, returns, yields and raises (CPython 3.11).

`def f(…): body` becomes what `begin(); try: body` would be, each value that is returned or yielded told, and
`except: raised(error); raise` around all of it, for what nothing inside catches. Lines, columns and tracebacks stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import is_
from types import CodeType
from typing import Any, NamedTuple, Protocol

from .exception_table import Guarded, read_table, unguarded, written_table
from .insertion import Insertion, Moved, after, before
from .instructions import call_hook, copied, instruction, loaded
from .line_table import with_insertions
from .opcodes import op

__all__ = ["FunctionHooks", "is_function", "woven"]

_CO_NEWLOCALS, _CO_GENERATOR = 0x2, 0x20
_RESUME, _RETURN_VALUE, _YIELD_VALUE = map(op, ("RESUME", "RETURN_VALUE", "YIELD_VALUE"))
_RERAISE, _CHECK_EXC_MATCH = map(op, ("RERAISE", "CHECK_EXC_MATCH"))
_POP_JUMP_BACKWARD_IF_TRUE = op("POP_JUMP_BACKWARD_IF_TRUE")
_RETURNS = re.compile(re.escape(bytes((_RETURN_VALUE,))))
_RETURNS_AND_YIELDS = re.compile(
    b"%b|%b(?=%b)" % tuple(re.escape(bytes((each,))) for each in (_RETURN_VALUE, _YIELD_VALUE, _RESUME))
)
_AFTER_YIELD = 1
"""The argument of a RESUME behind `yield`; others are behind the waiting of `yield from` and `await`."""
_STACK_OF_CALL, _STACK_OF_HANDLER = 3, 6
_LASTI = 1


class FunctionHooks(Protocol):
    """What woven functions call, in their own frames."""

    def begin(self) -> object: ...
    def returned(self, value: Any, /) -> object: ...
    def raised(self, error: BaseException, /) -> object: ...
    def yielded(self, value: Any, /) -> object: ...


class CallInsertions(NamedTuple):
    """What other hooks need: instructions, sorted, the constants that they name by number, and room on the stack."""

    insertions: list[Insertion]
    constants: tuple[Any, ...]
    stack: int


def is_function(code: CodeType) -> bool:
    """Of a `def`: no module, class body, comprehension or lambda."""
    return bool(code.co_flags & _CO_NEWLOCALS) and not code.co_name.startswith("<")


def woven(
    code: CodeType,
    hooks: FunctionHooks | None,
    calls: Callable[[CodeType, int], CallInsertions | None],
    inner: Callable[[CodeType], CodeType],
) -> CodeType:
    """The code itself where there is nothing to weave. `inner` gives what functions within it are made of from now on;
    `calls` is asked for more, and told how many constants there are. `hooks` are for a function alone.
    """
    constants = tuple([inner(each) if type(each) is CodeType else each for each in code.co_consts])
    if all(map(is_, constants, code.co_consts)):
        constants = code.co_consts
    return _Weaving(code, constants, hooks, calls).code()


class _Weaving:
    def __init__(
        self,
        code: CodeType,
        constants: tuple[Any, ...],
        hooks: FunctionHooks | None,
        calls: Callable[[CodeType, int], CallInsertions | None],
    ) -> None:
        self._plain, self._hooks = code, hooks
        self._first = len(constants)
        """The number of the first constant of ours."""
        if hooks is not None:
            constants += hooks.begin, hooks.returned, hooks.yielded, hooks.raised, RecursionError
        self._calls = calls(code, len(constants))
        self._constants = constants

    def code(self) -> CodeType:
        if self._hooks is None and self._calls is None:
            same = self._constants is self._plain.co_consts
            return self._plain if same else self._plain.replace(co_consts=self._constants)
        text = self._plain.co_code
        ops = text[::2]
        insertions = self._told(text, ops) if self._hooks is not None else []
        stack, constants = self._plain.co_stacksize, self._constants
        if self._hooks is not None:
            stack = max(stack + _STACK_OF_CALL, _STACK_OF_HANDLER)
        if self._calls is not None:
            insertions = sorted([*insertions, *self._calls.insertions])
            stack, constants = stack + self._calls.stack, constants + self._calls.constants
        return self._replaced(Moved(text, ops, insertions), ops, stack, constants)

    def _told(self, text: bytes, ops: bytes) -> list[Insertion]:
        """Where it begins, returns and yields."""
        begin = ops.index(_RESUME) + 1
        found = [Insertion(after(begin), call_hook(self._first), is_nowhere=True)]
        returned = call_hook(self._first + 1, copied(3), 1)
        if not self._plain.co_flags & _CO_GENERATOR:
            return found + [Insertion(before(each.start()), returned) for each in _RETURNS.finditer(ops)]
        yielded = call_hook(self._first + 2, copied(3), 1)
        for each in _RETURNS_AND_YIELDS.finditer(ops):
            unit = each.start()
            if ops[unit] == _RETURN_VALUE:
                found.append(Insertion(before(unit), returned))
            elif text[2 * unit + 3] == _AFTER_YIELD:
                found.append(Insertion(before(unit), yielded))
        return found

    def _replaced(self, moved: Moved, ops: bytes, stack: int, constants: tuple[Any, ...]) -> CodeType:
        place, text = moved.place, moved.text
        entries = [
            Guarded(place(start), place(end), place(handler), depth)
            for start, end, handler, depth in read_table(self._plain.co_exceptiontable)
        ]
        ending = b""
        if self._hooks is not None:
            begin = ops.index(_RESUME) + 1
            ending, entries = self._ending(place(begin), len(text) >> 1, entries)
        return self._plain.replace(
            co_code=text + ending,
            co_consts=constants,
            co_stacksize=stack,
            co_linetable=with_insertions(self._plain.co_linetable, moved.insertions, len(ending) >> 1),
            co_exceptiontable=written_table(entries),
        )

    def _ending(self, body: int, end: int, entries: Sequence[Guarded]) -> tuple[bytes, list[Guarded]]:
        """What an exception that nothing catches goes through. The hooks themselves are not to fail where the stack of calls
        is full: the program is, when it goes on.
        """
        told = call_hook(self._first + 3, copied(3), 1)
        handler = told + instruction(_RERAISE, 1)
        pop = end + (len(told) >> 1) - 1
        ignored = end + (len(handler) >> 1)
        too_deep = self._unless_too_deep(ignored, pop)
        ignored_at_begin = ignored + (len(too_deep) >> 1)
        ending = handler + too_deep + self._unless_too_deep(ignored_at_begin, body - 1)
        hook_at_begin = Guarded(body - (len(call_hook(self._first)) >> 1), body - 1, ignored_at_begin, 0)
        around = [Guarded(start, stop, end, _LASTI) for start, stop in unguarded(entries, body, end)]
        hook_at_end = Guarded(end, pop, ignored, 2 << 1)
        return ending, [hook_at_begin, *sorted([*entries, *around]), hook_at_end]

    def _unless_too_deep(self, start: int, back: int) -> bytes:
        """Begins at `start` with an exception of a hook on top of the stack; goes `back` to where that is dropped."""
        match = loaded(self._first + 4) + instruction(_CHECK_EXC_MATCH)
        at = start + (len(match) >> 1)
        units, jump = 0, b""
        while len(jump) != 2 * units or not units:
            units += 1
            jump = instruction(_POP_JUMP_BACKWARD_IF_TRUE, at + units - back)
        return match + jump + instruction(_RERAISE, 0)
