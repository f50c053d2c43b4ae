"""Which modules of a project import which."""

from __future__ import annotations

import textwrap

import pytest

from testwright.assess.importers import import_targets, importer_counts
from testwright.assess.statement_survey import survey_of


def names(text: str, module: str = "shop.cart.item", *, is_package: bool = False) -> set[str]:
    return set(import_targets(survey_of(textwrap.dedent(text)).imports, module, is_package=is_package))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", {"a"}),
        ("import a.b.c, d as e", {"a.b.c", "d"}),
        ("from a import b, c as d", {"a.b", "a.c"}),
        ("from a.b import *", {"a.b"}),
        ("from . import price", {"shop.cart.price"}),
        ("from .price import total", {"shop.cart.price.total"}),
        ("from .. import tax", {"shop.tax"}),
        ("from ..tax.vat import rate", {"shop.tax.vat.rate"}),
        ("from ... import config", set()),
        ("from .... import config", set()),
    ],
)
def test_imports_are_absolute_names(text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_relative_ones_of_a_package_begin_at_itself() -> None:
    assert names("from . import item\nfrom .. import tax", "shop.cart", is_package=True) == {
        "shop.cart.item",
        "shop.tax",
    }


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    import a",
        "class C:\n    async def f(self):\n        import a",
        "try:\n    import a\nexcept ImportError:\n    a = None",
        "try:\n    pass\nexcept ImportError:\n    import a",
        "try:\n    pass\nfinally:\n    import a",
        "try:\n    pass\nexcept* ValueError:\n    import a",
        "for x in y:\n    pass\nelse:\n    import a",
        "with x:\n    import a",
        "match x:\n    case 1:\n        import a",
        "if x:\n    pass\nelif y:\n    import a",
        "if TYPE_CHECKING:\n    import b\nelse:\n    import a",
        "if not TYPE_CHECKING:\n    import a\nelse:\n    import b",
    ],
)
def test_imports_anywhere_count(text: str) -> None:
    assert names(text) == {"a"}


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"])
def test_imports_for_type_checkers_do_not_count(test: str) -> None:
    assert names(f"if {test}:\n    import a\n    from b import c\n") == set()


def counts(roots: tuple[str, ...] = (), **texts: str) -> dict[str, int]:
    """The modules are named as in `shop__cart`; all are in the folder /p/src."""
    sources = {name.replace("__", "."): f"/p/src/{name.replace('__', '/')}.py" for name in texts}
    found = {
        sources[name.replace("__", ".")]: import_targets(
            survey_of(text).imports, name.replace("__", "."), is_package=False
        )
        for name, text in texts.items()
    }
    return {path.removeprefix("/p/src/"): number for path, number in importer_counts(sources, found, roots).items()}


def test_each_importing_module_counts_once() -> None:
    found = counts(a="import b\nfrom b import x\ndef f():\n    import b", b="", c="from b import y", d="import os")
    assert found == {"a.py": 0, "b.py": 2, "c.py": 0, "d.py": 0}


def test_a_module_taken_from_its_package_is_the_module_and_not_the_package() -> None:
    found = counts(shop="", shop__cart="", user="from shop import cart", other="from shop import NAME")
    assert found == {"shop.py": 1, "shop/cart.py": 1, "user.py": 0, "other.py": 0}


def test_a_module_does_not_import_itself() -> None:
    assert counts(a="import a\nfrom a import x") == {"a.py": 0}


def test_a_function_of_a_function_of_a_module_is_not_guessed() -> None:
    assert counts(a="", b="import a.b.c") == {"a.py": 0, "b.py": 0}


def test_modules_go_by_their_names_below_other_roots_too() -> None:
    importing = {"b": "from src.a import x", "c": "import a"}
    assert counts(a="", **importing)["a.py"] == 1
    assert counts(roots=("/p",), a="", **importing)["a.py"] == 2


def test_a_package_goes_by_the_name_of_its_folder() -> None:
    sources = {"shop": "/p/src/shop/__init__.py", "b": "/p/src/b.py"}
    found = importer_counts(sources, {"/p/src/b.py": {"src.shop.NAME"}}, ["/p"])
    assert found == {"/p/src/shop/__init__.py": 1, "/p/src/b.py": 0}


def test_a_file_that_could_not_be_read_imports_nothing() -> None:
    assert importer_counts({"a": "/a.py", "b": "/b.py"}, {"/b.py": {"a"}}) == {"/a.py": 1, "/b.py": 0}
