from __future__ import annotations

from testwright.assess.reported_names import reported_names
from testwright.assess.statement_survey import survey_of


def names(source: str, *filled: bool) -> list[str]:
    return reported_names(survey_of(source).functions, filled)


def test_of_several_with_one_name_the_first_with_statements_keeps_it() -> None:
    source = "def f(): ...\ndef f(): return 1\ndef f(): return 2\ndef g(): return 3\n"

    assert names(source, False, True, True, True) == ["f@1", "f", "f@3", "g"]
    assert names(source, False, False, False, False) == ["f", "f@2", "f@3", "g"]


def test_where_all_names_differ_they_stay_as_they_are() -> None:
    assert names("def f(): ...\ndef g(): ...\n", False, True) == ["f", "g"]
