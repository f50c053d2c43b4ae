"""The workflow of `testwright dataset`: proven tests of some modules as pairs to train a model with."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project
from testwright.decide.training_split import TrainingSplit, split_by_module, without_duplicates
from testwright.execute.together import ProvenFile, together
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.llm.exchange import ModelClient
from testwright.nouns import Target
from testwright.nouns.training_pair import TrainingPair
from testwright.propose.from_model.pytest_generator_prompt import asked_code
from testwright.python_source.class_index import classes_in, scan_classes
from testwright.python_source.dependency_comment import KnownClasses
from testwright.python_source.pieces import Pieces, take_apart
from testwright.python_source.signature_text import signatures_of
from testwright.python_source.written_import import WrittenImport
from testwright.workers import scratch_folder
from testwright.workflows.generate_tests import Notices, generate
from testwright.workflows.module_report import ModuleReport

__all__ = ["DatasetResult", "is_private", "make_dataset", "public_targets"]

_MOST_TESTS = 3
"""In one answer: more than a judge of pytest-generator's fine-tuning is told to look at."""


@dataclass(slots=True)
class DatasetResult:
    """`left_out` counts by reason the functions with proven tests that gave no pair, `problems` those of modules."""

    split: TrainingSplit
    private: list[str]
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    interrupted: bool = False

    def to_plain(self) -> dict[str, Any]:
        train, test = self.split.train, self.split.test
        return {
            "train": len(train),
            "test": len(test),
            "modules": {"train": _modules(train), "test": _modules(test)},
            "private": self.private,
            "left_out": self.left_out,
            "problems": self.problems,
            "interrupted": self.interrupted,
        }


def _modules(pairs: Iterable[TrainingPair]) -> list[str]:
    return sorted({pair.module for pair in pairs})


def is_private(path: str, root: str, patterns: Sequence[str]) -> bool:
    """Patterns fit whole paths relative to the project's folder, or name folders."""
    relative = os.path.relpath(path, root).replace(os.sep, "/")
    return any(
        fnmatch.fnmatchcase(relative, pattern) or relative.startswith(pattern.rstrip("/") + "/") for pattern in patterns
    )


def public_targets(targets: Sequence[Target], root: str, patterns: Sequence[str]) -> list[Target]:
    """Those that a model may see."""
    return [target for target in targets if not is_private(target.source, root, patterns)]


def make_dataset(
    project: Project,
    targets: Sequence[Target],
    options: Options,
    *,
    private: Sequence[str],
    share: float,
    progress: Notices,
    client: ModelClient | None = None,
) -> DatasetResult:
    """Tests are made for the data alone: no test file is written, and those that are there do not count. `client` is asked
    for what the engine leaves open.
    """
    chosen = public_targets(targets, project.root, private)
    hidden = frozenset(f.module for f in project.modules() if is_private(f.path, project.root, private))
    result = DatasetResult(TrainingSplit((), ()), sorted(t.module for t in targets if t not in chosen))
    made = generate(chosen, replace(options, diff=True, ignore_existing=True), progress=progress, client=client)
    result.interrupted = made.interrupted
    by_module = {target.module: target for target in chosen}
    making = _Making(project, options, hidden, result, progress)
    pairs = [pair for report in made.modules for pair in making.pairs_of(report, by_module[report.module])]
    unlike = without_duplicates(pairs)
    making.leave_out("the same is there already", len(pairs) - len(unlike))
    result.split = split_by_module(unlike, share=share, seed=options.seed)
    problems = [each.problem for each in made.modules if each.problem is not None]
    result.problems = [each for each in problems if each["slug"] != "nothing-to-test"]
    result.problems += {str(each): each for m in made.modules if (each := m.model.get("problem"))}.values()
    return result


@dataclass(frozen=True, slots=True)
class _TestFile:
    """One proven file; `evidence` has a record for each of its nodes, `by` is who wrote the tests."""

    text: str
    evidence: Mapping[str, Mapping[str, Any]]
    setup: PytestSetup
    by: str


def _files_of(report: ModuleReport) -> list[_TestFile]:
    """That of the engine, and that of a model if one was asked."""
    model = report.model
    own = _TestFile(report.text, report.evidence, PytestSetup.from_plain(report.setup), "testwright")
    if not model.get("text"):
        return [own]
    return [own, _TestFile(model["text"], model["tests"], PytestSetup.from_plain(model["setup"]), str(model["model"]))]


