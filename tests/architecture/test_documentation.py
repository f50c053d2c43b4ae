"""What is undocumented is red: every slug and rule has its page, every page a slug, and no made page is stale."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE = CHECKOUT / "src" / "testwright"
DOCS = CHECKOUT / "docs"
SLUG = re.compile(r"[a-z]+(-[a-z]+)+")


def slugs_in(text: str) -> set[str]:
    """The slugs that source names: as an argument or variable `slug`, as a "slug" of a dict, or shown outright."""
    return {
        each.value
        for node in ast.walk(ast.parse(text))
        for value in _slug_values(node)
        for each in ast.walk(value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and SLUG.fullmatch(each.value)
    }


def _slug_values(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg == "slug":
        yield node.value
    elif isinstance(node, ast.Assign):
        yield from (node.value for target in node.targets if "slug" in ast.unparse(target).lower())
    elif isinstance(node, ast.Dict):
        yield from (
            value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "slug"
        )
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "show_problem" and len(node.args) > 1:
        yield node.args[1]


def pages(kind: str) -> set[str]:
    return {path.stem for path in (DOCS / kind).glob("*.md")} - {"index"}


def rules() -> set[str]:
    return {path.stem.replace("_", "-") for path in (SOURCE / "decide" / "rules").glob("*.py")} - {"--init--"}


@pytest.fixture(scope="module")
def messages() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    return {slug for text in texts for slug in slugs_in(text)} - rules()


def test_every_message_has_a_page_and_every_page_a_message(messages):
    assert messages - pages("messages") == set()
    assert pages("messages") - messages == set()


def test_every_rule_has_a_page_and_every_page_a_rule():
    assert pages("reasons") == rules()


@pytest.mark.parametrize(
    "source",
    [
        "raise Bad('x', slug='planted-slug')",
        "raise Bad('x', slug='planted-slug' if missing else other)",
        "slug = 'planted-slug'",
        "slug, message = 'planted-slug', text",
        "problem = {'slug': 'planted-slug'}",
        "show_problem('x', 'planted-slug', '')",
    ],
)
def test_a_slug_is_seen_however_it_is_written(source):
    assert slugs_in(source) == {"planted-slug"}


def test_every_finding_about_a_suite_has_a_page() -> None:
    from testwright.workflows.audit_suite import FINDINGS_IN_ORDER

    assert pages("suite") == set(FINDINGS_IN_ORDER) - rules()


@pytest.mark.parametrize("kind", ["messages", "reasons", "suite"])
def test_pages_have_a_title_and_a_next_step(kind):
    for slug in pages(kind):
        text = (DOCS / kind / f"{slug}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {slug}\n"), slug
        assert "## What to do" in text, slug


@pytest.fixture(scope="module")
def make_reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_made_page_is_stale(make_reference):
    assert make_reference.stale_pages() == [], "run python docs/make_reference.py"


def test_a_changed_page_is_seen(make_reference, monkeypatch):
    path = DOCS / "reference" / "cli.md"
    monkeypatch.setattr(make_reference, "pages", lambda: {path: path.read_text(encoding="utf-8") + "planted"})
    assert make_reference.stale_pages() == [path]


def test_links_of_all_pages_lead_somewhere():
    broken = []
    for page in [*DOCS.rglob("*.md"), *CHECKOUT.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                broken.append(f"{page.relative_to(CHECKOUT)}: {link}")
    assert broken == []


def test_the_readme_is_short():
    assert len((CHECKOUT / "README.md").read_text(encoding="utf-8").split()) <= 700


def test_no_page_names_a_place_of_one_machine():
    for page in [*DOCS.rglob("*.md"), *CHECKOUT.glob("*.md")]:
        assert not re.search(r"(?<![\w.])/(root|home|work|tmp|opt|Users)/", page.read_text(encoding="utf-8")), page


def test_every_mechanism_that_can_be_switched_off_is_declared():
    from testwright.config.mechanisms import MECHANISMS

    asked = re.compile(r'"([a-z-]+)" (?:not )?in (?:\w+\.)*without|maker\.has\("([a-z-]+)"|self\.has\("([a-z-]+)"')
    texts = [path.read_text(encoding="utf-8") for path in (SOURCE / "inside").rglob("*.py")]
    found = {"".join(match) for text in texts for match in asked.findall(text)}
    assert found == set(MECHANISMS)
