"""Says how functions use their parameters, following local names and callees in the same module, without running them.

The reading is in source order: an assignment rebinds a name, branches are joined, a loop's body is read twice when its
first reading bound names anew. It errs on the side of noting too much: a use in any branch is a use.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from testwright.inside.recipes import Const

from .call_uses import CallReading
from .definitions import Definitions, FunctionSite
from .expression_uses import Surroundings
from .literals import Constants
from .model import Uses
from .source_text import dotted
from .used_value import NOTHING, Closure, Names, UsedValue, Value, join

__all__ = ["ModuleUses"]

CALLS_DEEP = 2
MOST_STATEMENTS = 6000
LOOPS_READ_TWICE = 2
CLOSURES_DEEP = 3


@dataclass(slots=True)
class Summary:
    """What one function does with its parameters, and what it gives back of them."""

    parameters: dict[str, UsedValue] = field(default_factory=dict)
    returned: Value = NOTHING


class ModuleUses:
    """The uses of all parameters of one module; each function is read once for each depth asked for."""

    def __init__(self, definitions: Definitions, constants: Constants) -> None:
        self.definitions = definitions
        self.constants = constants
        self._class_constants: dict[str, Constants] = {}
        self._summaries: dict[tuple[int, int], Summary] = {}

    def give_class_constants(self, class_name: str, constants: Constants) -> None:
        """Lets the class's methods see its constants beside the module's."""
        self._class_constants[class_name] = {**self.constants, **constants}

    def parameters(self, site: FunctionSite) -> dict[str, Uses]:
        """The uses of each parameter; those of a constructor include the uses of the attributes they are kept in."""
        found = self.summary(site, CALLS_DEEP).parameters
        if site.node.name not in ("__init__", "__post_init__", "__new__") or not site.class_name:
            return {name: used.frozen() for name, used in found.items()}
        kept = self._attributes(site.class_name)
        whole: dict[str, Uses] = {}
        for name, used in found.items():
            copy = UsedValue()
            copy.absorb(used)
            for attribute in used.stored_as:
                if attribute in kept:
                    copy.absorb(kept[attribute])
            whole[name] = copy.frozen()
        return whole

    def attributes(self, class_name: str) -> dict[str, Uses]:
        """How the class's methods, inherited ones included, use what they find on self."""
        return {name: used.frozen() for name, used in self._attributes(class_name).items()}

    def _attributes(self, class_name: str) -> dict[str, UsedValue]:
        whole = UsedValue()
        methods: dict[str, FunctionSite] = {}
        for site in self.definitions.ancestry(class_name):
            for name, method in site.methods.items():
                methods.setdefault(name, method)
        for method in methods.values():
            receiver = self.summary(method, 1).parameters.get(method.receiver)
            if receiver is not None and method.kind not in ("classmethod", "staticmethod"):
                whole.absorb(receiver)
        return {name: used for name, used in whole.attributes.items() if name not in methods}

    def summary(self, site: FunctionSite, depth: int) -> Summary:
        """Reads one function, its callees `depth` calls deep."""
        key = (id(site.node), depth)
        if key not in self._summaries:
            self._summaries[key] = summary = Summary()
            constants = self._class_constants.get(site.class_name, self.constants)
            around = Surroundings(self.definitions, constants, self.summary, site, depth)
            _read_function(site, around, summary)
        return self._summaries[key]


def _read_function(site: FunctionSite, around: Surroundings, summary: Summary) -> None:
    summary.parameters.update((name, UsedValue()) for name in _all_parameters(site.node.args))
    reading = StatementReading(around, {name: Value((used,)) for name, used in summary.parameters.items()})
    try:
        reading.block(site.node.body)
    except RecursionError:  # an expression nested hundreds deep: what was noted so far stands
        return
    summary.returned = join(reading.returned)


def _all_parameters(arguments: ast.arguments) -> list[str]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in (*found, arguments.vararg, arguments.kwarg) if a is not None]


