"""Decides how what a model brought is shown: what was asked, what it cost, and what it added to the engine's tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from testwright.workflows.module_report import ModuleReport

__all__ = ["model_summary"]


def model_summary(modules: Sequence[ModuleReport]) -> str:
    """The balance: what was asked, what it cost, what it brought beside the engine; "" where no model was asked."""
    from testwright.workflows.model_balance import summed

    asked = [module for module in modules if module.model]
    if not asked:
        return ""
    total = summed(module.model for module in asked)
    lines = [
        f"model {asked[0].model['model']}: {_counted(total['questions'], 'question')}, {_tokens(total['tokens'])}, "
        f"cost {_cost(total['cost'])}, {total['seconds']:.1f} s with proving"
    ]
    lines.append(f"  brought {_gained(total)}{_rates(total)}")
    for module in asked:
        alone, both = module.model["engine"], module.model["engine_and_model"]
        lines.append(f"  {module.module}: engine alone {_standing(alone)}; with the model {_standing(both)}")
        if module.model_edit is not None:
            lines.append(f"    whole tests: {os.path.relpath(module.model_edit.path)}")
    return "\n".join(lines)


def _standing(standing: dict[str, Any]) -> str:
    return (
        f"{_counted(standing['tests'], 'test')}, {standing['percent']:.0f}%, {_counted(standing['mutants'], 'mutant')} caught, "
        f"{standing['seconds']:.1f} s"
    )


def _gained(total: dict[str, Any]) -> str:
    return ", ".join(
        _counted(total[name], word, more)
        for name, word, more in (
            ("tests", "test", ""),
            ("branches", "new branch", "new branches"),
            ("mutants", "mutant", ""),
        )
    )


def _rates(total: dict[str, Any]) -> str:
    told = ""
    if total["tokens"]:
        told += f"; for 1,000 tokens {_each(total, total['tokens'] / 1000)}"
    if total["seconds"]:
        told += f"; per second {_each(total, total['seconds'])}"
    return told


def _each(total: dict[str, Any], spent: float) -> str:
    names = {"tests": "tests", "branches": "branches", "mutants": "mutants"}
    return ", ".join(f"{total[name] / spent:.2f} {word}" for name, word in names.items())


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _tokens(number: int | None) -> str:
    return "tokens n/a" if number is None else f"{number:,} tokens"


def _cost(amount: float | None) -> str:
    return "n/a" if amount is None else f"{amount:.4f}"
