"""Works out the figures of all files that an audit looks at, those apart that did not change since the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.assess.coverage_files import SourceFile
from testwright.assess.figures_store import FiguresStore, StoredFile, lazily_decoded
from testwright.assess.importers import import_targets
from testwright.assess.module_figures import ModuleFigures, module_figures
from testwright.assess.statement_survey import survey_of
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
    is stored; what was made is stored in any case.

    Each file is parsed and done with before the next, and no more is kept of it than a few bytes: the trees of a large project
    fill the memory, and where small objects stay among their nodes, the next tree takes longer to make.
    """
    place = Path(root, REMEMBERED, _STORE)
    store = FiguresStore(place, evidence.key, forget=fresh)
    general = store.notices if store.is_known else tuple(evidence.reader.notices)
    found = ProjectFigures({}, notices=[*general])
    files: dict[str, StoredFile | _Unstored] = {}
    for path in sorted(names):
        content = _content(path)
        known = store.find(path, _hash(content))
        if known is None or (known.figures is None and path in asked):
            files[path] = _made(evidence, path, content, names[path], root if path in asked else None)
        else:
            files[path] = known
    for path, file in files.items():
        _note(found, path, file, path in asked)
    found.files = lazily_decoded({p: f.coverage if isinstance(f, _Unstored) else f for p, f in files.items()})
    stored = {path: file for path, file in files.items() if isinstance(file, StoredFile)}
    if any(store.find(path, each.content) is not each for path, each in stored.items()):
        _remember(place, store, general, stored, found)
    return found


@dataclass(frozen=True, slots=True)
class _Unstored:
    """A file whose name is no text, such as one in another encoding, cannot be stored."""

    content: bytes
    imports: frozenset[str] | None
    notice: str
    figures: ModuleFigures | None
    coverage: FileCoverage

    def module_figures(self) -> ModuleFigures | None:
        return self.figures


def _made(
    evidence: AuditEvidence, path: str, content: bytes | None, module: str, root: str | None
) -> StoredFile | _Unstored:
    """Without figures where there is no root that their path is relative to."""
    source, file = evidence.reader.read(path, content)
    figures = _figures(module, source, file, root) if root is not None else None
    made = _Unstored(_hash(content), _imports(module, source), source.doubt, figures, file)
    try:
        path.encode()
        return StoredFile.of(
            made.content, imports=made.imports, notice=made.notice, figures=figures, coverage=made.coverage
        )
    except UnicodeEncodeError:
        return made


def _note(found: ProjectFigures, path: str, file: StoredFile | _Unstored, asked: bool) -> None:
    found.contents[path] = file.content.hex()
    if file.imports is not None:
        found.imports[path] = file.imports
    figures = file.module_figures() if asked else None
    if figures is not None:
        found.modules[path] = figures
    if file.notice:
        found.notices.append(file.notice)


def _remember(
    place: Path, store: FiguresStore, general: Sequence[str], stored: Mapping[str, StoredFile], found: ProjectFigures
) -> None:
    """A folder that cannot be written is no reason to fail: the next audit takes as long as this one."""
    try:
        remember(place, store.packed(general, stored))
    except (ProjectError, UnicodeEncodeError) as error:
        found.notices.append(f"figures are not kept for the next audit: {error}")


def _figures(module: str, source: SourceFile, file: FileCoverage, root: str) -> ModuleFigures:
    return module_figures(file, source.survey or survey_of(b""), module=module, root=root)


def _imports(module: str, source: SourceFile) -> frozenset[str] | None:
    if source.survey is None:
        return None
    return import_targets(source.survey.imports, module, is_package=source.path.endswith("__init__.py"))


def _content(path: str) -> bytes | None:
    """None where it cannot be read: whoever measures it says why."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _hash(content: bytes | None) -> bytes:
    return hashlib.blake2b(content or b"", digest_size=16).digest()
