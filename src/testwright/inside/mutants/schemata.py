"""Weaves all mutants of a module into one copy of it, of which a switch makes at most one take effect.

Source: mutant schemata (Untch, Offutt, Harrold: Mutation analysis using mutant schemata, ISSTA 1993).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from .sites import Mutant, Site, spliced

__all__ = ["ACTIVE", "REACHED", "Weaver", "weave"]

ACTIVE = "__testwright_mutant__"
"""Global of the woven module: the number of the mutant that takes effect, 0 = none."""
REACHED = "__testwright_reached__"
"""Global of a module woven for recording: is called with the number of a site's first mutant, and returns None."""


def weave(tree: ast.Module, sites: Iterable[Site], *, recording: bool = False) -> ast.Module:
    """The copy; `tree` stays as it is. `recording`: it tells which sites are reached, and no mutant can take effect."""
    woven = Weaver(sites, recording).rebuilt(tree)
    assert isinstance(woven, ast.Module)
    return ast.fix_missing_locations(woven)


class Weaver:
    """Rebuilds a tree with a choice at each site."""

    def __init__(self, sites: Iterable[Site], recording: bool) -> None:
        self.sites: dict[int, list[Site]] = {}
        for site in sites:
            self.sites.setdefault(id(site.node), []).append(site)
        self._recording = recording

    def rebuilt(self, node: Any) -> Any:
        """The node with all sites in it and below it; the very same where there is none."""
        changed: dict[str, Any] = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                new: Any = self.rebuilt(value)
                if new is not value:
                    changed[name] = new
            elif isinstance(value, list):
                items = [self.rebuilt(item) if isinstance(item, ast.AST) else item for item in value]
                if any(a is not b for a, b in zip(items, value, strict=True)):
                    changed[name] = items
        sites = self.sites.get(id(node), ())
        for site in sites:
            if site.slot:
                changed[site.slot] = self._choice(site, changed.get(site.slot, getattr(node, site.slot)))
        own = ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **changed}), node) if changed else node
        if isinstance(own, ast.JoinedStr) and changed:
            own = spliced(own)
        for site in sites:
            if not site.slot:
                own = ast.copy_location(self._choice(site, own), node)
        return own

    def _choice(self, site: Site, original: Any) -> Any:
        if isinstance(original, list):
            return self._block(site, original)
        if isinstance(original, ast.stmt):
            return self._statement(site, original)
        if self._recording:
            return ast.BoolOp(ast.Or(), [_reached(site), original])
        return _guarded(site.mutants, original)

    def _block(self, site: Site, original: list[ast.stmt]) -> list[ast.stmt]:
        if self._recording:
            return [ast.If(ast.BoolOp(ast.Or(), [_reached(site), ast.Constant(True)]), original, [])]
        return [ast.If(_is_active(site.mutants[0], ast.NotEq()), original, [])]

    def _statement(self, site: Site, original: ast.stmt) -> ast.stmt:
        if self._recording:
            return ast.If(ast.BoolOp(ast.Or(), [_reached(site), ast.Constant(True)]), [original], [])
        for mutant in reversed(site.mutants):
            assert isinstance(mutant.replacement, ast.stmt)
            original = ast.If(_is_active(mutant), [ast.copy_location(mutant.replacement, original)], [original])
        return original


def _guarded(mutants: Sequence[Mutant], original: ast.expr) -> ast.expr:
    chosen = original
    for mutant in reversed(mutants):
        assert isinstance(mutant.replacement, ast.expr)
        chosen = ast.IfExp(_is_active(mutant), mutant.replacement, chosen)
    if len(mutants) <= 2:
        return chosen
    first, last = ast.Constant(mutants[0].number), ast.Constant(mutants[-1].number)
    among = ast.Compare(first, [ast.LtE(), ast.LtE()], [ast.Name(ACTIVE, ast.Load()), last])
    return ast.IfExp(among, chosen, original)


def _is_active(mutant: Mutant, operator: ast.cmpop | None = None) -> ast.expr:
    return ast.Compare(ast.Name(ACTIVE, ast.Load()), [operator or ast.Eq()], [ast.Constant(mutant.number)])


def _reached(site: Site) -> ast.expr:
    return ast.Call(ast.Name(REACHED, ast.Load()), [ast.Constant(site.mutants[0].number)], [])
