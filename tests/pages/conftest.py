"""Opens the pages that testwright writes in a browser, as a reader would, and watches what they ask for and complain of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAPER = 717
"""Pixels that A4 leaves between the usual margins."""

WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0'], [role=img]")]
    .filter((one) => !(one.getAttribute("aria-label") || one.textContent).trim()).map((one) => one.outerHTML.slice(0, 200))"""
LEADING_NOWHERE = """() => [...document.querySelectorAll("a[href^='#']")]
    .filter((one) => !document.getElementById(one.getAttribute("href").slice(1))).map((one) => one.getAttribute("href"))"""
NAMED_TWICE = """() => [...document.querySelectorAll("[id]")].map((one) => one.id)
    .filter((name, at, all) => all.indexOf(name) !== at)"""
WITHOUT_HEADING = """() => [...document.querySelectorAll("section")]
    .filter((one) => !one.querySelector("h2") || one.querySelector("h2").id !== one.getAttribute("aria-labelledby"))
    .map((one) => one.outerHTML.slice(0, 200))"""
CUT_OFF = """() => [...document.querySelectorAll(".box, .map text")].filter((one) => one.checkVisibility()).filter((one) =>
    one.tagName === "text" ? one.getBoundingClientRect().right > one.parentNode.getBoundingClientRect().right + 1
    : one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute("aria-label") || one.textContent)"""
UNREADABLE = """() => {
    const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (one) => {
        if (one.tagName === "text") { return getComputedStyle(one.parentNode.querySelector("rect")).fill; }
        for (let each = one; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if (parts(colour)[3] !== 0) { return colour; }
        }
        return "rgb(255, 255, 255)";
    };
    const words = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    return [...document.querySelectorAll("body *")].filter((one) => words(one) && one.checkVisibility()).filter((one) => {
        const style = getComputedStyle(one);
        const shades = [light(one.tagName === "text" ? style.fill : style.color), light(behind(one))];
        return (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05) < 4.5;
    }).map((one) => one.outerHTML.slice(0, 200));
}"""


@dataclass
class Opened:
    """A page in the browser, and what it has asked for beyond itself or complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def tell(self, script: str) -> Any:
        return self.page.evaluate(script)

    def rows(self, table: str, column: int) -> list[str]:
        """The cells of the rows that are shown."""
        cells = self.page.locator(f"{table} tbody tr:not([hidden]) > :nth-child({column})")
        return [text.strip() for text in cells.all_inner_texts()]

    def tab_to(self, wanted: str) -> None:
        """From the top of the page, with the Tab key alone."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if self.tell(f"document.activeElement.matches({wanted!r})"):
                return
        raise AssertionError(f"the Tab key does not lead to {wanted}")


Open = Callable[..., Opened]


@pytest.fixture(scope="module")  # not longer: where it is open, nothing else can run an event loop
def browser() -> Iterator[BrowserContext]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("NOT TESTED IN A BROWSER: Playwright is not installed")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"NOT TESTED IN A BROWSER: none of {', '.join(BROWSERS)} is installed, and CHROMIUM names none")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield started.new_context()
        started.close()


@pytest.fixture
def open_page(browser: BrowserContext, tmp_path: Path) -> Iterator[Open]:
    """`open_page(text, fragment, width=…, colours="dark", paper=True)`; at the end no page may have complained or asked
    for anything but its own file.
    """
    opened: list[Opened] = []

    def open_it(
        text: str, fragment: str = "", *, width: int = 1280, colours: Any = "light", paper: bool = False
    ) -> Opened:
        path = tmp_path / f"page{len(opened)}.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page()
        page.set_viewport_size({"width": PAPER if paper else width, "height": 900})
        one = Opened(page)
        page.set_default_timeout(10_000)
        page.on("request", lambda request: one.asked.append(request.url))
        page.on("console", lambda message: one.complaints.append(message.text))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.emulate_media(media="print" if paper else "screen", color_scheme=colours)
        page.goto(path.as_uri() + fragment)
        opened.append(one)
        return one

    yield open_it
    for one in opened:
        own = one.page.url.partition("#")[0]
        assert {url.partition("#")[0] for url in one.asked if not url.startswith("data:")} == {own}
        assert one.complaints == []
        one.page.close()


@pytest.fixture(
    params=[
        {"width": 1280},
        {"width": 400},
        {"width": 1280, "colours": "dark"},
        {"width": 400, "colours": "dark"},
        {"paper": True},
    ],
    ids=["wide", "narrow", "wide-dark", "narrow-dark", "paper"],
)
def looks(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The ways in which a page is looked at."""
    given: dict[str, Any] = request.param
    return given


def assert_sound(opened: Opened) -> None:
    """What holds of every page, however it is looked at."""
    assert opened.tell(WIDER_THAN_THE_WINDOW) == 0
    assert opened.tell(NAMELESS) == []
    assert opened.tell(LEADING_NOWHERE) == []
    assert opened.tell(WITHOUT_HEADING) == []
    assert opened.tell(NAMED_TWICE) == []
    assert opened.tell(UNREADABLE) == []
    assert opened.page.locator("h1").count() == 1
    assert opened.page.locator("main").count() == 1


@pytest.fixture
def sound() -> Callable[[Opened], None]:
    return assert_sound


@pytest.fixture
def cut_off() -> Callable[[Opened], list[str]]:
    """Tables that have to be scrolled to be read, and words on the map that do not fit their boxes."""
    return lambda opened: opened.tell(CUT_OFF)
