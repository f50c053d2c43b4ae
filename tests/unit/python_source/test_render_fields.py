"""Fields of classes that were put together are written as black would write them."""

from __future__ import annotations

import black
import pytest

from testwright.python_source.render_fields import fields_laid_out

HEAD = "import dataclasses\n\n\n@dataclasses.dataclass\nclass Tagged:\n"


@pytest.mark.parametrize(
    "field",
    [
        "x: int = 1",
        "tags: list[str] = dataclasses.field(default_factory=list)",
        "pair: tuple[int, ...] = (1,)",
        "label: str = dataclasses.field(default='a', metadata={'json': {'encoder': lambda *a: 'same', 'exclude': None}})",
        "label: str = dataclasses.field(default='a', metadata={'json': {'encoder': str.upper, 'decoder': lambda *args: True,"
        " 'letter_case': lambda *args: 'same', 'mm_field': str.upper}})",
        "note: str = 'it\\'s'",
    ],
)
def test_a_field_is_stable_under_black(field: str) -> None:
    laid_out = fields_laid_out(f"{HEAD}    {field}\n    size: int = 1\n")
    assert black.format_str(laid_out, mode=black.Mode()) == laid_out
    spaces = {}, {}
    exec(compile(f"{HEAD}    {field}\n", "given", "exec"), spaces[0])
    exec(compile(laid_out, "laid out", "exec"), spaces[1])
    assert list(spaces[0]["Tagged"].__annotations__) == list(spaces[1]["Tagged"].__annotations__)[:1]


def test_what_is_no_field_stays_as_it_is() -> None:
    source = "def f(x):\n    y: str = 'a'\n    return y\n"
    assert fields_laid_out(source) == source
