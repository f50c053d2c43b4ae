"""Decides how tests that somebody else wrote stand in one file: imports first, what several need once, proofs above."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from testwright.nouns.verdict import Proof
from testwright.nouns.written_candidate import WrittenCandidate
from testwright.python_source.pieces import Pieces, take_apart
from testwright.python_source.render_imports import Imports
from testwright.python_source.text_edits import renamed, renamed_definition
from testwright.python_source.written_import import WrittenImport
from testwright.write.render_file import proof_words

__all__ = ["apart", "render_written"]


def render_written(
    tests: Sequence[WrittenCandidate],
    *,
    module: str,
    version: str,
    by: str = "a model",
    proofs: Mapping[str, Sequence[Proof]] | None = None,
) -> str:
    """The whole file; `proofs` are by `WrittenCandidate.node`, one for each of its rows. Nodes stay as they are called."""
    head = f'"""Tests for {module}, written by {by} and proven by running (testwright {version})."""'
    file = _File()
    for test in tests:
        file.take(test, proof_words((proofs or {}).get(test.node, ())))
    imports = Imports(target=module, reserved=file.bound)
    if file.imports:
        imports.adopt("\n".join(each.text for each in file.imports))
    top = [part for part in (head, imports.render()) if part]
    return "\n\n".join(top) + "".join(file.blocks) + "\n"


def apart(tests: Sequence[WrittenCandidate], taken: Sequence[str] = ()) -> list[WrittenCandidate]:
    """The same tests, each by a node of its own; those of one class stay in classes of that name where they can."""
    used: set[str] = set(taken)
    found = []
    for test in tests:
        if test.group:
            group = _free(test.group, used)
            source = renamed_definition(test.source, test.group, group) if group != test.group else test.source
            found.append(WrittenCandidate(test.name, test.target, source, group, test.repairs))
            used.add(group)
            continue
        name = _free(test.name, used)
        source = renamed_definition(test.source, test.name, name) if name != test.name else test.source
        found.append(WrittenCandidate(name, test.target, source, "", test.repairs))
        used.add(name)
    return found


@dataclass(slots=True)
class _File:
    """What stands in the file so far: by name what is imported or defined, and the blocks as text."""

    imports: dict[WrittenImport, None] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    was_constant: bool = False

    @property
    def bound(self) -> set[str]:
        return set(self.definitions)

    def take(self, test: WrittenCandidate, proof: str) -> None:
        pieces = take_apart(test.source)
        others = self._others(pieces, test)
        if others:
            pieces = take_apart(renamed(test.source, others))
        self.imports.update(dict.fromkeys(pieces.imports))
        for support in pieces.supports:
            if self.definitions.get(support.names[0]) == support.text:
                continue
            self._add(support.text, support.kind == "constant")
            self.definitions |= dict.fromkeys(support.names, support.text)
        for unit in pieces.tests:
            self._add(f"{proof}\n{unit.text}" if proof else unit.text, False)
            self.definitions[unit.group or unit.name] = unit.text

    def _add(self, text: str, is_constant: bool) -> None:
        gap = "\n" if is_constant and self.was_constant else "\n\n\n"
        self.blocks.append(gap + text)
        self.was_constant = is_constant

    def _others(self, pieces: Pieces, test: WrittenCandidate) -> dict[str, str]:
        """New names for what the file has by another name, or has something else by the same name."""
        wanted: dict[str, object] = {each.binds: _origin(each) for each in pieces.imports}
        wanted |= {name: each.text for each in pieces.supports for name in each.names}
        known: dict[str, object] = {**{each.binds: _origin(each) for each in self.imports}, **self.definitions}
        called = {_origin(each): each.binds for each in self.imports}
        taken = set(known) | set(wanted) | {test.name, test.group}
        others = {}
        for name, what in wanted.items():
            if name in known and known[name] != what:
                others[name] = _free(name, taken)
            elif name not in known and what in called:
                others[name] = called[what]
            taken.add(others.get(name, name))
        return others


def _origin(wanted: WrittenImport) -> object:
    """What it stands for; the modules of one package are all reached by the package's name."""
    if not wanted.name and not wanted.local:
        return (wanted.binds,)
    return (wanted.module, wanted.name)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken and not keyword.iskeyword(name):
        return name
    return next(each for each in (f"{name}_{number}" for number in range(2, len(taken) + 3)) if each not in taken)
