"""Runs Hypothesis tests in a sandboxed worker with several seeds, and against planted bugs, and gathers what they did."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.errors import SandboxError
from testwright.execute.mutants import RecordedSuite, Suite, SuiteTest, judge_pairs, record
from testwright.nouns import Mutant, PropertyEvidence, PropertyTrial
from testwright.workers import run_job

__all__ = [
    "EXAMPLES",
    "HARD",
    "JUDGING",
    "PropertyPlace",
    "hard_values",
    "harder",
    "property_mutants",
    "property_trials",
]

EXAMPLES, HARD_EXAMPLES = 1000, 300
HARD = "with values of the module"
"""Names the run whose strategies also draw what the module's own code and its exploration are about."""
_TEST_SECONDS, _IMPORT_SECONDS = 60.0, 60.0
_MOST_MUTANTS = 60
_JUDGED_SPEED = 0.3
_MOST_VALUES = 150

JUDGING = """\
settings.register_profile(
    "judging",
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    print_blob=False,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("judging")"""
"""Stands before tests that are run against mutants, and before those that are proven: the same examples each time."""

_HARDER = """\
_texts = {texts!r}
_numbers = {numbers!r}


def _text(alphabet=None, min_size=0):
    plain = st.text(min_size=min_size) if alphabet is None else st.text(alphabet, min_size=min_size)
    known = [text for text in _texts if alphabet is None or set(text) <= set(alphabet)]
    pieces = st.sampled_from([*known, "a"]) | (st.text(max_size=3) if alphabet is None else st.text(alphabet, max_size=3))
    joined = st.lists(pieces, min_size=min_size, max_size=4).map("".join)
    return plain | joined.filter(lambda text: len(text) >= min_size)


def _integers(min_value=None, max_value=None):
    low = -20 if min_value is None else min_value
    high = low + 40 if max_value is None else min(low + 40, max_value)
    known = [n for n in _numbers if (min_value is None or n >= min_value) and (max_value is None or n <= max_value)]
    return st.integers(min_value, max_value) | st.integers(low, high) | st.sampled_from([*known, low])"""


@dataclass(frozen=True, slots=True)
class PropertyPlace:
    """Where the tests run; `source` is the module's file."""

    python: str
    source: str
    sys_path: tuple[str, ...]
    scratch: Path
    jobs: int = 1
    stop: Callable[[], bool] | None = None
    memory_mb: int = 2048

    @property
    def stop_asked(self) -> bool:
        return self.stop is not None and self.stop()


def hard_values(values: Iterable[Any]) -> str:
    """Statements for a file of tests, after its imports, that `harder` strategies need: they draw from these values."""
    known = list(values)
    texts = sorted({v for v in known if type(v) is str and len(v) < 60}, key=lambda v: (len(v), v))[:_MOST_VALUES]
    numbers = {v + d for v in known if type(v) is int and abs(v) < 2**70 for d in (-1, 0, 1)}
    return _HARDER.format(texts=texts or [""], numbers=sorted(numbers, key=lambda n: (abs(n), n))[:_MOST_VALUES] or [0])


def harder(text: str, statements: str) -> str:
    """The file, which holds those statements, with the strategies that they define: values alone and in pieces."""
    head, found, rest = text.partition(statements)
    return head + found + rest.replace("st.text(", "_text(").replace("st.integers(", "_integers(")


