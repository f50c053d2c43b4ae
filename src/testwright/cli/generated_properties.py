"""Decides how `generate --properties` tells of one module: what was kept, what is broken, what was rejected."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from testwright.workflows.module_report import ModuleReport

__all__ = ["property_summary"]


def property_summary(module: ModuleReport, *, verbose: bool = False) -> str:
    """ "" when no properties were asked for."""
    properties = module.properties
    if not properties:
        return ""
    kept, rejected, dropped = properties["kept"], properties["rejected"], properties["dropped"]
    where = f" in {_relative(module.property_edit.path)}" if module.property_edit else ""
    counts = f"kept {len(kept)}{where}, rejected {len(rejected)}, {dropped} guesses do not hold"
    lines = [f"properties of {module.module}: {counts}"]
    lines += [f"  {_told(each)}" for each in kept]
    if verbose:
        lines += [f"  {each['node']}: {each['reason']} [{each['slug']}]" for each in rejected]
    if properties["broken"]:
        lines.append(f"broken properties of {module.module}: they should hold, and do not")
        lines += [line for each in properties["broken"] for line in _broken(each)]
    return "\n".join(lines)


def _told(kept: dict[str, Any]) -> str:
    return f"{kept['property']}  catches {kept['catches']} of {kept['mutants']} mutants"


def _broken(each: dict[str, Any]) -> list[str]:
    what = f"{each['raised']}: {each['detail']}".rstrip(": ") if each["raised"] != "AssertionError" else "not so"
    return [f"  {each['property']}", f"    with {each['example']}: {what}"]


def _relative(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
