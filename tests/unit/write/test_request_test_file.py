"""A file of request tests: imports sorted, blocks apart, lines broken, tests that were not kept as comments."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import black
import pytest

from testwright.nouns.source_text import Source
from testwright.write.request_test_file import RequestTestText, other_names, request_test_file

ORDER = Source('order = Order.objects.create(name="Tea")', frozenset([("shop.models", "Order")]))
REST = (
    Source("client.force_login(user)"),
    Source('response = client.get("/orders/")'),
    Source("assert response.status_code == 200"),
)


def a_test(name: str = "test_list", **other: Any) -> RequestTestText:
    given: dict[str, Any] = {"fixtures": ("client", "db"), "decorators": (), "arrange": (ORDER,), "rest": REST}
    return RequestTestText(name=name, **(given | other))


def file_of(*tests: RequestTestText, **other: Any) -> str:
    return request_test_file(list(tests), about="Tests of requests", version="1", own=frozenset(["shop"]), **other)


def test_a_function() -> None:
    text = file_of(a_test(proof="5/5 runs"))
    assert text.startswith('"""Tests of requests, ')
    assert text.endswith("""

from shop.models import Order


# proof: 5/5 runs
def test_list(client, db):
    order = Order.objects.create(name="Tea")

    client.force_login(user)
    response = client.get("/orders/")

    assert response.status_code == 200
""")


def test_methods_of_one_class_stand_together() -> None:
    text = file_of(a_test(group="Orders"), a_test("test_other", group="Orders"), a_test("test_last"))
    tree = ast.parse(text)
    (orders,) = [each for each in tree.body if isinstance(each, ast.ClassDef)]
    assert [each.name for each in orders.body if isinstance(each, ast.FunctionDef)] == ["test_list", "test_other"]
    assert "    def test_list(self, client, db):\n" in text
    assert a_test(group="Orders").node == "Orders::test_list"
    assert isinstance(tree.body[-1], ast.FunctionDef)


def test_methods_of_a_test_case_have_no_fixtures() -> None:
    text = file_of(a_test(group="Orders", fixtures=("client", "tmp_path")), unittest=True)
    assert "class Orders(TestCase):\n    def test_list(self):\n        tmp_path = Path(" in text
    assert "self.assertEqual(response.status_code, 200)" in text
    assert "\n\n        self.client.force_login(user)\n        response = self.client.get(" in text
    assert "from django.test import TestCase" in text


def test_databases_other_than_the_default_are_asked_for() -> None:
    both = ("default", "old")
    text = file_of(a_test(databases=both))
    assert '\n@pytest.mark.django_db(databases=["default", "old"])\ndef test_list(client):\n' in text
    assert "\nimport pytest\n" in text
    tests = [a_test("test_one", group="Orders"), a_test("test_two", group="Orders", databases=both)]
    text = file_of(*tests, unittest=True)
    assert 'class Orders(TestCase):\n    databases = {"default", "old"}\n\n    def test_one(self):\n' in text
    assert "mark" not in text


def test_imports_are_sorted_as_isort_does_it() -> None:
    imports = [
        ("shop.models", "Order"),
        ("shop.models", "audit"),
        ("json", ""),
        ("datetime", "datetime"),
        ("datetime", "UTC"),
    ]
    imports += [("responses", ""), ("django.core", "mail"), ("shop.models", "MAX")]
    head = file_of(a_test(arrange=[Source("x = 1", frozenset(imports))])).split("\n\n\n")[0]
    assert head.partition("\n\n")[2].splitlines() == [
        "import json",
        "from datetime import UTC, datetime",
        "",
        "import responses",
        "from django.core import mail",
        "",
        "from shop.models import MAX, Order, audit",
    ]


def test_what_is_imported_by_another_name_has_a_line_of_its_own() -> None:
    names = frozenset([("shop.models", "Tag"), ("shop.models", "Group as ShopGroup"), ("blog", "Tag as BlogTag")])
    text = file_of(a_test(arrange=[Source("x = 1", names)]))
    assert (
        "from blog import Tag as BlogTag\n\nfrom shop.models import Tag\nfrom shop.models import Group as ShopGroup\n"
        in text
    )
    assert ast.parse(text)


def test_many_names_of_one_module_stand_below_one_another() -> None:
    names = frozenset(("shop.models", f"AModelWithALongName{number}") for number in range(6))
    text = file_of(a_test(arrange=[Source("x = 1", names)]))
    assert "from shop.models import (\n    AModelWithALongName0,\n" in text


def test_a_test_that_was_not_kept_is_a_comment_and_imports_nothing() -> None:
    text = file_of(a_test(unproven="it failed [test-does-not-pass]"))
    assert ast.parse(text).body[1:] == []
    assert "# not kept: it failed [test-does-not-pass]\n# def test_list(client, db):\n#     order = " in text
    assert "\n#\n#     client.force_login(user)" in text


def test_the_request_is_told_from_what_is_asserted() -> None:
    rest = [
        Source("with responses.RequestsMock() as upstream:"),
        Source('    upstream.get("https://example.com/")'),
        Source('    response = client.get("/")'),
        Source("    sent = upstream.calls[0].request"),
        Source("order = Order.objects.get()"),
        Source('assert order.name == "response = client.get"'),
    ]
    text = file_of(a_test(rest=rest))
    assert "calls[0].request\n\n    order = Order.objects.get()\n    assert order.name" in text


def test_formatters_leave_the_file_alone(tmp_path: Path) -> None:
    long = Source(f"order = Order.objects.create({', '.join(f'name_{n}={n}' for n in range(12))})", ORDER.imports)
    decorator = Source('@time_machine.travel("2026-07-02T09:00:00Z", tick=False)', frozenset([("time_machine", "")]))
    wide = [f"a_fixture_of_a_rather_long_name_{n}" for n in range(4)]
    tests = [
        a_test(arrange=[long], decorators=[decorator]),
        a_test("test_many", fixtures=wide),
        a_test("test_one", arrange=[long], group="Orders", proof="5/5 runs"),
        a_test("test_two", arrange=(), group="Orders"),
        a_test("test_three", unproven="it failed"),
    ]
    for text in (
        file_of(*tests),
        file_of(*(a_test(f"test_{n}", arrange=[long], group="A") for n in "ab"), unittest=True),
    ):
        assert black.format_str(text, mode=black.Mode()) == text
        (tmp_path / "test_file.py").write_text(text, encoding="utf-8")
        ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
        run = subprocess.run(
            [ruff, "format", "--isolated", "--no-cache", "--diff", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stdout == ""


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["a_2", "a", "a"], ["a_2", "a", "a_3"]),
    ],
)
def test_no_two_tests_have_one_name(names: list[str], wanted: list[str]) -> None:
    assert other_names(names) == wanted
