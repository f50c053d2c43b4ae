"""Holds the public names of benchmarks: definitions × models → evaluations → leaderboard; each is imported when asked for."""

from __future__ import annotations

from importlib import import_module

_PLACES = {
    "Definition": "testwright.nouns.definition",
    "Evaluation": "testwright.nouns.evaluation",
    "TestGenerationDefinition": "testwright.nouns.definition",
    "evaluate_1shot": "testwright.bench.running.one_shot",
    "find_definitions": "testwright.bench.definitions.definition_file",
    "load_conversation_from_eval": "testwright.bench.records.conversation_file",
    "load_definition": "testwright.bench.definitions.definition_file",
    "load_evals": "testwright.bench.records.loading",
    "pass_at_k": "testwright.bench.scoring",
    "preview": "testwright.bench.records.preview",
    "run_benchmark": "testwright.bench.running.benchmark",
    "save_definition": "testwright.bench.definitions.definition_file",
    "score_eval": "testwright.bench.scoring",
    "validate_definition": "testwright.bench.definitions.validation",
}
__all__ = [*_PLACES]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
