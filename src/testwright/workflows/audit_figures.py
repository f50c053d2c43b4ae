"""Works out the figures of all files that an audit looks at, those apart that did not change since the last one."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from testwright.assess.coverage_files import SourceFile
from testwright.assess.figures_store import FiguresStore, StoredFile, lazily_decoded
from testwright.assess.importers import import_targets
from testwright.assess.module_figures import ModuleFigures, module_figures
from testwright.errors import ProjectError
from testwright.nouns import FileCoverage
from testwright.workflows.audit_evidence import AuditEvidence
from testwright.write.stored_file import REMEMBERED, remember

__all__ = ["ProjectFigures", "project_figures"]

_STORE = "audit-figures.msgpack"


@dataclass(slots=True)
class ProjectFigures:
    """All by real path: `modules` of what was asked for, `imports` of what is Python, `contents` are hashes of texts."""

    files: Mapping[str, FileCoverage]
    modules: dict[str, ModuleFigures] = field(default_factory=dict)
    imports: dict[str, Collection[str]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def project_figures(
    evidence: AuditEvidence, *, root: str, names: Mapping[str, str], asked: Collection[str], fresh: bool = False
) -> ProjectFigures:
    """`names` gives each source's module by real path; figures are made for those in `asked`. `fresh` makes no use of what
    is stored; what was made is stored in any case. Each file is parsed and done with before the next: the trees of a
    large project fill the memory.
    """
    place = Path(root, REMEMBERED, _STORE)
    store = FiguresStore(place, evidence.key, forget=fresh)
    general = store.notices if store.is_known else tuple(evidence.reader.notices)
    found = ProjectFigures({}, notices=[*general])
    stored: dict[str, StoredFile] = {}
    files: dict[str, FileCoverage | StoredFile] = {}
    for path in sorted(names):
        content = _content(path)
        known = store.find(path, _hash(content))
        if known is not None and (known.figures is not None or path not in asked):
            figures = known.module_figures() if path in asked else None
            stored[path] = files[path] = known
            _note(found, path, known.content, known.imports, known.notice, figures)
        else:
            source, file = evidence.reader.read(path, content)
            figures = _figures(names[path], source, file, root) if path in asked else None
            imports = _imports(names[path], source)
            files[path] = file
            # A name that is no text, such as that of a file in another encoding, cannot be stored.
            with suppress(UnicodeEncodeError):
                path.encode()
                stored[path] = StoredFile.of(
                    _hash(content), imports=imports, notice=source.doubt, figures=figures, coverage=file
                )
            _note(found, path, _hash(content), imports, source.doubt, figures)
    found.files = lazily_decoded(files)
    if any(store.find(path, each.content) is not each for path, each in stored.items()):
        _remember(place, store, general, stored, found)
    return found


def _note(
    found: ProjectFigures,
    path: str,
    content: bytes,
    imports: Collection[str] | None,
    notice: str,
    figures: ModuleFigures | None,
) -> None:
    found.contents[path] = content.hex()
    if imports is not None:
        found.imports[path] = imports
    if figures is not None:
        found.modules[path] = figures
    if notice:
        found.notices.append(notice)


def _remember(
    place: Path, store: FiguresStore, general: Sequence[str], stored: Mapping[str, StoredFile], found: ProjectFigures
) -> None:
    """A folder that cannot be written is no reason to fail: the next audit takes as long as this one."""
    try:
        remember(place, store.packed(general, stored))
    except (ProjectError, UnicodeEncodeError) as error:
        found.notices.append(f"figures are not kept for the next audit: {error}")


def _figures(module: str, source: SourceFile, file: FileCoverage, root: str) -> ModuleFigures:
    tree = source.tree if source.tree is not None else ast.Module([], [])
    return module_figures(file, module=module, root=root, source=source.content, tree=tree)


def _imports(module: str, source: SourceFile) -> frozenset[str] | None:
    if source.tree is None:
        return None
    return import_targets(source.tree, module, is_package=source.path.endswith("__init__.py"))


def _content(path: str) -> bytes | None:
    """None where it cannot be read: whoever measures it says why."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _hash(content: bytes | None) -> bytes:
    return hashlib.blake2b(content or b"", digest_size=16).digest()
