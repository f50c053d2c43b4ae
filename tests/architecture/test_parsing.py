"""Outside of workers, syntax trees are made in one place, which lets one thread at a time make them."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testwright"
OWN = SOURCE / "python_source" / "parsing.py"


def test_nobody_else_makes_syntax_trees():
    found = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path != OWN and "inside" not in path.parts and re.search(r"\bast\.parse\(", path.read_text(encoding="utf-8"))
    ]
    assert found == []
    assert re.search(r"\bast\.parse\(", OWN.read_text(encoding="utf-8"))
