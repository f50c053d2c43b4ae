"""Names the orders in which functions that lack tests can be listed."""

from __future__ import annotations

from typing import Final

__all__ = ["ORDERS"]

ORDERS: Final = {
    "next": "best next test first: priority by effort, modules of which less than half is covered before all others",
    "priority": "risk that tests can take away, by churn, importers and whether it was changed",
    "crap": "CRAP: complexity and lack of coverage",
    "missing": "most lines and branches that nothing covers",
    "path": "by file and line",
}
