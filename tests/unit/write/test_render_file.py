"""Files: order, proof lines, and the cases that whole golden files would hide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.errors import InternalError
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Fixture,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Variable,
)
from testwright.inside.scenario import Check, Outcome, Raised, Scenario, Step
from testwright.nouns.candidate import Candidate, Row
from testwright.nouns.verdict import Proof
from testwright.write.render_file import PRIVATE_COMMENT, fill_sources, proof_line, render_file

RESULT = Variable("result")


def call(name: str, *args: Any, **kwargs: Any) -> Call:
    recipes = tuple(a if isinstance(a, (Call, Variable, ScratchFile)) else Const(a) for a in args)
    return Call(Name("shop", name), recipes, tuple((k, Const(v)) for k, v in kwargs.items()))


def row(
    recipe: Recipe, *checks: Check, before: tuple[Step, ...] = (), case_id: str = "", variable: str = "result"
) -> Row:
    return Row(Scenario((*before, Step(recipe, variable)), "f"), Outcome(checks), case_id)


def equals(expected: Any, subject: Recipe = RESULT) -> Check:
    return Check("equals", subject, Const(expected))


def refused(message: str | None, *args: Any, case_id: str = "") -> Row:
    raised = Raised(Name("builtins", "ValueError"), message, True)
    return Row(Scenario((Step(call("f", *args), "result"),), "f"), Outcome((), raised), case_id)


def body(*rows: Row) -> str:
    (filled,) = fill_sources([Candidate("test_f", "f", rows)], module="shop")
    return filled.source


def written(*candidates: Candidate, proofs: dict[str, Proof] | None = None, setup: PytestSetup | None = None) -> str:
    return render_file(candidates, module="shop", version="0.1", seed=7, proofs=proofs or {}, setup=setup)


def test_the_docstring_says_where_the_file_comes_from() -> None:
    first = written(Candidate("test_f", "f", (row(call("f"), equals(1)),))).splitlines()[0]
    assert first == '"""Tests for shop, proven by running (testwright 0.1, seed 7)."""'


def test_tests_of_one_class_stand_together_and_private_ones_last() -> None:
    targets = ["_g", "A.x", "f", "A.y", "A.x"]
    tests = [Candidate(f"test_{i}", t, (row(call("f"), equals(1)),), t[0] == "_") for i, t in enumerate(targets)]
    source = written(*tests)
    order = [line[9:10] for line in source.splitlines() if line.startswith("def ")]
    assert order == ["1", "4", "3", "2", "0"]
    assert source.index(PRIVATE_COMMENT) > source.index("def test_2")
    assert source.count(PRIVATE_COMMENT) == 1


@pytest.mark.parametrize(
    ("proofs", "line"),
    [
        ({}, ""),
        ({"test_f[a]": Proof(5, 5, 0, 0)}, "# proof: 5/5 runs"),
        ({"test_f[a]": Proof(5, 5, 1, 1)}, "# proof: 5/5 runs · 1 new line, 1 new branch"),
        (
            {"test_f[a]": Proof(5, 5, 4, 0), "test_f[b]": Proof(5, 5, 5, 6)},
            "# proof: 5/5 runs · 9 new lines, 6 new branches",
        ),
        ({"test_f[a]": Proof(5, 5, 0, 2)}, "# proof: 5/5 runs · 2 new branches"),
        (
            {"test_f[a]": Proof(5, 5, 0, 2, (1,), (1, 2)), "test_f[b]": Proof(5, 5, 0, 0, (1, 3), (1, 3, 4))},
            "# proof: 5/5 runs · 2 new branches · catches 2 of 4 mutants",
        ),
        ({"test_f[a]": Proof(5, 5, 0, 0, (7,), (7,))}, "# proof: 5/5 runs · catches 1 of 1 mutant"),
        ({"test_other": Proof(5, 5, 0, 2)}, ""),
    ],
)
def test_proof_lines(proofs: dict[str, Proof], line: str) -> None:
    rows = tuple(row(call("f", i), equals(i), case_id=i) for i in "ab")
    assert proof_line(Candidate("test_f", "f", rows), proofs) == line


def test_a_single_call_is_asserted_inline() -> None:
    assert body(row(call("f", 1), equals(2))) == "def test_f():\n    assert f(1) == 2"


@pytest.mark.parametrize("value", [None, True, False])
def test_singletons_are_compared_by_identity(value: object) -> None:
    assert body(row(call("f"), equals(value))).endswith(f"assert f() is {value}")


def test_a_result_that_is_used_twice_is_bound() -> None:
    lines = body(row(call("f"), equals(1, Attribute(RESULT, "a")), equals(2, Attribute(RESULT, "b")))).splitlines()
    assert lines[1:] == ["    result = f()", "", "    assert result.a == 1", "    assert result.b == 2"]


def test_a_result_that_nobody_reads_is_not_bound() -> None:
    before = (Step(call("Cart"), "cart"), Step(Call(Attribute(Variable("cart"), "add"), ()), "added"))
    lines = body(row(call("f"), equals(1, Attribute(Variable("cart"), "n")), before=before)).splitlines()
    assert lines[1:] == ["    cart = Cart()", "    cart.add()", "    f()", "", "    assert cart.n == 1"]


def test_an_attribute_is_set_by_statement() -> None:
    before = (Step(call("Cart"), "cart"), Step(Const("EUR"), "cart", "currency"))
    lines = body(row(call("f", Variable("cart")), equals(1), before=before)).splitlines()
    assert lines[1:3] == ["    cart = Cart()", '    cart.currency = "EUR"']


@pytest.mark.parametrize(
    ("message", "head"),
    [
        (None, "pytest.raises(ValueError)"),
        ("", "pytest.raises(ValueError)"),
        ("plain words", 'pytest.raises(ValueError, match="plain words$")'),
        ("one (two)", r'pytest.raises(ValueError, match=r"one \(two\)$")'),
        ("f(a[0]) = 1.5?", r'pytest.raises(ValueError, match=r"f\(a\[0\]\) = 1\.5\?$")'),
        ("f(a[0])(b[1])", 'pytest.raises(ValueError, match=re.escape("f(a[0])(b[1])") + "$")'),
        ('say "hi".', 'pytest.raises(ValueError, match=re.escape(\'say "hi".\') + "$")'),
        ("first line\nsecond", 'pytest.raises(ValueError, match="first line")'),
    ],
)
def test_messages(message: str | None, head: str) -> None:
    assert body(refused(message)).splitlines()[1:] == [f"    with {head}:", "        f()"]


def test_rows_with_and_without_wording_hold_to_none() -> None:
    source = body(refused("bad", 1, case_id="one"), refused(None, 2, case_id="two"))
    assert "match" not in source


def test_equal_messages_are_no_column() -> None:
    source = body(refused("bad", 1, case_id="one"), refused("bad", 2, case_id="two"))
    assert 'match="bad$"' in source
    assert '    "number",\n' in source


def test_arguments_that_never_differ_stay_in_the_call() -> None:
    rows = [row(call("f", i, "x", size=3), equals(i), case_id=f"c{i}") for i in (1, 2)]
    assert body(*rows).endswith('assert f(number, "x", size=3) == expected')


def test_a_column_never_takes_a_name_that_the_test_uses() -> None:
    rows = [row(call("text", t), equals(t.upper()), case_id=t) for t in "ab"]
    source = body(*rows)
    assert "def test_f(text_value, expected):" in source
    assert "assert text(text_value) == expected" in source


def test_a_table_of_one_row_keeps_its_id() -> None:
    assert 'pytest.param(1, 2, id="one"),' in body(row(call("f", 1), equals(2), case_id="one"))


def test_rows_of_different_shape_are_our_bug() -> None:
    with pytest.raises(InternalError, match="not of one shape"):
        body(row(call("f", 1), equals(2), case_id="a"), row(call("g", 1), equals(2), case_id="b"))


def test_a_local_name_does_not_hide_the_import() -> None:
    source = written(
        Candidate(
            "test_f", "f", (row(call("cart", Variable("cart")), equals(1), before=(Step(call("Cart"), "cart"),)),)
        )
    )
    assert "from shop import cart as shop_cart" in source
    assert "assert shop_cart(cart) == 1" in source


def test_a_local_name_does_not_hide_the_module_that_a_name_is_reached_through() -> None:
    made = Step(Call(Name("shop", "Decimal"), ()), "decimal")
    given = Call(Name("decimal", "Decimal"), (Const("1"),))
    source = written(
        Candidate(
            "test_f", "f", (row(Call(Name("shop", "f"), (given, Variable("decimal"))), equals(1), before=(made,)),)
        )
    )
    assert "import decimal as decimal_module" in source
    assert 'assert f(decimal_module.Decimal("1"), decimal) == 1' in source


def test_a_step_that_warns_stands_in_a_block_that_expects_it() -> None:
    warned = Check("warns", None, Call(Name("builtins", "UserWarning"), (Const("too (large)"),)))
    assert body(row(call("f", 4), equals(1), warned)).splitlines()[1:] == [
        r'    with pytest.warns(UserWarning, match=r"too \(large\)$"):',
        "        result = f(4)",
        "",
        "    assert result == 1",
    ]
    wordless = Check("warns", None, Call(Name("builtins", "UserWarning"), ()))
    assert body(row(call("f", 4), wordless)).splitlines()[1:] == ["    with pytest.warns(UserWarning):", "        f(4)"]


def test_a_path_is_defined_before_the_call_that_fills_it() -> None:
    file = ScratchFile("out.txt")
    checks = (equals(1), Check("file", file, Const("x\r\n")))
    lines = body(row(call("save", file), *checks)).splitlines()
    assert lines[1:] == [
        '    path = tmp_path / "out.txt"',
        "",
        "    assert save(path) == 1",
        '    assert path.read_bytes() == b"x\\r\\n"',
    ]


def test_the_last_line_of_an_async_test_runs_the_scenario() -> None:
    source = body(row(Await(call("f")), equals(1, Attribute(RESULT, "a")), equals(2, Attribute(RESULT, "b"))))
    assert "assert result.a == 1" in source
    assert source.splitlines()[1] == "    result = asyncio.run(f())"
    two = body(row(Await(call("f")), equals(1), before=(Step(Await(call("g"))),)))
    assert two.splitlines()[1] == "    async def scenario():"
    assert two.splitlines()[-1] == "    asyncio.run(scenario())"


def test_where_a_plugin_runs_async_tests_they_are_written_as_such() -> None:
    two = row(Await(call("f")), equals(1), before=(Step(Await(call("g")), "first"),))
    waiting, plain = (
        Candidate("test_f", "f", (two,), group="TestF"),
        Candidate("test_h", "h", (row(call("h"), equals(1)),)),
    )
    auto = written(waiting, plain, setup=PytestSetup("auto"))
    assert "asyncio" not in auto
    assert "    async def test_f(self):\n        await g()\n\n        assert await f() == 1\n" in auto
    assert "\n\n\ndef test_h():" in auto
    strict = written(waiting, plain, setup=PytestSetup("strict"))
    assert "    @pytest.mark.asyncio\n    async def test_f(self):" in strict
    assert "\nimport pytest\n" in strict
    assert strict.count("mark.asyncio") == 1


def test_a_table_of_async_calls_is_marked_below_its_rows() -> None:
    rows = tuple(row(Await(call("f", n)), equals(n + 1), case_id=str(n)) for n in (1, 2))
    source = written(Candidate("test_f", "f", rows), setup=PytestSetup("strict"))
    tail = [
        "    ],",
        ")",
        "@pytest.mark.asyncio",
        "async def test_f(number, expected):",
        "    assert await f(number) == expected",
    ]
    assert source.splitlines()[-5:] == tail


CART = Fixture("cart", "/tests/conftest.py", "cart")
TAKEN = (Step(CART, "cart"),)


def test_a_fixture_is_a_parameter_of_the_test_and_no_line_of_it() -> None:
    given = call("f", Variable("cart"), ScratchFile("a.txt", "x"))
    lines = body(row(given, equals(1), equals(2, Attribute(Variable("cart"), "n")), before=TAKEN)).splitlines()
    assert lines[0] == "def test_f(cart, tmp_path):"
    assert "    assert f(cart, path) == 1" in lines
    assert lines[-1] == "    assert cart.n == 2"
    assert not any("cart =" in line for line in lines)


def test_all_rows_of_a_table_take_the_same_fixture() -> None:
    rows = tuple(row(call("f", Variable("cart"), n), equals(n), before=TAKEN, case_id=str(n)) for n in (1, 2))
    lines = body(*rows).splitlines()
    assert lines[-2:] == ["def test_f(number, expected, cart):", "    assert f(cart, number) == expected"]


def test_no_import_and_no_column_is_called_like_a_fixture() -> None:
    rows = tuple(row(call("cart", Variable("cart"), cart=n), equals(n), before=TAKEN, case_id=str(n)) for n in (1, 2))
    source = written(Candidate("test_f", "f", rows))
    assert "def test_f(cart_value, expected, cart):" in source
    assert "    assert shop_cart(cart, cart=cart_value) == expected" in source


def test_an_async_test_takes_its_fixtures_outside_of_the_loop() -> None:
    two = row(Await(call("f", Variable("cart"))), equals(1), before=(*TAKEN, Step(Await(call("g")), "first")))
    assert body(two).startswith("def test_f(cart):\n    async def scenario():\n        await g()\n")


def test_source_from_elsewhere_gives_its_imports_to_the_file() -> None:
    source = written(
        Candidate("test_f", "f", (), source="import json\n\n\ndef test_f():\n    assert json.loads('1') == 1\n")
    )
    assert "\n\nimport json\n\n\ndef test_f():" in source


def wrote(name: str) -> Check:
    return Check("file", ScratchFile(name), Const("x"))


def test_a_file_that_no_step_names_may_be_relative_so_the_test_runs_in_its_own_folder() -> None:
    assert body(row(call("save"), wrote("out.txt"))) == (
        "def test_f(monkeypatch, tmp_path):\n"
        "    monkeypatch.chdir(tmp_path)\n"
        "    save()\n"
        "\n"
        '    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "x"'
    )
    assert "chdir" in body(row(call("save", ScratchFile("in.txt")), wrote("out.txt")))


@pytest.mark.parametrize("given", ["out.txt", "folder/"])
def test_a_file_that_a_step_names_needs_no_folder_of_its_own(given: str) -> None:
    name = given if given.endswith("txt") else "folder/out.txt"
    assert "chdir" not in body(row(call("save", ScratchFile(given)), wrote(name)))


def test_what_asks_for_the_event_loop_is_written_inside_one() -> None:
    plain = row(call("f"), equals(1))
    inside = replace(plain, scenario=replace(plain.scenario, in_loop=True))
    assert body(inside).splitlines()[1:] == [
        "    async def scenario():",
        "        assert f() == 1",
        "",
        "    asyncio.run(scenario())",
    ]


def test_a_question_is_asserted_as_it_stands() -> None:
    asked = Check("is", Call(Attribute(RESULT, "endswith"), (Const("b"),)), Const(True))
    assert body(row(call("f"), asked)).splitlines()[-1] == '    assert f().endswith("b")'


@pytest.mark.parametrize(("symbol", "written_as"), [("==", "=="), ("is", "is"), ("in", "in"), ("<", "<")])
def test_a_comparison_that_holds_is_asserted_as_it_stands(symbol: str, written_as: str) -> None:
    compared = Operation(symbol, call("f"), call("g"))
    assert f"assert f() {written_as} g()" in body(row(compared, Check("is", RESULT, Const(True))))


def test_a_comparison_that_does_not_hold_is_asserted_false() -> None:
    compared = Operation("==", call("f"), call("g"))
    assert "assert (f() == g()) is False" in body(row(compared, Check("is", RESULT, Const(False))))


def test_methods_stand_in_classes_indented_and_proven() -> None:
    table = (row(call("f", 1), equals(2), case_id="one"), row(call("f", 2), equals(3), case_id="two"))
    waiting = row(Await(call("f")), equals(4), before=(Step(Await(call("f")), "first"),))
    tests = [
        Candidate("test_f", "f", table, group="TestF"),
        Candidate("test_f_waits", "f", (waiting,), group="TestF"),
        Candidate("test_g", "g", (row(call("g"), equals(1)),), group="TestG"),
    ]
    proofs = {"TestF::test_f[one]": Proof(5, 5, 1, 0), "TestF::test_f[two]": Proof(5, 5, 0, 1)}
    text = written(*tests, proofs=proofs)
    assert (
        text.partition("\n\n\n")[2]
        == """class TestF:
    # proof: 5/5 runs · 1 new line, 1 new branch
    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            pytest.param(1, 2, id="one"),
            pytest.param(2, 3, id="two"),
        ],
    )
    def test_f(self, number, expected):
        assert f(number) == expected

    def test_f_waits(self):
        async def scenario():
            await f()

            assert await f() == 4

        asyncio.run(scenario())


