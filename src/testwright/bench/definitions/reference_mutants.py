"""Plants small bugs in a reference solution, to see whether the unit tests tell."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from testwright.inside.mutants.sites import find_sites, plant
from testwright.python_source.parsing import PARSING, parse_source

__all__ = ["PlantedBug", "planted_bugs"]


@dataclass(frozen=True, slots=True)
class PlantedBug:
    """`code` is the whole solution with it; in `line` of the original, `new` stands instead of `old`."""

    code: str
    line: int
    old: str
    new: str

    @property
    def shown(self) -> str:
        instead = f"`{self.new}` instead of `{self.old}`" if self.new else f"`{self.old}` taken away"
        return f"line {self.line}: {instead}"


def planted_bugs(solution: str, most: int) -> list[PlantedBug]:
    """At most so many, spread evenly over all that the operators of `mutate` find; the solution must parse.

    What an error says is left alone: a unit test that asked for its words would be unfair to other solutions.
    """
    tree = parse_source(solution)
    with PARSING, warnings.catch_warnings():  # what changes nothing is found by compiling it
        warnings.simplefilter("ignore")  # `is` with a number is one of the bugs
        sites = find_sites(tree, solution).sites
    words = _words_of_errors(tree)
    found = [(site, mutant) for site in sites if id(site.node) not in words for mutant in site.mutants]
    count = min(most, len(found))
    bugs = []
    for site, mutant in (found[number * len(found) // count] for number in range(count)):
        code = ast.unparse(plant(tree, site.node, site.slot, mutant.replacement))
        bugs.append(PlantedBug(code, site.span[0], _text(solution, site.span), site.shown(mutant)))
    return bugs


def _words_of_errors(tree: ast.Module) -> frozenset[int]:
    """The nodes in what an exception is made with, and in what an assertion says."""
    said: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Raise(exc=ast.Call(args=arguments, keywords=named)):
                said += [*arguments, *(each.value for each in named)]
            case ast.Assert(msg=ast.expr() as message):
                said.append(message)
    return frozenset(id(node) for each in said for node in ast.walk(each))


def _text(solution: str, span: tuple[int, int, int, int]) -> str:
    """In one line."""
    line, column, last, after = span
    lines = [each.encode() for each in solution.splitlines()[line - 1 : last]]
    lines[-1] = lines[-1][:after]
    lines[0] = lines[0][column:]
    return " ".join(b" ".join(lines).decode("utf-8", "replace").split())
