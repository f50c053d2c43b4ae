"""Where test files go."""

from __future__ import annotations

from pathlib import Path

import pytest

from testwright.write.placement import beside, place, place_all


def project(root: Path, *files: str) -> Path:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


@pytest.mark.parametrize(
    ("files", "module", "expected"),
    [
        ([], "shop.orders", "tests/test_orders.py"),
        (["test/test_a.py"], "shop.orders", "test/test_orders.py"),
        (["tests/a_test.py", "tests/b_test.py", "tests/test_c.py"], "shop.orders", "tests/orders_test.py"),
        (["tests/unit/test_a.py"], "shop.orders", "tests/unit/test_orders.py"),
        (["tests/web/test_a.py"], "shop.web.views", "tests/web/test_views.py"),
        (["tests/shop/web/test_a.py"], "shop.web.views", "tests/shop/web/test_views.py"),
        (["tests/unit/web/test_a.py", "tests/web/test_b.py"], "shop.web.views", "tests/unit/web/test_views.py"),
        (["tests/old/test_orders.py", "tests/test_x.py"], "shop.orders", "tests/test_shop_orders.py"),
        (["tests/old/test_orders.py", "tests/__init__.py"], "shop.orders", "tests/test_orders.py"),
        ([], "shop._impl", "tests/test_impl.py"),
    ],
)
def test_the_project_decides(tmp_path: Path, files: list[str], module: str, expected: str) -> None:
    root = project(tmp_path, *files)
    assert place(module, output=None, project_root=root, in_project=True) == root / expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["missing", "checks"]\n'),
        ("pytest.ini", "[pytest]\ntestpaths = checks\n"),
        ("setup.cfg", "[tool:pytest]\ntestpaths =\n    checks\n"),
    ],
)
def test_testpaths_come_first(tmp_path: Path, name: str, text: str) -> None:
    root = project(tmp_path, "checks/test_a.py", "tests/test_b.py")
    (root / name).write_text(text, encoding="utf-8")
    assert place("m", output=None, project_root=root, in_project=True) == root / "checks" / "test_m.py"


def test_broken_settings_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("testpaths = x", encoding="utf-8")
    assert place("m", output=None, project_root=tmp_path, in_project=True) == tmp_path / "tests" / "test_m.py"


def test_a_chosen_folder_wins(tmp_path: Path) -> None:
    root = project(tmp_path, "tests/test_a.py")
    assert place("a.b", output=tmp_path / "out", project_root=root, in_project=True) == tmp_path / "out" / "test_b.py"


def test_equal_last_names_get_longer_ones(tmp_path: Path) -> None:
    found = place_all(["a.x", "b.x", "c.y", "x"], output=tmp_path, project_root=tmp_path, in_project=True)
    assert {m: p.name for m, p in found.items()} == {
        "a.x": "test_a_x.py",
        "b.x": "test_b_x.py",
        "c.y": "test_y.py",
        "x": "test_x.py",
    }
    assert len(set(found.values())) == 4


@pytest.mark.parametrize(
    ("file", "qualnames", "expected"),
    [
        ("test_cart.py", ["total"], "test_cart_total.py"),
        ("test_cart.py", ["Cart.add"], "test_cart_cart_add.py"),
        ("test_cart.py", ["_hidden", "b"], "test_cart_hidden_b.py"),
        ("cart_test.py", ["total"], "cart_total_test.py"),
        ("test_cart.py", ["a", "b", "c", "d", "e"], "test_cart_a_b_c_and_2_more.py"),
    ],
)
def test_some_functions_alone_get_a_file_beside(file: str, qualnames: list[str], expected: str) -> None:
    assert beside(Path("tests") / file, qualnames) == Path("tests") / expected
