"""Holds the options with which the published tables of the Julia LLM Leaderboard are made."""

from __future__ import annotations

from testwright.bench.reporting.selection import BASIC_PROMPTS, Selection

__all__ = ["PRESETS"]

PRESETS: dict[str, tuple[str, Selection]] = {
    "readme-paid": ("display", Selection(10, where={"kind": ("paid",)}, prompts=BASIC_PROMPTS)),
    "readme-local": ("display", Selection(5, where={"kind": ("local", "hosted")}, prompts=BASIC_PROMPTS)),
    "readme-prompts": (
        "prompt_label",
        Selection(5, as_of="20240419", where={"model": ("!*qwen*",)}, prompts=BASIC_PROMPTS),
    ),
}
"""By name: the key of the rows, and what is chosen."""
