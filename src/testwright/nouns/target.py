"""Holds what is to be tested: one module, or some functions of it, and where its source is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One module as the unit of work.

    `module` is its dotted import name, `source` the absolute path of its file, `import_roots` the folders that must be
    on `sys.path` for it, `only` the qualnames asked for (empty = all), `in_project` False for one merely importable.
    """

    module: str
    source: str
    import_roots: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    in_project: bool = True

    def asks_for(self, qualname: str) -> bool:
        """`only` names functions, methods, or classes with all of theirs; where it names nothing, all are asked for."""
        return not self.only or any(qualname == name or qualname.startswith(f"{name}.") for name in self.only)
