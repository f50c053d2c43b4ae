"""Divides the work into batches by package: none too large for one sitting, none of leftovers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from testwright.errors import UsageError
from testwright.nouns import FunctionCoverage, ModuleCoverage

__all__ = ["Batch", "group_into_batches"]

_TOP = "top-level modules"


@dataclass(frozen=True, slots=True)
class Batch:
    """`name` is the dotted name of a package or module, with "(2 of 3)" for a part of it; `tests` are estimated."""

    name: str
    modules: tuple[str, ...]
    functions: tuple[FunctionCoverage, ...]
    tests: int
    priority: float


def group_into_batches(
    items: Iterable[ModuleCoverage | FunctionCoverage], *, most_modules: int = 10, most_tests: int = 40
) -> list[Batch]:
    """All functions of the modules, or the functions themselves, each in one batch; highest summed priority first.

    A package that fits is one batch. What is too large is split evenly by subpackage and module, a module by function;
    small neighbours in one package are joined. Only a single function can be larger than `most_tests`. Raises
    UsageError `bad-value` for a limit below 1.
    """
    limits = _Limits(_at_least_one("most_modules", most_modules), _at_least_one("most_tests", most_tests))
    groups = [_batch(name, units) for name, units in _divided("", _units(items), limits) if units]
    return _numbered(sorted(groups, key=lambda batch: -batch.priority))


def _numbered(batches: Sequence[Batch]) -> list[Batch]:
    """The parts of a package count in the order in which they are shown."""
    count = Counter(batch.name for batch in batches)
    seen: Counter[str] = Counter()
    numbered = []
    for batch in batches:
        seen[batch.name] += 1
        part = f" ({seen[batch.name]} of {count[batch.name]})" if count[batch.name] > 1 else ""
        numbered.append(replace(batch, name=batch.name + part))
    return numbered


@dataclass(frozen=True, slots=True)
class _Unit:
    """A module with its functions, or a part of one."""

    module: str
    path: str
    functions: tuple[FunctionCoverage, ...]
    priority: float
    tests: int


@dataclass(frozen=True, slots=True)
class _Atom:
    """What stays together when its package is split: a subpackage that fits, a module, or some functions."""

    name: str
    units: tuple[_Unit, ...]
    tests: int


@dataclass(frozen=True, slots=True)
class _Limits:
    modules: int
    tests: int

    def hold(self, units: Sequence[_Unit]) -> bool:
        return len(units) <= self.modules and sum(unit.tests for unit in units) <= self.tests


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise UsageError(f"{name} = {value!r} is below 1", slug="bad-value", hint="give a whole number from 1 on")
    return value


def _units(items: Iterable[ModuleCoverage | FunctionCoverage]) -> list[_Unit]:
    functions: defaultdict[tuple[str, str], list[FunctionCoverage]] = defaultdict(list)
    alone: defaultdict[tuple[str, str], float] = defaultdict(float)
    for item in items:
        place = (item.module, item.path)
        if isinstance(item, ModuleCoverage):
            functions[place] += item.functions
            # A module whose source was not read has a priority, if any, without functions.
            alone[place] += 0.0 if item.functions else item.priority
        else:
            functions[place].append(item)
    return [_unit(*place, found, alone[place]) for place, found in sorted(functions.items())]


def _unit(module: str, path: str, functions: Sequence[FunctionCoverage], more: float = 0.0) -> _Unit:
    ordered = sorted(functions, key=lambda function: (function.line, function.qualname))
    tests = sum([function.effort.tests for function in ordered])
    return _Unit(module, path, tuple(ordered), sum([function.priority for function in ordered], more), tests)


def _batch(name: str, units: Sequence[_Unit]) -> Batch:
    return Batch(
        name=name,
        modules=tuple(unit.module for unit in units),
        functions=tuple(function for unit in units for function in unit.functions),
        tests=sum(unit.tests for unit in units),
        priority=sum(unit.priority for unit in units),
    )


def _divided(package: str, units: list[_Unit], limits: _Limits) -> Iterator[tuple[str, list[_Unit]]]:
    """Names and contents of the batches of a package that need not fit; "" is above all packages."""
    if package and limits.hold(units):
        yield package, units
        return
    fitting: list[_Atom] = []
    for name, inside in _children(package, units):
        if all(unit.module == name for unit in inside):
            # More than one: files that are the same module by name, such as each folder's conftest.
            fitting += [_Atom(name, (unit,), unit.tests) for unit in inside if limits.hold([unit])]
            yield from (part for unit in inside if not limits.hold([unit]) for part in _parts(unit, limits))
        elif package and limits.hold(inside):
            fitting.append(_Atom(name, tuple(inside), sum(unit.tests for unit in inside)))
        else:
            yield from _divided(name, inside, limits)
    for group in _evenly(fitting, limits):
        name = group[0].name if len(group) == 1 else package or _TOP
        yield name, [unit for atom in group for unit in atom.units]


def _children(package: str, units: Iterable[_Unit]) -> list[tuple[str, list[_Unit]]]:
    """What is directly in a package, by dotted name; its own `__init__` goes by the package's name."""
    start = f"{package}." if package else ""
    found: defaultdict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        rest = unit.module[len(start) :]
        found[start + rest.partition(".")[0] if rest else package].append(unit)
    return sorted(found.items())


def _parts(unit: _Unit, limits: _Limits) -> Iterator[tuple[str, list[_Unit]]]:
    """One module that has too many tests to write, by functions as they follow each other."""
    atoms = [
        _Atom(unit.module, (_unit(unit.module, unit.path, [function]),), function.effort.tests)
        for function in unit.functions
    ]
    for group in _evenly(atoms, _Limits(len(atoms), limits.tests)):
        functions = [function for atom in group for each in atom.units for function in each.functions]
        yield unit.module, [_unit(unit.module, unit.path, functions)]


def _evenly(atoms: Sequence[_Atom], limits: _Limits) -> list[list[_Atom]]:
    """Neighbours together in as few groups as the limits allow, with the lowest limits that need no more groups."""
    fewest = len(_packed(atoms, limits))
    if fewest < 2:
        return _packed(atoms, limits)

    def tests_suffice(most: int) -> bool:
        return len(_packed(atoms, _Limits(limits.modules, most))) <= fewest

    tests = _lowest(tests_suffice, limits.tests)

    def modules_suffice(most: int) -> bool:
        return len(_packed(atoms, _Limits(most, tests))) <= fewest

    return _packed(atoms, _Limits(_lowest(modules_suffice, limits.modules), tests))


def _packed(atoms: Iterable[_Atom], limits: _Limits) -> list[list[_Atom]]:
    """Each atom to the one before as long as that fits; one that is too large by itself is alone."""
    groups: list[list[_Atom]] = []
    modules = tests = 0
    for atom in atoms:
        modules, tests = modules + len(atom.units), tests + atom.tests
        if not groups or modules > limits.modules or tests > limits.tests:
            groups.append([])
            modules, tests = len(atom.units), atom.tests
        groups[-1].append(atom)
    return groups


def _lowest(suffices: Callable[[int], bool], highest: int) -> int:
    """The lowest number that suffices, given that `highest` does and that more always does if less does."""
    low, high = 0, highest
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle + 1, high)
    return high
