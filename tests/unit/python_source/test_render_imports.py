"""Imports: what each object is called in the file, and in which order the statements stand."""

from __future__ import annotations

import pytest

from testwright.python_source.render_imports import Imports


def test_names_are_imported_from_their_module_and_sorted_in_sections() -> None:
    imports = Imports(target="shop.orders")
    for module, name in [
        ("shop.orders", "total"),
        ("shop.orders", "Order"),
        ("shop.orders", "LIMIT"),
        ("pytest", ""),
        ("decimal", "Decimal"),
        ("os.path", ""),
        ("attrs", "define"),
        ("shop.models.line", "Line"),
    ]:
        imports.expression(module, name)
    assert imports.render() == (
        "import os.path\nfrom decimal import Decimal\n\n"
        "import pytest\nfrom attrs import define\n\n"
        "from shop.models.line import Line\nfrom shop.orders import LIMIT, Order, total"
    )


def test_nested_names_import_their_outermost_class() -> None:
    imports = Imports()
    assert imports.expression("shop", "Order.Status.OPEN") == "Order.Status.OPEN"
    assert imports.render() == "from shop import Order"


def test_builtins_need_no_import() -> None:
    imports = Imports()
    assert imports.expression("builtins", "str.upper") == "str.upper"
    assert imports.render() == ""


def test_two_modules_with_one_name_do_not_meet() -> None:
    imports = Imports()
    assert imports.expression("json", "loads") == "loads"
    assert imports.expression("pkg.yaml_like", "loads") == "yaml_like_loads"
    assert imports.expression("json", "loads") == "loads"
    assert imports.render() == "from json import loads\n\nfrom pkg.yaml_like import loads as yaml_like_loads"


@pytest.mark.parametrize(
    ("module", "name", "expression"),
    [
        ("shelve", "open", "shelve.open"),  # would hide the builtin
        ("shop", "open", "shop_open"),
        ("shop", "test_order", "shop_test_order"),  # pytest would collect it
        ("shop", "TestClient", "shop_TestClient"),
        ("shop", "result", "shop_result"),  # a test binds it
    ],
)
def test_names_that_may_not_be_taken_get_an_alias(module: str, name: str, expression: str) -> None:
    assert Imports(reserved={"result"}).expression(module, name) == expression


def test_a_module_whose_name_a_test_binds_gets_an_alias() -> None:
    imports = Imports(reserved={"queue"})
    assert imports.expression("queue", "") == "queue_module"
    assert imports.render() == "import queue as queue_module"


def test_a_builtin_that_a_test_binds_is_reached_by_its_module() -> None:
    imports = Imports(reserved={"list"})
    assert imports.expression("builtins", "list") == "builtins.list"
    assert imports.render() == "import builtins"


def test_submodules_of_one_package_share_its_name() -> None:
    imports = Imports()
    assert imports.expression("xml.dom", "") == "xml.dom"
    assert imports.expression("xml.sax", "") == "xml.sax"
    assert imports.render() == "import xml.dom\nimport xml.sax"


def test_a_module_that_no_statement_can_name_is_imported_by_call() -> None:
    imports = Imports()
    assert imports.expression("my-tool", "run") == 'import_module("my-tool").run'
    assert imports.render() == "from importlib import import_module"


def test_adopted_imports_move_to_the_top() -> None:
    imports = Imports()
    assert imports.adopt("import json\nfrom io import StringIO\n\n\nclass A:\n    pass\n") == "class A:\n    pass"
    assert imports.render() == "import json\nfrom io import StringIO"


def test_a_name_that_is_taken_is_another_one_in_what_is_adopted() -> None:
    imports = Imports()
    imports.expression("datetime", "datetime")
    source = "import datetime\n\nnow = datetime.datetime(2024, 1, 1).datetime\n"
    rest = imports.adopt(source)
    assert rest == "now = datetime_module.datetime(2024, 1, 1).datetime"
    assert imports.render() == "import datetime as datetime_module\nfrom datetime import datetime"


def test_long_statements_are_broken() -> None:
    imports = Imports(target="shop")
    for number in range(12):
        imports.expression("shop", f"order_of_number_{number}")
    lines = imports.render().splitlines()
    assert lines[:3] == ["from shop import (", "    order_of_number_0,", "    order_of_number_1,"]
    assert lines[-2:] == ["    order_of_number_11,", ")"]


def test_a_name_that_is_taken_is_reached_through_its_standard_module() -> None:
    imports = Imports(target="shop.fields")
    assert imports.expression("shop.fields", "Decimal") == "Decimal"
    assert imports.expression("decimal", "Decimal") == "decimal.Decimal"
    assert imports.expression("re", "compile") == "re.compile"
    assert imports.render() == "import decimal\nimport re\n\nfrom shop.fields import Decimal"