class _Making:
    """What is the same for all modules of one run."""

    def __init__(
        self,
        project: Project,
        options: Options,
        hidden: frozenset[str],
        result: DatasetResult,
        progress: Callable[[str], None],
    ) -> None:
        self._options, self._hidden, self._result, self._progress = options, hidden, result, progress
        self._index = scan_classes(project.root)

    def leave_out(self, reason: str, number: int = 1) -> None:
        if number:
            self._result.left_out[reason] = self._result.left_out.get(reason, 0) + number

    def pairs_of(self, report: ModuleReport, target: Target) -> list[TrainingPair]:
        """One for each function and who wrote its tests; each answer is run once more, as it stands alone."""
        files = [file for file in _files_of(report) if file.text]
        questions = self._questions(target) if files else {}
        return [pair for file in files for pair in self._of_file(file, target, questions)]

    def _of_file(self, file: _TestFile, target: Target, questions: Mapping[str, str]) -> list[TrainingPair]:
        pairs = []
        for function, tests in _tests_by_function(file).items():
            if function in questions:
                pairs += self._pair(file, target.module, function, questions[function], tests)
            else:
                self.leave_out("it is no function that can be asked about")
        return self._proven(pairs, file, target)

    def _questions(self, target: Target) -> dict[str, str]:
        source = Path(target.source).read_bytes()
        known = KnownClasses(indexed={**self._index.classes, **classes_in(source, target.source)})
        text = source.decode("utf-8", "replace")
        functions = [each for each in signatures_of(text, target.source) if not each.is_closure]
        return {
            each.qualname: asked_code(each, known, in_class=each.qualname.rpartition(".")[0] if each.is_method else "")
            for each in functions
        }

    def _pair(
        self, file: _TestFile, module: str, function: str, question: str, tests: Sequence[str]
    ) -> list[TrainingPair]:
        answer, imports = _standing_alone(take_apart(file.text), tests[:_MOST_TESTS])
        if any(_reaches(each, self._hidden) for each in imports):
            self.leave_out("its tests import from a private path")
            return []
        return [TrainingPair(module, function, question, answer, tuple(tests[:_MOST_TESTS]), file.by)]

    def _proven(self, pairs: Sequence[TrainingPair], file: _TestFile, target: Target) -> list[TrainingPair]:
        self._progress(f"{target.module}: proving {len(pairs)} answers, each for itself")
        files = {
            f"test_answer_{number}.py": ProvenFile(
                f"test_answer_{number}.py",
                pair.answer,
                tuple(node for node in file.evidence if _name(node) in pair.tests),
                file.setup,
            )
            for number, pair in enumerate(pairs)
        }
        with scratch_folder() as scratch:
            fallen = together(
                list(files.values()),
                python=self._options.python,
                sys_path=target.import_roots,
                scratch_root=scratch,
                jobs=self._options.jobs,
                single_too=True,
            )
        self.leave_out("its tests do not pass by themselves", len(fallen))
        return [pair for name, pair in zip(files, pairs, strict=True) if name not in fallen]


def _tests_by_function(file: _TestFile) -> dict[str, list[str]]:
    """By the qualname of the function, its tests without their rows, in the order of the file."""
    found: dict[str, dict[str, None]] = {}
    for node, record in file.evidence.items():
        function = str(record.get("target", "")).partition(":")[2]
        found.setdefault(function, {})[_name(node)] = None
    return {function: list(tests) for function, tests in found.items()}


def _name(node: str) -> str:
    return node.partition("[")[0]


def _standing_alone(pieces: Pieces, names: Sequence[str]) -> tuple[str, list[WrittenImport]]:
    """Imports, what these tests need, and the tests."""
    units = [unit for unit in pieces.tests if (f"{unit.group}::{unit.name}" if unit.group else unit.name) in names]
    needed = [pieces.needed_by(unit) for unit in units]
    imports = [each for each in pieces.imports if any(each in some for some, _ in needed)]
    supports = [each for each in pieces.supports if any(each in some for _, some in needed)]
    head = "\n".join(each.text for each in imports)
    blocks = [head, *(each.text for each in supports), *(unit.text for unit in units)]
    return "\n\n\n".join(block.strip("\n") for block in blocks if block) + "\n", imports


def _reaches(imported: WrittenImport, hidden: Mapping[str, object] | frozenset[str]) -> bool:
    whole = f"{imported.module}.{imported.name}" if imported.name else imported.module
    return any(each == name or each.startswith(f"{name}.") for each in (imported.module, whole) for name in hidden)
