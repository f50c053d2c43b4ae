"""Prints how much slower the standard library's pure-Python modules run instrumented; run it with `src` on the path."""

from __future__ import annotations

import importlib
import sys
import timeit
from collections.abc import Callable
from types import ModuleType
from typing import Any

from testwright.inside.instrument import Recorder, import_instrumented

Work = Callable[[Any], object]

TEXT = "The quick brown fox, it's said, jumped 'over the' lazy dog and then-some. " * 8
WORKLOADS: dict[str, Work] = {
    "textwrap": lambda module: module.wrap(TEXT, 40),
    "shlex": lambda module: module.split("a 'b c' \"d e\" f\\ g " * 10),
    "fractions": lambda module: sum((module.Fraction(1, n) for n in range(1, 30)), module.Fraction(0)),
    "configparser": lambda module: module.ConfigParser().read_string("[a]\nb = 1\nc = %(b)s\n[d]\ne: 2\n"),
    "difflib": lambda module: list(module.ndiff(TEXT.split(), TEXT.lower().split()[::2])),
    "html.parser": lambda module: module.HTMLParser().feed("<p class='a'>text &amp; <b>bold</b></p>" * 10),
    "heapq": lambda module: module.nsmallest(5, range(500, 0, -1), key=lambda n: n % 37),
    "tomllib._parser": lambda module: module.loads("a = 1\n[b]\nc = 'text'\nd = [1, 2.5, true]\n"),
    "_pydecimal": lambda module: module.Decimal("1.1") ** 12 / module.Decimal(7),
}


def imported(name: str, *, recording: bool | None) -> tuple[ModuleType, Recorder]:
    """A fresh copy of the module: plain with `recording` None."""
    importlib.import_module(name)
    path = sys.modules[name].__file__ or ""
    kept = sys.modules.pop(name)
    recorder = Recorder()
    try:
        if recording is None:
            return importlib.import_module(name), recorder
        recorder.recording = recording
        return import_instrumented(name, path, recorder), recorder
    finally:
        sys.modules[name] = kept


def seconds(work: Work, module: ModuleType, recorder: Recorder) -> float:
    def once() -> None:
        recorder.reset()
        work(module)

    timer = timeit.Timer(once)
    count, _ = timer.autorange()
    return min(timer.repeat(5, max(1, count // 4))) / max(1, count // 4)


def main() -> None:
    row = "{:<18}{:>12}{:>16}{:>12}\n"
    sys.stdout.write(row.format("module", "plain µs", "not recording", "recording"))
    for name, work in WORKLOADS.items():
        plain = seconds(work, *imported(name, recording=None))
        times = [seconds(work, *imported(name, recording=on)) for on in (False, True)]
        ratios = [f"{time / plain:.2f}×" for time in times]
        sys.stdout.write(row.format(name, f"{plain * 1e6:.0f}", *ratios))


if __name__ == "__main__":
    main()
