"""Names what exploring can do without, one switch for each mechanism, so that its worth can be measured."""

from __future__ import annotations

__all__ = ["MECHANISMS"]

MECHANISMS = {
    "agreement": "arguments of one call that fit each other, like data and the type that it is read as",
    "callbacks": "functions that raise what the code catches, answer otherwise each time, or change what they are given",
    "callers": "calls that the source of the project and its package makes, as far as it says with which values",
    "docstring-examples": "calls written in docstrings",
    "existing-tests": "what the project's own tests pass to functions, and what their fixtures give",
    "factories": "classes and objects made by functions of the module that return them",
    "fixtures": "fixtures of the project's tests, for parameters of their name or class",
    "frontier": "more calls where a run got to the decision before an arc that is still open",
    "learning": "values that worked, offered again by class and by parameter name",
    "links": "arguments that depend on each other, like a part of the object or what a sibling returned",
    "mined-literals": "texts and numbers that the module's source contains",
    "mutation": "small changes of calls that reached something",
    "parameter-names": "values that a parameter's name makes likely",
    "parameter-uses": "values that fit what a function does with its parameter",
    "patching": "environment, clock, input, processes, servers and services replaced around the call",
    "recordings": "calls that were recorded in real runs, for `--from`",
    "regex-texts": "texts that match the module's regular expressions",
    "repairing": "inputs mended by what the interpreter complained of",
    "sample-types": "instances, classes and types of many kinds for parameters about which nothing is known",
    "sequences": "calls of other methods before, and beside, the one under test",
    "shrinking": "plainer values for calls that are kept",
    "solving": "numbers, lengths and counts found by how far comparisons move with them",
    "stubs": "objects with the attributes that a function asks of its parameter",
    "subclasses": "instances of known subclasses of the class that a hint names",
    "substitution": "inputs replaced by what the code was seen to compare them with",
    "switches": "flags by which the code decides, set otherwise around the call",
    "type-hints": "values of the annotated type",
}
"""A test compares the names with what `inside/` asks for."""
