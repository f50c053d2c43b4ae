"""What is the same each time is asserted, what follows from chance or the clock is held still, and the rest is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.propose.requests.from_request import FromRequest, Rehearsed, Variant, _names_read
from testwright.python_source.render_plain import NoSourceError


def an_account(status: int = 200, **other: Any) -> dict[str, Any]:
    response = {"status": status, "headers": {}, "content_type": "application/json", "json": {"n": 1}}
    plain = {"raised": None, "mails": [], "sent": [], "files": [], "messages": [], "session_user": None}
    return plain | {"response": response, "rows": {}, "counts": {}} | other


@pytest.fixture
def proposal(recorded: Any) -> FromRequest:
    made = FromRequest(recorded.facts, recorded.trace(), [recorded.request()], clock_library="time_machine")
    made.arrange(Variant())
    return made


def rehearsed(first: dict[str, Any], **other: dict[str, Any]) -> Rehearsed:
    accounts = {"first": first, "other_keys": first, "other_chance": first, "later": first} | other
    return Rehearsed(**accounts)


def test_a_test_asserts_what_is_the_same_each_time(proposal: FromRequest) -> None:
    test = proposal.test(rehearsed(an_account()))
    assert [line.text for line in test.rest] == [
        'response = client.get("/")',
        "assert response.status_code == 200",
        'assert response.json() == {"n": 1}',
    ]
    assert (test.decorators, test.fixtures) == ((), ("client", "db"))


def test_queries_are_counted_where_that_is_wanted_and_their_number_is_the_same(proposal: FromRequest) -> None:
    assert "django_assert_num_queries" not in proposal.test(rehearsed(an_account(queries=7))).fixtures
    proposal.count_queries = True
    test = proposal.test(rehearsed(an_account(queries=7)))
    assert [line.text for line in test.rest][:2] == [
        "with django_assert_num_queries(7):",
        '    response = client.get("/")',
    ]
    assert "django_assert_num_queries" in test.fixtures
    other = proposal.test(rehearsed(an_account(queries=7), later=an_account(queries=8)))
    assert other.fixtures == ("client", "db")
    assert other.notes == ("the number of queries is not asserted: it is different each time",)


def test_what_django_keeps_is_cleared_before_queries_are_counted(recorded: Any) -> None:
    spans = [recorded.request(), recorded.span("sql", sql='SELECT * FROM "django_content_type"', parameters=["tuple"])]
    made = FromRequest(recorded.facts, recorded.trace(), spans, count_queries=True)
    made.arrange(Variant())
    assert [line.text for line in made.test(rehearsed(an_account(queries=1))).first] == [
        "ContentType.objects.clear_cache()"
    ]


def test_how_long_it_took_makes_no_difference(proposal: FromRequest) -> None:
    test = proposal.test(rehearsed(an_account(), other_keys=an_account(took=2), later=an_account(took=3)))
    assert test.decorators == ()


def test_other_databases_that_it_asked_are_told(proposal: FromRequest, recorded: Any) -> None:
    assert proposal.test(rehearsed(an_account())).databases == ()
    proposal.facts = replace(proposal.facts, databases={"default": "", "old": ""})
    proposal.spans = [*proposal.spans, *(recorded.span("sql", connection=name) for name in ("default", "old", "gone"))]
    assert proposal.test(rehearsed(an_account())).databases == ("default", "old")


def test_chance_is_held_still_where_it_matters(proposal: FromRequest) -> None:
    test = proposal.test(rehearsed(an_account(), other_chance=an_account(messages=[["info", "x"]])))
    assert "random.seed(1)" in [line.text for line in test.rest]
    assert test.decorators == ()


def test_the_clock_is_stopped_where_it_matters(proposal: FromRequest) -> None:
    later = rehearsed(an_account(), later=an_account(404))
    assert [line.text for line in proposal.test(later).decorators] == [
        '@time_machine.travel("2026-07-02T09:00:00Z", tick=False)'
    ]
    proposal.clock_library = ""
    with pytest.raises(NoSourceError, match="time-machine"):
        proposal.test(later)


@pytest.mark.parametrize(
    "other",
    [
        an_account(503),
        an_account(raised={"module": "builtins", "name": "LookupError", "message": ""}, response=None),
        an_account(response={"status": 200, "headers": {}, "content_type": "text/plain", "text": "x"}),
        an_account(sent=[{"client": "httpx", "method": "GET", "url": "", "headers": [], "body": "", "answer": 0}]),
    ],
)
def test_what_comes_out_in_another_way_each_time_has_no_test(proposal: FromRequest, other: dict[str, Any]) -> None:
    with pytest.raises(NoSourceError, match="each time"):
        proposal.test(rehearsed(an_account(), other_keys=other))


def test_parts_that_differ_are_left_out(proposal: FromRequest) -> None:
    """Rows of one model, messages, headers, the type and the length of the answer."""
    response = an_account()["response"] | {"headers": {"X-Id": "1"}, "content_type": "text/html"}
    told = {"created": [], "changed": {}, "deleted": [], "left": 1}
    first = an_account(rows={"shop.Tag": told}, response=response | {"html": ["a"]}, messages=[["info", "x"]])
    del first["response"]["json"]
    second = an_account(response=first["response"] | {"headers": {}, "html": ["a", "b"], "content_type": "text/x"})
    test = proposal.test(rehearsed(first, other_keys=second))
    assert [line.text for line in test.rest][1:] == ["assert response.status_code == 200"]


def test_what_was_raised_is_expected(proposal: FromRequest) -> None:
    raised = {"module": "shop.errors", "name": "Broken", "message": 'no "(x)" here'}
    test = proposal.test(rehearsed(an_account(raised=raised, response=None)))
    assert [line.text for line in test.rest] == [
        'with pytest.raises(Broken, match=r"no \\"\\(x\\)\\" here"):',
        '    client.get("/")',
    ]
    assert {("pytest", ""), ("shop.errors", "Broken")} <= test.imports


@pytest.mark.parametrize(
    ("recorded_response", "told", "misfit"),
    [
        ({"status": 200}, an_account(), ""),
        ({"status": 404}, an_account(), "status 200, not 404"),
        ({"status": 500}, an_account(raised={"name": "A", "message": "b"}), ""),
        ({"status": 200}, an_account(raised={"name": "A", "message": "b"}), "A: b, not 200"),
        ({"status": 200}, {"problem": "SystemExit: 3", "step": "act"}, "SystemExit: 3 (at act)"),
        (
            {"status": 302, "headers": [["Location", "/o/7/"]]},
            an_account(
                response={
                    "status": 302,
                    "headers": {"Location": {"$": "text", "parts": ["/o/", {"$": "pk", "of": "a"}, "/"]}},
                }
            ),
            "",
        ),
        (
            {"status": 302, "headers": [["Location", "/login/"]]},
            an_account(response={"status": 302, "headers": {"Location": "/"}}),
            "redirected to '/', not '/login/'",
        ),
    ],
)
def test_what_is_not_as_recorded_is_told(recorded: Any, recorded_response: Any, told: Any, misfit: str) -> None:
    request = recorded.request(response={"headers": []} | recorded_response)
    assert FromRequest(recorded.facts, recorded.trace(), [request]).misfit(told) == misfit


def test_how_far_an_answer_is_from_the_recorded_one(recorded: Any) -> None:
    request = recorded.request(response={"status": 200, "headers": [], "body": '{"n": 1, "ids": [4, 5], "x": 1}'})
    proposal = FromRequest(recorded.facts, recorded.trace(), [request])
    response = an_account()["response"]
    assert (
        proposal.distance(
            an_account(response=response | {"json": {"n": 1, "ids": [{"$": "pk", "of": "a"}, 5], "x": 1}})
        )
        == 0
    )
    assert proposal.distance(an_account(response=response | {"json": {"n": 2, "ids": [1], "y": 1}})) == 5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("""assert f'<option value="{saw.pk}">Saw</option>' in page""", {"saw", "page"}),
        ("assert 'the saw' in page", {"page"}),
        ("with app.app_context():", {"app"}),
        ("saw = Tool()", {"Tool"}),
        ("saw.save(", {"saw", "save"}),  # no whole statement: all its words
    ],
)
def test_names_are_read_in_f_strings_too_but_not_in_texts(text, names):
    assert _names_read(text) == names
