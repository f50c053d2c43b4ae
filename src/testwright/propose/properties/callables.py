"""Decides which functions properties can be stated of, and what each is called with and called."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Sequence
from dataclasses import dataclass

from testwright.propose.properties.strategies import Strategies, Strategy
from testwright.propose.properties.untyped_parameters import guessed_strategy
from testwright.python_source.model import FunctionModel, ParameterModel

__all__ = ["Subject", "subjects", "variables"]

_TAKEN = {"given", "st", "pytest", "suppress", "settings"}
_UNFIT_DECORATORS = ("contextmanager", "overload", "fixture", "property", "abstractmethod", "singledispatch", "command")


@dataclass(frozen=True, slots=True)
class Subject:
    """A public function of a module (or static or class method), what it must be given, and how to draw that."""

    module: str
    function: FunctionModel
    required: tuple[ParameterModel, ...]
    drawn: tuple[Strategy, ...]
    returns: str

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def expression(self) -> str:
        return self.function.qualname

    @property
    def imported(self) -> tuple[str, str]:
        return self.module, self.function.qualname.partition(".")[0]

    @property
    def asks(self) -> bool:
        """Its name is a question: the answer is no value of the kind that it takes."""
        return self.name.startswith(("is_", "has_", "can_", "all_", "any_", "are_")) or self.returns == "bool"

    @property
    def annotated(self) -> bool:
        return all(p.annotation is not None for p in self.required)

    @property
    def source_of_strategies(self) -> tuple[str, ...]:
        return tuple(strategy.source for strategy in self.drawn)

    def call(self, *arguments: str) -> str:
        """The call as source; what a generator yields is gathered."""
        call = f"{self.expression}({', '.join(self._named(arguments))})"
        return f"list({call})" if self.function.is_generator else call

    def gathered(self, *arguments: str) -> str:
        """The call, and a list of what it gives."""
        call = self.call(*arguments)
        return call if self.function.is_generator else f"list({call})"

    def _named(self, arguments: Sequence[str]) -> list[str]:
        return [
            f"{p.name}={given}" if p.kind == "keyword-only" else given
            for p, given in zip(self.required, arguments, strict=True)
        ]


def subjects(strategies: Strategies) -> list[Subject]:
    """Of the public functions those all of whose required parameters can be drawn."""
    found = [_subject(function, strategies) for function in strategies.model.functions]
    return [each for each in found if each is not None]


def _subject(function: FunctionModel, strategies: Strategies) -> Subject | None:
    if not _fit(function):
        return None
    own = function.parameters[1:] if function.kind == "classmethod" else function.parameters
    required = tuple(p for p in own if p.default is None and not p.kind.startswith("var-"))
    drawn = [strategies.of_annotation(p.annotation) or _guess(function, p) for p in required]
    if not required or any(each is None for each in drawn):
        return None
    known = tuple(each for each in drawn if each is not None)
    return Subject(strategies.model.module, function, required, known, function.returns or "")


def _guess(function: FunctionModel, parameter: ParameterModel) -> Strategy | None:
    return guessed_strategy(function, parameter) if parameter.annotation is None else None


def _fit(function: FunctionModel) -> bool:
    if function.is_private or function.is_async or function.is_abstract or function.name.startswith("test"):
        return False
    if function.kind not in ("function", "staticmethod", "classmethod") or function.name in _TAKEN:
        return False
    owner = function.class_name
    if function.kind == "function" and "." in function.qualname:
        return False
    if owner and (owner.startswith(("_", "Test")) or "." in owner):
        return False
    return not any(unfit in decorator for decorator in function.decorators for unfit in _UNFIT_DECORATORS)


def variables(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names for what is drawn: those of the parameters, unless the test means something else by them."""
    chosen: list[str] = []
    for name in names:
        plain = name.strip("_") or "value"
        unfit = plain in taken or plain in _TAKEN or keyword.iskeyword(plain) or plain in chosen
        other = f"{plain}_" if not hasattr(builtins, plain) else "value"
        chosen.append(plain if not unfit and not hasattr(builtins, plain) else _free(other, chosen, taken))
    return chosen


def _free(name: str, chosen: Sequence[str], taken: Sequence[str]) -> str:
    candidates = [name, *(f"{name.rstrip('_')}_{n}" for n in range(2, 10))]
    return next(each for each in candidates if each not in chosen and each not in taken)
