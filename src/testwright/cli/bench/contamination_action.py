"""`testwright bench contamination`: looks for models that have seen the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from testwright.cli import exit_codes
from testwright.cli.bench.asked_models import registry_of
from testwright.cli.bench.selection_options import chosen_selection, with_selection_options
from testwright.cli.output import show_document, show_remark, show_text, table
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.evaluation_table import EvaluationTable
    from testwright.bench.records.model_registry import Registry
    from testwright.bench.reporting.contamination import Gap
    from testwright.nouns.definition import Definition

__all__ = ["command"]

_FEWEST_COPIES = 3


@click.command("contamination", short_help="Look for models that have seen the tasks.")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option("--seen", multiple=True, metavar="NAME", help="Cases that may have been trained on; all others are not.")
@click.option("--unseen", multiple=True, metavar="NAME", help="Cases that cannot have been; all others may have been.")
@click.option("--definitions", multiple=True, metavar="DEFS", help="For canaries, copies of references and dates.")
@with_selection_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def command(
    folders: tuple[str, ...],
    seen: tuple[str, ...],
    unseen: tuple[str, ...],
    definitions: tuple[str, ...],
    last: int | None,
    as_of: str | None,
    where: tuple[str, ...],
    prompts: str | None,
    models: str | None,
    as_json: bool,
) -> int:
    """Look for models that have seen the tasks before they were asked. Exit code 1: some are suspicious.

    Four signs: a gap between seen and unseen cases that is wider than the other models' (--seen or --unseen); the same
    between cases created before and after a model's `cutoff` in --models (--definitions); a canary of a definition in an
    answer; answers that are nearly the reference solution. A sign is a reason to look, no proof.
    """
    from testwright.bench.records.loading import load_table
    from testwright.bench.reporting.selection import Keys, Selection
    from testwright.cli.bench.run_action import only_code

    if not seen and not unseen and not definitions:
        raise UsageError(
            "there is nothing to look for",
            slug="bad-usage",
            where="testwright bench contamination",
            hint="say which cases are --seen or --unseen, or give the --definitions",
        )
    registry, known = registry_of(models), only_code(definitions) if definitions else []
    evaluations = load_table(folders, show_remark)
    selection = chosen_selection(Selection(), last, as_of, where, prompts)
    rows = sorted(set(selection.rows(evaluations, Keys(evaluations, registry))) & set(evaluations.scored))
    signs = _Signs(evaluations, rows, known, registry)
    found = signs.all(seen, unseen)
    code = exit_codes.FINDINGS if any(each["suspicious"] for each in found) else exit_codes.DONE
    if as_json:
        show_document({"exit_code": code, "models": found})
    else:
        show_text(_report(found))
    return code


class _Signs:
    """Of the models of some rows."""

    def __init__(
        self, evaluations: EvaluationTable, rows: Sequence[int], definitions: Sequence[Definition], registry: Registry
    ) -> None:
        self.evaluations, self.rows, self.registry = evaluations, rows, registry
        self.definitions = {each.name: each for each in definitions}
        self.scores = _means(evaluations, rows)

    def all(self, seen: Sequence[str], unseen: Sequence[str]) -> list[dict[str, Any]]:
        by_split = {each.model: each for each in self._by_split(seen, unseen)}
        by_date = {each.model: each for each in self._by_date()}
        copies, canaries, answers = self._texts()
        return [
            {
                "model": model,
                "split": _plain(by_split.get(model)),
                "dates": _plain(by_date.get(model)),
                "near_copies": copies[model],
                "canaries": canaries[model],
                "answers": answers[model],
                "suspicious": bool(canaries[model])
                or copies[model] >= max(_FEWEST_COPIES, 0.05 * answers[model])
                or any(each is not None and each.is_suspicious for each in (by_split.get(model), by_date.get(model))),
            }
            for model in sorted(self.scores)
        ]

    def _by_split(self, seen: Sequence[str], unseen: Sequence[str]) -> list[Gap]:
        from testwright.bench.reporting.contamination import gaps

        if not seen and not unseen:
            return []
        names = {name for row in self.scores.values() for name in row}
        for name in [*seen, *unseen]:
            if name not in names:
                raise UsageError(
                    f"there is no evaluation of {name!r}", slug="unknown-key", where="--seen", hint=_close(name, names)
                )
        inside = set(seen) or names - set(unseen)
        rest = set(unseen) or names - set(seen)
        kept = {
            model: {name: score for name, score in row.items() if name in inside | rest}
            for model, row in self.scores.items()
        }
        return gaps(kept, inside)

    def _by_date(self) -> list[Gap]:
        """Each model by its own cutoff, beside all others on the same cases."""
        from testwright.bench.reporting.contamination import gaps

        found = []
        created = {name: each.created for name, each in self.definitions.items() if each.created}
        for model in self.scores:
            cutoff = self.registry.facts(model).cutoff
            if cutoff:
                kept = {
                    one: {name: score for name, score in row.items() if name in created}
                    for one, row in self.scores.items()
                }
                before = {name for name, date in created.items() if date <= cutoff}
                found += [each for each in gaps(kept, before) if each.model == model]
        return found

    def _texts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """How many answers of each model are near-copies, how many have a canary, and how many there are."""
        copies, canaries, answers = Counter[str](), Counter[str](), Counter[str]()
        for row in self.rows if self.definitions else []:
            definition = self.definitions.get(self.evaluations.text("name", row))
            if definition is not None:
                model = self.evaluations.text("model", row)
                is_copy, has_canary = _looked_at(self.evaluations.paths(row), definition)
                answers[model] += 1
                copies[model] += is_copy
                canaries[model] += has_canary
        return copies, canaries, answers


def _looked_at(path: str, definition: Definition) -> tuple[bool, bool]:
    """Whether the answer is nearly the reference, and whether it has the canary."""
    from testwright.bench.evaluating.extraction import extract_python
    from testwright.bench.records.conversation_file import answer_of, load_conversation_from_eval
    from testwright.bench.reporting.contamination import is_near_copy, mentions

    try:
        answer = answer_of(load_conversation_from_eval(path))
    except UsageError as error:
        show_remark(error.message)
        return False, False
    code = extract_python(answer, definition.target).code if definition.language == "python" else answer
    return is_near_copy(code, definition.reference_solution), mentions(answer, [definition.canary])


def _means(evaluations: EvaluationTable, rows: Sequence[int]) -> dict[str, dict[str, float]]:
    gathered: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        cases = gathered.setdefault(evaluations.text("model", row), {})
        cases.setdefault(evaluations.text("name", row), []).append(evaluations.scores[row])
    return {
        model: {name: sum(scores) / len(scores) for name, scores in cases.items()} for model, cases in gathered.items()
    }


def _close(name: str, names: Collection[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(names))}"


def _plain(gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    numbers = {"seen": gap.seen, "unseen": gap.unseen, "excess": gap.excess}
    return {
        **{key: round(value, 2) for key, value in numbers.items()},
        "p": round(gap.p, 4),
        "suspicious": gap.is_suspicious,
    }


def _report(found: Sequence[Mapping[str, Any]]) -> str:
    columns: list[tuple[str, Callable[[Mapping[str, Any]], str]]] = [("model", lambda each: str(each["model"]))]
    for key, before, after in (("split", "seen", "unseen"), ("dates", "before cutoff", "after")):
        if any(each[key] for each in found):
            columns += [
                (before, _number(key, "seen")),
                (after, _number(key, "unseen")),
                ("excess", _number(key, "excess")),
                ("p", _number(key, "p")),
            ]
    if any(each["answers"] for each in found):
        columns += [(key.replace("_", "-"), _count(key)) for key in ("near_copies", "canaries", "answers")]
    columns.append(("", lambda each: "SUSPICIOUS" if each["suspicious"] else ""))
    rows = [[value(each) for _, value in columns] for each in found]
    right = range(1, len(columns) - 1)
    count = sum(bool(each["suspicious"]) for each in found)
    return (
        table([name for name, _ in columns], rows, right=right) + f"\n\n{count} of {len(found)} models are suspicious"
    )


def _number(part: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    digits = 3 if key == "p" else 1
    return lambda each: "" if each[part] is None else f"{each[part][key]:.{digits}f}"


def _count(key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda each: str(each[key])
