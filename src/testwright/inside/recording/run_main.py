"""Runs a script as `python SCRIPT` would, its functions watched, on interpreters without sys.monitoring; lent to them."""

from __future__ import annotations

import os
import sys
from types import CodeType, ModuleType
from typing import Any


def _recorder() -> Any:
    starting = sys.modules.get("testwright_inside.recording.starting")
    return None if starting is None else starting.current()


def _code_of(path: str) -> CodeType:
    with open(path, "rb") as file:
        source = file.read()
    recorder = _recorder()
    if recorder is None or not recorder.watches(path):
        return compile(source, path, "exec", dont_inherit=True)
    code: CodeType = recorder.compiled(source, path)
    return code


def _run(path: str) -> None:
    main = ModuleType("__main__")
    vars(main).update(__file__=path, __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = main
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    try:
        exec(_code_of(path), vars(main))
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - told as the interpreter would, without our frame
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        sys.last_value = error
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


_run(os.path.abspath(sys.argv[1]))
