"""Prints what a model adds to the engine: modules with no model, with one that knows what is missing, with a useless one.

    python benchmarks/model_beside_engine.py [ORACLE.toml] [--python PYTHON] [--max-executions 1500] [--missing]

The oracle is a script: for each module its rows and whole tests by function, and the lines that they must reach. PYTHON is the
interpreter that can import the modules. `--missing` prints what the engine leaves open, and asks nobody.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from ablation import target_of

from testwright.config.options import Options
from testwright.llm.exchange import ModelRequest
from testwright.llm.scripted import ScriptedModel
from testwright.workflows.ask_model import ModelGain, ask_model
from testwright.workflows.generate_module import generate_module
from testwright.workflows.generated_module import GeneratedModule

PROSE = "I would test this function with several inputs."


def oracle(known: dict[str, Any]) -> ScriptedModel:
    """Answers what it knows of a function once by rows, and once by whole tests."""

    def answer(request: ModelRequest) -> str:
        asked = request.messages[1].text.partition("The function under test:")[2]
        for each in known.get("function", ()):
            head = f"def {each['name'].rpartition('.')[2]}("
            if head in asked and request.schema is not None and each.get("rows"):
                return json.dumps({"rows": [json.loads(row) for row in each["rows"]]})
            if head in asked and request.schema is None and each.get("tests"):
                return f"```python\n{each['tests']}\n```"
        return PROSE

    return ScriptedModel(answer)


def quiet(words: str) -> None:
    return None


def asked(
    made: GeneratedModule, client: ScriptedModel, options: Options, seconds: float
) -> tuple[GeneratedModule, ModelGain]:
    own = copy.deepcopy(made)
    gain = ask_model(own, client, options, root=None, engine_seconds=seconds, stop=lambda: False, notice=quiet)
    return own, gain


def missing(made: GeneratedModule) -> list[int]:
    return list(made.after.missing_lines) if made.after is not None else []


def compare(known: dict[str, Any], options: Options, *, only_missing: bool) -> None:
    target, _ = target_of(f"{known['module']}={options.python}")
    began = time.monotonic()
    made = generate_module(target, options, stop=lambda: False, notice=quiet, jobs=1)
    seconds = time.monotonic() - began
    if only_missing:
        print(
            f"{known['module']}: {len(made.kept)} tests, {made.after.percent if made.after else 0:.1f}%, {missing(made)}"
        )
        return
    with_oracle, gain = asked(made, oracle(known), options, seconds)
    _, useless = asked(made, ScriptedModel(lambda request: PROSE), options, seconds)
    wanted = set(known["reaches"])
    reached = wanted - set(missing(with_oracle))
    balance = gain.balance.to_plain()
    same = useless.written.text == "" and useless.balance.after.kept == useless.balance.before.kept
    print(
        f"{known['module']:<32}{balance['engine']['percent']:>7.1f}%{balance['engine_and_model']['percent']:>7.1f}%"
        f"{balance['engine']['tests']:>6}{balance['engine_and_model']['tests']:>6}"
        f"{len(reached):>7} of {len(wanted):<4}{len(wanted & set(missing(made))):>5}"
        f"{gain.balance.questions:>10}{gain.balance.tokens or 0:>8}{balance['per_1000_tokens']['tests'] or 0:>8.2f}"
        f"   {'the same' if same else 'NOT THE SAME'}, {useless.balance.questions} questions",
        flush=True,
    )
    left = sorted(wanted - reached)
    for line in [f"    not reached: {left}"] * bool(left) + [
        f"    {v.node}: {v.reason} [{v.slug}]" for v in gain.rejected if left and v.slug == "passes-every-time"
    ]:
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle", nargs="?", default=str(Path(__file__).with_suffix(".toml")))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--max-executions", type=int, default=1500)
    parser.add_argument("--missing", action="store_true")
    given = parser.parse_args()
    options = Options(python=given.python, max_executions=given.max_executions, mutants=False, jobs=1)
    if not given.missing:
        print(
            f"{'module':<32}{'engine':>8}{'+model':>8}{'tests':>6}{'':>6}{'reached':>14}{'new':>5}{'questions':>10}{'tokens':>8}{'/1000':>8}"
        )
    for known in tomllib.loads(Path(given.oracle).read_text(encoding="utf-8"))["module"]:
        compare(known, options, only_missing=given.missing)


if __name__ == "__main__":
    main()
