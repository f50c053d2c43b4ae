"""Decides what a test replaces, and whether what it asserts is only about mocks that nobody but the test has used."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from testwright.nouns.written_test import Patch, Place
from testwright.python_source.file_of_tests import Function, called_name, dotted

__all__ = ["Mocks", "read_patches"]

_MAKERS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "create_autospec"})
_PATCHERS = ("patch", "unittest.mock.patch", "mock.patch", "mocker.patch", "mock.mock.patch")
_BUILTINS = frozenset(vars(builtins))


def read_patches(function: Function, imports: dict[str, str]) -> tuple[Patch, ...]:
    """Of `patch("a.b.c")`, `patch.object(b, "c")` and `monkeypatch.setattr`, as decorators too."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    found = [patch for call in calls if (patch := _patch(call, imports)) is not None]
    return tuple(dict.fromkeys(found))


def _patch(call: ast.Call, imports: dict[str, str]) -> Patch | None:
    kind = _kind(call.func, imports)
    texts = [
        each.value if isinstance(each, ast.Constant) and isinstance(each.value, str) else None for each in call.args
    ]
    if kind in ("patch", "setattr") and texts and texts[0] is not None:
        owner, _, name = texts[0].rpartition(".")
        return Patch(owner, name, call.lineno) if owner else None
    if kind in ("object", "setattr") and len(texts) > 1 and texts[1] is not None:
        owner = dotted(call.args[0], imports)
        return Patch(owner, texts[1], call.lineno) if owner and not owner.startswith("builtins.") else None
    return None


def _kind(func: ast.expr, imports: dict[str, str]) -> str:
    text = ast.unparse(func)
    known = dotted(func, imports) or text
    if known.endswith(".patch.object") or known == "patch.object":
        return "object"
    if known in _PATCHERS:
        return "patch"
    return "setattr" if text in ("monkeypatch.setattr", "mp.setattr", "mock.setattr") else ""


