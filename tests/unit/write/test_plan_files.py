from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, replace

import msgspec
import pytest

from testwright.errors import UsageError
from testwright.nouns import Effort, MissingBranch, PlanFunction, PlanModule, PlanTask
from testwright.write.plan_files import plan_text

SOURCE = "@cached\ndef add(n: int = 1) -> int:\n    if n < 2 and n > 0:\n        raise Full(']]>')\n    return n & 1\n"
FUNCTION = PlanFunction(
    qualname="Cart.add",
    target="shop.cart:Cart.add",
    line=12,
    end_line=15,
    signature="def add(n: int=1) -> int",
    decorators=("cached",),
    returns="int",
    raises=("Full", "os.error"),
    is_async=False,
    docstring="Add <one> & more.",
    missing_lines=(13, 14, 15),
    missing_branches=(MissingBranch(13, 14, "`if n < 2` is never true"),),
    complexity=3,
    effort=Effort("M", 4, ("reads files", "asks the clock")),
    tests=("t.py::test_a", "t.py::test_b[x|y]"),
    test_count=7,
    first_line=11,
    source=SOURCE,
)
MODULE = PlanModule(
    module="shop.cart",
    path="src/shop/cart.py",
    test_file="tests/test_cart.py",
    functions=(
        FUNCTION,
        replace(FUNCTION, qualname="bare", decorators=(), raises=(), tests=(), test_count=0, source=""),
    ),
    context=("import os", "class Full(ValueError): ..."),
    related=("# shop.price\nclass Price: ...",),
)
TASK = PlanTask(
    number=1,
    name="shop (1 of 2)",
    objective="Write tests.",
    modules=(MODULE,),
    coverage_now=61.26,
    coverage_target=99.99,
    fixtures=("cart() -> Cart (conftest.py)",),
    sample_test="def test_a():\n    assert 1 < 2",
    validation=("python -m pytest tests/test_cart.py && true",),
)
ODD = "<b> & ]]> \" ' \x00\x0b\x1b \udcff \ufffe \r\n\t `` ``` é 漢 \\u0041"


def xml(*tasks: PlanTask) -> ElementTree.Element:
    return ElementTree.fromstring(plan_text(tasks, "xml").encode())


def texts(element: ElementTree.Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path)]


def odd_everywhere() -> PlanTask:
    function = replace(
        FUNCTION,
        qualname=ODD,
        target=ODD,
        signature=ODD,
        decorators=(ODD,),
        returns=ODD,
        raises=(ODD,),
        docstring=ODD,
        missing_branches=(MissingBranch(1, 2, ODD),),
        effort=Effort("S", 1, (ODD,)),
        tests=(ODD,),
        source=ODD,
    )
    module = PlanModule(module=ODD, path=ODD, test_file=ODD, functions=(function,), context=(ODD,), related=(ODD,))
    return replace(
        TASK, name=ODD, objective=ODD, modules=(module,), fixtures=(ODD,), sample_test=ODD, validation=(ODD,)
    )


def test_xml_holds_all_that_a_reader_needs() -> None:
    (task,) = xml(TASK).findall("task")
    assert task.attrib == {"number": "1", "name": "shop (1 of 2)"}
    assert (texts(task, "objective"), texts(task, "fixture")) == (["Write tests."], list(TASK.fixtures))
    assert task.find("coverage").attrib == {"now": "61.2", "target": "99.9"}  # type: ignore[union-attr]
    assert texts(task, "sample-test") == [f"\n{TASK.sample_test}\n"]
    assert texts(task, "validation/command") == list(TASK.validation)
    (module,) = task.findall("module")
    assert module.attrib == {"name": "shop.cart", "path": "src/shop/cart.py", "test-file": "tests/test_cart.py"}
    assert texts(module, "related") == ["\n# shop.price\nclass Price: ...\n"]
    assert texts(module, "context") == ["\nimport os\nclass Full(ValueError): ...\n"]