class StatementReading(CallReading):
    """Reads statements in order; `self.names` is what each name may stand for at that point."""

    def __init__(self, around: Surroundings, names: Names) -> None:
        super().__init__(around, names)
        self._left = MOST_STATEMENTS
        self._loops = 0

    def block(self, body: list[ast.stmt]) -> bool:
        """Reads the statements; whether the end can be reached."""
        for statement in body:
            if self._left <= 0:
                return True
            self._left -= 1
            if self.statement(statement) is False:
                return False
        return True

    def statement(self, node: ast.stmt) -> bool | None:
        """Reads one statement; False when nothing after it in its block runs."""
        read = getattr(self, f"run_{type(node).__name__}", None)
        if read is not None:
            found: bool | None = read(node)
            return found
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return None

    # -- binding ------------------------------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                for path in [path for path in self.names if path.startswith(f"{name}.")]:
                    del self.names[path]
                self.names[name] = value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                self._unpack(elements, value)
            case ast.Starred(value=inner):
                self.bind(inner, value)
            case ast.Attribute():
                self._store(target, value)
            case ast.Subscript(value=base, slice=key):
                for used in self.value(base).nodes:
                    used.operators["setitem"] = None
                self.passed(self.value(key), f"{dotted(base) or '?'}.__setitem__", 0)
                self.passed(value, f"{dotted(base) or '?'}.__setitem__", 1)
            case _:
                pass

    def _store(self, target: ast.Attribute, value: Value) -> None:
        base = self.value(target.value)
        for used in base.nodes:
            used.attribute(target.attr)
        site = self.around.site
        if site is not None and site.receiver and dotted(target.value) == site.receiver:
            for used in value.nodes:
                used.stored_as[target.attr] = None
        if dotted(target):
            self.names[dotted(target)] = value

    def _unpack(self, targets: list[ast.expr], value: Value) -> None:
        star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        if value.parts is not None and star is None and len(value.parts) == len(targets):
            for target, part in zip(targets, value.parts, strict=True):
                self.bind(target, part)
            return
        value.note("iterated")
        for place, target in enumerate(targets):
            if star == place:
                self.bind(target, Value(each=value.elements()))
                continue
            index = place if star is None or place < star else place - len(targets)
            items = [Value((used.item(index),)) for used in value.nodes]
            self.bind(target, join([*items, value.each or NOTHING, *(value.parts or ())]))

    def run_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)

    def run_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value))

    def run_AugAssign(self, node: ast.AugAssign) -> None:
        self.value(ast.BinOp(node.target, node.op, node.value))

    def run_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                self.value(target.slice)
                for used in self.value(target.value).nodes:
                    used.operators["delitem"] = None

    def run_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.names.pop(alias.asname or alias.name.partition(".")[0], None)

    run_ImportFrom = run_Import

    # -- leaving ------------------------------------------------------------------------------------------------------

    def run_Return(self, node: ast.Return) -> bool:
        self.returned.append(self.value(node.value))
        return False

    def run_Raise(self, node: ast.Raise) -> bool:
        self.value(node.exc)
        self.value(node.cause)
        return False

    def run_Continue(self, node: ast.Continue) -> None:
        """What a loop's body bound before it stays possible after the loop, so the block is not cut off here."""

    run_Break = run_Continue

    def run_Assert(self, node: ast.Assert) -> None:
        self.tested(node.test)
        self.value(node.msg)

    # -- branches -----------------------------------------------------------------------------------------------------

    def _branches(self, bodies: list[list[ast.stmt]], *, may_skip: bool) -> bool:
        """Reads each from the same start and joins what they leave; False when none of them reaches its end."""
        start = self.names
        ends = [dict(start)] if may_skip else []
        for body in bodies:
            self.names = dict(start)
            if self.block(body):
                ends.append(self.names)
        self.names = _joined(ends) if ends else start
        return bool(ends)

    def run_If(self, node: ast.If) -> bool:
        self.tested(node.test)
        return self._branches([node.body, node.orelse], may_skip=False)

    def run_Try(self, node: ast.Try | ast.TryStar) -> bool:
        start = dict(self.names)
        reached = self.block([*node.body, *node.orelse])
        ends = [self.names] if reached else []
        for handler in node.handlers:
            self.names = _joined([start, self.names])
            if handler.name:
                self.names.pop(handler.name, None)
            self.value(handler.type)
            if self.block(handler.body):
                ends.append(self.names)
        self.names = _joined(ends) if ends else self.names
        return self.block(node.finalbody) and bool(ends)

    run_TryStar = run_Try

    def _loop(self, body: list[ast.stmt], again: ast.expr | None) -> None:
        before = dict(self.names)
        self._loops += 1
        self.block(body)
        self.names = _joined([before, self.names])
        if self.names != before and self._loops <= LOOPS_READ_TWICE:
            if again is not None:
                self.tested(again)
            self.block(body)
            self.names = _joined([before, self.names])
        self._loops -= 1

    def run_While(self, node: ast.While) -> None:
        self.tested(node.test)
        self._loop(node.body, node.test)
        self.block(node.orelse)

    def run_For(self, node: ast.For | ast.AsyncFor) -> None:
        source = self.value(node.iter)
        if isinstance(node, ast.AsyncFor):
            source.note("awaited")
        self.bind(node.target, source.elements())
        self._loop(node.body, None)
        self.block(node.orelse)

    run_AsyncFor = run_For

    def run_With(self, node: ast.With | ast.AsyncWith) -> bool:
        for item in node.items:
            value = self.value(item.context_expr)
            value.note("entered")
            if isinstance(node, ast.AsyncWith):
                value.note("awaited")
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        return self.block(node.body)

    run_AsyncWith = run_With

    # -- match --------------------------------------------------------------------------------------------------------

    def run_Match(self, node: ast.Match) -> bool:
        subject = self.value(node.subject)
        start, ends = self.names, [dict(self.names)]
        for case in node.cases:
            self.names = dict(start)
            self._pattern(case.pattern, subject)
            if case.guard is not None:
                self.tested(case.guard)
            if self.block(case.body):
                ends.append(self.names)
        self.names = _joined(ends)
        return True

    def _pattern(self, pattern: ast.pattern, subject: Value) -> None:
        match pattern:
            case ast.MatchValue(value=value):
                self.compared(subject, "==", value)
            case ast.MatchSingleton():
                self.compared(subject, "", ast.Constant(pattern.value))
            case ast.MatchOr(patterns=patterns):
                for inner in patterns:
                    self._pattern(inner, subject)
            case ast.MatchAs():
                if pattern.pattern is not None:
                    self._pattern(pattern.pattern, subject)
                if pattern.name is not None:
                    self.bind(ast.Name(pattern.name, ast.Store()), subject)
            case ast.MatchSequence(patterns=patterns):
                self._sequence_pattern(patterns, subject)
            case ast.MatchMapping():
                self._mapping_pattern(pattern, subject)
            case ast.MatchClass():
                self._class_pattern(pattern, subject)
            case _:
                pass

    def _sequence_pattern(self, patterns: list[ast.pattern], subject: Value) -> None:
        if not any(isinstance(inner, ast.MatchStar) for inner in patterns):
            for used in subject.nodes:
                used.lengths[len(patterns)] = None
        subject.note("iterated")
        for place, inner in enumerate(patterns):
            if isinstance(inner, ast.MatchStar):
                if inner.name is not None:
                    self.bind(ast.Name(inner.name, ast.Store()), Value(each=subject.elements()))
                continue
            whole = subject.parts is not None and len(subject.parts) == len(patterns)
            part = subject.parts[place] if whole and subject.parts else None
            self._pattern(inner, part or Value(tuple(used.item(place) for used in subject.nodes)))

    def _mapping_pattern(self, pattern: ast.MatchMapping, subject: Value) -> None:
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
            known = Const(key.value) if isinstance(key, ast.Constant) else None
            self._pattern(inner, self.item_of(subject, known))
        if pattern.rest is not None:
            self.bind(ast.Name(pattern.rest, ast.Store()), NOTHING)

    def _class_pattern(self, pattern: ast.MatchClass, subject: Value) -> None:
        self.classed(subject, pattern.cls)
        for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            self._pattern(inner, Value(tuple(used.attribute(name) for used in subject.nodes)))
        plain = dotted(pattern.cls) in {"str", "int", "float", "bytes", "list", "tuple", "dict", "set", "bool"}
        for inner in pattern.patterns:  # `str(x)` binds the value itself; for other classes the attribute is not known
            self._pattern(inner, subject if plain else NOTHING)

    # -- nested functions ---------------------------------------------------------------------------------------------

    def run_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.values([d for d in (*node.args.defaults, *node.args.kw_defaults, *node.decorator_list) if d is not None])
        closure = Closure(node, self.names)
        self.names[node.name] = Value(closure=closure)
        self.read_body(closure, {})

    run_AsyncFunctionDef = run_FunctionDef

    def run_ClassDef(self, node: ast.ClassDef) -> None:
        self.values(node.bases)
        outer, self.names = self.names, dict(self.names)
        self.block(node.body)
        self.names = outer

    def read_body(self, closure: Closure, arguments: dict[str, Value]) -> Value:
        if self.closures_open >= CLOSURES_DEEP:
            return NOTHING
        node = closure.node
        outer, outer_returned = self.names, self.returned
        hidden = _all_parameters(node.args)
        self.names = {**closure.names, **dict.fromkeys(hidden, NOTHING), **arguments}
        self.returned = []
        self.closures_open += 1
        if isinstance(node, ast.Lambda):
            self.returned.append(self.value(node.body))
        else:
            self.block(node.body)
        self.closures_open -= 1
        found, self.names, self.returned = join(self.returned), outer, outer_returned
        return found


def _joined(all_names: list[Names]) -> Names:
    if len(all_names) == 1:
        return all_names[0]
    keys = {key: None for names in all_names for key in names}
    return {key: join(names.get(key, NOTHING) for names in all_names) for key in keys}
