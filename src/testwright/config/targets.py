"""Decides which modules the user means: files, folders, dotted names, `module:function` and `module:Class.method`.

No code of the user's is imported: names are looked up by walking folders, functions in the parsed source.
"""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from testwright.config.interpreter import ask_interpreter
from testwright.config.project import ModuleFile, Project, is_test_file
from testwright.errors import ProjectError, UsageError
from testwright.nouns.target import Target
from testwright.python_source.parsing import parse_source

__all__ = ["resolve_targets"]

_EXTENSION_SUFFIXES = (".so", ".pyd")


def resolve_targets(texts: Sequence[str], project: Project, python: str) -> list[Target]:
    """The modules that `texts` name, each once, in the order named; without texts, the project's whole source."""
    found: list[Target] = []
    for text in texts:
        found.extend(_resolve(text, project, python))
    if not texts:
        found.extend(_project_target(project, file) for file in project.modules())
        if not found:
            _no_source(f"the project at {project.root!r} holds no Python source", project.root)
    return _merged(found)


def _merged(targets: Iterable[Target]) -> list[Target]:
    """One target a module: naming the whole module wins over naming some functions of it."""
    merged: dict[str, Target] = {}
    for target in targets:
        known = merged.get(target.source)
        only = target.only
        if known is not None:
            only = tuple(dict.fromkeys(known.only + only)) if known.only and only else ()
        merged[target.source] = Target(target.module, target.source, target.import_roots, only, target.in_project)
    return list(merged.values())


def _resolve(text: str, project: Project, python: str) -> list[Target]:
    place, _, qualname = text.partition(":")
    if not place or (":" in text and not qualname):
        raise UsageError(
            f"{text!r} does not name a target",
            slug="target-not-found",
            where=text,
            hint="write a file, a folder, a dotted module, module:function or module:Class.method",
        )
    targets = _modules_named(place, project, python)
    if not qualname:
        return targets
    if len(targets) > 1:
        # `package:function` means the package's own file, never the modules below it.
        targets = [target for target in targets if os.path.basename(target.source) == "__init__.py"][:1] or targets
    target = targets[0]
    only = _qualnames(target, qualname)
    return [Target(target.module, target.source, target.import_roots, only, target.in_project)]


def _modules_named(place: str, project: Project, python: str) -> list[Target]:
    path = os.path.abspath(os.path.expanduser(place))
    if os.path.isfile(path):
        return [_file_target(place, path, project)]
    if os.path.isdir(path):
        return _folder_targets(place, path, project)
    if os.sep in place or place.endswith(".py"):
        _path_not_found(place, path, project)
    return _dotted_targets(place, project, python)


# ── files and folders ────────────────────────────────────────────────────────────────────────────────────────────────


def _file_target(place: str, path: str, project: Project) -> Target:
    if path.endswith(_EXTENSION_SUFFIXES):
        _extension_module(place, path)
    if not path.endswith(".py"):
        raise UsageError(
            f"{place!r} is not a Python source file",
            slug="not-a-python-file",
            where=path,
            hint="name a .py file, a folder of them or a dotted module",
        )
    file = project.module_file(path)
    if not all(part.isidentifier() for part in file.module.split(".")):
        raise UsageError(
            f"{place!r} cannot be imported: {file.module!r} is not a module name",
            slug="not-importable-name",
            where=path,
            hint="rename the file so that `import` can name it",
        )
    return _project_target(project, file)


def _folder_targets(place: str, path: str, project: Project) -> list[Target]:
    files = project.modules() if path == project.root else project.modules_in(path)
    if not files:
        _no_source(f"the folder {place!r} holds no Python source (tests, docs and environments do not count)", path)
    return [_project_target(project, file) for file in files]


def _project_target(project: Project, file: ModuleFile) -> Target:
    roots = tuple(dict.fromkeys((file.import_root, *project.source_roots)))
    return Target(file.module, file.path, roots)


# ── dotted names ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _dotted_targets(name: str, project: Project, python: str) -> list[Target]:
    if not all(part.isidentifier() for part in name.split(".")):
        _name_not_found(name, project, python)
    for root in project.source_roots:
        path = _find_module(name, root)
        if path:
            return [_project_target(project, file) for file in _files_of(name, path, project)]
    interpreter = ask_interpreter(python)
    if name in interpreter.builtin_modules:
        _extension_module(name, interpreter.executable)
    for folder in interpreter.path:
        path = _find_module(name, folder)
        if path:
            # Already on the interpreter's own path: nothing to add to it.
            files = _foreign_files(name, path, folder)
            return [Target(file.module, file.path, (), (), in_project=False) for file in files]
    _name_not_found(name, project, python)


