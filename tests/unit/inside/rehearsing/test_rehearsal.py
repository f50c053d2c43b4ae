"""An account says what a request did: to rows, mail, messages, files, other services, and whom it logged in."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.rehearsing.django_project import import_once

Play = Callable[..., dict[str, Any]]
ADA = 'ada = Customer.objects.create(name="Ada", code="ada")'
ORDER = 'order = Order.objects.create(customer=ada, name="one")'
PK = {"$": "pk", "of": "order"}


def test_keys_in_an_answer_are_told_by_their_rows(play: Play) -> None:
    account = play('client.get("/listed/")', ADA, ORDER)
    (told,) = account["response"]["json"]["orders"]
    assert told["id"] == PK
    assert told["url"] == {"$": "text", "parts": ["/o/", PK, "/"]}
    assert told["by"] == {"$": "pk", "of": "ada", "as": "str"}
    assert account["rows"] == {}
    assert account["counts"] == {"shop.Customer": 1, "shop.Order": 1, "shop.Audit": 1}


def test_rows_that_came_are_told_with_what_a_signal_made(play: Play) -> None:
    account = play('client.post("/make/", {"customer": ada.pk, "name": "tea"})', ADA)
    (order,) = account["rows"]["shop.Order"]["created"]
    assert order["name"] == "new:shop.Order:0"
    assert order["values"]["customer_id"] == {"$": "row", "of": "ada"}
    assert order["values"]["takes"] == ["std", "datetime.timedelta", 0, 3600, 0]
    assert order["values"]["notes"] == ["dict"]
    (audit,) = account["rows"]["shop.Audit"]["created"]
    assert audit["values"]["what"] == {"$": "text", "parts": ["order ", {"$": "pk", "of": "new:shop.Order:0"}, ""]}
    assert account["response"]["json"] == {"id": {"$": "pk", "of": "new:shop.Order:0"}}


def test_a_failed_transaction_leaves_nothing(play: Play) -> None:
    account = play('client.get("/half/")', ADA)
    assert account["rows"] == {}
    assert account["response"]["status"] == 200


def test_rows_that_changed_and_went(play: Play) -> None:
    changed = play('client.get(f"/rename/?order={order.pk}")', ADA, ORDER)
    assert changed["rows"] == {
        "shop.Order": {"created": [], "changed": {"order": {"name": "other"}}, "deleted": [], "left": 1}
    }
    gone = play('client.get("/remove/")', ADA, ORDER)
    assert gone["rows"]["shop.Order"] == {"created": [], "changed": {}, "deleted": ["order"], "left": 0}


def test_links_of_a_relation_are_told_by_their_owner(play: Play) -> None:
    tags = ['hot = Tag.objects.create(name="hot")', 'cold = Tag.objects.create(name="cold")', "order.tags.add(cold)"]
    account = play('client.get("/tag/")', ADA, ORDER, *tags)
    told = account["rows"]["shop.Order_tags"]
    assert told["owners"] == ["order"]
    assert told["links"] == [["order", "hot"]]


def test_mail_and_messages(play: Play) -> None:
    account = play('client.get("/mailed/")', ADA, ORDER)
    (mail,) = account["mails"]
    assert (mail["subject"], mail["to"]) == ("Hello", ["b@example.com"])
    assert mail["body"] == {"$": "text", "parts": ["order ", PK, ""]}
    assert account["messages"] == [["success", "sent"]]


def test_files_and_binary_answers(play: Play) -> None:
    account = play('client.post("/upload/", {"sheet": SimpleUploadedFile("a.txt", b"\\x00\\xff\\x89")})', ADA)
    assert account["files"] == [["sheets/a.txt", 3]]
    assert account["response"]["octets"] == 3
    assert account["response"]["content_type"] == "image/png"


def test_who_is_logged_in_afterwards(play: Play) -> None:
    made = 'user = User.objects.create_user("ada", password="x")'
    assert play('client.get("/logged_in/")', made)["session_user"] == {"$": "pk", "of": "user", "as": "str"}
    assert play('client.get("/told/")', made)["session_user"] is None


def test_pages_are_lines_and_say_which_a_variable_made(play: Play) -> None:
    plain = play('client.get("/page/")', ADA, ORDER)
    assert plain["response"]["html"] == ["<p>Orders</p>", "<ul>", "<li>one</li>", "</ul>"]
    marked = play('client.get("/page/")', ADA, ORDER, marked=True)
    assert marked["marked"] == [2]
    assert "html" not in marked["response"]


def test_queries_of_the_request_are_counted(play: Play) -> None:
    assert play('client.get("/listed/")', ADA, ORDER)["queries"] == 1
    assert play('client.get("/clock/")', ADA)["queries"] == 0


def test_chance_and_keys_are_what_they_are_asked_to_be(play: Play) -> None:
    one, again, other = (play('client.get("/chance/")', seed=seed)["response"]["html"] for seed in (1, 1, 2))
    assert one == again != other
    far = play('client.get("/listed/")', ADA, ORDER, base=940_000)
    assert far["response"]["json"] == play('client.get("/listed/")', ADA, ORDER)["response"]["json"]


@pytest.mark.parametrize("library", ["time_machine", ""])
def test_the_clock_stands_where_it_is_asked_to(play: Play, library: str) -> None:
    if library:
        pytest.importorskip(library, reason=f"SKIPPED FOR WANT OF A LIBRARY: {library} stops the clock")
    account = play('client.get("/clock/")', clock=[library, 1_782_982_800])
    assert account["response"]["html"] == ["2026-07-02T09:00:00+00:00"]


def test_rows_of_another_database_are_told_with_its_name(play: Play) -> None:
    made = [
        'far = Customer.objects.using("other").create(name="Ada")',
        'order = Order.objects.using("other").create(customer=far)',
    ]
    rows = play('client.get("/elsewhere/")', ADA, *made)["rows"]
    (audit,) = rows["shop.Audit"]["created"]
    assert audit["database"] == "other"
    assert (audit["values"]["what"], "@database" in audit["values"]) == ("far", False)
    assert rows["shop.Order"]["changed"] == {"order": {"name": "renamed"}}


def test_a_row_that_extends_another_is_told_once_and_known_by_both_keys(play: Play) -> None:
    made = ['cafe = Cafe.objects.create(name="Blue", seats=4)', 'place = Place.objects.create(name="Red")']
    account = play('client.get("/place/?new=1")', *made)
    assert account["response"]["json"] == [{"$": "pk", "of": name} for name in ("cafe", "place", "new:shop.Cafe:0")]
    assert account["rows"]["shop.Place"]["changed"] == {"place": {"name": "renamed"}}
    assert account["rows"]["shop.Place"]["created"] == []
    assert account["rows"]["shop.Cafe"]["changed"] == {"cafe": {"name": "renamed"}}
    (new,) = account["rows"]["shop.Cafe"]["created"]
    assert (new["name"], new["values"]["name"], new["values"]["seats"]) == ("new:shop.Cafe:0", "New", 2)


def test_a_key_that_is_a_relation_is_that_of_the_row_it_leads_to(play: Play) -> None:
    made = ['place = Place.objects.create(name="Blue")', 'owner = Owner.objects.create(place=place, name="Bo")']
    account = play('client.get("/place/")', *made)
    assert account["response"]["json"] == [{"$": "pk", "of": "place"}]


# -- other services ---------------------------------------------------------------------------------------------------

PAID = {
    "method": "POST",
    "url": "https://payments.example.com/v1/pay",
    "status": 201,
    "response_headers": [["Content-Type", "application/json"]],
    "response_body": '{"ok": true}',
}
RATES = {"method": "GET", "url": "https://payments.example.com/v1/rates?day=1", "status": 200, "response_body": "1.5"}


def test_what_requests_sends_is_answered_as_recorded(play: Play) -> None:
    pytest.importorskip("requests", reason="SKIPPED FOR WANT OF A LIBRARY: requests")
    account = play('client.get("/paid/")', ADA, ORDER, http=[RATES, PAID])
    assert (account["response"]["status"], account["response"]["json"]) == (201, {"paid": True})
    (sent,) = account["sent"]
    assert (sent["client"], sent["method"], sent["answer"]) == ("requests", "POST", 1)
    assert sent["url"] == {"$": "text", "parts": [{"$": "setting", "name": "PAYMENTS_URL"}, "/pay"]}
    assert sent["json"] == {"order": PK}


def test_what_httpx_sends_is_answered_as_recorded(play: Play) -> None:
    pytest.importorskip("httpx", reason="SKIPPED FOR WANT OF A LIBRARY: httpx")
    account = play('client.get("/asked/")', http=[PAID, RATES])
    assert account["response"]["html"] == ["1.5"]
    (sent,) = account["sent"]
    assert (sent["client"], sent["answer"]) == ("httpx", 1)
    assert json.dumps(sent["url"]).endswith('"/rates?day=1"]}')


@pytest.mark.parametrize(("path", "library"), [("paid", "requests"), ("asked", "httpx")])
def test_nothing_leaves_the_process(play: Play, path: str, library: str) -> None:
    pytest.importorskip(library, reason=f"SKIPPED FOR WANT OF A LIBRARY: {library}")
    account = play(f'client.get("/{path}/")', ADA, ORDER)
    assert account["raised"]["name"] == "ConnectionError"
    assert "no request like" in account["raised"]["message"]
    assert account["sent"][0]["answer"] is None
    raised = PAID if path == "paid" else RATES
    failed = {"method": raised["method"], "url": raised["url"], "raised": "refused"}
    assert "Connect" in play(f'client.get("/{path}/")', ADA, ORDER, http=[failed])["raised"]["name"]


def test_imports_are_made_once_and_one_that_fails_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    import_once(["import there_is_no_such_module", "import colorsys\nimport there_is_no_such_module"])
    assert "colorsys" in sys.modules