def test_xml_holds_a_function_in_full() -> None:
    function = xml(TASK).find("task/module/function")
    assert function is not None
    assert function.attrib == {
        "name": "Cart.add",
        "target": "shop.cart:Cart.add",
        "lines": "12-15",
        "async": "false",
        "complexity": "3",
        "effort": "M",
        "tests-wanted": "4",
    }
    assert texts(function, "signature") == ["def add(n: int=1) -> int"]
    assert texts(function, "decorator") == ["cached"]
    assert texts(function, "docstring") == ["Add <one> & more."]
    assert texts(function, "returns") == ["int"]
    assert texts(function, "raises") == ["Full", "os.error"]
    assert texts(function, "missing-lines") == ["13-15"]
    assert texts(function, "missing-branch") == ["`if n < 2` is never true"]
    assert texts(function, "hard-input") == ["reads files", "asks the clock"]
    assert texts(function, "reached-by/test") == ["t.py::test_a", "t.py::test_b[x|y]"]
    assert function.find("reached-by").attrib == {"count": "7"}  # type: ignore[union-attr]


def test_source_is_numbered_as_in_its_file_with_what_is_missing_marked() -> None:
    (shown,) = texts(xml(TASK), "task/module/function/source")
    lines = shown.strip("\n").split("\n")
    assert lines[0] == "   11  @cached"
    assert lines[2:] == [
        "   13>     if n < 2 and n > 0:",
        "   14>         raise Full(']]>')",
        "   15>     return n & 1",
    ]


def test_code_stands_in_xml_as_it_is() -> None:
    """A reader who sees the text alone need not undo any escapes."""
    assert "   13>     if n < 2 and n > 0:" in plan_text([TASK], "xml")


def test_what_xml_cannot_hold_is_seen_and_breaks_nothing() -> None:
    (task,) = xml(odd_everywhere()).findall("task")
    assert texts(task, "objective") == [ODD.replace("\x00\x0b\x1b \udcff \ufffe", r"\u0000\u000b\u001b \udcff \ufffe")]
    assert r"\u000b" in texts(task, "module/function/source")[0]


def test_json_loses_nothing() -> None:
    for task in (TASK, odd_everywhere()):
        told = json.loads(plan_text([task], "json").encode())
        assert told == {"schema": 1, "tasks": [json.loads(json.dumps(asdict(task), default=msgspec.structs.asdict))]}
        assert told["tasks"][0]["modules"][0]["functions"][0]["source"] == task.modules[0].functions[0].source


def test_markdown_has_a_section_for_a_task_and_a_box_for_a_function() -> None:
    text = plan_text([TASK, replace(TASK, number=2, name="other")], "md")
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## 1. shop (1 of 2)", "## 2. other"]
    assert text.count("- [ ] `Cart.add`, lines 12-15") == 2
    for part in (
        "missing lines: 13-15",
        "line 13: `if n < 2` is never true",
        "raises `Full`, `os.error`",
        "reached by `t.py::test_a`, `t.py::test_b[x|y]` and 5 more",
        "effort M, tests wanted: 4; hard to make: reads files, asks the clock",
        "### `shop.cart` in `src/shop/cart.py`, tests go to `tests/test_cart.py`",
        "- `cart() -> Cart (conftest.py)`",
    ):
        assert part in text, part


def test_markdown_fences_are_longer_than_those_inside_and_it_can_be_encoded() -> None:
    text = plan_text([odd_everywhere()], "md")
    text.encode()
    assert "````text" in text


def test_markdown_of_code_is_left_alone_and_all_else_is_no_markup() -> None:
    def shown(text: str) -> str:
        return plan_text([replace(TASK, objective=text)], "md")

    assert "a\\*b `c*d` \\<e\\>" in shown("a*b `c*d` <e>")
    assert "a\\`b\\*" in shown("a`b*")


@pytest.mark.parametrize("kind", ["xml", "json", "md"])
def test_equal_tasks_give_equal_text_that_ends_a_line(kind: str) -> None:
    assert plan_text([TASK, TASK], kind) == plan_text([replace(TASK), replace(TASK)], kind)
    assert plan_text([TASK], kind).endswith("\n")
    assert plan_text([], kind)


@pytest.mark.parametrize("kind", ["yaml", "", "XML"])
def test_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match=repr(kind)) as caught:
        plan_text([TASK], kind)
    assert caught.value.slug == "bad-value"
