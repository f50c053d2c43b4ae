"""Which files are read for calls of a module, and in which order."""

from __future__ import annotations

from pathlib import Path

from testwright.config.caller_files import caller_files, package_inits
from testwright.nouns import Target

FILES = (
    "src/shop/__init__.py",
    "src/shop/app.py",
    "src/shop/deep/__init__.py",
    "src/shop/deep/codes.py",
    "src/shop/tests/extra.py",
    "src/other.py",
    "tests/test_codes.py",
    ".venv/lib/other.py",
    "build/shop/app.py",
)


def target_in(root: Path, *, in_project: bool = True, module: str = "shop.deep.codes") -> Target:
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    source = root / "src" / (module.replace(".", "/") + ".py")
    return Target(module, str(source), (str(root / "src"),), in_project=in_project)


def found(root: Path, target: Target, *, tests: bool = True) -> list[tuple[str, str]]:
    return [(name, str(Path(path).relative_to(root))) for name, path in caller_files(target, str(root), tests=tests)]


def test_the_module_itself_comes_first_then_tests_then_the_rest(tmp_path: Path) -> None:
    assert found(tmp_path, target_in(tmp_path)) == [
        ("shop.deep.codes", "src/shop/deep/codes.py"),
        ("shop.tests.extra", "src/shop/tests/extra.py"),
        ("", "tests/test_codes.py"),
        ("other", "src/other.py"),
        ("shop", "src/shop/__init__.py"),
        ("shop.app", "src/shop/app.py"),
        ("shop.deep", "src/shop/deep/__init__.py"),
    ]


def test_tests_are_left_out_where_they_are_not_to_be_looked_at(tmp_path: Path) -> None:
    names = [path for _, path in found(tmp_path, target_in(tmp_path), tests=False)]
    assert not [path for path in names if "tests" in path]
    assert "src/shop/app.py" in names


def test_of_an_installed_module_only_its_package_is_read(tmp_path: Path) -> None:
    names = [name for name, _ in found(tmp_path, target_in(tmp_path, in_project=False))]
    assert names == ["shop.deep.codes", "shop.tests.extra", "shop", "shop.app", "shop.deep"]
    alone = target_in(tmp_path, in_project=False, module="other")
    assert found(tmp_path, alone) == [("other", "src/other.py")]


def test_the_packages_around_a_module_from_the_inside_out(tmp_path: Path) -> None:
    inits = [(name, str(Path(path).relative_to(tmp_path))) for name, path in package_inits(target_in(tmp_path))]
    assert inits == [("shop.deep", "src/shop/deep/__init__.py"), ("shop", "src/shop/__init__.py")]
    package = Target("shop.deep", str(tmp_path / "src/shop/deep/__init__.py"))
    assert [name for name, _ in package_inits(package)] == ["shop"]
