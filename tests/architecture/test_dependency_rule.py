"""Arrows point down: cli → workflows → stages → foundations; stages do not know each other; `inside` knows nobody."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "testwright"

CLI, WORKFLOWS, STAGE, FOUNDATION = 3, 2, 1, 0
LAYERS = {
    **dict.fromkeys(["", "__main__", "asgi", "cli", "django", "pytest_plugin", "wsgi"], CLI),
    **dict.fromkeys(["workflows", "bench"], WORKFLOWS),
    **dict.fromkeys(["assess", "explore", "traces", "propose", "execute", "decide", "write"], STAGE),
    **dict.fromkeys(
        ["nouns", "inside", "python_source", "workers", "config", "errors", "version", "llm", "executors"], FOUNDATION
    ),
}
PART_OF_THE_TARGET = {
    "inside/conftests.py": {"pytest"},
    "inside/existing/noting.py": {"pytest"},
    "inside/gate/pytest_run.py": {"pytest"},
    "inside/mutants/recording.py": {"pytest"},
    "inside/mutants/single_test.py": {"pytest", "_pytest"},
    "inside/mutants/suite.py": {"pytest"},
    "inside/properties/trials.py": {"hypothesis"},
    "inside/gate/django_tests.py": {"django"},
    "inside/recording/django_request.py": {"asgiref", "django"},
    "inside/recording/pytest_traces.py": {"pytest"},
    "inside/recording/start_recording.py": {"testwright_own_sitecustomize"},
    "inside/rehearsing/account.py": {"asgiref", "django"},
    "inside/rehearsing/answered_aiohttp.py": {"aiohttp", "multidict", "yarl"},
    "inside/rehearsing/answering.py": {"httpx", "requests", "urllib3"},
    "inside/rehearsing/django_stage.py": {"django", "pytest"},
    "inside/rehearsing/django_project.py": {"django"},
    "inside/rehearsing/identities.py": {"django"},
    "inside/rehearsing/marked_templates.py": {"django"},
    "inside/rehearsing/model_facts.py": {"django", "factory"},
    "inside/rehearsing/project_functions.py": {"django"},
    "inside/rehearsing/services/fixture_values.py": {"pytest"},
    "inside/rehearsing/services/row_tables.py": {"sqlalchemy"},
    "inside/rehearsing/stage_clock.py": {"django", "freezegun", "time_machine"},
    "inside/rehearsing/tables.py": {"django"},
    "inside/suite/outcome_plugin.py": {"pytest", "coverage"},
    "inside/suite/start_measuring.py": {"coverage", "testwright_own_sitecustomize"},
}
"""What `inside` may import, only when asked to, of the target's own interpreter."""


def imports(path: str, text: str) -> Iterator[str]:
    """The absolute names that the file imports; relative ones are resolved against its place."""
    package = ["testwright", *Path(path).with_suffix("").parts[:-1]]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            # `from testwright import errors` runs the root package and names one of its modules
            own = node.module == "testwright"
            yield from (f"testwright:{alias.name}" for alias in node.names) if own else (str(node.module),)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1]
            yield ".".join([*above, node.module or ""]).rstrip(".") if above else "testwright"


def violations(path: str, text: str) -> list[str]:
    """What is wrong with the imports of the file at `path` (relative to the package)."""
    check = _outside_of_inside if path.startswith("inside/") else _not_below
    return [f"{path}: {name}" for name in imports(path, text) if check(path, name)]


def _outside_of_inside(path: str, name: str) -> bool:
    if name.startswith("testwright.inside"):
        return False
    return name.split(".")[0] not in sys.stdlib_module_names | PART_OF_THE_TARGET.get(path, set())


def _not_below(path: str, name: str) -> bool:
    importer = Path(path).parts[0].removesuffix(".py")
    importer = "" if importer == "__init__" else importer
    if name == "testwright" or name.startswith("testwright:"):
        return LAYERS[importer] < CLI
    if not name.startswith("testwright."):
        return False
    imported = name.split(".")[1]
    if imported == importer:
        return False
    return LAYERS[imported] > LAYERS[importer] or LAYERS[imported] == LAYERS[importer] == STAGE


def absolute_imports_of_itself(path: str, text: str) -> list[str]:
    """`inside` is loaded under another name, where its own absolute name does not exist."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and not node.level]
    return [f"{path}: {node.module}" for node in found if str(node.module).startswith("testwright")]


FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def test_every_folder_has_its_place():
    tops = {Path(path).parts[0].removesuffix(".py") for path in FILES} - {"__init__"}
    assert tops <= set(LAYERS)


def test_all_imports_point_down():
    assert [line for path in FILES for line in violations(path, (SOURCE / path).read_text(encoding="utf-8"))] == []


def test_inside_names_itself_relatively():
    inside = [path for path in FILES if path.startswith("inside/")]
    text = {path: (SOURCE / path).read_text(encoding="utf-8") for path in inside}
    assert [line for path in inside for line in absolute_imports_of_itself(path, text[path])] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("decide/a.py", "from testwright.execute.pytest_gate import gate"),
        ("decide/a.py", "import testwright.execute.pytest_gate"),
        ("decide/a.py", "def f():\n    from ..execute import pytest_gate"),
        ("execute/a.py", "from testwright.workflows.generate_module import x"),
        ("nouns/a.py", "from testwright.decide.select import fewest"),
        ("workflows/a.py", "from testwright.cli.main import main"),
        ("workflows/a.py", "import testwright"),
        ("workflows/a.py", "from testwright import __version__"),
        ("workflows/a.py", "from .. import __version__"),
        ("inside/a.py", "import coverage"),
        ("inside/gate/a.py", "import pytest"),
        ("inside/gate/a.py", "from ...errors import InternalError"),
        ("inside/a.py", "from testwright.errors import InternalError"),
    ],
)
def test_a_planted_arrow_up_is_seen(path, text):
    assert violations(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cli/a.py", "import testwright\nfrom testwright.workflows.generate_tests import generate"),
        ("workflows/a.py", "from testwright.decide.select import fewest\nimport json, coverage"),
        ("execute/a.py", "from testwright.nouns import Target\nfrom .conditions import stages"),
        ("inside/gate/a.py", "import os\nfrom ..isolation.children import in_child\nfrom . import task"),
        ("inside/gate/pytest_run.py", "import pytest"),
    ],
)
def test_an_arrow_down_is_fine(path, text):
    assert violations(path, text) == []


def test_a_planted_absolute_name_is_seen():
    assert absolute_imports_of_itself("inside/a.py", "from testwright.inside.recipes import Const")


def test_the_lowest_know_none_above_them():
    """errors and version stand below everything; nouns stand on what a worker can hold."""
    allowed = {"errors.py": set(), "version.py": set(), "nouns": {"testwright.inside", "testwright.nouns"}}
    for path in FILES:
        below = allowed.get(Path(path).parts[0])
        if below is not None:
            ours = [name for name in imports(path, (SOURCE / path).read_text()) if name.startswith("testwright")]
            assert all(any(name.startswith(start) for start in below) for name in ours), (path, ours)
