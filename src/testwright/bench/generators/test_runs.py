"""Runs generators of tests on subjects, and records what their tests are worth, in the same files as answers of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from testwright.bench.generators.generating import Generated, GeneratorOrder, SuiteGenerator
from testwright.bench.generators.judging_tests import JudgedTests, TestJudge
from testwright.bench.generators.subjects import Subject
from testwright.bench.records.conversation_file import message
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.planning import ONE_SHOT, sha256_of
from testwright.nouns.evaluation import Evaluation
from testwright.version import VERSION
from testwright.workers import scratch_folder

__all__ = ["JUDGE", "LABEL", "TestRunSettings", "run_generators"]

JUDGE = "tests-1"
"""Raised whenever the same tests may come out otherwise."""
LABEL = "WriteTests"


@dataclass(frozen=True, slots=True)
class TestRunSettings:
    """`budget` is told to generators (s), `limit` ends them (s)."""

    __test__ = False

    budget: float = 30.0
    limit: float = 300.0
    most_mutants: int = 100
    samples: int = 1
    seed: int = 0
    jobs: int = 1
    experiment: str = ""


def run_generators(
    generators: Sequence[SuiteGenerator],
    subjects: Sequence[Subject],
    store: RecordStore,
    settings: TestRunSettings,
    told: Callable[[str], None],
) -> list[Evaluation]:
    """All evaluations of generators × subjects × samples, those that the store had too; each is recorded as it is there."""
    found = []
    for subject in subjects:
        for generator in generators:
            for sample in range(settings.samples):
                key = _key(generator, subject, sample, settings)
                known = store.known.get(key)
                if known is None:
                    told(f"{generator.name} writes tests for {subject.name}")
                    known = _one(generator, subject, sample, key, store, settings)
                found.append(known)
    return found


def _key(generator: SuiteGenerator, subject: Subject, sample: int, settings: TestRunSettings) -> str:
    what = [
        generator.name,
        getattr(generator, "template", ""),
        subject.name,
        subject.sha256 if not subject.missing else "",
    ]
    how = [settings.budget, settings.seed, sample, settings.most_mutants, settings.experiment, JUDGE]
    return sha256_of([what, how])


def _one(
    generator: SuiteGenerator, subject: Subject, sample: int, key: str, store: RecordStore, settings: TestRunSettings
) -> Evaluation:
    if subject.missing:
        generated, judged = Generated(failure=subject.missing), JudgedTests()
    else:
        generated = _generated(generator, subject, settings, sample)
        judge = TestJudge(subject, most_mutants=settings.most_mutants, seed=settings.seed, jobs=settings.jobs)
        judged = judge.judge(generated.files)
    texts = "\n\n".join(f"# {name}\n{text}" for name, text in generated.files.items())
    return store.add(
        _evaluation(generator, subject, sample, key, generated, judged, settings), (message("aimessage", texts),)
    )


def _generated(generator: SuiteGenerator, subject: Subject, settings: TestRunSettings, sample: int) -> Generated:
    with scratch_folder() as scratch:
        folder = scratch / "project"
        output = folder / "generated"
        output.mkdir(parents=True)
        if subject.definition is not None:
            (folder / f"{subject.module}.py").write_text(subject.text, encoding="utf-8")
        (folder / "pyproject.toml").write_text("", encoding="utf-8")  # the project ends here
        seed = settings.seed + sample
        return generator.generate(GeneratorOrder(subject, folder, output, settings.budget, seed, settings.limit))


def _outcome(subject: Subject, generated: Generated, judged: JudgedTests) -> str:
    if subject.missing:
        return "skipped"
    if generated.is_ours:
        return "infra_error"
    if not generated.files:
        return "no_code"
    if not judged.parsed:
        return "parse_error"
    return "passed" if judged.criteria and all(each == 1 for each in judged.criteria.values()) else "failed"


def _evaluation(
    generator: SuiteGenerator,
    subject: Subject,
    sample: int,
    key: str,
    generated: Generated,
    judged: JudgedTests,
    settings: TestRunSettings,
) -> Evaluation:
    """A reader of the twenty fields sees tests collected as code executed, mutants as unit tests, tests as examples."""
    outcome = _outcome(subject, generated, judged)
    ran = outcome not in ("skipped", "infra_error")
    return Evaluation(
        name=subject.name,
        parsed=judged.parsed if ran else None,
        executed=judged.collected if ran else None,
        unit_tests_count=judged.mutants,
        examples_count=judged.tests,
        unit_tests_passed=judged.killed if ran else None,
        examples_executed=judged.passing if ran else None,
        model=generator.name,
        tokens=generated.tokens,
        elapsed_seconds=round(generated.seconds, 3),
        cost=generated.cost,
        prompt_strategy=ONE_SHOT,
        prompt_label=LABEL,
        version_prompt=subject.definition.version if subject.definition else None,
        schema="testwright",
        version_pt=f"testwright {VERSION}",
        parameters={"budget": settings.budget},
        experiment=settings.experiment,
        extra={
            "outcome": outcome,
            "message": generated.failure or judged.problem,
            "criteria": {name: round(share, 6) for name, share in judged.criteria.items()},
            "tests": {
                "flaky": judged.flaky,
                "all_pass": judged.all_pass,
                "coverage": asdict(judged.coverage) if judged.coverage else None,
            },
            "evaluator": JUDGE,
            "language": "python",
            "definition_sha256": subject.sha256 if not subject.missing else "",
            "sample": sample,
            "seed": settings.seed + sample,
            "attempt": 1,
            "key": key,
        },
    )
