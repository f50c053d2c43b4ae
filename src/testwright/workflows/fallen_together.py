"""Runs the files of all modules of a run together, and tells by module which of their tests fall beside the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from testwright.config.options import Options
from testwright.execute.together import ProvenFile, together
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import RunResult, Target
from testwright.workers import scratch_folder
from testwright.workflows.module_report import ModuleReport

__all__ = ["Fallen", "fallen_together"]


@dataclass(slots=True)
class Fallen:
    """Of one module, by node the reasons: `own` in its file, `whole` in that of a model's whole tests."""

    own: dict[str, str] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)


def fallen_together(
    reports: Sequence[ModuleReport],
    targets: Mapping[str, Target],
    options: Options,
    *,
    stop: Callable[[], bool],
    notice: Callable[[str], None],
) -> dict[str, Fallen]:
    """By module; those that are imported from different folders may not fit together, and are run apart."""
    by_roots: dict[tuple[str, ...], list[ModuleReport]] = {}
    for report in reports:
        by_roots.setdefault(targets[report.module].import_roots, []).append(report)
    fallen: dict[str, Fallen] = {}
    for roots, group in by_roots.items():
        files = _files(group)
        if len(files) > 1:
            notice(f"proving {len(files)} files of tests together")
        with scratch_folder() as scratch:
            found = together(
                [file for file, *_ in files.values()],
                python=options.python,
                sys_path=roots,
                scratch_root=scratch,
                jobs=options.jobs,
                stop=stop,
            )
        for name, nodes in found.items():
            _, module, is_whole = files[name]
            of_module = fallen.setdefault(module, Fallen())
            (of_module.whole if is_whole else of_module.own).update(_reasons(nodes))
    return fallen


def _files(reports: Sequence[ModuleReport]) -> dict[str, tuple[ProvenFile, str, bool]]:
    """By a name of its own each file, its module, and whether it has the whole tests of a model."""
    found: dict[str, tuple[ProvenFile, str, bool]] = {}
    for report in reports:
        stem = f"test_{report.module.replace('.', '_')}"
        if report.text:
            name = _free(stem, found)
            setup = PytestSetup.from_plain(report.setup)
            found[name] = ProvenFile(name, report.text, tuple(report.evidence), setup), report.module, False
        if text := report.model.get("text"):
            name = _free(f"{stem}_model", found)
            setup = PytestSetup.from_plain(report.model["setup"])
            found[name] = ProvenFile(name, text, tuple(report.model["tests"]), setup), report.module, True
    return found


def _free(stem: str, taken: Mapping[str, object]) -> str:
    names = (f"{stem}{f'_{number}' if number > 1 else ''}.py" for number in count(1))
    return next(name for name in names if name not in taken)


def _reasons(nodes: Mapping[str, RunResult]) -> dict[str, str]:
    return {
        node: f"{result.outcome} beside the tests of other files, {result.condition}: {result.detail}"
        for node, result in nodes.items()
    }
