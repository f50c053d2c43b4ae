"""Requests are sent again in a worker of their own: one that ends badly is lost, the others are not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from testwright.errors import ProjectError, UsageError
from testwright.execute.rehearse import DjangoPlace, check, learn_facts, rehearse
from testwright.nouns.django_facts import DjangoFacts


@pytest.fixture(scope="module")
def place(shop: Path) -> DjangoPlace:
    return DjangoPlace(root=str(shop), python=sys.executable, project_path=(str(shop),), settings="settings")


@pytest.fixture(scope="module")
def facts(place: DjangoPlace, tmp_path_factory: pytest.TempPathFactory) -> DjangoFacts:
    return learn_facts(place, tmp_path_factory.mktemp("scratch"))


def play(name: str, act: str, *arrange: str, **other: Any) -> dict[str, Any]:
    imports = "from shop.models import *\nfrom django.contrib.auth.models import User"
    plain = {"id": name, "imports": imports, "arrange": list(arrange), "act": f"response = {act}", "base": 710_000}
    return plain | other


def test_facts_of_models(facts: DjangoFacts) -> None:
    order = facts.models["shop.Order"]
    by_name = {field.name: field for field in order.fields}
    assert (by_name["customer"].to, by_name["customer"].attname) == ("shop.Customer", "customer_id")
    assert by_name["by_code"].to_field == "code"
    assert by_name["sheet"].file
    assert by_name["added"].now
    assert by_name["notes"].default == ["dict"]
    assert by_name["takes"].default == ["std", "datetime.timedelta", 0, 3600, 0]
    assert facts.models["shop.Customer"].key.default_is_called
    through = facts.models["shop.Order_tags"].through
    assert through is not None
    assert (through.owner, through.name, through.model) == ("shop.Order", "tags", "shop.Tag")
    assert facts.models["auth.User"].is_user
    assert facts.caches == {"default": True}
    assert set(facts.databases) == {"default", "other"}


def test_a_proxy_is_no_model_of_its_own(facts: DjangoFacts) -> None:
    assert "shop.Regular" not in facts.models
    found = facts.of_table("shop_customer")
    assert found is not None
    assert found.label == "shop.Customer"


def test_two_models_of_one_name_are_told_apart(facts: DjangoFacts) -> None:
    own, other = facts.models["shop.Group"], facts.models["auth.Group"]
    assert (own.name, own.imported) == ("Group", ("shop.models", "Group"))
    assert (other.name, other.imported) == ("AuthGroup", ("django.contrib.auth.models", "Group as AuthGroup"))


ENDINGS = ("leaves", "ends", "killed", "broken")


def test_a_request_that_ends_its_process_takes_no_other_with_it(place: DjangoPlace, tmp_path: Path) -> None:
    plays = [play(name, f'client.get("/{name}/")') for name in ENDINGS]
    plays.append(play("wrong", "client.get(no_such_name)"))
    plays.append(play("unread", "client.get('/', "))
    plays.append(play("exits", 'client.get("/told/")', "raise SystemExit(0)"))
    plays.append(play("unmade", 'client.get("/told/")', "Order.objects.create(customer=None)"))
    plays.append(play("last", 'client.get("/told/")'))
    found = rehearse(place, tmp_path, plays)
    assert set(found) == {*ENDINGS, "wrong", "unread", "exits", "unmade", "last"}
    assert found["last"]["response"]["status"] == 200
    assert found["broken"]["raised"] == {"module": "builtins", "name": "LookupError", "message": "no such thing"}
    assert "SystemExit" in found["leaves"]["problem"]
    assert "did not end" in found["ends"]["problem"]
    assert "did not end" in found["killed"]["problem"]
    assert (found["exits"]["step"], found["unmade"]["step"]) == ("arrange 0", "arrange 0")
    assert "IntegrityError" in found["unmade"]["problem"]
    assert found["wrong"]["raised"]["name"] == "NameError"
    assert found["unread"].get("raised", {}).get("name") == "SyntaxError"


def test_nothing_to_rehearse_starts_no_worker(place: DjangoPlace, tmp_path: Path) -> None:
    nowhere = DjangoPlace(root=place.root, python="/no/such/python", project_path=(), settings="settings")
    assert rehearse(nowhere, tmp_path, []) == {}
    assert check(nowhere, tmp_path, [], {}) == {}


@pytest.mark.parametrize(
    ("settings", "slug", "says"),
    [
        ("no_such_settings", "django-not-set-up", "no_such_settings"),
        ("", "no-django-settings", "settings"),
        ("broken_settings", "django-not-set-up", "planted"),
        ("unknown_engine", "django-not-set-up", "engine"),
    ],
)
def test_a_project_that_cannot_be_set_up_is_told(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, slug: str, says: str
) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    (tmp_path / "broken_settings.py").write_text("raise RuntimeError('planted')")
    (tmp_path / "unknown_engine.py").write_text(
        "from settings import *\nDATABASES = {'default': {'ENGINE': 'no.such.engine', 'NAME': 'x'}}"
    )
    place = DjangoPlace(
        root=str(shop), python=sys.executable, project_path=(str(shop), str(tmp_path)), settings=settings
    )
    with pytest.raises((ProjectError, UsageError)) as caught:
        learn_facts(place, tmp_path)
    assert caught.value.slug == slug
    assert says in str(caught.value)


# -- checks -----------------------------------------------------------------------------------------------------------

NAMED = [
    "customer",
    "Customer.objects.create(",
    [],
    [["name", 'name="Ada"', [], True], ["code", 'code="a"', [], False]],
]


def a_check(name: str, rest: str, *steps: list[Any], **other: Any) -> dict[str, Any]:
    arrange = [dict(zip(("name", "head", "needs", "arguments"), step, strict=True)) for step in steps]
    for each in arrange:
        each["head"] = f"{each['name']} = {each['head']}"
    plain = {"id": name, "imports": "from shop.models import *", "fixtures": ["client", "db"], "decorators": []}
    return plain | {"first": [], "arrange": arrange, "rest": rest, "functions": {}, "most": 10} | other


TAG = ["tag", "Tag.objects.create(", [], [["name", 'name="hot"', [], False]]]
ORDER = ["order", "Order.objects.create(", ["customer"], [["customer", "customer=customer", ["customer"], False]]]
GET = 'response = client.get("/listed/")\n'


def test_rows_that_a_test_can_do_without_go(place: DjangoPlace, tmp_path: Path) -> None:
    checks = [
        a_check("none", GET + "assert response.status_code == 200", NAMED, TAG, ORDER),
        a_check("order", GET + 'assert len(response.json()["orders"]) == 1', NAMED, TAG, ORDER),
        a_check("wrong", GET + 'assert len(response.json()["orders"]) == 2', NAMED, ORDER),
        a_check("ends", 'client.get("/ends/")', NAMED),
        a_check("killed", 'client.get("/killed/")', NAMED),
        a_check("leaves", 'client.get("/leaves/")', NAMED),
        a_check("last", GET + "assert response.status_code == 200"),
    ]
    found = check(place, tmp_path, checks, {})
    assert found["none"]["kept"] == []
    assert found["order"]["kept"] == ["customer", "order"]
    assert found["order"]["dropped"] == {"customer": ["name"]}
    assert "assert len(response.json()" in found["wrong"]["problem"]
    assert all("ended the process" in found[name]["problem"] for name in ("ends", "killed"))
    assert "SystemExit" in found["leaves"]["problem"]
    assert found["last"]["kept"] == []


def test_rows_without_which_a_mutant_would_be_missed_stay(place: DjangoPlace, shop: Path, tmp_path: Path) -> None:
    views = str((shop / "shop" / "views.py").resolve())
    rest = 'response = client.get("/place/")\nassert response.status_code == 200\n'
    rest += 'assert not Place.objects.exclude(name="renamed").exists()'
    one = ["place", "Place.objects.create(", [], [["name", 'name="old"', [], False]]]
    asked = a_check("place", rest, TAG, one, functions={views: ["place"]})
    found = check(place, tmp_path, [asked, a_check("bad", "assert False", functions={views: ["place"]})], {views: ()})
    assert found["place"]["kept"] == ["place"]
    assert {each[3] for each in found["place"]["tried"]} == {"place"}
    assert found["place"]["caught"]
    assert set(found["place"]["caught"]) <= {each[0] for each in found["place"]["tried"]}
    assert "problem" in found["bad"]


QUERIES = "django_assert_num_queries"
COUNTED = f"with {QUERIES}({{}}):\n    {{}}"
KEPT = "from django.contrib.contenttypes.models import ContentType\n"
OF_TAG = "ContentType.objects.get_by_natural_key('shop', 'tag')"


def test_what_one_test_sets_is_gone_in_the_next(place: DjangoPlace, tmp_path: Path) -> None:
    sets = 'monkeypatch.setenv("SHOP_MODE", "x")\nresponse = client.get("/told/")\n'
    checks = [
        a_check("one", sets + 'assert response.json()["env"] == "x"', TAG, fixtures=["client", "db", "monkeypatch"]),
        a_check("two", 'assert client.get("/told/").json()["env"] is None'),
        a_check("counted", COUNTED.format(1, 'client.get("/listed/")'), fixtures=["client", "db", QUERIES]),
        a_check("miscounted", COUNTED.format(2, 'client.get("/listed/")'), fixtures=["client", "db", QUERIES]),
        a_check("kept by Django", KEPT + COUNTED.format(1, OF_TAG), TAG, fixtures=["db", QUERIES]),
    ]
    pytest.importorskip("pytest")
    found = check(place, tmp_path, checks, {})
    assert "problem" not in found["one"]
    assert "problem" not in found["two"]
    assert "problem" not in found["counted"]
    assert "1 queries were made, not 2" in found["miscounted"]["problem"]
    assert found["kept by Django"]["kept"] == []  # tried with and without the row, each time with nothing kept


def test_a_test_that_is_to_stay_as_it_is_tells_only_what_it_catches(
    place: DjangoPlace, shop: Path, tmp_path: Path
) -> None:
    views = str((shop / "shop" / "views.py").resolve())
    one = ["place", "Place.objects.create(", [], [["name", 'name="old"', [], False]]]
    rest = 'response = client.get("/place/")\nassert response.status_code == 200\n'
    strict = rest + 'assert not Place.objects.exclude(name="renamed").exists()'
    asked = {"functions": {views: ["place"]}}
    first = check(place, tmp_path, [a_check("first", strict, one, **asked)], {views: ()})["first"]
    assert first["caught"]
    numbers = {"mutants": [each[0] for each in first["tried"]]}
    again = [a_check(name, text, one, **asked, **numbers) for name, text in (("same", strict), ("weak", rest))]
    found = check(place, tmp_path, again, {views: ()})
    assert "kept" not in found["same"]
    assert found["same"]["caught"] == first["caught"]
    assert set(found["weak"]["caught"]) < set(first["caught"])


def test_a_test_is_not_lost_to_many_mutants_that_end_the_process(
    place: DjangoPlace, shop: Path, tmp_path: Path
) -> None:
    views = str((shop / "shop" / "views.py").resolve())
    rest = 'response = client.get("/fragile/")\nassert response.content == b"whole"'
    asked = a_check("fragile", rest, TAG, functions={views: ["fragile"]}, most=40)
    found = check(place, tmp_path, [asked], {views: ()})["fragile"]
    assert "problem" not in found
    assert (found["kept"], found["tried"]) == ([], [])
