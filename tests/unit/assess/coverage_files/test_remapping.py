from __future__ import annotations

from pathlib import Path

import pytest

from testwright.assess.coverage_files.remapping import AmbiguousPath, SourcePaths

FILES = ("src/pkg/__init__.py", "src/pkg/a.py", "src/pkg/sub/__init__.py", "src/pkg/sub/a.py", "src/alone.py", "run.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "proj").resolve()
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def found(root: Path, path: str, *bases: str, remap: tuple[tuple[str, str], ...] = ()) -> str:
    source = SourcePaths([str(root / name) for name in FILES], str(root), remap).find(path, bases)
    return source.removeprefix(str(root) + "/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/pkg/a.py", "src/pkg/a.py"),
        ("./src/pkg/../pkg/a.py", "src/pkg/a.py"),
        ("src\\pkg\\sub\\a.py", "src/pkg/sub/a.py"),
        ("C:\\ci\\proj\\src\\pkg\\a.py", "src/pkg/a.py"),
        ("/home/ci/build/proj/src/pkg/a.py", "src/pkg/a.py"),
        ("/home/ci/build/other/pkg/sub/a.py", "src/pkg/sub/a.py"),
        (".tox/py311/lib/python3.11/site-packages/pkg/a.py", "src/pkg/a.py"),
        ("/usr/lib/python3/dist-packages/alone.py", "src/alone.py"),
        ("/ci/src/alone.py", "src/alone.py"),
        ("/ci/proj/run.py", "run.py"),
        ("pkg/a.py", "src/pkg/a.py"),
        ("sub/a.py", "src/pkg/sub/a.py"),
        ("alone.py", "src/alone.py"),
        # Of something else:
        ("/ci/other/a.py", ""),
        ("/ci/elsewhere/alone.py", ""),
        ("/usr/lib/python3/site-packages/requests/a.py", ""),
        ("/usr/lib/python3/site-packages/pip/_vendor/pkg/a.py", ""),
        ("/ci/proj/tests/a.py", ""),
        ("tests/test_a.py", ""),
        ("<string>", ""),
        ("", ""),
    ],
)
def test_a_path_finds_its_source(root: Path, path: str, expected: str) -> None:
    assert found(root, path) == expected


def test_a_path_of_this_checkout_is_found(root: Path) -> None:
    assert found(root, str(root / "src" / "pkg" / "a.py")) == "src/pkg/a.py"


def test_relative_paths_start_at_the_bases_too(root: Path) -> None:
    assert found(root, "a.py", "src/pkg/sub") == "src/pkg/sub/a.py"
    assert found(root, "a.py", str(root / "src" / "pkg")) == "src/pkg/a.py"
    assert found(root, "a.py", "/home/ci/proj/src/pkg") == "src/pkg/a.py"


def test_another_file_that_is_there_is_not_taken_for_a_source(root: Path) -> None:
    (root / "copy" / "src" / "pkg").mkdir(parents=True)
    (root / "copy" / "src" / "pkg" / "a.py").write_text("")
    assert found(root, "copy/src/pkg/a.py") == ""


def test_an_installed_copy_that_is_there_is_the_source(root: Path) -> None:
    copy = root / ".tox" / "py" / "lib" / "site-packages" / "pkg"
    copy.mkdir(parents=True)
    (copy / "a.py").write_text("")
    assert found(root, ".tox/py/lib/site-packages/pkg/a.py") == "src/pkg/a.py"


def test_a_link_to_a_source_is_the_source(root: Path) -> None:
    (root / "link").symlink_to(root / "src")
    assert found(root, "link/pkg/a.py") == "src/pkg/a.py"


def test_a_remapped_prefix_ends_at_a_folder(root: Path) -> None:
    remap = (("/build/x/", "src/pkg"),)
    assert found(root, "/build/x/a.py", remap=remap) == "src/pkg/a.py"
    assert found(root, "/build/xyz/sub/q.py", remap=remap) == ""


def test_a_remap_may_be_of_windows_and_absolute(root: Path) -> None:
    assert found(root, "D:\\x\\a.py", remap=(("D:\\x", str(root / "src" / "pkg" / "sub")),)) == "src/pkg/sub/a.py"


def test_two_that_fit_equally_well_are_not_guessed(tmp_path: Path) -> None:
    sources = [str(tmp_path / part / "lib" / "x.py") for part in ("one", "two")]
    with pytest.raises(AmbiguousPath) as caught:
        SourcePaths(sources, str(tmp_path)).find("/ci/lib/x.py")
    assert caught.value.args == tuple(sources)
    assert SourcePaths(sources, str(tmp_path)).find("/ci/two/lib/x.py") == sources[1]


def test_what_is_gone_lay_in_the_project(root: Path) -> None:
    paths = SourcePaths([], str(root))
    assert paths.is_gone("src/pkg/old.py")
    assert not paths.is_gone("src/pkg/a.py")
    assert not paths.is_gone("/ci/proj/src/pkg/old.py")
