"""Takes calls that somebody else thought of into the proven file of a module, where they reach or catch something new."""

from __future__ import annotations

from collections.abc import Sequence, Set
from copy import copy
from dataclasses import fields

from testwright.config.options import Options
from testwright.nouns import MutantKey, Observation, Verdict
from testwright.propose.from_observations import candidates
from testwright.propose.grouping import in_classes
from testwright.workers import scratch_folder
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.module_proving import Proving
from testwright.workflows.suspect import Suspecting
from testwright.write.render_call import render_call

__all__ = ["caught_by", "prove_also"]


def prove_also(
    made: GeneratedModule, asked: Sequence[Observation], options: Options, *, stop: Stop, notice: Notice, jobs: int = 1
) -> int:
    """How many of the calls were kept; each of the others is told of in `rejected`.

    What was kept before stays as it is where nothing is gained.
    """
    before = copy(made)
    made.rejected, made.suspicions, made.evidence = [*made.rejected], [*made.suspicions], dict(made.evidence)
    with scratch_folder() as scratch:
        proving = Proving(made, options, scratch, stop, notice, jobs)
        observed = _prove(proving, asked)
    if not _is_no_worse(made, before):
        rejected, suspicions = made.rejected, made.suspicions
        for slot in fields(before):
            setattr(made, slot.name, getattr(before, slot.name))
        made.rejected, made.suspicions = rejected, suspicions
    kept = {repr(row.scenario.steps) for candidate in made.chosen for row in candidate.rows}
    for each in observed:
        if repr(each.scenario.steps) not in kept and not (each.outcome is not None and each.outcome.broken):
            lines = [line.strip() for line in render_call(each.scenario, made.target.module).splitlines()]
            node = "; ".join(line for line in lines if line and not line.startswith(("import ", "from ")))
            reason = "what it reaches and catches is reached and caught without it"
            made.rejected.append(Verdict(node, kept=False, slug="covers-something-new", reason=reason))
    return sum(repr(each.scenario.steps) in kept for each in observed)


def caught_by(made: GeneratedModule) -> frozenset[MutantKey]:
    """The mutants that its kept tests, or those of the project, catch."""
    numbers = {n for v in made.kept if v.proof is not None for n in v.proof.caught} | made.matrix.at_import
    own = frozenset((m.operator, m.span, m.text) for m in made.matrix.mutants if m.number in numbers)
    return own | made.caught_already


def _prove(proving: Proving, asked: Sequence[Observation]) -> list[Observation]:
    made, suspecting = proving.made, Suspecting(proving.target)
    seen = proving.observed(asked)
    suspecting.judge(seen)
    known = {repr((each.slug, each.line, each.expected)) for each in made.suspicions}
    made.suspicions += [each for each in suspecting.found if repr((each.slug, each.line, each.expected)) not in known]
    old = [Observation(row.scenario, (), row.outcome) for candidate in made.chosen for row in candidate.rows]
    new = _adding(proving, suspecting.innocent(seen), {repr(each.scenario.steps) for each in old})
    if new and not proving.stop():
        proposed = candidates([*old, *new], module=proving.target.module)
        made.text, made.kept = "", []
        proving.prove(in_classes(proposed) if made.existing.style.classes else proposed)
    return seen


def _adding(proving: Proving, observed: Sequence[Observation], there: Set[str]) -> list[Observation]:
    """Those that reach or catch what the kept tests do not."""
    made = proving.made
    fresh = [each for each in observed if repr(each.scenario.steps) not in there]
    proposed = candidates(fresh, module=proving.target.module)
    if not proposed or proving.stop():
        return []
    known, already, matrix, idle = proving.known, made.caught_already, made.matrix, made.adds_nothing
    kept = [made.evidence[verdict.node] for verdict in made.kept if verdict.node in made.evidence]
    proving.known, made.caught_already = known | {arc for one in kept for arc in one.arcs}, caught_by(made)
    rows = {repr(row.scenario.steps) for candidate in proving.selected(proposed) for row in candidate.rows}
    proving.known, made.caught_already, made.matrix, made.adds_nothing = known, already, matrix, idle
    return [each for each in fresh if repr(each.scenario.steps) in rows]


def _is_no_worse(made: GeneratedModule, before: GeneratedModule) -> bool:
    if not before.text:
        return True
    if not made.text or made.after is None or before.after is None:
        return False
    return made.after.percent >= before.after.percent and len(caught_by(made)) >= len(caught_by(before))
