"""Writes one step as the statement that a person would write for it."""

from __future__ import annotations

from testwright.inside.recipes import Attribute, Call, Item, Name, Recipe, Variable
from testwright.python_source.render_layout import flat, lay_out
from testwright.python_source.render_recipe import FileNames, parts_of

__all__ = ["statement_lines"]

SETITEM, DELITEM = Name("operator", "setitem"), Name("operator", "delitem")


def statement_lines(recipe: Recipe, names: FileNames, before: str = "", indent: int = 0) -> list[str]:
    """`setitem(cart, "pen", 2)`, with nothing before it, is `cart["pen"] = 2`; `before` is such as `result = `."""
    if not before and isinstance(recipe, Call) and recipe.function in (SETITEM, DELITEM):
        target, key, *value = recipe.args
        if isinstance(target, (Variable, Attribute)):
            item = parts_of(Item(target, key), names)
            if not value:
                return lay_out(item, indent=indent, before="del ")
            return lay_out(parts_of(value[0], names), indent=indent, before=f"{flat(item)} = ")
    return lay_out(parts_of(recipe, names), indent=indent, before=before)
