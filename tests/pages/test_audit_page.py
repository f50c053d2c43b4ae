"""The page of an audit, with the long names and the many parts that real projects have, in a browser."""

from __future__ import annotations

import pytest

from testwright.assess.batches import group_into_batches
from testwright.assess.gates import GateFailure
from testwright.assess.health import health
from testwright.nouns import Effort, FunctionCoverage, MissingBranch, ModuleCoverage, SuiteFinding
from testwright.workflows.audit_result import AuditResult, MutantCount
from testwright.workflows.audit_suite import SuiteDiagnosis
from testwright.write.audit_page import PageFile, audit_page

LONG = "a_name_as_long_as_the_people_who_have_to_find_one_sometimes_choose"
SOURCE = f"""import os

def total(rows):
    if rows and {LONG} or {LONG} and {LONG} or not {LONG}:
        return "the sum"
    return 0

def never(x):
    return x
"""
UNTESTED = "#untested"


def function(name: str, line: int, **given) -> FunctionCoverage:
    known = {
        "module": "shop.price",
        "qualname": name,
        "path": "src/shop/price.py",
        "line": line,
        "end_line": line + 3,
        "statements": 3,
        "covered": 2,
        "missing_lines": (6,),
        "branches": 2,
        "taken": 1,
        "missing_branches": tuple(MissingBranch(4, n, f"`if order.{LONG}[{n}]` is never false") for n in range(5)),
        "complexity": 2,
        "crap": 2.5,
        "risk": 0.5,
        "priority": 1.0,
        "effort": Effort("S", 1, ("reads files",)),
    }
    return FunctionCoverage(**known | given)


FUNCTIONS = [
    function("total", 3, missing_branches=(MissingBranch(4, 6, f"`if order.{LONG}` is never false"),)),
    function("never", 8, covered=0, missing_lines=(9,), complexity=12, crap=156.0, missing_branches=()),
    function(f"{LONG.title()}.{LONG}", 3, complexity=7, commits=3),
]


def module(name: str, statements: int, covered: int, **given) -> ModuleCoverage:
    known = {"missing_lines": (), "branches": 0, "taken": 0, "percent": 100.0 * covered / statements, "priority": 0.0}
    path = f"src/{name.replace('.', '/')}.py"
    return ModuleCoverage(module=name, path=path, statements=statements, covered=covered, **known | given)


def page() -> str:
    result = AuditResult("/nowhere")
    result.modules = [
        module("shop.price", 60, 4, functions=tuple(FUNCTIONS)),
        *(
            module(f"shop.{name}", size, size - 2)
            for name, size in (("cart", 90), ("orders_of_last_year", 9), (LONG, 4))
        ),
    ]
    result.functions = list(FUNCTIONS)
    result.batches = group_into_batches(result.modules)
    result.health = health({"coverage": 80.0, "stability": 0.0})
    result.failures = [GateFailure("--max-crap", "gate-crap", f"{LONG} " * 9, "test it", "src/shop/price.py:3")]
    result.mutants = {"src/shop/price.py": MutantCount(30, 21)}
    culprit = "it passes alone, and fails after tests/test_a.py::test_sets_up"
    found = [
        SuiteFinding(
            "order-dependent", f"tests/test_b.py::test_{n}_{LONG}", "tests/test_b.py", n, culprit, "x", culprit
        )
        for n in range(1, 30)
    ]
    found.append(SuiteFinding("slow", "tests/test_c.py::test_it", "tests/test_c.py", 3, "it takes 9 s", "look"))
    result.diagnosis = SuiteDiagnosis(60, found, steady=30, functions=60)
    result.notices = [LONG * 5]
    source = PageFile(
        path="src/shop/price.py",
        text=SOURCE,
        covered=frozenset({1, 3, 4, 5}),
        missing=frozenset({6, 9}),
        excluded=frozenset({8}),
        partial={4: (f"`if {LONG}` is never false",)},
        tests={5: ("t.py::a", f"t.py::{LONG}"), 4: ("t.py::a",)},
    )
    return audit_page(result.to_plain(), {source.path: source})


