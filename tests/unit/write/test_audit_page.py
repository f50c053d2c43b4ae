"""The page of an audit, whole and harmless as text; tests/pages looks at it in a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from testwright.assess.health import health
from testwright.nouns import Effort, FunctionCoverage, MissingBranch, ModuleCoverage, SuiteFinding
from testwright.workflows.audit_result import AuditResult
from testwright.write.audit_page import PageFile, _Box, _label, _squarified, audit_page

EVIL = "</script><script>document.title='broken'</script>\"'&<b>"
SOURCE = f'import os\n\ndef total(rows):\n    if rows:\n        return "{EVIL}"\n    return 0\n\ndef never(x):\n    return x\n'


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
        "missing_branches": (MissingBranch(4, 6, "`if rows` is never false"),),
        "complexity": 2,
        "crap": 2.5,
        "risk": 0.5,
        "priority": 1.0,
        "effort": Effort("S", 1, ("reads files",)),
    }
    return FunctionCoverage(**known | given)


TOTAL = function("total", 3)
NEVER = function("never", 8, covered=0, missing_lines=(9,), complexity=12, crap=156.0, missing_branches=())


def module(name: str, statements: int, covered: int, **given) -> ModuleCoverage:
    known = {"missing_lines": (), "branches": 0, "taken": 0, "percent": 100.0 * covered / statements, "priority": 0.0}
    path = f"src/{name.replace('.', '/')}.py"
    return ModuleCoverage(module=name, path=path, statements=statements, covered=covered, **known | given)


def document(**given):
    result = AuditResult("/nowhere")
    result.modules = [module("shop.price", 6, 4, functions=(TOTAL, NEVER)), module("shop.cart", 30, 30)]
    result.functions = [TOTAL, NEVER]
    result.health = health({"coverage": 80.0, "stability": 0.0})
    return result.to_plain() | given


def price(**given) -> PageFile:
    known = {
        "path": "src/shop/price.py",
        "text": SOURCE,
        "covered": frozenset({1, 3, 4, 5}),
        "missing": frozenset({6, 9}),
        "excluded": frozenset({8}),
        "partial": {4: ("`if rows` is never false",)},
        "tests": {5: (f"t.py::a[{EVIL}]", "t.py::b"), 4: ("t.py::b", f"t.py::a[{EVIL}]"), 1: ("t.py::b",)},
    }
    return PageFile(**known | given)


def page(*files: PageFile, **given) -> str:
    return audit_page(document(**given), {file.path: file for file in files or (price(),)})


class Reader(HTMLParser):
    """What a browser would make of the page: elements with their attributes, and text by the element around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.by_id: dict[str, str] = {}
        self.open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "input", "br", "rect"}:
            self.open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"<{opened}> is ended by </{tag}>"

    def handle_data(self, data):
        for _, name in self.open:
            if name:
                self.by_id[name] = self.by_id.get(name, "") + data


def test_every_element_is_closed_and_every_id_is_one_and_every_link_leads_somewhere():
    read = Reader(page())
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in read.elements if tag == "a" and "href" in attributes]
    assert {"#f0-L3", "#f0-L8", "#f0", "#f0-L9"} <= set(links)
    assert {link[1:] for link in links} <= set(ids)
    assert read.open == []


def test_nothing_is_loaded_from_elsewhere():
    text = page()
    assert "http:" not in text
    assert "https:" not in text
    assert "default-src 'none'" in text
    for tag, attributes in Reader(text).elements:
        assert "src" not in attributes, tag
        assert str(attributes.get("href", "#")).startswith(("#", "data:,")), attributes


def test_source_lines_and_test_names_are_harmless_and_unchanged():
    read = Reader(page())
    assert read.by_id["f0-L5"] == f'5        return "{EVIL}"'
    names = json.loads(read.by_id["test-names"])["names"]
    assert names == [f"t.py::a[{EVIL}]", "t.py::b"]
    assert sum(tag == "script" for tag, _ in read.elements) == 2


def test_names_messages_and_words_are_harmless():
    gate = {"slug": "gate-crap", "message": EVIL, "where": EVIL, "hint": EVIL}
    way = MissingBranch(4, 6, EVIL)
    result = document(gates=[gate], notices=[EVIL], origins=[EVIL])
    result["untested"][0]["missing_branches"][0]["words"] = way.words
    result["modules"][0] |= {"module": EVIL, "stale": EVIL}
    result["packages"][0]["name"] = EVIL
    finding = {"slug": "slow", "test": EVIL, "path": EVIL, "line": 1, "message": EVIL, "hint": EVIL, "cause": EVIL}
    result["diagnosis"] = {"tests": 2, "steady_tests": 1, "runs": 4, "findings": [finding]}
    file = price(partial={4: (EVIL,)})
    read = Reader(audit_page(result, {file.path: file}))
    assert sum(tag == "script" for tag, _ in read.elements) == 2
    assert read.open == []


