"""Proves what is left of one module's tests when some have fallen beside those of other files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from testwright.config.options import Options
from testwright.execute.coverage_figures import figures
from testwright.nouns.suspicion import FROM_DOCSTRING
from testwright.propose.from_model.row_reading import FROM_MODEL
from testwright.workflows.ask_model import ModelGain
from testwright.workflows.fallen_together import Fallen
from testwright.workflows.generate_module import prove_without
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.model_balance import Standing
from testwright.workflows.whole_tests import WholeTests

__all__ = ["prove_again"]


def prove_again(
    made: GeneratedModule,
    gain: ModelGain | None,
    fallen: Fallen,
    options: Options,
    *,
    stop: Stop,
    notice: Notice,
    jobs: int = 1,
) -> None:
    """Leaves in `made`, and in `gain`, which a model brought, what holds without the fallen; no more is lost once stopped."""
    if fallen.own:
        before = None if gain is None else _engine_alone(made)
        prove_without(made, fallen.own, options, stop=stop, notice=notice, jobs=jobs)
        if gain is not None and before is not None:
            gain.balance.before = _less(gain.balance.before, before, _engine_alone(made), made)
    if gain is not None and not stop():
        _prove_whole(made, gain, fallen.whole, options, stop, notice, jobs)


def _prove_whole(
    made: GeneratedModule,
    gain: ModelGain,
    fallen: Mapping[str, str],
    options: Options,
    stop: Stop,
    notice: Notice,
    jobs: int,
) -> None:
    """What the module's file no longer does may be new now in the model's: all of that is proven again."""
    started = time.monotonic()
    whole, balance = WholeTests(made, options, stop, notice, jobs), gain.balance
    if gain.written.text:
        import_arcs = gain.written.import_arcs
        proof = whole.proven(gain.written.chosen, [], fallen)
        if stop():
            return
        gain.written, whole.proofs = proof, [proof]
        gain.rejected += proof.rejected
        whole.measure(import_arcs)
    balance.proving += time.monotonic() - started
    balance.after = whole.standing(balance.before.seconds + balance.seconds + balance.proving)


def _engine_alone(made: GeneratedModule) -> Standing:
    """What those of the kept tests do whose inputs no model chose."""
    origins = {node: row.scenario.origin for c in made.chosen for node, row in zip(c.node_names, c.rows, strict=True)}
    kept = [v for v in made.kept if origins.get(v.node) not in (FROM_MODEL, FROM_DOCSTRING)]
    arcs = frozenset(arc for v in kept for arc in made.evidence[v.node].arcs)
    source = made.target.source
    found = figures(Path(source), arcs | made.existing.arcs_of(source))
    caught = {number for v in kept if v.proof is not None for number in v.proof.caught}
    return Standing(len(kept), found.percent, found.covered_lines, found.covered_branches, len(caught))


def _less(standing: Standing, before: Standing, after: Standing, made: GeneratedModule) -> Standing:
    """By what is lost from `before` to `after`."""
    lines = standing.lines - (before.lines - after.lines)
    branches = standing.branches - (before.branches - after.branches)
    whole = made.after.statements + made.after.branches if made.after is not None else 0
    return Standing(
        kept=standing.kept - (before.kept - after.kept),
        percent=100.0 * (lines + branches) / whole if whole else standing.percent,
        lines=lines,
        branches=branches,
        mutants=standing.mutants - (before.mutants - after.mutants),
        seconds=standing.seconds,
    )
