"""Decides what an exception of the step under test means: a behaviour of the module, with or without words, or none."""

from __future__ import annotations

import dis
import os
import re
import types

from ..faults import is_own_fault, is_refused_operand
from ..recipes import Name
from ..running import wants_loop
from ..scenario import ASKED_FOR, Outcome, Raised, Scenario
from .names import importable_name
from .volatile import Volatile

__all__ = ["judge_error"]

NONSENSE = (TypeError, AttributeError, NameError, UnboundLocalError, RecursionError, MemoryError, SystemError)
NOT_OURS = (KeyboardInterrupt, GeneratorExit)
LONGEST_MESSAGE = 500
RAISE = dis.opmap["RAISE_VARARGS"]
INTERPRETER_WORDS = re.compile(
    r"object is not|object has no attribute|object does not support|object cannot be|has no attribute '"
    r"|positional argument|unexpected keyword argument|missing \d+ required|unsupported operand|not supported between"
    r"|invalid literal for|could not convert|not subscriptable|not iterable|not callable|unhashable type"
    r"|index out of range|must be (?:str|int|real number|a string|an integer), not|is not JSON serializable"
    r"|division by zero|(?:int|float) division|not enough values to unpack|too many values to unpack"
    r"|referenced before assignment|not associated with a value|name '\w+' is not defined|codec can't"
    r"|Expecting value: line|Expecting property name|Extra data: line|maximum recursion|No module named"
)


def judge_error(error: BaseException, scenario: Scenario, *, module: str, path: str, volatile: Volatile) -> Outcome:
    """The outcome of a scenario whose last step raised `error`."""
    if isinstance(error, NOT_OURS) or type(error).__name__ == "CancelledError":
        return Outcome(broken=f"interrupted: {type(error).__name__}")
    if wants_loop(error):
        return Outcome(broken="wants an event loop")
    if is_refused_operand(error, scenario):
        return Outcome(raised=Raised(Name("builtins", "TypeError"), None, True))
    own = _raised_by(error, path)
    asked_for = scenario.origin == ASKED_FOR
    if not own and not asked_for and type(error) in NONSENSE and not is_own_fault(error, path):
        return Outcome(broken=f"nonsense: {type(error).__name__} that the module does not raise itself")
    name = _type_name(type(error), module)
    if name is None:
        return Outcome(broken=f"nothing can import the exception's type {type(error).__name__}")
    message = _message(error, own, volatile)
    if message is None and name.module == "builtins" and name.qualname in ("Exception", "BaseException"):
        return Outcome(broken="raises a bare Exception, without words of its own")
    return Outcome(raised=Raised(name, message, own))


def _raised_by(error: BaseException, path: str) -> bool:
    """The innermost frame is the module's, and what it executed is a `raise` or `assert` (or a call of `sys.exit`)."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or not _is_file(trace.tb_frame.f_code, path):
        return False
    if isinstance(error, SystemExit):
        return True
    code = trace.tb_frame.f_code.co_code
    return 0 <= trace.tb_lasti < len(code) and code[trace.tb_lasti] == RAISE


def _is_file(code: types.CodeType, path: str) -> bool:
    return code.co_filename == path or os.path.realpath(code.co_filename) == os.path.realpath(path)


def _type_name(kind: type[BaseException], module: str) -> Name | None:
    """The type itself, a base of it that is public, or if there is none even a private one."""
    for candidate in kind.__mro__:
        broad = candidate in (Exception, BaseException, object)
        if broad and candidate is not kind:
            break
        name = importable_name(candidate, module=module)
        if name is not None:
            return name
    return importable_name(kind, module=module, private=True)


def _message(error: BaseException, own: bool, volatile: Volatile) -> str | None:
    """The words, when the module chose them and they say the same in every process."""
    if isinstance(error, SystemExit):
        return str(error.code) if type(error.code) in (int, str) else None
    if not own:
        return None
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  a __str__ of the code under test may raise anything
        return None
    if not text.strip() or len(text) > LONGEST_MESSAGE or INTERPRETER_WORDS.search(text) or volatile.text(text):
        return None
    return None if _quotes_another(error, text) else text


def _quotes_another(error: BaseException, text: str) -> bool:
    """The words of an exception of the interpreter or a library, which another version may word otherwise."""
    other = error.__cause__ or error.__context__
    if other is None:
        return False
    try:
        words = str(other)
    except Exception:  # noqa: BLE001  as above
        return True
    return len(words) > 8 and words in text and not isinstance(other, KeyError)