@dataclass(slots=True)
class _Heard:
    """What the worker told; what does not fit is dropped, as it comes from a process that ran strangers' code."""

    trials: dict[str, list[PropertyTrial]] = field(default_factory=dict)
    not_loaded: str = ""

    def take(self, message: dict[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            self._sorted(message)

    def _sorted(self, message: dict[str, Any]) -> None:
        match message.get("event"):
            case "trial":
                told = {key: str(message.get(key, "")) for key in ("outcome", "raised", "detail", "example")}
                trial = PropertyTrial(str(message["seed"]), int(message["examples"]), **told)
                self.trials.setdefault(str(message["test"]), []).append(trial)
            case "lost":
                outcome = "timeout" if message["kind"] in ("timeout", "silent") else "crashed"
                trial = PropertyTrial("", EXAMPLES, outcome, detail=f"ended its process ({message['kind']})")
                self.trials.setdefault(str(message["test"]), []).append(trial)
            case "not-loaded":
                self.not_loaded = str(message["detail"])


def property_trials(
    texts: Mapping[str, str],
    names: Sequence[str],
    *,
    place: PropertyPlace,
    seed: int,
    shrink: Iterable[str] = (),
) -> dict[str, PropertyEvidence]:
    """Each test of the file with three seeds; `texts` has it as it is ("plain") and made harder ("hard").

    Failures of the tests `shrink` are made short. A test without a result is "missing".
    """
    scratch = place.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    files = {name: scratch / f"tests_{name}.txt" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    first = 1000 * seed
    seeds = [(HARD, first, "hard"), *((str(first + n), first + n, "plain") for n in (1, 2, 3))]
    heard = _Heard()
    job = {
        "task": "properties",
        "sys_path": list(place.sys_path),
        "scratch": str(scratch),
        "memory_mb": place.memory_mb,
        "isolation": "auto",
        "files": {name: [str(file), HARD_EXAMPLES if name == "hard" else EXAMPLES] for name, file in files.items()},
        "tests": list(names),
        "seeds": [list(each) for each in seeds],
        "shrink": sorted(shrink),
        "test_seconds": _TEST_SECONDS,
        "import_seconds": _IMPORT_SECONDS,
    }
    wall = 120.0 + _IMPORT_SECONDS * len(names) + _TEST_SECONDS * len(names) * len(seeds)
    end = run_job(place.python, job, on_message=heard.take, wall_seconds=wall, stop=place.stop)
    if end.reason == "refused":
        raise SandboxError(
            f"the sandbox refused to run tests: {end.detail}", slug="sandbox-refused", where=place.python
        )
    missing = (PropertyTrial("", EXAMPLES, "missing", detail=heard.not_loaded or end.detail),)
    return {name: PropertyEvidence(name, tuple(heard.trials.get(name, missing))) for name in names}


def property_mutants(
    text: str, twins: Mapping[str, str], evidence: Mapping[str, PropertyEvidence], *, place: PropertyPlace
) -> dict[str, PropertyEvidence]:
    """The evidence with what each test catches that its twin, which only calls, does not; `twins` are names by name.

    Bugs are planted in what a test runs after it was imported: a sample of them where there are very many.
    """
    folder = place.scratch / "judged"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "test_properties.py"
    file.write_text(text, encoding="utf-8")
    suite = Suite({place.source: ()}, (str(file),), str(folder), place.python, place.sys_path)
    recorded = record(suite, scratch=place.scratch, stop=place.stop)
    tests = {re.sub(r".*::", "", test.node): _quicker(test) for test in recorded.passing}
    reached = {name: _reached(recorded, tests[name]) if name in tests else [] for name in twins}
    caught = _caught(suite, recorded, [(m, tests[name]) for name in twins for m in reached[name]], place)
    suspects = [(m, tests[twin]) for n, twin in twins.items() if twin in tests for m in reached[n]]
    own = {twin: caught.get(tests[n].node, frozenset()) for n, twin in twins.items() if n in tests}
    suspects = [(m, test) for m, test in suspects if m.number in own[re.sub(r".*::", "", test.node)]]
    merely = _caught(suite, recorded, suspects, place)
    found: dict[str, PropertyEvidence] = {}
    for name, twin in twins.items():
        all_of_it = caught.get(tests[name].node, frozenset()) if name in tests else frozenset()
        calling = merely.get(tests[twin].node, frozenset()) if twin in tests else all_of_it
        found[name] = replace(
            evidence[name], catches=all_of_it - calling, by_calling=calling, reached=len(reached[name])
        )
    return found


def _quicker(test: SuiteTest) -> SuiteTest:
    """While it was recorded it was slowed down; an endless loop need not cost so much."""
    return replace(test, seconds=test.seconds * _JUDGED_SPEED)


def _reached(recorded: RecordedSuite, test: SuiteTest) -> list[Mutant]:
    sites = test.reached - recorded.at_import
    mutants = [m for m in recorded.mutants if m.site in sites]
    step = -(-len(mutants) // _MOST_MUTANTS)
    return mutants[:: max(1, step)]


def _caught(
    suite: Suite, recorded: RecordedSuite, pairs: Sequence[tuple[Mutant, SuiteTest]], place: PropertyPlace
) -> dict[str, frozenset[int]]:
    """By node the numbers of the mutants that this test alone catches."""
    if not pairs:
        return {}
    verdicts = judge_pairs(suite, recorded, pairs, scratch=place.scratch, jobs=place.jobs, stop=place.stop)
    caught: dict[str, frozenset[int]] = {}
    for (mutant, test), verdict in zip(pairs, verdicts, strict=True):
        if verdict.caught:
            caught[test.node] = caught.get(test.node, frozenset()) | {mutant.number}
    return caught
