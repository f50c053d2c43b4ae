"""What people read of an audit: never more than is true, never more than they can take in."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from testwright.nouns import Effort, FunctionCoverage, MissingBranch
from testwright.write.audit_markdown import audit_markdown
from testwright.write.audit_words import facts_of, missing_words, shown_percent, size_counts

FUNCTION = FunctionCoverage(
    module="shop.price",
    qualname="total",
    path="src/shop/price.py",
    line=3,
    end_line=20,
    statements=9,
    covered=6,
    missing_lines=(7, 8, 12),
    branches=6,
    taken=3,
    missing_branches=(MissingBranch(6, 7, "`if rows` is never true"), MissingBranch(12, 3, "never left")),
    complexity=4,
    crap=5.04,
    risk=1.04,
    priority=2.0,
    effort=Effort("M", 3, ("reads files",)),
    commits=1,
    importers=2,
    tests=("a", "b"),
)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        *((9999, 10000, "99.9%"), (1, 1, "100.0%"), (0, 3, "0.0%"), (1, 10000, "0.1%"), (1159, 1319, "87.9%")),
        *((None, 3, "-"), (0, 0, "-"), (3, None, "-")),
    ],
)
def test_percentages_are_rounded_and_only_what_is_covered_altogether_reads_100(part, whole, shown):
    assert shown_percent(part, whole) == shown


def test_facts_name_what_makes_it_matter():
    assert facts_of(FUNCTION) == (
        "complexity 4 · CRAP 5.0 · 1 commit in 12 months · imported by 2 · reached by 2 tests"
        " · effort M (3 tests, reads files)"
    )
    never = replace(FUNCTION, covered=0, tests=(), commits=None, changed=True)
    assert "never called · changed" in facts_of(never)
    assert "12 months" not in facts_of(never)


def test_ways_from_lines_that_are_missing_are_not_told_twice():
    assert missing_words(FUNCTION) == ["lines 7-8, 12", "line 6: `if rows` is never true"]
    assert missing_words(replace(FUNCTION, covered=0))[0] == "all of it, lines 7-8, 12"


def test_many_ways_are_cut_short_with_their_number():
    many = tuple(MissingBranch(n, n + 1, "never") for n in range(30, 40))
    rows = missing_words(replace(FUNCTION, missing_lines=(), missing_branches=many))
    assert rows[-1] == "and 4 more ways not taken"
    assert len(rows) == 7


def test_sizes_are_counted_small_first():
    assert size_counts([FUNCTION, replace(FUNCTION, effort=Effort("S", 1))]) == "1 S, 1 M"


def test_markdown_shows_messages_as_text_and_folds_the_tables():
    totals = {
        "name": "shop", "statements": 10, "covered_statements": 5, "branches": None, "covered_branches": None,
        "functions": 2, "tested_functions": 1,
    }  # fmt: skip
    gate = {"message": "5 *of* 10 | <b>", "hint": "test `it`"}
    untested = [
        {"path": "a.py", "line": 1, "function": "f|g", "complexity": 2, "crap": 6.0, "effort": {"size": "S"},
         "missing_lines": [2, 3], "branches": 0, "covered_branches": 0}
    ]  # fmt: skip
    text = audit_markdown(
        {"totals": totals, "health": {"score": 50.0, "formula": "(0.30 · 50.0 coverage) / 0.30 = 50.0"}, "gates": [gate],
         "diagnosis": None, "diff": None, "packages": [totals], "untested": untested, "plan": [], "notices": ["see <x>"]}
    )  # fmt: skip
    assert text.startswith("### Test audit: 50.0% covered, health 50 of 100\n")
    assert r"5 \*of\* 10 \| \<b\>" in text
    assert "`f\\|g`" in text
    assert text.count("<details>") == text.count("</details>") == 2
    assert "| 2-3 |" in text
