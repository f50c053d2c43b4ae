"""Classes that tests are methods of, where the project writes them so."""

from __future__ import annotations

import pytest

from testwright.inside.recipes import Const
from testwright.inside.scenario import Outcome, Scenario, Step
from testwright.nouns.candidate import Candidate, Row
from testwright.propose.grouping import in_classes

ROW = Row(Scenario((Step(Const(1)),), "f"), Outcome())


@pytest.mark.parametrize(
    ("target", "private", "expected"),
    [
        ("slugify", False, "TestSlugify"),
        ("to_text", False, "TestToText"),
        ("HTTPCart.total", False, "TestHTTPCart"),
        ("_match_case", True, "TestPrivateMatchCase"),
        ("Cart._total", True, "TestPrivateCart"),
    ],
)
def test_the_class_is_named_after_what_is_tested(target: str, private: bool, expected: str) -> None:
    (grouped,) = in_classes([Candidate("test_it", target, (ROW,), private)])
    assert grouped.group == expected
    assert grouped.node_names == (f"{expected}::test_it",)


def test_source_from_elsewhere_stays_as_it_is() -> None:
    foreign = Candidate("test_it", "f", (), source="def test_it(): ...")
    assert in_classes([foreign]) == [foreign]
