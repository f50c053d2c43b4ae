"""Has tests generated: by testwright, by any program, or by a model with a plain prompt."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from testwright.bench.evaluating.extraction import extract_python
from testwright.bench.generators.subjects import Subject
from testwright.errors import TestwrightError, UsageError
from testwright.llm.exchange import Message, ModelClient, ModelRequest, Sampling

__all__ = ["CommandGenerator", "Generated", "GeneratorOrder", "PromptGenerator", "SuiteGenerator", "own_command"]

_PLACEHOLDERS = ("module", "project", "source", "output", "seed", "budget", "python")
_LOG = 2000
_SYSTEM = (
    "You write pytest tests. Answer with one code block: a whole test file that imports the module under its name and can be "
    "run as it is. Test what the module does, with exact values."
)


@dataclass(frozen=True, slots=True)
class GeneratorOrder:
    """`folder`: a project of its own, which is the generator's to change; its tests are to be written into `output`."""

    subject: Subject
    folder: Path
    output: Path
    budget: float
    seed: int
    limit: float


@dataclass(frozen=True, slots=True)
class Generated:
    """Test files by name. `failure`: why there are none, or what it complained of (`is_ours`: not for want of skill)."""

    files: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""
    is_ours: bool = False
    tokens: tuple[int, int] | None = None
    cost: float | None = None


class SuiteGenerator(Protocol):
    """Its name in records, and what it makes for a subject."""

    @property
    def name(self) -> str: ...

    def generate(self, order: GeneratorOrder) -> Generated: ...


def own_command(model: str) -> str:
    """The command template of this installation."""
    asked = f" --model {shlex.quote(model)}" if model else ""
    run = "-m testwright generate {module} --budget {budget} --seed {seed} -o {output} --python {python} -q"
    return f"{shlex.quote(sys.executable)} {run}{asked}"


@dataclass(frozen=True, slots=True)
class CommandGenerator:
    """Runs a program in the subject's project. It is the user's choice and runs as any program that he starts."""

    name: str
    template: str

    def __post_init__(self) -> None:
        try:
            self._command(dict.fromkeys(_PLACEHOLDERS, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise UsageError(
                f"the command of {self.name!r} cannot be read: {error!r}",
                slug="bad-value",
                where=self.template,
                hint="placeholders are " + ", ".join(f"{{{each}}}" for each in _PLACEHOLDERS),
            ) from error

    def _command(self, values: Mapping[str, str]) -> list[str]:
        return [part.format_map(values) for part in shlex.split(self.template)]

    def generate(self, order: GeneratorOrder) -> Generated:
        subject = order.subject
        values = {
            "module": subject.module,
            "project": str(order.folder),
            "source": subject.source or str(order.folder / f"{subject.module}.py"),
            "output": str(order.output),
            "seed": str(order.seed),
            "budget": f"{order.budget:g}",
            "python": subject.python,
        }
        before = _tests_below(order.folder)
        started = time.monotonic()
        failure, is_ours = _ran(self._command(values), order)
        seconds = time.monotonic() - started
        files = {name: text for name, text in _tests_below(order.folder).items() if before.get(name) != text}
        return Generated(_flat(files), seconds, failure, is_ours and not files)


def _ran(command: Sequence[str], order: GeneratorOrder) -> tuple[str, bool]:
    """What it said when it failed, and whether it could not even be started."""
    paths = [str(order.folder), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        process = subprocess.Popen(
            command,
            cwd=order.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return f"{command[0]!r} cannot be started: {error.strerror or error}", True
    try:
        printed, _ = process.communicate(timeout=order.limit)
    except subprocess.TimeoutExpired:
        printed = b""
        return f"it ran for more than {order.limit:g} s", False
    finally:
        _end(process)
    last = printed.decode("utf-8", "replace")[-_LOG:].strip()
    return (f"exit code {process.returncode}: {last}" if process.returncode else ""), False


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.communicate()


def _tests_below(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*.py")):
        is_test = path.name.startswith("test_") or path.name.endswith("_test.py") or path.name == "conftest.py"
        if is_test and path.is_file() and not path.is_symlink():
            found[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _flat(files: Mapping[str, str]) -> dict[str, str]:
    """By their names alone: they are judged in a folder of their own."""
    return {Path(name).name: text for name, text in files.items()}


@dataclass(frozen=True, slots=True)
class PromptGenerator:
    """Asks a model for a test file, with nothing but the source."""

    name: str
    client: ModelClient
    reply_tokens: int = 4096

    def generate(self, order: GeneratorOrder) -> Generated:
        subject = order.subject
        asked = subject.definition.prompt if subject.definition else f"Write tests for the module `{subject.module}`."
        text = f"{asked}\n\nThe module is imported as `{subject.module}`:\n\n```python\n{subject.text}\n```"
        request = ModelRequest(
            (Message("system", _SYSTEM), Message("user", text)),
            sampling=Sampling(max_tokens=self.reply_tokens, seed=order.seed),
            sample=order.seed,
        )
        started = time.monotonic()
        try:
            reply = self.client.complete(request)
        except TestwrightError as error:
            return Generated({}, time.monotonic() - started, error.message, is_ours=True)
        code = extract_python(reply.text, "").code
        used = (reply.usage.prompt_tokens, reply.usage.reply_tokens)
        tokens = None if used[0] is None or used[1] is None else (used[0], used[1])
        name = f"test_{subject.module.rpartition('.')[2]}.py"
        files = {name: code} if code.strip() else {}
        failure = "" if files else "the answer has no code"
        return Generated(files, reply.seconds, failure, tokens=tokens, cost=reply.cost)
