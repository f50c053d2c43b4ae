"""Frames are those of Kolo: what reads its traces finds in them what was recorded."""

from __future__ import annotations

import json
from typing import Any

from testwright.nouns import Span, Trace
from testwright.traces.kolo_frames import kolo_context, kolo_frames
from testwright.traces.kolo_traces import KoloTrace


def a_span(number: int, kind: str, name: str, started: int, took: int, **data: Any) -> Span:
    place = {"trace": "trc_1", "parent": 0, "file": "shop/views.py", "line": 3, "thread": "MainThread"}
    return Span(n=number, kind=kind, name=name, started=started, took=took, data=data, **place)


RESPONSE = {"status": 201, "headers": [["Content-Type", "text/plain"]], "body": "done"}
SPANS = [
    a_span(1, "request", "POST /o/", 10, 90, method="POST", path="/o/", query="a=1", headers=[], response=RESPONSE),
    a_span(2, "call", "shop.views:make", 20, 70, arguments=[["n", ["list", 1, 2]]], returned=["dict", ["a", 1]]),
    a_span(
        3, "sql", "sql", 30, 5, sql="SELECT 1", parameters=["tuple", 3], rows=["list", ["tuple", 1]], vendor="sqlite"
    ),
    a_span(4, "http", "GET https://x/", 40, 20, client="requests", method="GET", url="https://x/", status=200),
    a_span(5, "rows", "shop_order", 30, 0, before=["list"]),
]


def test_what_reads_traces_of_kolo_reads_them() -> None:
    document = {"threads": {"1": {"name": "MainThread", "frames": kolo_frames(SPANS)}}}
    found = {record["kind"]: record for record in KoloTrace("trc_1", document).records() if record["e"] == "span"}
    assert set(found) == {"request", "call", "sql", "http"}
    assert found["request"]["data"]["response"]["status"] == 201
    assert found["call"]["data"]["arguments"] == [["n", ["list", 1, 2]]]
    assert found["call"]["data"]["returned"] == ["dict", ["a", 1]]
    assert (found["sql"]["data"]["sql"], found["sql"]["data"]["parameters"]) == ("SELECT 1", ["list", 3])
    assert (found["http"]["data"]["method"], found["http"]["data"]["status"]) == ("GET", 200)
    assert found["call"]["parent"] == found["request"]["n"]
    assert found["http"]["parent"] == found["call"]["n"]


def test_a_context_has_the_frames_by_the_names_of_old_and_new_processors() -> None:
    plain: dict[str, Any] = {**dict.fromkeys(Trace.__slots__, ""), "id": "trc_1", "started": 10}
    context = kolo_context(Trace(**plain), SPANS)
    assert json.loads(json.dumps(context)) == context
    kinds = [frame["type"] for frame in context["_frames"]]
    assert (kinds[0], kinds[-1]) == ("django_request", "django_response")
    assert context["sections"][0]["frames"] == context["_frames"] == context["_traces"]["trc_1"]["frames"]
    assert context["sections"][0]["response"]["status_code"] == 201
