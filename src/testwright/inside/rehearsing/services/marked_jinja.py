"""Marks, in pages made by Jinja's templates, what a variable or a condition has put there."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from ..marked_templates import BEGIN, END

__all__ = ["mark_jinja"]


def mark_jinja() -> None:
    """For the rest of the process, in templates that are compiled from now on."""
    environment = getattr(sys.modules.get("jinja2"), "Environment", None)
    if environment is None:
        return
    nodes = importlib.import_module("jinja2.nodes")
    parse = environment._parse

    def marked(self: Any, *given: Any) -> Any:
        tree = parse(self, *given)
        for output in list(tree.find_all(nodes.Output)):
            output.nodes = [each for child in output.nodes for each in _around(nodes, child)]
        for condition in list(tree.find_all(nodes.If)):
            condition.body = _within(nodes, condition.body, condition.lineno)
            condition.else_ = _within(nodes, condition.else_, condition.lineno)
        return tree

    environment._parse = marked


def _around(nodes: Any, child: Any) -> list[Any]:
    if isinstance(child, nodes.TemplateData):
        return [child]
    return [nodes.TemplateData(BEGIN, lineno=child.lineno), child, nodes.TemplateData(END, lineno=child.lineno)]


def _within(nodes: Any, body: list[Any], line: int) -> list[Any]:
    if not body:
        return body
    first, last = (nodes.Output([nodes.TemplateData(mark, lineno=line)], lineno=line) for mark in (BEGIN, END))
    return [first, *body, last]
