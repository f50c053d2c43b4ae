"""Tasks of a small project whose suite was really run: what they say is what is there, and their commands work."""

from __future__ import annotations

import dataclasses
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from testwright.assess.batches import group_into_batches
from testwright.assess.coverage_files import read_coverage
from testwright.assess.module_figures import module_figures
from testwright.assess.plan_tasks import plan_tasks
from testwright.assess.statement_survey import survey_of
from testwright.nouns import Effort, FunctionCoverage, ModuleCoverage, PlanFunction, PlanTask

CART = '''"""Carts."""

from __future__ import annotations

import functools
import os.path
from dataclasses import dataclass

from shop import prices as money

LIMIT = 3
UNUSED = 4


class Full(ValueError):
    """Nothing more goes in."""


@dataclass
class Item:
    name: str
    cents: int = 0


class Cart:
    def __init__(self, owner: str, *, limit: int = LIMIT) -> None:
        self.owner = owner
        self.items: list[Item] = []

    @functools.lru_cache
    async def add(self, item: Item, /, *more: Item, quiet: bool = False) -> int | None:
        """Put something in.

        More than the limit is refused.
        """
        if len(self.items) >= LIMIT:
            raise Full(f"full <&> ]]>: {os.path.sep}")
        self.items.append(item)
        return None if quiet else money.total(self.items)

    @property
    def size(self) -> int:
        return len(self.items)

    @size.setter
    def size(self, value: int) -> None:
        del self.items[value:]


def outer(n):
    def inner(m):
        return m + n

    return inner


def doubled(n):
    return helper(n)


def helper(n: int) -> int:
    """Double it."""
    return 2 * n
'''
PRICES = "def total(items):\n    found = 0\n    for item in items:\n        found += item.cents\n    return found\n"
TEST = "from shop.cart import Cart, doubled\n\n\ndef test_it():\n    assert doubled(1) == 2\n    assert Cart('a').size == 0\n"
NEW_TEST = "from shop.prices import total\n\n\ndef test_none():\n    assert total([]) == 0\n"
SOURCES = {"src/shop/cart.py": CART.encode(), "src/shop/prices.py": PRICES.encode()}
TEST_FILES = {"shop.cart": "tests/test_cart.py", "shop.prices": "tests/test_prices.py"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    texts = {path: text.decode() for path, text in SOURCES.items()}
    for path, text in {**texts, "src/shop/__init__.py": "", "tests/test_it.py": TEST}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['src']\n")
    run(root, "python -m coverage run --branch --source=src -m pytest -q -p no:cacheprovider tests")
    return root


@pytest.fixture(scope="module")
def modules(project: Path) -> list[ModuleCoverage]:
    paths = {path: project / path for path in SOURCES}
    evidence = read_coverage([str(project / ".coverage")], root=str(project), sources=[str(p) for p in paths.values()])
    return [
        module_figures(
            evidence.files[str(path.resolve())],
            survey_of(path.read_bytes()),
            module=f"shop.{path.stem}",
            root=str(project),
        ).rated()
        for name, path in paths.items()
    ]


@pytest.fixture(scope="module")
def task(modules: list[ModuleCoverage]) -> PlanTask:
    (made,) = tasks(modules)
    return made


def untested(modules: Sequence[ModuleCoverage]) -> list[FunctionCoverage]:
    return [function for module in modules for function in module.functions if not function.is_tested]


def tasks(modules: Sequence[ModuleCoverage], **changes: object) -> list[PlanTask]:
    given = {"sources": SOURCES, "test_files": TEST_FILES, **changes}
    return plan_tasks(group_into_batches(untested(modules)), modules, **given)  # type: ignore[arg-type]


def run(folder: Path, command: str) -> str:
    arguments = [sys.executable if part == "python" else part for part in shlex.split(command)]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def function(task: PlanTask, qualname: str) -> PlanFunction:
    return next(each for module in task.modules for each in module.functions if each.qualname == qualname)


def test_every_function_that_lacks_tests_is_in_it_and_no_other(task: PlanTask) -> None:
    names = {module.module: [each.qualname for each in module.functions] for module in task.modules}
    # coverage.py's own name of the second `size`
    assert names == {"shop.cart": ["Cart.add", "Cart.size@46", "outer", "outer.inner"], "shop.prices": ["total"]}


def test_a_function_is_told_in_full(task: PlanTask) -> None:
    add = function(task, "Cart.add")
    assert add.signature == "async def add(self, item: Item, /, *more: Item, quiet: bool=False) -> int | None"
    assert (add.decorators, add.returns, add.raises) == (("functools.lru_cache",), "int | None", ("Full",))
    assert (add.is_async, add.docstring, add.target) == (True, "Put something in.", "shop.cart:Cart.add")
    assert add.source == "".join(CART.splitlines(keepends=True)[add.first_line - 1 : add.end_line])
    assert add.source.startswith("    @functools.lru_cache\n    async def add")
    assert [CART.splitlines()[line - 1].strip()[:9] for line in add.missing_lines] == [
        "if len(se",
        "raise Ful",
        "self.item",
        "return No",
    ]
    assert add.missing_branches


def test_a_name_that_is_there_twice_is_found_by_its_line(task: PlanTask) -> None:
    setter = function(task, "Cart.size@46")
    assert (setter.target, setter.decorators) == ("shop.cart:Cart.size", ("size.setter",))
    assert setter.signature == "def size(self, value: int) -> None"


def test_of_a_function_in_a_function_the_outer_one_is_the_target(task: PlanTask) -> None:
    assert function(task, "outer.inner").target == "shop.cart:outer"


def test_the_context_is_what_the_functions_name_and_nothing_else(task: PlanTask) -> None:
    context = task.modules[0].context
    assert {"import functools", "import os.path", "from shop import prices as money", "LIMIT = 3"} < set(context)
    assert "class Full(ValueError):\n    # Nothing more goes in.\n    ..." in context
    assert "@dataclass\nclass Item:\n    name: str\n    cents: int = 0" in context
    cart = next(text for text in context if text.startswith("class Cart"))
    assert "    def __init__(self, owner: str, *, limit: int=LIMIT) -> None:\n        self.owner = owner" in cart
    assert not any("UNUSED" in text or "helper" in text or "dataclass import" in text for text in context)


def test_what_is_taken_from_other_modules_of_the_project_is_told(task: PlanTask) -> None:
    assert task.modules[0].related == ("# shop.prices\ndef total(items): ...",)


@pytest.mark.parametrize(
    ("imported", "used"),
    [
        ("from shop.cart import Item", "Item()"),
        ("from shop.cart import Item as Other", "Other()"),
        ("from . import cart", "cart.Item()"),
        ("from shop import Exported", "Exported()"),
        ("import shop.cart as c", "c.Item()"),
    ],
)
def test_a_class_of_another_module_is_found_however_it_is_imported(
    modules: list[ModuleCoverage], imported: str, used: str
) -> None:
    source = f"{imported}\nimport json\n\n\ndef total(items):\n    return json.dumps({used})\n"
    total = msgspec.structs.replace(modules[1].functions[0], line=5, end_line=6)
    init = dataclasses.replace(modules[1], module="shop", path="src/shop/__init__.py", functions=())
    texts = {
        **SOURCES,
        "src/shop/prices.py": source.encode(),
        "src/shop/__init__.py": b"from shop.cart import Item as Exported\n",
    }
    (made,) = plan_tasks(group_into_batches([total]), [*modules, init], sources=texts, test_files={})
    assert made.modules[0].related == ("# shop.cart\n@dataclass\nclass Item:\n    name: str\n    cents: int = 0",)


def test_modules_that_import_each_other_end() -> None:
    total = FunctionCoverage(
        module="a",
        qualname="f",
        path="a.py",
        line=2,
        end_line=3,
        statements=1,
        covered=0,
        missing_lines=(3,),
        branches=0,
        taken=0,
        missing_branches=(),
        complexity=1,
        crap=2,
        risk=1,
        priority=1,
        effort=Effort("S", 1),
    )
    figures = ModuleCoverage(
        module="a",
        path="a.py",
        statements=2,
        covered=1,
        missing_lines=(3,),
        branches=None,
        taken=None,
        percent=50,
        priority=1,
    )
    modules = [figures, dataclasses.replace(figures, module="b", path="b.py")]
    sources = {"a.py": b"from b import x\ndef f():\n    return x\n", "b.py": b"from a import x\n"}
    (made,) = plan_tasks(group_into_batches([total]), modules, sources=sources, test_files={})
    assert made.modules[0].related == ()
    assert (made.coverage_now, made.coverage_target) == (50, 100)


def test_a_function_that_is_called_is_told_by_its_signature(modules: list[ModuleCoverage]) -> None:
    doubled = next(f for f in modules[0].functions if f.qualname == "doubled")
    batches = group_into_batches([msgspec.structs.replace(doubled, covered=0)])
    (made,) = plan_tasks(batches, modules, sources=SOURCES, test_files=TEST_FILES)
    assert made.modules[0].context == ("def helper(n: int) -> int: ...  # Double it.",)


def test_the_target_is_what_is_counted_once_the_functions_are_covered(
    task: PlanTask, modules: list[ModuleCoverage]
) -> None:
    whole = sum(module.statements + (module.branches or 0) for module in modules)
    missing = sum(f.statements - f.covered + f.branches - f.taken for f in untested(modules))
    now = sum(module.covered + (module.taken or 0) for module in modules)
    assert (task.coverage_now, task.coverage_target) == (100 * now / whole, 100 * (now + missing) / whole)
    assert task.coverage_target == 100.0


def test_a_part_of_a_module_promises_its_own_part_alone(modules: list[ModuleCoverage]) -> None:
    batches = group_into_batches(untested(modules)[:1])
    (made,) = plan_tasks(batches, modules, sources=SOURCES, test_files=TEST_FILES)
    assert made.coverage_now < made.coverage_target < 100
    assert f"to {int(made.coverage_target * 10) / 10}%" in made.objective


def test_the_objective_counts_what_is_listed(task: PlanTask) -> None:
    lines = sum(len(f.missing_lines) for module in task.modules for f in module.functions)
    assert "5 functions of shop.cart, shop.prices" in task.objective
    assert f"{lines} missing lines" in task.objective


def test_the_validation_commands_work_as_they_are(project: Path, task: PlanTask) -> None:
    assert task.validation[2] == "testwright prove tests/test_cart.py tests/test_prices.py"
    (project / "tests" / "test_cart.py").write_text(TEST)
    (project / "tests" / "test_prices.py").write_text(NEW_TEST)
    before = (project / ".coverage").read_bytes()
    assert "2 passed" in run(project, task.validation[0])
    report = run(project, task.validation[1])
    assert [line.split()[0] for line in report.splitlines() if line.startswith("src")] == list(SOURCES)
    # The loop was not entered: what is missing still is named.
    assert " 4" in next(line for line in report.splitlines() if "prices" in line)
    assert (project / ".coverage").read_bytes() == before


def test_fixtures_and_samples_are_those_of_the_modules_of_the_task(modules: list[ModuleCoverage]) -> None:
    fixtures = {"shop.cart": ["a", "b"], "shop.prices": ["b", "c"], "other": ["d"]}
    (made,) = tasks(modules, fixtures=fixtures, sample_tests={"other": "no", "shop.prices": "yes"})
    assert (made.fixtures, made.sample_test) == (("a", "b", "c"), "yes")


@pytest.mark.parametrize("sources", [{}, dict.fromkeys(SOURCES, b"def f(:\n"), dict.fromkeys(SOURCES, b"\xff\x00")])
def test_without_a_source_names_and_figures_are_told(modules: list[ModuleCoverage], sources: dict[str, bytes]) -> None:
    (made,) = tasks(modules, sources=sources)
    add = function(made, "Cart.add")
    assert (add.signature, add.source, add.target) == ("def add(...)", "", "shop.cart:Cart.add")
    assert add.missing_lines


def test_without_test_files_there_is_nothing_to_validate(modules: list[ModuleCoverage]) -> None:
    (made,) = tasks(modules, test_files={})
    assert (made.validation, made.modules[0].test_file) == ((), "")


def test_at_most_five_tests_are_named_and_all_are_counted(modules: list[ModuleCoverage]) -> None:
    names = tuple(f"t.py::test_{n}" for n in range(9))
    (made,) = tasks(
        [
            dataclasses.replace(m, functions=tuple(msgspec.structs.replace(f, tests=names) for f in m.functions))
            for m in modules
        ]
    )
    add = function(made, "Cart.add")
    assert (add.tests, add.test_count) == (names[:5], 9)


def test_batches_become_tasks_in_their_order(modules: list[ModuleCoverage]) -> None:
    batches = group_into_batches(untested(modules), most_modules=1)
    made = plan_tasks(batches, modules, sources=SOURCES, test_files=TEST_FILES)
    assert [(t.number, t.name) for t in made] == [(n, batch.name) for n, batch in enumerate(batches, 1)]
    assert len(made) > 1
