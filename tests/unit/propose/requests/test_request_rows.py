"""Rows are made in the order in which they depend on one another, under names that hide nothing."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import pytest

from testwright.nouns.django_facts import FactoryFacts
from testwright.propose.requests.request_rows import RESERVED, RowSteps


@pytest.fixture
def made(recorded: Any) -> Any:
    """The lines that make the rows of these spans."""
    return lambda *spans, **other: recorded.lines(recorded.arranged(*spans, **other))


def test_a_row_comes_after_those_that_it_refers_to(recorded: Any, made: Any) -> None:
    orders = recorded.rows("shop.Order", "id name customer_id", (7, "tea", 3))
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"), named=False)
    assert made(orders, customers) == [
        'a1 = Customer.objects.create(name="Ada", code="a1")',
        'tea = Order.objects.create(customer=a1, name="tea")',
    ]


def test_rows_of_tables_that_no_statement_names_are_made_only_where_needed(recorded: Any, made: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"), named=False)
    assert made(customers) == []


def test_a_row_that_refers_to_what_was_not_recorded_is_left_out(recorded: Any, made: Any) -> None:
    assert made(recorded.rows("shop.Order", "id name customer_id", (7, "tea", 3))) == []
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    orders = recorded.rows("shop.Order", "id name customer_id parent_id", (7, "tea", 3, 99))
    assert (
        made(customers, orders)[-1] == 'tea = Order.objects.create(customer=a1, name="tea")'
    )  # a parent may be missing


def test_a_reference_to_another_field_than_the_key(recorded: Any, made: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"), (4, "Bo", "b1"))
    orders = recorded.rows("shop.Order", "id name customer_id by_code_id", (7, "tea", 3, "b1"))
    assert made(customers, orders)[-1] == 'tea = Order.objects.create(customer=a1, by_code=b1, name="tea")'


def test_rows_that_refer_to_themselves_and_in_a_circle(recorded: Any, made: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    orders = recorded.rows(
        "shop.Order", "id name customer_id parent_id", (7, "tea", 3, 7), (8, "pot", 3, 9), (9, "cup", 3, 8)
    )
    assert made(customers, orders)[1:] == [
        'tea = Order.objects.create(customer=a1, name="tea")',
        "tea.parent = tea\ntea.save()",
        'cup = Order.objects.create(customer=a1, name="cup")',
        'pot = Order.objects.create(customer=a1, parent=cup, name="pot")',
        "cup.parent = pot\ncup.save()",
    ]
    assert made(recorded.rows("shop.Egg", "id hen_id", (1, 1)), recorded.rows("shop.Hen", "id egg_id", (1, 1))) == []


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("first", ["shop.Team", "shop.Worker"])
def test_a_row_is_given_one_that_wants_it_once_both_are_there(
    recorded: Any, made: Any, first: str, named: bool
) -> None:
    teams = recorded.rows("shop.Team", "id name head_id", (1, "Red", 5))
    workers = recorded.rows("shop.Worker", "id name team_id", (5, "Ada", 1), named=named or first == "shop.Worker")
    assert made(*((teams, workers) if first == "shop.Team" else (workers, teams))) == [
        'red = Team.objects.create(name="Red")',
        'ada = Worker.objects.create(name="Ada", team=red)',
        "red.head = ada\nred.save()",
    ]


@pytest.mark.parametrize("named", [True, False])
def test_a_model_that_extends_another_is_made_whole_and_once(recorded: Any, made: Any, named: bool) -> None:
    places = recorded.rows("shop.Place", "id name", (5, "Blue"), named=named)
    cafes = recorded.rows("shop.Cafe", "place_ptr_id seats", (5, 4))
    owners = recorded.rows("shop.Owner", "place_id name", (5, "Bo"))
    assert made(places, cafes, owners) == [
        'blue = Cafe.objects.create(name="Blue", seats=4)',
        'bo = Owner.objects.create(place=blue, name="Bo")',
    ]
    assert made(recorded.rows("shop.Place", "id name", (5, "Blue"))) == ['blue = Place.objects.create(name="Blue")']


def test_rows_are_made_in_the_database_that_they_were_in(recorded: Any, made: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    far = recorded.rows("shop.Customer", "id name code", (3, "Bo", "b1"), (4, "Cy", "c1"))
    people = recorded.rows("auth.User", "id username", (1, "dot"))
    far[-1].data["connection"] = people[-1].data["connection"] = "old"
    customers[-1].data["connection"] = "default"
    wanted = [
        'Customer.objects.create(name="Ada", code="a1")',
        'Customer.objects.using("old").create(name="Cy", code="c1")',
    ]
    for order in ((customers, far), (far, customers)):  # of two with one key, the one where the model belongs
        assert sorted(line.partition(" = ")[2] for line in made(*order)) == wanted
    assert made(people) == ['dot = User.objects.db_manager("old").create_user(username="dot")']


def test_a_key_that_is_a_relation(recorded: Any) -> None:
    places = recorded.rows("shop.Place", "id name", (5, "Blue"))
    found = recorded.arranged(places, recorded.rows("shop.Owner", "place_id name", (5, "Bo")))
    assert (found.name_of("shop.Place", 5), found.name_of("shop.Owner", 5)) == ("blue", "bo")


def test_links_are_added_after_both_rows(recorded: Any, made: Any) -> None:
    links = recorded.rows("shop.Order_tags", "id order_id tag_id", (1, 7, 2), (2, 7, 99))
    orders = recorded.rows("shop.Order", "id name customer_id", (7, "tea", 3))
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    tags = recorded.rows("shop.Tag", "id name", (2, "hot"))
    assert made(links, orders, customers, tags)[-1] == "tea.tags.add(hot)"
    assert len(made(links, orders, customers, tags)) == 4  # 99 was not recorded


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Hot", "hot"),
        ("Café Ü", "cafe_u"),
        ("list", "tag"),
        ("class", "tag"),
        ("client", "tag"),
        ("date", "tag"),
        ("sent", "tag"),
        ("7 days", "tag"),
        ("", "tag"),
        ("漢字", "tag"),
        ("a name that goes on and on", "a_name_that"),
        ("averyveryverylongwordthatnobodywantstoread", "tag"),
    ],
)
def test_names(recorded: Any, word: str, name: str) -> None:
    (step,) = recorded.arranged(recorded.rows("shop.Tag", "id name", (2, word))).steps
    assert step.name == name


def test_two_rows_of_one_name_have_two(recorded: Any, made: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (1, "hot"), (2, "Hot"), (3, "hot!"), (4, "tag"), (5, "list"))
    names = [line.partition(" = ")[0] for line in made(tags)]
    assert names == ["hot", "tag", "tag_2", "tag_3", "tag_4"]


def test_no_name_is_one_that_tests_need() -> None:
    assert {"client", "settings", "datetime", "upstream", "message", "sorted", "lambda"} <= RESERVED
    assert set(dir(builtins)) <= RESERVED


def test_fields_are_written_as_python_has_them(recorded: Any, made: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    orders = recorded.rows(
        "shop.Order", "id name customer_id takes sheet added", (7, "tea", 3, 90_000_000, "s/a.txt", "2026")
    )
    assert made(customers, orders)[-1] == (
        'tea = Order.objects.create(customer=a1, name="tea", takes=timedelta(seconds=90), sheet="s/a.txt")'
    )
    with_files = made(customers, orders, content=b"it's")[-1]
    assert 'sheet=SimpleUploadedFile("a.txt", b"it\'s")' in with_files


def test_a_field_that_was_cut_spoils_its_row_alone(recorded: Any, made: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (1, ["cut", "str", 9000, "", "hot"]), (2, "cold"))
    assert made(tags) == ['cold = Tag.objects.create(name="cold")']


def test_users_are_created_with_the_password_that_was_sent(recorded: Any, made: Any) -> None:
    users = recorded.rows("auth.User", "id username password email", (1, "ada", "md5$x", "a@example.com"))
    assert made(users) == ['ada = User.objects.create_user(username="ada", email="a@example.com")']
    assert made(users, passwords={"ada": "secret"}) == [
        'ada = User.objects.create_user(username="ada", password="secret", email="a@example.com")'
    ]


def test_model_bakery_makes_the_rows_of_models_without_a_factory(recorded: Any, made: Any) -> None:
    factory = FactoryFacts("tests.factories", "TagFactory", frozenset(), with_key=True)
    facts = replace(recorded.facts, bakery=True, factories={"shop.Tag": factory})
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    tags = recorded.rows("shop.Tag", "id name", (2, "hot"))
    orders = recorded.rows("shop.Order", "id name customer_id parent_id", (7, "", 3, None))
    steps = RowSteps(facts).of([*customers, *tags, *orders]).steps
    assert [step.source.text for step in steps] == [
        'a1 = baker.make("shop.Customer", name="Ada", code="a1")',
        'hot = TagFactory(id=2, name="hot")',  # with the recorded key, as the settings want it
        'order = baker.make("shop.Order", customer=a1, name="")',  # what must be there is given, else it is made up
    ]
    assert steps[0].source.imports == {("model_bakery", "baker")}
    assert steps[0].without(["name", "code"]).source.text == 'a1 = baker.make("shop.Customer")'
    assert "id" not in steps[1].spare
    assert steps[2].spare >= {"customer", "name"}  # any text and any row do, if the test passes with them
    assert "takes" not in steps[2].spare


def test_what_tests_can_do_without_is_spare(recorded: Any) -> None:
    customers = recorded.rows("shop.Customer", "id name code", (3, "Ada", "a1"))
    orders = recorded.rows("shop.Order", "id name customer_id parent_id", (7, "tea", 3, None))
    first, second = recorded.arranged(customers, orders).steps
    assert "code" not in first.spare  # it is unique
    assert "parent" in second.spare
    assert second.without(["name"]).source.text == "tea = Order.objects.create(customer=a1)"
    assert second.source.needs == {"a1"}
