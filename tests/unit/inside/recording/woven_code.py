"""Weaves code for tests with hooks that they choose, and says what a code object does, whatever is woven into it."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any, NamedTuple

from testwright.inside.recording.call_sites import names_imported
from testwright.inside.recording.call_weaving import calls_woven
from testwright.inside.recording.function_weaving import CallInsertions, is_function, woven


class Silent:
    """Hooks in C: nobody who traces the program sees them."""

    begin = [].clear
    returned = raised = yielded = callable


def looked_at(*given: Any) -> None:
    pass


class Looking:
    """In the place of `CallHooks`."""

    calling = spread = told = staticmethod(looked_at)


def weave(code: CodeType, hooks: Any = Silent, looking: Any = None) -> CodeType:
    """With `looking`, also around calls of interest."""
    names = frozenset[str]() if looking is None else names_imported(code)

    def calls(code: CodeType, first_constant: int) -> CallInsertions | None:
        return None if looking is None else calls_woven(code, first_constant, looking, names)

    def inner(code: CodeType) -> CodeType:
        return woven(code, hooks if is_function(code) else None, calls, inner)

    return inner(code)


def codes_in(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes_in(each)


class Meaning(NamedTuple):
    """What is left of a code object without the instructions that call hooks, places counted in those that are left."""

    instructions: list[tuple[str, object, object]]
    """Their names, arguments and positions."""
    handled: list[list[tuple[int, int, bool]]]
    """Of each, where its exceptions go, and there again."""
    hooks: int


def meaning(code: CodeType, hooks: Any = Silent, looking: Any = Looking) -> Meaning:
    everything = list(dis.get_instructions(code))
    raised = [number for number, each in enumerate(everything) if _is_hook(each, (hooks.raised,))][-1:]
    if raised:
        everything = everything[: max(n for n in range(raised[0]) if everything[n].opname == "PUSH_NULL")]
    by_offset, kept, skipped, hook_calls = {}, list[dis.Instruction](), False, 0
    known = (hooks.begin, hooks.returned, hooks.yielded, looking.calling)
    for number, each in enumerate(everything):
        by_offset[each.offset] = len(kept)
        if each.opname == "PUSH_NULL" and any(_is_hook(later, known) for later in everything[number + 1 : number + 3]):
            skipped, hook_calls = True, hook_calls + 1
        if not skipped and each.opname != "EXTENDED_ARG":
            kept.append(each)
        skipped = skipped and each.opname != "POP_TOP"
    instructions = [(each.opname, _argument(each, by_offset), each.positions) for each in kept]
    table = [
        (by_offset[entry.start], max(number for number, each in enumerate(kept) if each.offset < entry.end), entry)
        for entry in dis._parse_exception_table(code)  # type: ignore[attr-defined]
        if entry.target in by_offset
    ]
    handled = [
        [(by_offset[e.target], e.depth, e.lasti) for start, end, e in table if start <= number <= end]
        for number in range(len(kept))
    ]
    return Meaning(instructions, handled, hook_calls)


def _is_hook(each: dis.Instruction, hooks: tuple[Any, ...]) -> bool:
    return each.opname == "LOAD_CONST" and any(each.argval is hook for hook in hooks)


def _argument(each: dis.Instruction, by_offset: dict[int, int]) -> object:
    if each.opcode in dis.hasjrel:
        return by_offset[each.argval]
    return (each.argval.co_name, each.argval.co_firstlineno) if isinstance(each.argval, CodeType) else each.arg