class Mocks:
    """The mocks of one test. `own` are those that it made and gave to nobody, with what it got out of them itself."""

    def __init__(self, function: Function, imports: dict[str, str], patches: Sequence[Patch]) -> None:
        self._parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        self._function = function
        self._imports = imports
        self._replaced = {f"{patch.owner}.{patch.name}" for patch in patches}
        made = {name for name, value in _given(function) if called_name(value) in _MAKERS and not _calls_others(value)}
        patched = {name for name, value in _given(function) if _is_patch(value, imports)}
        self._patched_names = {patch.name for patch in patches}
        self._constants = {name for name, value in _given(function) if _is_plain(value)}
        self.all = made | patched | self._from_decorators(imports)
        self.own = self._kept(made)
        self.all |= self._derived(self.all)

    def own_only(self, expressions: Sequence[ast.AST]) -> Place | None:
        """The first of the assertions when each of them is about nothing but own mocks, or calls what was replaced."""
        if not expressions or not all(
            self._calls_replaced(each) or self._is_about(each, self.own, strictly=True) for each in expressions
        ):
            return None
        return next(Place(n.lineno, ast.unparse(n)) for n in expressions if isinstance(n, ast.stmt | ast.expr))

    def _calls_replaced(self, expression: ast.AST) -> bool:
        """`assert calc.add(1, 2) == 3` where the test itself has replaced `calc.add`, and gave it to nobody else."""
        calls = [node for node in ast.walk(expression) if isinstance(node, ast.Call)]
        return any(dotted(call.func, self._imports) in self._replaced for call in calls)

    def always_about(self, expressions: Sequence[ast.AST]) -> bool:
        """Each assertion names a mock or something that the test has replaced."""
        return bool(expressions) and all(self._is_about(each, self.all, strictly=False) for each in expressions)

    def _is_about(self, expression: ast.AST, mocks: set[str], *, strictly: bool) -> bool:
        if isinstance(expression, ast.withitem):
            return False
        names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
        if strictly:
            if any(_is_own_attribute(node) for node in ast.walk(expression)):
                return False
            return bool(names & mocks) and names <= mocks | _BUILTINS | self._constants | {
                "call",
                "ANY",
                "mock",
                "self",
            }
        attributes = {node.attr for node in ast.walk(expression) if isinstance(node, ast.Attribute)}
        return bool(names & mocks or (names | attributes) & self._patched_names)

    def _from_decorators(self, imports: dict[str, str]) -> set[str]:
        decorators = [each for each in self._function.decorator_list if isinstance(each, ast.Call)]
        count = sum(1 for each in decorators if _is_patch(each, imports) and not _has_new(each))
        names = [each.arg for each in self._function.args.args if each.arg not in ("self", "cls")]
        return set(names[:count])

    def _kept(self, made: set[str]) -> set[str]:
        """Without those that are handed on; what is derived from one that is handed on goes with it."""
        mocks = made | self._derived(made)
        while True:
            left = {name for name in mocks if not self._escapes(name, mocks)}
            if left == mocks:
                return mocks if mocks & made else set()
            if not made <= left:
                return set()
            mocks = left

    def _derived(self, mocks: set[str]) -> set[str]:
        """Variables that were given what an own mock gave: `result = service.fetch(1)`."""
        derived: set[str] = set()
        while True:
            known = mocks | derived
            more = {name for name, value in _given(self._function) if _rooted_in(value, known)} - known
            if not more:
                return derived
            derived |= more

    def _escapes(self, name: str, mocks: set[str]) -> bool:
        loads = [n for n in ast.walk(self._function) if isinstance(n, ast.Name) and n.id == name]
        return any(self._is_handed_on(node, mocks) for node in loads if isinstance(node.ctx, ast.Load))

    def _is_in_inner_function(self, node: ast.AST) -> bool:
        """Whoever is given the function may call it."""
        parent = self._parents.get(node)
        while parent is not None and parent is not self._function:
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                return True
            parent = self._parents.get(parent)
        return False

    def _is_handed_on(self, node: ast.AST, mocks: set[str]) -> bool:
        if self._is_in_inner_function(node):
            return True
        while True:
            parent = self._parents.get(node)
            if parent is None or isinstance(parent, ast.Assert | ast.Expr):
                return False
            if isinstance(parent, ast.Attribute | ast.Await | ast.keyword | ast.Subscript):
                node = parent
            elif isinstance(parent, ast.Call):
                if parent.func is not node and not _rooted_in(parent.func, mocks) and not self._is_asserted(parent):
                    return True
                node = parent
            elif isinstance(parent, ast.Assign):
                if node is not parent.value and _names(parent.value) - mocks - _BUILTINS - self._constants:
                    return True  # `mock.side_effect = function`: then it does more than it was told
                stays = [isinstance(t, ast.Name) or _rooted_in(t, mocks) for t in parent.targets]
                return not all(stays)
            elif isinstance(parent, ast.Compare | ast.BoolOp | ast.UnaryOp):
                node = parent
            else:
                return True

    def _is_asserted(self, call: ast.Call) -> bool:
        """`assert len(mock.mock_calls) == 1`, `self.assertEqual(mock(), 3)`: looked at, not handed on."""
        return ast.unparse(call.func) in _BUILTINS or called_name(call).startswith("assert")


def _given(function: Function) -> Iterator[tuple[str, ast.expr]]:
    """What is assigned to plain variables, and what `with … as` gives them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
            yield node.target.id, node.value
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id, node.context_expr


def _is_patch(value: ast.expr, imports: dict[str, str]) -> bool:
    return isinstance(value, ast.Call) and _kind(value.func, imports) in ("patch", "object")


def _has_new(call: ast.Call) -> bool:
    plain = 2 if called_name(call) == "object" else 1
    return len(call.args) > plain or any(each.arg == "new" for each in call.keywords)


def _calls_others(value: ast.expr) -> bool:
    """`Mock(wraps=calc)`, `Mock(side_effect=calc.add)`."""
    call = value.value if isinstance(value, ast.Await) else value
    assert isinstance(call, ast.Call)
    return any(each.arg in ("wraps", "side_effect") and _names(each.value) - _BUILTINS for each in call.keywords)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_own_attribute(node: ast.AST) -> bool:
    """`self.client`, which was made elsewhere; not `self.assertEqual`."""
    is_of_self = (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
    )
    return is_of_self and isinstance(node, ast.Attribute) and not node.attr.startswith("assert")


def _is_plain(value: ast.expr) -> bool:
    return all(
        isinstance(n, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.Set | ast.Load) for n in ast.walk(value)
    )


def _rooted_in(node: ast.expr, names: set[str]) -> bool:
    while isinstance(node, ast.Attribute | ast.Call | ast.Await | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in names
