"""Lines are broken at their brackets, where formatters would, and keep their meaning."""

from __future__ import annotations

import ast

import black
import pytest

from testwright.python_source.parts_of_source import broken_line

LONG = "a text that is rather long, and that is followed by others so that nothing fits"


def as_black(line: str) -> list[str]:
    text = black.format_str(f"def f():\n    {line}\n", mode=black.Mode())
    return text.splitlines()[1:]


@pytest.mark.parametrize(
    "line", ["order.refresh_from_db()", "assert response.status_code == 200", "x = {1: [2, (3,)]}"]
)
def test_a_line_that_fits_stays(line: str) -> None:
    assert broken_line(line, 4) == [f"    {line}"]


def test_a_line_is_broken_at_its_last_bracket() -> None:
    assert broken_line(f'order = Order.objects.create(name="{LONG[:40]}", number=1, customer=customer_2)', 4) == [
        "    order = Order.objects.create(",
        f'        name="{LONG[:40]}",',
        "        number=1,",
        "        customer=customer_2,",
        "    )",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'assert response.json() == {"name": "Ada", "tags": ["a", "b"], "note": "something longer", "key": order.pk}',
        'assert [line for line in page if line.startswith("<li")] == ["<li>one</li>", "<li>two</li>", "<li>three</li>"]',
        'assert list(Order.objects.order_by("pk").values_list("name", "price"))[-2:] == [("a", 1), ("b", 2), ("c", 3)]',
        'assert response.headers["Content-Disposition"] == f"attachment; filename=the_order_number_{order.pk}.pdf"',
        'assert mail.body == f"Your order {order.pk} has been received, and will be sent soon after this"',
        'response = client.post(f"/orders/{order.pk}/lines/", {"names": ["é", "漢字"], "text": "naïve and longer than that"})',
        'é = Order.objects.create(name="漢字漢字漢字漢字漢字漢字", other="漢字漢字漢字漢字漢字漢字", more="é")',
    ],
)
def test_lines_are_broken_as_black_does(line: str) -> None:
    broken = broken_line(line, 4)
    assert len(broken) > 1
    assert broken == as_black("\n".join([broken[0].strip(), *broken[1:]]))
    assert ast.dump(ast.parse("def f():\n" + "\n".join(broken))) == ast.dump(ast.parse(f"def f():\n    {line}"))


def test_a_slice_is_not_given_a_comma() -> None:
    left = 'assert list(OrderLine.objects.order_by("pk").values_list("order", "price", "number"))'
    (broken,) = [line for line in broken_line(f'{left}[-2:] == [(1, "2", 3), (4, "5", 6)]', 4) if ":]" in line]
    assert "[-2:]" in broken


@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_is_in_a_formatted_text_is_not_broken(quote: str) -> None:
    """Python 3.12 takes it apart into tokens, with brackets of their own."""
    text = f"f{quote}{LONG}{{order.total(1, 2)}} {{{{}}}} {{order.pk}}{quote}"
    assert any(text in line for line in broken_line(f"response = client.post({text}, [1, 2])", 4))


def test_a_line_in_other_letters_is_cut_where_its_letters_are() -> None:
    """Syntax trees count octets, tokens count letters."""
    line = 'größe = Größe.objects.create(name="漢字漢字漢字漢字漢字漢字漢字漢字", ähnlich="ß" * 3, übrig=größe_2)'
    assert broken_line(line, 4) == [
        "    größe = Größe.objects.create(",
        '        name="漢字漢字漢字漢字漢字漢字漢字漢字",',
        '        ähnlich="ß" * 3,',
        "        übrig=größe_2,",
        "    )",
    ]


def test_a_comparison_of_which_nothing_gives_is_put_in_parentheses() -> None:
    name = "a_name_that_is_rather_long_and_longer"
    assert broken_line(f"assert {name}.{name} == settings.PAYMENTS_URL", 4) == [
        "    assert (",
        f"        {name}.{name}",
        "        == settings.PAYMENTS_URL",
        "    )",
    ]


@pytest.mark.parametrize("line", ["assert (1,", 'x = "open', "", "x = (\n1)"])
def test_what_cannot_be_read_stays(line: str) -> None:
    assert "\n".join(broken_line(line, 4)) == f"    {line}"


def test_blocks_keep_their_indent_and_their_colon() -> None:
    assert broken_line('    upstream.post("https://example.com/", json={"a": 1})', 4) == [
        '        upstream.post("https://example.com/", json={"a": 1})'
    ]
    broken = broken_line(f'with pytest.raises(LookupError, match="{LONG}"):', 4)
    assert broken[0] == "    with pytest.raises("
    assert broken[-1] == "    ):"
