"""Reads calls: what is handed to whom, what well-known functions do with it, and what callees in the module do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from testwright.inside.recipes import Const

from .definitions import FunctionSite
from .dispatch import open_part
from .expression_uses import ExpressionReading
from .literals import is_regex_function, pattern_of, text_of
from .source_text import dotted, source_of
from .used_value import NOTHING, Closure, UsedValue, Value, join

__all__ = ["CallReading", "parameters_of"]

_GIVE_ELEMENTS = {
    "list",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "reversed",
    "iter",
    "deque",
    "collections.deque",
    "Counter",
}
_GIVE_ELEMENTS |= {"collections.Counter", "chain", "itertools.chain", "islice", "itertools.islice", "cycle", "dict"}
_GIVE_ONE = {"next", "min", "max", "anext"}
_ITERATE = {"sum", "any", "all", "math.fsum", "math.prod", "str.join", "statistics.mean"}
_GIVE_BACK = {"copy.copy", "copy.deepcopy", "copy", "deepcopy", "asyncio.wait_for", "contextlib.closing", "closing"}
_KEYED = {"get", "pop", "setdefault", "__getitem__"}
_REGEX_SUBJECT = {"match": 1, "fullmatch": 1, "search": 1, "split": 1, "findall": 1, "finditer": 1, "sub": 2, "subn": 2}
LONGEST_CALLEE = 60


def parameters_of(arguments: ast.arguments) -> list[str]:
    """The names that positional arguments fill, in order."""
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args)]


class CallReading(ExpressionReading):
    """Reads calls, with the arguments as `_arguments` gives them: place (index, keyword, "*" or "**") and value."""

    def read_Call(self, node: ast.Call) -> Value:
        callee = self._callee_text(node.func)
        function = self.value(node.func)
        arguments = list(self._arguments(node))
        for place, value in arguments:
            self.passed(value, callee, place)
        found = [self._known(callee, node, arguments), self._regex(node, arguments), self._keyed(node)]
        found.append(self._followed(node, arguments))
        if function.closure is not None:
            found.append(self._entered(function.closure, arguments))
        found.extend(Value((used.call(len(arguments)),)) for used in function.nodes)
        asked = text_of(node.args[0], self.around.constants) if node.args else None
        if asked is not None:
            for used in function.nodes:
                used.asked_for[asked] = None
        return join(found)

    def _callee_text(self, function: ast.expr) -> str:
        text = dotted(function)
        if not text:
            text = source_of(function)
        return text if len(text) <= LONGEST_CALLEE else f"….{text.rpartition('.')[2][:LONGEST_CALLEE]}"

    def _arguments(self, node: ast.Call) -> Iterator[tuple[int | str, Value]]:
        starred = False
        for place, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                starred = True
                inner = self.value(argument.value)
                inner.elements()
                yield "*", inner
            else:
                value = self.value(argument)
                if not starred:
                    yield place, value
        for keyword in node.keywords:
            yield keyword.arg or "**", self.value(keyword.value)

    # -- well-known functions -----------------------------------------------------------------------------------------

    def _known(self, callee: str, node: ast.Call, arguments: list[tuple[int | str, Value]]) -> Value:
        positional = [value for place, value in arguments if isinstance(place, int)]
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant):
            return self._joined_text(node.func, positional)
        if not positional or callee in self.names:
            return NOTHING
        keys = [value.closure for place, value in arguments if place == "key" and value.closure is not None]
        read: Callable[[ast.Call, list[Value]], Value] | None = getattr(self, f"known_{callee}", None)
        if read is not None:
            return read(node, positional)
        if callee in _GIVE_BACK:
            return positional[0]
        if callee in _GIVE_ELEMENTS | _ITERATE or (callee in _GIVE_ONE and len(positional) == 1):
            each = join(value.elements() for value in (positional if "chain" in callee else positional[:1]))
            for key in keys:
                self._entered(key, [(0, each)])
            return NOTHING if callee in _ITERATE else each if callee in _GIVE_ONE else Value(each=each)
        if callee in _GIVE_ONE:
            return join(positional)
        return NOTHING

    def _joined_text(self, function: ast.Attribute, positional: list[Value]) -> Value:
        """`", ".join(x)`: x is iterated and its elements are text."""
        if function.attr == "join" and positional and isinstance(function.value, ast.Constant):
            for used in positional[0].elements().nodes:
                used.isinstance[type(function.value.value).__name__] = None
        return NOTHING

    def known_enumerate(self, node: ast.Call, positional: list[Value]) -> Value:
        return Value(each=Value(parts=(NOTHING, positional[0].elements())))

    def known_zip(self, node: ast.Call, positional: list[Value]) -> Value:
        return Value(each=Value(parts=tuple(value.elements() for value in positional)))

    def known_map(self, node: ast.Call, positional: list[Value]) -> Value:
        function, *iterables = positional
        elements: list[tuple[int | str, Value]] = [(i, value.elements()) for i, value in enumerate(iterables)]
        for used in function.nodes:
            used.call(len(iterables))
        for _, element in elements:
            self.passed(element, dotted(node.args[0]) or "?", 0)
        if function.closure is None:
            return Value(each=self._followed_by_name(node.args[0], elements))
        return Value(each=self._entered(function.closure, elements))

    def known_filter(self, node: ast.Call, positional: list[Value]) -> Value:
        if len(positional) < 2:
            return NOTHING
        each = positional[1].elements()
        for used in positional[0].nodes:
            used.call(1)
        if positional[0].closure is not None:
            self._entered(positional[0].closure, [(0, each)])
        return Value(each=each)

    def known_len(self, node: ast.Call, positional: list[Value]) -> Value:
        return Value(length_of=positional[0].nodes)

    def known_isinstance(self, node: ast.Call, positional: list[Value]) -> Value:
        if len(node.args) > 1:
            self.classed(positional[0], node.args[1])
        return NOTHING

    known_issubclass = known_isinstance

    def known_getattr(self, node: ast.Call, positional: list[Value]) -> Value:
        name = text_of(node.args[1], self.around.constants) if len(node.args) > 1 else None
        if name is None:
            self._dispatched(node)
            return NOTHING
        return Value(tuple(used.attribute(name) for used in positional[0].nodes))

    def _dispatched(self, node: ast.Call) -> None:
        """`getattr(self, "visit_" + x)`: x had better be what follows "visit_" in the name of a method."""
        site = self.around.site
        if site is None or not site.class_name or dotted(node.args[0]) != site.receiver or len(node.args) < 2:
            return
        part = open_part(node.args[1], self.around.constants, site.node)
        if part is None:
            return
        before, word, after = part
        names = self.around.definitions.methods_around(site.class_name)
        rests = [n[len(before) : len(n) - len(after)] for n in names if n.startswith(before) and n.endswith(after)]
        for used in self.value(word).nodes:
            used.compared.extend(Const(rest) for rest in dict.fromkeys(rests) if rest and before + after)

    def known_hasattr(self, node: ast.Call, positional: list[Value]) -> Value:
        self.known_getattr(node, positional)
        return NOTHING

    def known_cast(self, node: ast.Call, positional: list[Value]) -> Value:
        return positional[-1]

    def _keyed(self, node: ast.Call) -> Value:
        """`x.get("k")` takes the item "k" of x."""
        function = node.func
        if not isinstance(function, ast.Attribute) or function.attr not in _KEYED or not node.args:
            return NOTHING
        key = node.args[0]
        if not isinstance(key, ast.Constant) or isinstance(key.value, int):  # list.pop(0) is no key
            return NOTHING
        base = self.value(function.value)
        return Value(tuple(used.item(key.value) for used in base.nodes))

    def _regex(self, node: ast.Call, arguments: list[tuple[int | str, Value]]) -> Value:
        """Notes the pattern on the text that `re.match(P, x)` or `P.match(x)` searches."""
        function = node.func
        if not isinstance(function, ast.Attribute | ast.Name):
            return NOTHING
        name = function.attr if isinstance(function, ast.Attribute) else function.id
        if is_regex_function(function, self.around.constants):
            pattern = text_of(node.args[0], self.around.constants) if node.args else None
            subject = _REGEX_SUBJECT.get(name)
        elif isinstance(function, ast.Attribute) and name in _REGEX_SUBJECT:
            pattern = pattern_of(function.value, self.around.constants)
            subject = _REGEX_SUBJECT[name] - 1
        else:
            return NOTHING
        if pattern is not None and subject is not None:
            for place, value in arguments:
                if place in (subject, "string"):
                    for used in value.nodes:
                        used.regexes[pattern] = None
        return NOTHING

    # -- callees ------------------------------------------------------------------------------------------------------

    def _entered(self, closure: Closure, arguments: list[tuple[int | str, Value]]) -> Value:
        names = parameters_of(closure.node.args)
        bound = {names[p]: v for p, v in arguments if isinstance(p, int) and p < len(names)}
        bound |= {p: v for p, v in arguments if isinstance(p, str) and p not in ("*", "**")}
        return self.read_body(closure, bound)

    def _followed(self, node: ast.Call, arguments: list[tuple[int | str, Value]]) -> Value:
        return self._followed_by_name(node.func, arguments)

    def _followed_by_name(self, function: ast.expr, arguments: list[tuple[int | str, Value]]) -> Value:
        """Takes over what a function of this module does with its arguments; gives what it returns."""
        site = self._site_of(function)
        if site is None or self.around.depth <= 0:
            return NOTHING
        names = self._names_filled(site, function)
        summary = self.around.summary(site, self.around.depth - 1)
        places: dict[int, UsedValue] = {}
        for name, value in _filled(names, arguments):
            if name in summary.parameters:
                for used in value.nodes:
                    used.absorb(summary.parameters[name], places)
        self._forwarded(site, names, arguments, summary.parameters)
        returned: Value = summary.returned
        return NOTHING if site.node.name == "__init__" else returned.moved(places)

    def _site_of(self, function: ast.expr) -> FunctionSite | None:
        definitions, site = self.around.definitions, self.around.site
        if isinstance(function, ast.Attribute) and site is not None and site.class_name:
            if site.receiver and dotted(function.value) == site.receiver:
                return definitions.method(site.class_name, function.attr)
            if isinstance(function.value, ast.Call) and dotted(function.value.func) == "super":
                return definitions.method(site.class_name, function.attr, above=True)
        name = dotted(function)
        if not name or name.partition(".")[0] in self.names:
            return None
        if name in definitions.classes_by_name:
            return definitions.method(name, "__init__")
        if "." in name:
            owner, _, attribute = name.rpartition(".")
            return definitions.method(owner, attribute)
        return definitions.by_name.get(name)

    def _names_filled(self, site: FunctionSite, function: ast.expr) -> list[str]:
        """The parameters that positional arguments fill: `Class.method(x)` fills self too, other calls do not."""
        names = parameters_of(site.node.args)
        owner = dotted(function).rpartition(".")[0]
        unbound = site.kind == "method" and owner in self.around.definitions.classes_by_name
        return names[1:] if site.receiver and not unbound else names

    def _forwarded(
        self, site: FunctionSite, names: list[str], given: list[tuple[int | str, Value]], known: dict[str, UsedValue]
    ) -> None:
        """`f(*x)` and `f(**x)`: the elements or items of x are f's parameters."""
        arguments = site.node.args
        taken = {place for place, _ in given}
        for place, value in given:
            for used in value.nodes:
                if place == "*":
                    for name in names[sum(isinstance(p, int) for p in taken) :]:
                        used.each().absorb(known[name])
                elif place == "**":
                    for name in [*names, *(a.arg for a in arguments.kwonlyargs)]:
                        if name not in taken:
                            used.item(name).absorb(known[name])
                    if arguments.kwarg is not None:
                        used.absorb(known[arguments.kwarg.arg])


def _filled(names: list[str], given: list[tuple[int | str, Value]]) -> Iterator[tuple[str, Value]]:
    """Which parameter each argument fills."""
    for place, value in given:
        if isinstance(place, int) and place < len(names):
            yield names[place], value
        elif isinstance(place, str):
            yield place, value