def _find_module(name: str, root: str) -> str:
    """The file or package folder that `import name` would load from `root`, "" = none, in the import system's order."""
    *packages, last = name.split(".")
    folder = os.path.join(root, *packages)
    package = os.path.join(folder, last)
    if os.path.isfile(os.path.join(package, "__init__.py")):
        return package
    if not os.path.isdir(folder):
        return ""
    entries = sorted(os.listdir(folder))
    for entry in entries:
        if entry.startswith(last + ".") and entry.endswith(_EXTENSION_SUFFIXES):
            _extension_module(name, os.path.join(folder, entry))
    if f"{last}.py" in entries:
        return package + ".py"
    if os.path.isdir(package) and next(_sources_below(package), None):
        return package  # a namespace package
    return ""


def _files_of(name: str, path: str, project: Project) -> list[ModuleFile]:
    files = [project.module_file(path)] if os.path.isfile(path) else project.modules_in(path)
    if not files:
        _no_source(f"the package {name!r} holds no Python source (tests do not count)", path)
    return files


def _foreign_files(name: str, path: str, folder: str) -> list[ModuleFile]:
    away = Project(root=folder, config_file="", source_roots=(folder,), tests=os.path.join(folder, "tests"))
    return _files_of(name, path, away)


def _sources_below(folder: str) -> Iterator[str]:
    for current, _, names in os.walk(folder):
        yield from (os.path.join(current, name) for name in names if name.endswith(".py") and not is_test_file(name))


# ── functions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _qualnames(target: Target, qualname: str) -> tuple[str, ...]:
    """The functions that `qualname` names in the target: itself, or each method of the class of that name."""
    tree = _parsed(target)
    functions, classes = _definitions(tree)
    if qualname in functions:
        return (qualname,)
    if qualname in classes:
        methods = [name for name in functions if name.startswith(qualname + ".")]
        return tuple(methods) or (qualname,)
    close = difflib.get_close_matches(qualname, [*functions, *classes], n=3, cutoff=0.5)
    if close:
        hint = "did you mean " + " or ".join(repr(f"{target.module}:{name}") for name in close) + "?"
    elif origin := _imported_from(tree, qualname):
        hint = f"it is imported there from {origin!r}: name it as '{origin}:{qualname}'"
    else:
        hint = "it has " + (", ".join(repr(name) for name in functions[:5]) if functions else "no functions at all")
    raise UsageError(
        f"there is no function {qualname!r} in {target.module!r}",
        slug="function-not-found",
        where=target.source,
        hint=hint,
    )


def _parsed(target: Target) -> ast.Module:
    try:
        with open(target.source, "rb") as stream:
            return parse_source(stream.read(), target.source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise ProjectError(
            f"{target.module!r} is not valid Python: {getattr(error, 'msg', error)}",
            slug="syntax-error",
            where=f"{target.source}:{line}" if line else target.source,
            hint="mend the syntax first; testwright only reads files that Python can",
        ) from error


def _definitions(tree: ast.Module) -> tuple[list[str], list[str]]:
    functions: list[str] = []
    classes: list[str] = []

    def visit(nodes: Iterable[ast.AST], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions.append(prefix + node.name)
            elif isinstance(node, ast.ClassDef):
                classes.append(prefix + node.name)
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, (ast.If, ast.Try, ast.TryStar, ast.With, ast.ExceptHandler)):
                visit(ast.iter_child_nodes(node), prefix)

    visit(tree.body, "")
    return list(dict.fromkeys(functions)), list(dict.fromkeys(classes))


def _imported_from(tree: ast.Module, name: str) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names):
            return "." * node.level + (node.module or "")
    return ""


# ── what was not found ───────────────────────────────────────────────────────────────────────────────────────────────


def _path_not_found(place: str, path: str, project: Project) -> NoReturn:
    known = [os.path.relpath(file.path) for file in project.modules()]
    folder = os.path.dirname(path)
    if os.path.isdir(folder):
        known += [os.path.join(os.path.dirname(place), name) for name in os.listdir(folder)]
    raise UsageError(
        f"there is no file or folder {place!r}",
        slug="target-not-found",
        where=path,
        hint=_did_you_mean(place, known) or "name a file, a folder or a dotted module",
    )


def _name_not_found(name: str, project: Project, python: str) -> NoReturn:
    known = [file.module for file in project.modules()]
    raise UsageError(
        f"there is no module {name!r}",
        slug="target-not-found",
        where=project.root,
        hint=_did_you_mean(name, known)
        or f"neither the project nor {python} has it; --python names another interpreter",
    )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    return "did you mean " + " or ".join(repr(each) for each in close) + "?" if close else ""


def _no_source(message: str, where: str) -> NoReturn:
    raise UsageError(
        message,
        slug="no-source-found",
        where=where,
        hint="name the files to test, or set `source` in [tool.testwright]",
    )


def _extension_module(name: str, where: str) -> NoReturn:
    raise UsageError(
        f"{name!r} is an extension module: it has no Python source to read",
        slug="extension-module",
        where=where,
        hint="name a module written in Python; those that call the extension can be tested",
    )
