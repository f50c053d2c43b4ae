"""Runs the `sitecustomize` of the environment, in whose place one of ours was found; lent beside ours."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys


def run() -> None:
    """What it raises comes out, as it would without us."""
    here = os.path.dirname(os.path.realpath(__file__))
    others = [place for place in sys.path if os.path.realpath(place) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)
