"""A small definition, and models that answer it as a test says."""

from __future__ import annotations

import sys
import threading

import pytest

from testwright.bench.evaluating.submission import EvaluatorSettings
from testwright.llm.exchange import ModelReply, Usage
from testwright.nouns.definition import Definition

RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"
WRONG = "```python\ndef double(n):\n    return n + 2\n```"


class Model:
    """Answers by a function of the request; counts what it was asked."""

    model, host, context_size = "model", "", None

    def __init__(self, answer):
        self._answer, self.requests, self._lock = answer, [], threading.Lock()

    def complete(self, request, *, told=None):
        with self._lock:
            self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return ModelReply(answer, usage=Usage(10, 5), seconds=0.5, model="model")

    def count_tokens(self, text):
        return None

    def close(self):
        return None


@pytest.fixture
def model():
    return Model


@pytest.fixture
def definition():
    return Definition(
        name="double",
        contributor="us",
        criteria=("parsed", "executed", "passed_unit_tests", "executed_examples"),
        prompt="Write a function `double(n)`.",
        version="1.0",
        examples=("double(1)",),
        unit_tests=("assert double(3) == 6", "assert double(2) == 4"),
        imports=(),
        reference_solution="def double(n): return 2 * n",
        language="python",
    )


@pytest.fixture
def evaluator():
    return EvaluatorSettings(sys.executable)
