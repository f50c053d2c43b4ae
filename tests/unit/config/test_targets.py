"""What the user writes as a target is found without importing it."""

from __future__ import annotations

import sys

import pytest

from testwright.config.project import find_project
from testwright.config.targets import resolve_targets
from testwright.errors import ProjectError, TestwrightError, UsageError

CART = """
from os.path import join
import typing

def total(lines): ...
async def load(): ...
if typing.TYPE_CHECKING:
    def checked(): ...
class Cart:
    currency = "EUR"
    def add(self): ...
    class Row:
        def show(self): ...
class Empty:
    pass
raise SystemExit("this module must never be imported by the CLI")
"""


@pytest.fixture
def shop(make_files, monkeypatch):
    root = make_files(
        {
            "pyproject.toml": "",
            "src/shop/__init__.py": "def opening(): ...\n",
            "src/shop/cart.py": CART,
            "src/shop/broken.py": "x = 1\ndef broken(:\n",
            "src/shop/tests/test_cart.py": "",
            "scripts/deploy.py": "def deploy(): ...\n",
            "src/shop/fast.cpython-311-x86_64-linux-gnu.so": "",
            "notes.md": "",
        }
    )
    monkeypatch.chdir(root)
    return find_project(str(root))


def resolved(project, *texts):
    return resolve_targets(texts, project, sys.executable)


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("src/shop/cart.py", ["shop.cart"]),
        ("shop.cart", ["shop.cart"]),
        ("src/shop", ["shop", "shop.broken", "shop.cart"]),
        ("shop", ["shop", "shop.broken", "shop.cart"]),
        (".", ["shop", "shop.broken", "shop.cart"]),
        ("scripts/deploy.py", ["deploy"]),
        ("scripts", ["deploy"]),
    ],
)
def test_files_folders_and_modules_of_the_project(shop, text, modules):
    targets = resolved(shop, text)
    assert sorted(target.module for target in targets) == modules
    assert all(target.in_project and not target.only for target in targets)


def test_no_text_means_the_whole_source(shop):
    assert [target.module for target in resolved(shop)] == ["shop", "shop.broken", "shop.cart"]


def test_a_target_knows_what_must_be_on_the_path(shop):
    (script,) = resolved(shop, "scripts/deploy.py")
    assert script.import_roots == (f"{shop.root}/scripts", f"{shop.root}/src")


def test_a_module_that_is_merely_importable_is_found_and_needs_no_path(shop):
    (target,) = resolved(shop, "json.decoder")
    assert (target.module, target.in_project, target.import_roots) == ("json.decoder", False, ())
    assert target.source.endswith("json/decoder.py")


def test_a_package_that_is_merely_importable_is_all_of_its_modules(shop):
    names = [target.module for target in resolved(shop, "json")]
    assert {"json", "json.decoder", "json.encoder"} <= set(names)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("shop.cart:total", ("total",)),
        ("src/shop/cart.py:load", ("load",)),
        ("shop.cart:checked", ("checked",)),
        ("shop.cart:Cart.add", ("Cart.add",)),
        ("shop.cart:Cart", ("Cart.add", "Cart.Row.show")),
        ("shop.cart:Empty", ("Empty",)),
        ("shop:opening", ("opening",)),
        ("json:dumps", ("dumps",)),
    ],
)
def test_functions_methods_and_classes(shop, text, only):
    (target,) = resolved(shop, text)
    assert target.only == only


def test_a_module_named_twice_is_one_target(shop):
    (both,) = resolved(shop, "shop.cart:total", "src/shop/cart.py:load", "shop.cart:total")
    assert both.only == ("total", "load")
    (whole,) = resolved(shop, "shop.cart:total", "shop.cart")
    assert whole.only == ()


@pytest.mark.parametrize(
    ("text", "slug", "hint"),
    [
        ("src/shop/crat.py", "target-not-found", "'src/shop/cart.py'"),
        ("shop.crat", "target-not-found", "'shop.cart'"),
        ("no_such_thing_at_all", "target-not-found", f"nor {sys.executable} has it; --python"),
        ("shop/cart", "target-not-found", ""),
        ("not a name", "target-not-found", ""),
        (":total", "target-not-found", "dotted module"),
        ("shop.cart:", "target-not-found", "dotted module"),
        ("shop.cart:totl", "function-not-found", "'shop.cart:total'"),
        ("shop.cart:join", "function-not-found", "'os.path:join'"),
        ("shop.cart:Cart.drop", "function-not-found", ""),
        ("notes.md", "not-a-python-file", ""),
        ("src/shop/tests", "no-source-found", ""),
        ("shop.fast", "extension-module", ""),
        ("sys", "extension-module", ""),
    ],
)
def test_what_is_not_there_is_refused_with_the_closest(shop, text, slug, hint):
    with pytest.raises(UsageError) as caught:
        resolved(shop, text)
    assert (caught.value.slug, repr(text.rpartition(":")[2])[1:-1] in caught.value.message) == (slug, True)
    assert caught.value.where
    assert hint in caught.value.hint


def test_a_function_of_a_broken_file_is_refused_with_the_line(shop):
    with pytest.raises(ProjectError) as caught:
        resolved(shop, "shop.broken:broken")
    assert caught.value.slug == "syntax-error"
    assert caught.value.where.endswith("broken.py:2")


def test_a_file_whose_name_cannot_be_imported_is_refused(shop, make_files):
    make_files({"2fast.py": ""})
    with pytest.raises(TestwrightError) as caught:
        resolved(shop, "2fast.py")
    assert caught.value.slug == "not-importable-name"