def test_it_is_sound_in_any_window_and_on_paper(open_page, looks, sound):
    shown = open_page(page(), **looks)
    sound(shown)
    headings = shown.page.locator("h2").all_inner_texts()
    assert headings[:4] == ["Health", "Failed gates", "Tests", "Packages"]
    assert {"Modules", "Functions that lack tests", "Plan", "Source", "Notices"} <= set(headings)
    shown.tell("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    sound(shown)


def test_nothing_is_cut_off_where_there_is_room(open_page, cut_off):
    assert cut_off(open_page(page())) == []
    assert cut_off(open_page(page(), paper=True)) == []
    assert "Functions that lack tests" not in cut_off(open_page(page(), width=400))


def test_an_empty_project_has_a_sound_page(open_page, looks, sound):
    sound(open_page(audit_page(AuditResult("/nowhere").to_plain(), {}), **looks))


def test_a_table_is_sorted_by_click_and_by_keyboard(open_page):
    shown = open_page(page())
    head = shown.page.locator(f"{UNTESTED} th", has_text="complexity")
    head.get_by_role("button").click()
    assert (head.get_attribute("aria-sort"), shown.rows(UNTESTED, 3)) == ("ascending", ["2", "7", "12"])
    shown.page.keyboard.press("Enter")
    assert (head.get_attribute("aria-sort"), shown.rows(UNTESTED, 3)) == ("descending", ["12", "7", "2"])
    shown.page.keyboard.press("Shift+Tab")
    shown.page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "none"
    assert shown.rows(UNTESTED, 2)[-1].startswith("total")


@pytest.mark.parametrize("width", [1280, 400])
def test_functions_are_filtered_by_what_is_typed(open_page, width):
    shown = open_page(page(), width=width)
    shown.tab_to("input[type=search]")
    shown.page.keyboard.type("ALL of it")
    assert [name.partition("\n")[0] for name in shown.rows(UNTESTED, 2)] == ["never"]
    assert shown.page.get_by_role("status").inner_text() == "1 of 3"
    shown.page.keyboard.press("Control+A")
    shown.page.keyboard.press("Delete")
    assert len(shown.rows(UNTESTED, 2)) == 3


def test_the_keyboard_reaches_what_the_skip_link_promises(open_page):
    shown = open_page(page())
    shown.page.keyboard.press("Tab")
    assert shown.tell("document.activeElement.textContent") == "Skip to the functions that lack tests"
    shown.page.keyboard.press("Enter")
    assert shown.tell("document.activeElement.id") == "functions"


def test_an_address_with_a_line_opens_its_source(open_page):
    shown = open_page(page(), "#f0-L6")
    assert shown.page.locator("#f0-L6").is_visible()
    assert shown.page.locator(":target").get_attribute("id") == "f0-L6"
    assert not open_page(page()).page.locator("#f0-L6").is_visible()


def test_a_function_leads_to_its_source_by_click_and_by_keyboard(open_page):
    for follow in ("click", "Enter"):
        shown = open_page(page())
        link = shown.page.locator(f"{UNTESTED} a", has_text="never")
        link.click() if follow == "click" else link.press(follow)
        shown.page.locator("#f0-L8").wait_for(state="visible")
        shown.page.wait_for_function("document.activeElement.textContent === '8'")
        assert shown.page.url.endswith("#f0-L8")


def test_tests_of_a_line_are_shown_and_arrows_go_from_line_to_line(open_page):
    shown = open_page(page())
    shown.tab_to("details.file > summary")
    shown.page.keyboard.press("Enter")
    shown.page.keyboard.press("Tab")
    if shown.tell("document.activeElement.className") == "src":  # what scrolls can be reached by itself
        shown.page.keyboard.press("Tab")
    assert shown.tell("document.activeElement.textContent") == "1"
    for _ in range(4):
        shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_function("document.querySelector(':target') === document.activeElement.parentNode")
    assert shown.page.locator("#f0-L5 + div").inner_text().splitlines() == [
        "Run by 2 tests:",
        f"t.py::{LONG}",
        "t.py::a",
    ]
    shown.page.keyboard.press("Enter")
    assert shown.page.locator("#f0-L5 + div").count() == 0
    shown.page.keyboard.press("ArrowUp")
    assert shown.tell("document.activeElement.textContent") == "4"
    assert shown.page.locator("#f0 .src a[tabindex='0']").count() == 1


def test_tests_with_one_cause_are_told_once_and_unfold(open_page):
    shown = open_page(page())
    table = shown.page.get_by_role("region", name="What is wrong with which test")
    assert table.locator("tbody tr").count() == 2
    assert table.get_by_text("fails after").count() == 1
    assert not table.get_by_text(f"test_7_{LONG}").is_visible()
    table.locator("summary").press("Space")
    assert table.get_by_text(f"test_7_{LONG}").is_visible()


def test_planted_bugs_stand_beside_their_modules(open_page):
    shown = open_page(page())
    assert "21 of 30" in shown.page.get_by_role("region", name="Metrics by module").inner_text()
    assert "21 of 30 planted bugs caught" in shown.page.locator("main").inner_text()


def test_all_of_it_is_printed_and_folded_again(open_page):
    shown = open_page(page())
    assert shown.page.pdf(format="A4").startswith(b"%PDF")
    shown.page.wait_for_function("document.querySelectorAll('details[open]').length === 0")
    paper = open_page(page(), paper=True)
    assert paper.page.locator("#f0-L6").is_visible()
    assert not paper.page.locator("nav").is_visible()