class TestG:
    def test_g(self):
        assert g() == 1
"""
    )


def item_call(function: str, *args: Recipe) -> Call:
    return Call(Name("operator", function), (Variable("cart"), *args))


def test_items_are_set_and_deleted_as_a_person_does() -> None:
    before = (
        Step(call("Cart"), "cart"),
        Step(item_call("setitem", Const("pen"), Const(2))),
        Step(item_call("delitem", Const("ink"))),
    )
    source = body(row(call("total", Variable("cart")), equals(3), before=before))
    assert source.splitlines()[1:4] == ["    cart = Cart()", '    cart["pen"] = 2', '    del cart["ink"]']
    assert "operator" not in source


def test_an_item_that_is_refused_is_set_as_a_person_does() -> None:
    steps = (Step(call("Cart"), "cart"), Step(item_call("setitem", Const("pen"), Const(-1)), "result"))
    outcome = Outcome((), Raised(Name("builtins", "ValueError"), None, True))
    source = body(Row(Scenario(steps, "f"), outcome))
    assert '        cart["pen"] = -1' in source.splitlines()


def test_what_setting_an_item_gives_is_still_asserted() -> None:
    before = (Step(call("Cart"), "cart"),)
    source = body(row(item_call("setitem", Const("pen"), Const(2)), Check("is", RESULT, Const(None)), before=before))
    assert 'assert setitem(cart, "pen", 2) is None' in source
