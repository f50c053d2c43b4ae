"""Decides how a scenario is changed for the sake of a mutant that nothing has told from the original yet."""

from __future__ import annotations

import re
from dataclasses import replace

from ..exploring.campaign import Campaign
from ..exploring.editing import FIXED, nodes, replace_node
from ..exploring.progress import TargetState
from ..recipes import Const, Recipe, ScratchFile
from ..scenario import Scenario
from .survivor import Survivor
from .switching import SwitchedModule

__all__ = ["Changes"]

SUBSTITUTED = 0.3
NUMBERED = 0.2
TEXTED, LONG_TEXT = 0.15, 40
"""For mutants of texts; one that has more characters is not put into others as a whole."""
FRESH = 0.1
OWN = 0.5
"""How often a mutant's own function is called while others alone have reached it."""
STRETCHED, SHORTEST, LONGEST = 0.3, 3, 400
"""How often a text gets the length that a number in the mutant's line may stand for, and between which."""
WORD = re.compile(r"\w+")
LARGEST_POWER = 40
POWERS = (1, 2, 3, 4, 6, 9, 12)


class Changes:
    """By what comparisons suggest, numbers and texts of the mutant's line, the engine's own mutation, or a new call."""

    def __init__(self, campaign: Campaign, switched: SwitchedModule) -> None:
        self.campaign, self.switched, self.rng = campaign, switched, campaign.rng

    def child(self, survivor: Survivor) -> Scenario | None:
        """A changed copy of one of its parents, or a new call; None when nothing came of that."""
        if survivor.own is not None and survivor.wants_own and self.rng.random() < OWN:
            return self._call_of(survivor.own)
        parent = self.rng.choice(survivor.parents)
        state = self.campaign.states[parent.scenario.target]
        roll = self.rng.random()
        if roll < FRESH:
            return self.campaign.fresh(state)
        if roll < FRESH + SUBSTITUTED:
            if not survivor.edits and parent.scenario not in survivor.read:
                survivor.read.add(parent.scenario)
                self._read(survivor, parent.scenario)
            if survivor.edits:
                return survivor.edits.popleft().scenario_made()
        if roll < FRESH + SUBSTITUTED + NUMBERED:
            numbered = self._numbered(survivor, parent.scenario)
            if numbered is not None:
                return numbered
        elif roll < FRESH + SUBSTITUTED + NUMBERED + TEXTED:
            texted = self._texted(survivor, parent.scenario)
            if texted is not None:
                return texted
        return self.campaign.mutated(parent.scenario, state)

    def _call_of(self, state: TargetState) -> Scenario | None:
        entries = self.campaign.corpus.by_target.get(state.target.qualname)
        if not entries or self.rng.random() < 0.5:
            return self.campaign.fresh(state)
        return self.campaign.mutated(self.rng.choice(entries).scenario, state)

    def _numbered(self, survivor: Survivor, scenario: Scenario) -> Scenario | None:
        """A number of the scenario becomes one that has to do with those in the mutant's line, or is a round one."""
        near = self.switched.numbers_near(survivor.number)
        lengths = [n for n in near if type(n) is int and SHORTEST <= n <= LONGEST]
        if lengths and self.rng.random() < STRETCHED:
            return self._stretched(scenario, self.rng.choice(lengths) + self.rng.choice((-1, 0, 1)))
        places = [(p, n) for p, n in nodes(scenario) if isinstance(n, Const) and type(n.value) in (int, float)]
        if not places:
            return None
        place, node = self.rng.choice(places)
        number = self.rng.choice(near) if near else 0
        power = number if 0 < abs(number) <= LARGEST_POWER else self.rng.choice(POWERS)
        chosen = self.rng.choice(
            (
                number,
                number + 1,
                number - 1,
                -number,
                number / 2,
                10**power,
                10**power - 1,
                2**power,
                number * 10**power,
            )
        )
        kept = int(chosen) if type(node.value) is int and chosen == int(chosen) else chosen
        return replace_node(scenario, place, Const(kept))

    def _stretched(self, scenario: Scenario, length: int) -> Scenario | None:
        """A text, or a word in it, becomes that long: what counts characters changes its mind there."""
        places = [(p, n.value) for p, n in nodes(scenario) if isinstance(n, Const) and _text_in(n)]
        if not places:
            return None
        place, value = self.rng.choice(places)
        first, end = self._word_in(value)
        others = len(value) - (end - first) if self.rng.random() < 0.5 else 0
        word = value[first:end] or "a"
        made = (word[: length - others - 1] + word[-1] * length)[: max(1, length - others)]
        return replace_node(scenario, place, Const(value[:first] + made + value[end:]))

    def _word_in(self, text: str) -> tuple[int, int]:
        """Where one of its words begins and ends."""
        return self.rng.choice([match.span() for match in WORD.finditer(text)] or [(0, len(text))])

    def _texted(self, survivor: Survivor, scenario: Scenario) -> Scenario | None:
        """A text of the scenario gets something of what the mutant makes of another text: characters to strip, say."""
        texts = self.switched.texts_of(survivor.number)
        places = [(p, n, text) for p, n in nodes(scenario) if (text := _text_in(n)) is not None]
        if texts is None or not places:
            return None
        before, after = texts
        added = after.removeprefix(before)[:1] or after
        place, node, value = self.rng.choice(places)
        at = self.rng.randint(0, len(value))
        chosen = [value + added, added + value, added, value[:at] + added + value[at:]]
        if len(before) <= LONG_TEXT:
            first, end = self._word_in(value)
            chosen += [
                before,
                after,
                value + before,
                before + value,
                value + after,
                value.replace(before or after, after),
                value[:at] + before + value[at:],
                value[:first] + before + value[first:end] + before + value[end:],
            ]
        text = self.rng.choice(chosen)
        changed = replace(node, content=text) if isinstance(node, ScratchFile) else Const(text)
        return replace_node(scenario, place, changed)

    def _read(self, survivor: Survivor, scenario: Scenario) -> None:
        """What the comparisons on its way suggest, those in the mutant's line first."""
        with self.switched.plain():
            suggested = self.campaign.suggester.near(scenario, self.switched.line_of(survivor.number))
        survivor.edits.extend(suggested)


def _text_in(node: Recipe) -> str | None:
    """That the recipe is, or writes to a file; None when there is none, or it is not to be changed."""
    held = node.content if isinstance(node, ScratchFile) else node.value if isinstance(node, Const) else None
    return held if isinstance(held, str) and node not in FIXED else None