def test_findings_about_tests_have_a_section_of_their_own_where_they_were_asked_for():
    assert 'href="#tests"' not in audit_page(document(), {})
    finding = SuiteFinding("slow", "t.py::a", "t.py", 1, "it takes 9 s", "look").to_plain()
    text = audit_page(document(diagnosis={"tests": 2, "steady_tests": 1, "runs": 4, "findings": [finding]}), {})
    assert 'href="#tests"' in text
    assert "1 of 2 tests are steady" in text
    assert "it takes 9 s" in text


def marks(text: str) -> dict[str, str | None]:
    rows = [
        attributes
        for tag, attributes in Reader(text).elements
        if tag == "span" and "-L" in (attributes.get("id") or "")
    ]
    return {row["id"] or "": row.get("class") for row in rows}


def test_lines_are_marked_as_they_are_covered():
    assert [marks(page())[f"f0-L{line}"] for line in range(1, 10)] == ["c", None, "c", "p", "c", "m", None, "x", "m"]


def test_a_line_that_never_ran_is_missing_whatever_else_is_said_of_it():
    file = price(partial={6: ("never gone on",)}, excluded=frozenset({6}), covered=frozenset({6}))
    text = page(file)
    assert marks(text)["f0-L6"] == "m"
    assert "never gone on" not in text


def test_lines_are_counted_as_python_counts_them():
    file = price(text="\ufeffa = 1\r\nb = '\x0c'\rc = 3\n", partial={}, tests={})
    assert list(marks(page(file))) == ["f0-L1", "f0-L2", "f0-L3"]


def test_what_was_not_measured_is_named_and_not_drawn_as_nothing():
    text = page()
    parts = re.findall(r'<th scope="row">(\w[\w ]*)</th><td class="n">[\d.]+</td>(.*?)</tr>', text)
    shown = dict(parts)
    assert "not measured" in shown["strength"]
    assert "bar" not in shown["strength"]
    assert "width:0.0%" in shown["stability"]
    assert '<p class="score">not measured</p>' in page(health=None)
    assert "not known" in text  # commits


def test_a_line_names_the_tests_that_run_the_least_first_and_says_how_many_more_there_are():
    everything = tuple(f"t{number:03}" for number in range(100))
    file = price(tests={1: everything, 3: everything, 5: ("t099",)})
    told = json.loads(Reader(page(file)).by_id["test-names"])
    count, *numbers = told["sets"][0]
    assert count == 100
    assert len(numbers) == 20
    assert told["names"][-1] == "t099"
    assert len(told["sets"]) == 2


def test_a_module_without_its_source_has_no_link():
    text = page()
    assert re.search(r'<th scope="row"><code>shop.cart</code>', text)
    assert re.search(r'<th scope="row"><a href="#f0"><code>shop.price</code></a>', text)


def test_a_name_that_utf8_cannot_say_can_be_written():
    page(notices=["not read: \udc80.py"]).encode("utf-8")


def test_boxes_fill_the_map_in_proportion_and_do_not_overlap():
    weights = [60, 60, 40, 30, 20, 10, 1]
    boxes = _squarified(weights, _Box(0.0, 0.0, 600.0, 400.0))
    assert [round(box.width * box.height * sum(weights) / 240000, 6) for box in boxes] == weights
    for one in boxes:
        assert one.x + one.width <= 600.001
        assert one.y + one.height <= 400.001
        for other in boxes:
            apart = one.x + one.width <= other.x + 0.001 or one.y + one.height <= other.y + 0.001
            beside = other.x + other.width <= one.x + 0.001 or other.y + other.height <= one.y + 0.001
            assert one is other or apart or beside
    assert _squarified([], _Box(0.0, 0.0, 6.0, 4.0)) == []


def test_a_label_on_the_map_is_as_long_as_its_box():
    assert _label("orders", _Box(0.0, 0.0, 100.0, 40.0)) == "orders"
    assert _label("orders_of_last_year", _Box(0.0, 0.0, 100.0, 40.0)) == "orders_of…"
    assert _label("orders", _Box(0.0, 0.0, 30.0, 40.0)) == ""
    assert _label("orders", _Box(0.0, 0.0, 100.0, 20.0)) == ""


def test_an_empty_project_has_a_page():
    text = audit_page(AuditResult("/nowhere").to_plain(), {})
    assert "Every function is covered." in text
    assert Reader(text).open == []


def test_a_large_project_stays_small():
    tests = tuple(f"tests/unit/test_some_module.py::test_a_sentence_of_some_length_{n}" for n in range(300))
    lines = 300
    text = "".join(f"    value_{line} = compute(value, another={line})\n" for line in range(lines))
    ran = {line: tests[line % 7 : 300 - line % 11] for line in range(1, lines + 1)}
    every = frozenset(range(1, lines + 1))
    one = len(page(price(text=text, covered=every, missing=frozenset(), partial={}, tests=ran)))
    bare = len(page(price(text="", covered=frozenset(), missing=frozenset(), partial={}, tests={})))
    assert (one - bare - 300 * 80) / lines < 25e6 / 60_000
