"""The page of `mutate`, with long names and many survivors, in a browser."""

from __future__ import annotations

import pytest

from testwright.write.mutation_page import mutation_page

LONG = "a_name_as_long_as_the_people_who_have_to_find_one_sometimes_choose"


def mutant(name: str, line: int, outcome: str = "survived", operator: str = "comparison"):
    changed = [f"- if {name} > {LONG}.{LONG} and {LONG}:", f"+ if {name} >= {LONG}.{LONG} and {LONG}:"]
    diff = [] if outcome == "killed" else [f"  def {name}():", *changed]
    return {"line": line, "function": name, "operator": operator, "outcome": outcome, "test": "", "diff": diff}


def page(**given) -> str:
    fee = [mutant("fee", 3), mutant("label", 9, "unreached", "deletion"), mutant("fee", 4, "killed")]
    files = [
        {"file": "src/shop/shipping.py", "score": 33.3, "mutants": fee},
        {"file": f"src/shop/{LONG}/{LONG}.py", "score": None, "mutants": [mutant(LONG, n) for n in range(20)]},
        {"file": "src/shop/tax.py", "score": 100.0, "mutants": [mutant("tax", 1, "killed")]},
    ]
    known = {
        "score": 8.3,
        "mutants": {"killed": 2, "survived": 21, "unreached": 1},
        "equivalent": 2,
        "tests": 30,
        "left_out": [{"node": "t", "why": "failed"}],
        "files": files,
        "kills": {f"tests/test_{LONG}.py::test_{LONG}[{n}]": n % 3 + 1 for n in range(30)},
    }
    return mutation_page(known | given)


def test_it_is_sound_in_any_window_and_on_paper(open_page, looks, sound):
    shown = open_page(page(), **looks)
    sound(shown)
    assert shown.page.locator("h2").all_inner_texts() == ["Score", "Files", "Survivors", "Tests"]


def test_nothing_is_cut_off_where_there_is_room(open_page, cut_off):
    assert cut_off(open_page(page())) == []
    assert cut_off(open_page(page(), paper=True)) == []


def test_a_page_without_mutants_is_sound(open_page, looks, sound):
    sound(open_page(page(score=None, mutants={}, files=[], kills={}), **looks))


@pytest.mark.parametrize("width", [1280, 400])
def test_survivors_are_filtered_by_what_is_typed(open_page, width):
    shown = open_page(page(), width=width)
    shown.tab_to("input[type=search]")
    shown.page.keyboard.type("DELETION")
    left = shown.page.locator(".mutant:not([hidden])")
    assert [text.partition(",")[0] for text in left.all_inner_texts()] == ["label"]
    assert shown.page.get_by_role("status").inner_text() == "1 of 22"
    assert [one.is_visible() for one in shown.page.locator("#survivors ~ details").all()] == [True, False, False]
    shown.page.keyboard.press("Control+A")
    shown.page.keyboard.press("Delete")
    assert left.count() == 22
    assert shown.page.locator("#file-3").is_visible()


def test_a_table_is_sorted_by_click_and_by_keyboard(open_page):
    shown = open_page(page())
    head = shown.page.locator("th", has_text="score")
    head.get_by_role("button").click()
    assert shown.rows("section:has(#files)", 2) == ["–", "33.3 %", "100.0 %"]
    shown.page.keyboard.press("Enter")
    assert shown.rows("section:has(#files)", 2) == ["100.0 %", "33.3 %", "–"]
    assert head.get_attribute("aria-sort") == "descending"


def test_a_file_folds_and_its_link_opens_it_again(open_page):
    shown = open_page(page())
    survivor = shown.page.locator("#file-1 .mutant").first
    shown.page.locator("#file-1 > summary").click()
    assert not survivor.is_visible()
    shown.page.locator("a[href='#file-1']").press("Enter")
    survivor.wait_for(state="visible")
    shown.page.locator("#file-1 > summary").press("Space")
    assert not survivor.is_visible()
    shown.page.locator("a[href='#file-1']").click()
    survivor.wait_for(state="visible")


def test_many_tests_are_folded_until_they_are_asked_for_or_printed(open_page):
    shown = open_page(page())
    tests = shown.page.get_by_role("region", name="Planted bugs by the test that caught them first")
    assert not tests.is_visible()
    shown.page.get_by_text("30 tests caught something first").click()
    assert tests.is_visible()
    assert open_page(page(kills={"t.py::a": 1})).page.get_by_text("t.py::a").is_visible()
    assert "test_a_name" in open_page(page(), paper=True).page.locator("main").inner_text()
    assert shown.page.pdf(format="A4").startswith(b"%PDF")
