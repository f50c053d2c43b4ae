"""Decides to which files the tests of one run go, for modules of the project and of elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from testwright.config.options import Options
from testwright.nouns import Target
from testwright.write.placement import place_all

__all__ = ["places_of", "starting_place"]


def starting_place(targets: Sequence[Target]) -> str:
    """Where to look for the project from."""
    inside = [t.source for t in targets if t.in_project]
    return inside[0] if inside else str(Path.cwd())


def places_of(modules: Sequence[str], targets: Sequence[Target], options: Options, root: Path) -> dict[str, Path]:
    """By module; the targets are those of the whole run."""
    in_project = [target.in_project for target in targets]
    output = Path(options.output) if options.output else None
    return place_all(
        modules,
        output=output if output != root / "tests" or not any(in_project) else None,
        project_root=root,
        in_project=all(in_project),
    )
