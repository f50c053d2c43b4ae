"""Decides where a test file goes: the folder asked for, else the project's test folder, named as its files are."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["beside", "folder_of_tests", "place", "place_all"]

_DEFAULT_FOLDERS = ("tests", "test")
_NAMED_FUNCTIONS = 3
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


def place(module: str, *, output: Path | None, project_root: Path, in_project: bool) -> Path:
    """The path of the test file for one module."""
    return place_all([module], output=output, project_root=project_root, in_project=in_project)[module]


def place_all(modules: Sequence[str], *, output: Path | None, project_root: Path, in_project: bool) -> dict[str, Path]:
    """The same for the modules of one run; two of one last name get longer names, as many parts as it takes."""
    if output is not None and output.suffix == ".py" and len(modules) == 1:
        return {modules[0]: output}
    if output is not None:
        return {module: output / f"test_{stem}.py" for module, stem in _stems(modules).items()}
    folder = folder_of_tests(project_root)
    existing = sorted(_test_files(folder))
    suffixed = sum(p.stem.endswith("_test") for p in existing) > sum(p.stem.startswith("test_") for p in existing)
    pattern = "{}_test.py" if suffixed else "test_{}.py"
    places: dict[str, Path] = {}
    for module, stem in _stems(modules).items():
        where = _mirrored(folder, module) if in_project else folder
        path = where / pattern.format(stem)
        if _would_clash(path, existing):
            path = where / pattern.format("_".join(_parts(module)))
        places[module] = path
    return places


def beside(path: Path, qualnames: Sequence[str]) -> Path:
    """The neighbour of a module's test file for some of its functions alone: the file itself may hold other tests."""
    named = ["_".join(_parts(name)).lower() for name in qualnames[:_NAMED_FUNCTIONS]]
    more = len(qualnames) - len(named)
    suffix = "_".join([*named, *([f"and_{more}_more"] if more else [])])
    if path.stem.endswith("_test"):
        return path.with_name(f"{path.stem.removesuffix('_test')}_{suffix}_test.py")
    return path.with_name(f"{path.stem}_{suffix}.py")


def folder_of_tests(project_root: Path) -> Path:
    """Where the project's tests are, by its pytest settings or by custom; `tests` when it has none yet."""
    for name in (*_testpaths(project_root), *_DEFAULT_FOLDERS):
        if (project_root / name).is_dir():
            return project_root / name
    return project_root / "tests"


def _parts(module: str) -> list[str]:
    """Names without leading underscores, which would double the one after `test`."""
    return [part.strip("_") or part for part in module.split(".")]


def _stems(modules: Sequence[str]) -> dict[str, str]:
    """For each module the fewest last parts of its name that no other module shares."""
    stems: dict[str, str] = {}
    for module in modules:
        parts = _parts(module)
        others = [_parts(other) for other in modules if other != module]
        counts = range(1, len(parts) + 1)
        count = next((n for n in counts if all(parts[-n:] != other[-n:] for other in others)), len(parts))
        stems[module] = "_".join(parts[-count:])
    return stems


def _testpaths(project_root: Path) -> list[str]:
    """`testpaths` of pytest's configuration; a file that cannot be read says nothing about where tests are."""
    for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(project_root / name, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if parser.has_option(section, "testpaths"):
            return parser.get(section, "testpaths").split()
    try:
        settings = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    found = settings.get("tool", {}).get("pytest", {}).get("ini_options", {}).get("testpaths", [])
    return found.split() if isinstance(found, str) else [str(path) for path in found]


def _test_files(folder: Path) -> Iterator[Path]:
    """Test files below the folder, hidden and foreign folders left out."""
    if not folder.is_dir():
        return
    for path in folder.rglob("*.py"):
        inside = path.relative_to(folder).parts[:-1]
        if any(part.startswith(".") or part in _SKIPPED for part in inside):
            continue
        if path.stem.startswith("test_") or path.stem.endswith("_test"):
            yield path


def _mirrored(folder: Path, module: str) -> Path:
    """The deepest folder of the tests (or of their `unit` folder) that mirrors the module's package."""
    base = folder / "unit" if (folder / "unit").is_dir() else folder
    packages = module.split(".")[:-1]
    starts = [packages[start:] for start in range(len(packages))]
    options = [names[:end] for names in starts[:2] for end in range(len(names), 0, -1)]
    for names in sorted(options, key=len, reverse=True):
        if base.joinpath(*names).is_dir():
            return base.joinpath(*names)
    return base


def _would_clash(path: Path, existing: Sequence[Path]) -> bool:
    """pytest's default import mode refuses two test files of one name in folders that are no packages."""
    if (path.parent / "__init__.py").exists():
        return False
    return any(other.name == path.name and other.parent != path.parent for other in existing)
