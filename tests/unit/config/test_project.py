"""Projects of every common layout: where they begin, what is source in them, how it is imported."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from testwright.config.project import find_project, is_test_file

LAYOUTS = {
    "src-layout": (
        ["src/shop/__init__.py", "src/shop/cart.py", "tests/test_cart.py", "docs/conf.py", "setup.py"],
        ["shop", "shop.cart"],
    ),
    "flat-package": (
        ["shop/__init__.py", "shop/sub/__init__.py", "shop/sub/a.py", "shop/tests/test_a.py", "noxfile.py"],
        ["shop", "shop.sub", "shop.sub.a"],
    ),
    "single-modules": (["shop.py", "prices.py", "test_shop.py", "conftest.py", "manage.py"], ["prices", "shop"]),
    "namespace-package": (["src/company/shop/cart.py"], ["company.shop.cart"]),
    "package-without-init": (["shop/cart.py"], ["shop.cart"]),
    "two-packages": (["one/__init__.py", "two/__init__.py", "scripts/run.py"], ["one", "two"]),
    "flat-package-beside-src": (["src/fast/__init__.py", "shop/__init__.py"], ["fast", "shop"]),
    "src-is-the-package": (["src/__init__.py", "src/cart.py"], ["src", "src.cart"]),
    "virtual-environments-and-caches": (
        [
            "shop.py",
            "env2/pyvenv.cfg",
            "env2/lib/a.py",
            ".venv/b.py",
            "build/c.py",
            "node_modules/d.py",
            "x.egg-info/e.py",
        ],
        ["shop"],
    ),
    "a-project-inside": (["shop.py", "other/pyproject.toml", "other/thing.py"], ["shop"]),
    "names-that-cannot-be-imported": (["shop.py", "2fast.py", "my-script.py", "my-app/a.py"], ["shop"]),
    "entry-points": (["shop/__init__.py", "shop/__main__.py"], ["shop"]),
}


@pytest.mark.parametrize(("paths", "modules"), LAYOUTS.values(), ids=LAYOUTS)
def test_source_is_found(make_files, paths, modules):
    root = make_files({"pyproject.toml": "", **dict.fromkeys(paths, "")})
    assert sorted(file.module for file in find_project(str(root)).modules()) == modules


@pytest.mark.parametrize(
    "table",
    [
        '[tool.setuptools.packages.find]\nwhere = ["code"]',
        '[tool.setuptools.package-dir]\n"" = "code"',
        '[tool.poetry]\npackages = [{include = "shop", from = "code"}]',
    ],
    ids=["setuptools-find", "setuptools-package-dir", "poetry"],
)
def test_source_is_where_the_build_backend_is_told(make_files, table):
    root = make_files({"pyproject.toml": table, "code/shop/__init__.py": "", "other/__init__.py": ""})
    assert [file.module for file in find_project(str(root)).modules()] == ["shop"]


def test_named_source_folders_are_taken_and_excluded_ones_are_left(make_files):
    root = make_files({"pyproject.toml": "", "code/a.py": "", "code/gen/b.py": "", "code/c_pb2.py": "", "shop.py": ""})
    project = find_project(str(root), source=["code"], exclude=["code/gen", "*_pb2.py"])
    assert [file.module for file in project.modules()] == ["a"]


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", ".git/HEAD"])
def test_the_nearest_marker_is_the_root(make_files, marker):
    root = make_files({f"inner/{marker}": "", "pyproject.toml": "", "inner/deep/a.py": ""})
    project = find_project(str(root / "inner" / "deep" / "a.py"))
    assert project.root == str(root / "inner")
    assert project.config_file == (str(root / "inner/pyproject.toml") if marker == "pyproject.toml" else "")


def test_a_file_outside_of_the_source_is_imported_by_its_packages(make_files):
    root = make_files({"pyproject.toml": "", "src/a.py": "", "scripts/pack/__init__.py": "", "scripts/pack/b.py": ""})
    file = find_project(str(root)).module_file(str(root / "scripts/pack/b.py"))
    assert (file.module, file.import_root) == ("pack.b", str(root / "scripts"))


@pytest.mark.parametrize(("made", "found"), [("tests", "tests"), ("test", "test"), ("other", "tests")])
def test_the_tests_folder_is_the_one_that_is_there(make_files, made, found):
    root = make_files({"pyproject.toml": "", f"{made}/x.txt": ""})
    assert find_project(str(root)).tests == os.path.join(root, found)


def test_what_pytest_collects_is_no_source():
    assert [name for name in ("test_a.py", "a_test.py", "conftest.py", "a.py", "latest.py") if is_test_file(name)] == [
        "test_a.py",
        "a_test.py",
        "conftest.py",
    ]


def test_the_program_of_a_package_is_source_only_where_it_is_asked_for(tmp_path):
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    for name in ("__init__.py", "__main__.py"):
        (package / name).write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "__main__.py").write_text("")
    project = find_project(str(tmp_path))
    assert [file.module for file in project.modules()] == ["shop"]
    assert [file.module for file in replace(project, with_mains=True).modules()] == ["shop", "shop.__main__"]
