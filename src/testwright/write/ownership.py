"""Decides whether a test file may be overwritten: only when we wrote it and nobody changed it since."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from testwright.errors import ProjectError
from testwright.nouns.edit import Edit

__all__ = ["MARK", "Ownership", "plan_edit"]

MARK = "proven by running (testwright"
"""Stands in the docstring of every file that we write."""

_RECORD = Path(".testwright") / "written.json"


@dataclass(slots=True)
class Ownership:
    """The content hashes of the files that we wrote, kept in the project's `.testwright` folder."""

    project_root: Path
    hashes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, project_root: Path) -> Ownership:
        """Whatever is not a well-formed record counts as no record: then every file counts as edited."""
        try:
            plain = json.loads((project_root / _RECORD).read_text(encoding="utf-8"))
            files = plain["files"]
            return cls(project_root, {str(k): str(v) for k, v in files.items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(project_root)

    @property
    def record_path(self) -> Path:
        return self.project_root / _RECORD

    def owns(self, path: Path, text: str) -> bool:
        """Whether `text`, found at `path`, is what we last wrote there."""
        return MARK in text and self.hashes.get(self._key(path)) == _hash(text)

    def owned_files(self) -> list[Path]:
        """Those that are still there as we wrote them."""
        paths = [self.project_root / key for key in self.hashes]  # an absolute key stays as it is
        return [path for path in paths if (text := _read(path)) is not None and self.owns(path, text)]

    def note(self, path: Path, text: str) -> None:
        """Remembers that we wrote `text` to `path`."""
        self.hashes[self._key(path)] = _hash(text)

    def to_text(self) -> str:
        return json.dumps({"schema": 1, "files": dict(sorted(self.hashes.items()))}, indent=2) + "\n"

    def _key(self, path: Path) -> str:
        resolved, root = path.resolve(), self.project_root.resolve()
        return (resolved.relative_to(root) if resolved.is_relative_to(root) else resolved).as_posix()


def plan_edit(path: Path, text: str, ownership: Ownership) -> Edit:
    """The edit that brings `text` to `path`, or to a neighbour when the file there is not ours to overwrite."""
    note = ""
    for number in range(100):
        target = path if number == 0 else _neighbour(path, number)
        before = _read(target)
        if before is None or before == text or ownership.owns(target, before):
            return Edit(str(target), before, text, note)
        if not note:
            why = "was edited since testwright wrote it" if MARK in before else "was not written by testwright"
            note = f"{path.name} {why} and stays as it is; the tests go to a file beside it"
    raise ProjectError(
        f"no free name beside {str(path)!r} for the generated tests",
        slug="output-not-writable",
        where=str(path.parent),
        hint="remove generated files that are no longer needed, or choose another folder with -o",
    )


def _read(path: Path) -> str | None:
    """The file's text, None when there is no file; bytes that are not UTF-8 are kept visible, never ours."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProjectError(
            f"{str(path)!r} cannot be read: {error.strerror or error}",
            slug="output-not-writable",
            where=str(path),
            hint="choose another folder with -o",
        ) from error


def _neighbour(path: Path, number: int) -> Path:
    """`test_x_generated.py`, then `test_x_generated_2.py` (`x_generated_test.py` where tests are named so)."""
    ending = "generated" if number == 1 else f"generated_{number}"
    if path.stem.endswith("_test") and not path.stem.startswith("test_"):
        return path.with_name(f"{path.stem.removesuffix('_test')}_{ending}_test{path.suffix}")
    return path.with_name(f"{path.stem}_{ending}{path.suffix}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
