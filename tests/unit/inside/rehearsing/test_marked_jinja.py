"""Pages of Jinja's templates are marked where a variable or a condition has put something, and are the same otherwise."""

from __future__ import annotations

import pytest

jinja2 = pytest.importorskip("jinja2")

from testwright.inside.rehearsing.marked_templates import BEGIN, END  # noqa: E402
from testwright.inside.rehearsing.services.marked_jinja import mark_jinja  # noqa: E402

PAGE = """<h1>Shop</h1>
{% if some %}
<p>{{ name }}, {{ name|upper }}</p>
{% else %}
<p>None</p>
{% endif %}
{% for each in rows %}
<li class="{{ each }}">row</li>
{% endfor %}"""


@pytest.mark.parametrize("some", [True, False])
def test_variables_and_conditions_are_marked(monkeypatch: pytest.MonkeyPatch, some: bool) -> None:
    given = {"some": some, "name": "<Ada>", "rows": [1, 2]}
    plain = jinja2.Environment(autoescape=True).from_string(PAGE).render(given)
    monkeypatch.setattr(jinja2.Environment, "_parse", jinja2.Environment._parse)
    mark_jinja()
    marked = jinja2.Environment(autoescape=True).from_string(PAGE).render(given)
    assert marked.replace(BEGIN, "").replace(END, "") == plain
    lines = marked.splitlines()
    assert f'<li class="{BEGIN}1{END}">row</li>' in lines
    assert (f"<p>{BEGIN}&lt;Ada&gt;{END}, {BEGIN}&lt;ADA&gt;{END}</p>" in lines) is some
    before = marked[: marked.index("<p>")]
    assert before.count(BEGIN) - before.count(END) == 1  # within the condition
    assert BEGIN not in lines[0]
