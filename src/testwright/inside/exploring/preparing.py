"""Decides which other methods of an object are called before the one under test, and with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..providers.maker import Maker
from ..recipes import Attribute, Call, Recipe, Variable, walk
from ..scenario import Scenario, Step
from .attribute_flow import AttributeFlow
from .editing import called_in, method_in, nodes
from .linking import Linker
from .live_module import Callable_, LiveModule, Parameter

__all__ = ["Arguments", "Preparing"]

Arguments = tuple[tuple[Recipe, ...], tuple[tuple[str, Recipe], ...]]
KNOWN = 16
"""So many calls of a method are remembered, the first half for good: they took ways that no call had taken before."""
AGAIN = 0.6
"""How often a call that is known is made again rather than a new one."""
FITTING = 4
"""So much likelier is a method for each attribute that it changes and the one under test reads."""
REFUSED = 5
"""After so many failures more than successes, a method is called on the way but rarely."""
DROPPED = 0.3
"""How often, where there are earlier calls, one goes and no further one is added."""


class Preparing:
    """`calling` makes the call of a method with these arguments, or with new ones, and what its result needs around it."""

    def __init__(
        self,
        live: LiveModule,
        maker: Maker,
        links: Linker,
        calling: Callable[[Callable_, str, Arguments | None], Recipe],
    ) -> None:
        self.live, self.maker, self.links, self.calling = live, maker, links, calling
        self.flow = AttributeFlow(live.facts.functions)
        self.known: dict[str, list[Arguments]] = {}
        self.upset: dict[str, int] = {}
        """How often, beyond its successes, a method failed as an earlier step: those are then made more rarely."""

    def learn(self, target: Callable_, call: Recipe) -> None:
        """A call took a new way: it may be one that leads others further."""
        if not isinstance(call, Call) or target.owner is None or target.kind != "method":
            return
        arguments = (call.args, call.kwargs)
        if any(isinstance(node, Variable) for made in (*call.args, *dict(call.kwargs).values()) for node in walk(made)):
            return
        known = self.known.setdefault(target.qualname, [])
        if arguments not in known:
            known.append(arguments)
            if len(known) > KNOWN:
                del known[self.maker.rng.randrange(KNOWN // 2, KNOWN)]

    def steps(self, target: Callable_, variable: str) -> list[Step]:
        """Calls of other methods before the one under test; mostly none."""
        if not self.maker.has("sequences"):
            return []
        rng = self.maker.rng
        steps: list[Step] = []
        if rng.random() < 0.1 and (grafts := self.links.grafts(target.owner or object, variable)):
            steps += [Step(rng.choice(grafts)) for _ in range(rng.choice((1, 1, 2)))]
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
            step = self._step(target, variable)
            steps += [step] if step is not None else []
        return [*steps, *self._assigned(target, variable)]

    def changed(self, scenario: Scenario, target: Callable_) -> Scenario | None:
        """A copy with one earlier call more, another one, or one less; None where there is no object to call them on."""
        if target.owner is None or target.kind not in ("method", "property") or not self.maker.has("sequences"):
            return None
        receiver = _receiver(scenario)
        first = next((n for n, s in enumerate(scenario.steps) if s.variable == receiver and not s.attribute), None)
        if not receiver or first is None or first == len(scenario.steps) - 1:
            return None
        rng, last = self.maker.rng, len(scenario.steps) - 1
        earlier = [n for n in range(first + 1, last) if _is_bare_call(scenario.steps[n], receiver)]
        if earlier and rng.random() < DROPPED:
            gone = rng.choice(earlier)
            return replace(scenario, steps=(*scenario.steps[:gone], *scenario.steps[gone + 1 :]))
        step = self._step(target, receiver)
        if step is None:
            return None
        at = rng.randint(first + 1, last)
        return replace(scenario, steps=(*scenario.steps[:at], step, *scenario.steps[at:]))

    def _step(self, target: Callable_, variable: str) -> Step | None:
        rng, others = self.maker.rng, self.links.peers(target.owner)
        if not others:
            return None
        weights = [1 + FITTING * self.flow.prepares(other.qualname, target.qualname) for other in others]
        other = rng.choices(others, weights)[0]
        if self.upset.get(other.qualname, 0) > REFUSED and rng.random() < 0.8:
            return None
        known = self.known.get(other.qualname)
        arguments = rng.choice(known) if known and rng.random() < AGAIN else None
        call = self.calling(other, variable, arguments)
        kind = self.links.gives.get(other.qualname, (object,))[0]
        if kind in self.live.classes.values() and isinstance(call, Call) and rng.random() < 0.5:
            call = self.maker.objects.others.carried_on(kind, call, 1)
        return Step(call)

    def _assigned(self, target: Callable_, variable: str) -> list[Step]:
        """Now and then a property or a class attribute of the object is set."""
        rng = self.maker.rng
        attributes = (self.live.class_models.get(target.model["class_name"]) or {}).get("class_attributes") or ()
        own: list[Any] = []
        if self.live.setters and rng.random() < 0.1:
            own = [s for s in sorted(self.live.setters) if s.rpartition(".")[0] == target.model["class_name"]]
        elif attributes and rng.random() < 0.05:
            own = [rng.choice(list(attributes))]
        if not own:
            return []
        name = rng.choice(own).rsplit(".", 1)[-1]
        if name.startswith("_"):
            return []
        return [Step(self.maker.argument(Parameter(name, "positional-only")), variable, name)]

    def judge(self, scenario: Scenario, failed: int | None) -> None:
        """Remembers how the earlier calls of a built scenario went: all well, or the step numbered `failed` raised."""
        if scenario.origin != "built" or len(scenario.steps) < 3:
            return
        for number, step in enumerate(scenario.steps[1:-1], 1):
            name = method_in(step.recipe)
            owner = scenario.target.rpartition(".")[0]
            if name and (failed is None or number <= failed):
                key = f"{owner}.{name}"
                self.upset[key] = min(40, max(-20, self.upset.get(key, 0) + (1 if number == failed else -1)))


def _receiver(scenario: Scenario) -> str:
    """The variable that the call under test is made on, "" for none."""
    last = len(scenario.steps) - 1
    for place, node in nodes(scenario):
        if place[0] == last and isinstance(node, Attribute) and isinstance(node.target, Variable):
            return node.target.name
    return ""


def _is_bare_call(step: Step, receiver: str) -> bool:
    called = called_in(step.recipe)
    on = called.target if isinstance(called, Attribute) else called  # `setitem(receiver, …)` is no frame around a call
    return not step.variable and on == Variable(receiver)
