"""Holds an answer to be evaluated, and how."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.nouns.definition import Definition

__all__ = ["EvaluatorSettings", "Submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer to a definition: the text of a model, or (`is_code`) code in which nothing is to be searched for."""

    definition: Definition
    answer: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class EvaluatorSettings:
    """`python` and `julia` are the interpreters ("" for julia: none); `jobs` how many samples run at once.

    `remove_tests` takes the answer's own tests out before it runs. `timeout_s` (None: what the definition says) bounds each
    item. `require_sandbox` refuses to run where the system gives no namespaces.
    """

    python: str
    julia: str = ""
    jobs: int = 1
    remove_tests: bool = True
    timeout_s: float | None = None
    require_sandbox: bool = False
