"""Templates are recorded with what the view gave them, and those that they take in."""

from __future__ import annotations

import pytest

DJANGO = """
import django
from django.conf import settings
pages = {
    "base.html": "<{% block a %}{% endblock %}>",
    "row.html": "[{{ one }}]",
    "page.html": "{% extends 'base.html' %}{% block a %}{{ title }}"
    "{% for one in all %}{% include 'row.html' %}{% endfor %}{% endblock %}",
}
loader = ("django.template.loaders.locmem.Loader", pages)
settings.configure(TEMPLATES=[{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {"loaders": [loader], "context_processors": ["main_extra.extra"]},
}])
django.setup()
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
"""
JINJA = """
import jinja2
pages = {
    "base.html": "<{% block a %}{% endblock %}>",
    "row.html": "[{{ one }}]",
    "page.html": "{% extends 'base.html' %}{% block a %}{{ title }}"
    "{% for one in all %}{% include 'row.html' %}{% endfor %}{% endblock %}",
}
environment = jinja2.Environment(loader=jinja2.DictLoader(pages))
"""


def test_a_page_of_django(program, tmp_path):
    pytest.importorskip("django")
    (tmp_path / "main_extra.py").write_text("def extra(request): return {'site': 'shed'}\n")
    told = program(
        """
        with request(rows=False):
            printed = render_to_string("page.html", {"title": "Tools", "all": [1, 2], "password": "hunter-two"}, HttpRequest())
            Template("{{ a }}").render(Context({"a": 1}))
        """,
        DJANGO,
    )
    page, text = told.spans("template")
    assert told.printed == "<Tools[1][2]>"
    assert (page["name"], page["data"]["engine"]) == ("page.html", "django")
    assert page["data"]["names"] == ["page.html", "base.html", "row.html"]
    context = {pair[0]: pair[1] for pair in page["data"]["context"][1:]}
    assert (context["title"], context["all"]) == ("Tools", ["list", 1, 2])
    assert context["password"][0] == "secret"
    assert "site" not in context
    assert (text["name"], text["data"]["names"], text["data"]["context"]) == ("(a text)", [], ["dict", ["a", 1]])


def test_what_a_template_raises_is_the_programs_and_no_value_is_asked_for(program):
    pytest.importorskip("django")
    told = program(
        """
        class Odd:
            def __repr__(self): raise SystemError
            @property
            def now(self): raise LookupError("so it is")
        with request(rows=False):
            try:
                Template("{{ odd.now }}", engine=None).render(Context({"odd": Odd()}))
            except LookupError as error:
                printed = str(error)
            Template("again").render(Context())
        """,
        DJANGO.replace('"main_extra.extra"', ""),
    )
    first, second = told.spans("template")
    assert told.printed == "so it is"
    assert first["data"]["raised"]["message"] == "so it is"
    assert second["data"] == {"names": [], "engine": "django", "context": ["dict"]}


def test_a_page_of_jinja(program):
    pytest.importorskip("jinja2")
    told = program(
        """
        page = environment.get_template("page.html")
        with request(rows=False):
            printed = [page.render(title="Tools", all=[1, 2])]
            printed.append("".join(page.generate({"title": "More", "all": []})))
            try:
                environment.from_string("{{ 1 / none }}").render()
            except TypeError as error:
                printed.append(type(error).__name__)
        """,
        JINJA,
    )
    page, pieces, wrong = told.spans("template")
    assert told.printed == ["<Tools[1][2]>", "<More>", "TypeError"]
    assert page["data"] == {
        "names": ["page.html", "base.html", "row.html"],
        "engine": "jinja2",
        "context": ["dict", ["title", "Tools"], ["all", ["list", 1, 2]]],
    }
    assert pieces["data"]["context"] == ["dict", ["title", "More"], ["all", ["list"]]]
    assert wrong["data"]["raised"]["type"] == "builtins:TypeError"


def test_jinja_may_be_asynchronous(program):
    pytest.importorskip("jinja2")
    told = program(
        """
        import asyncio
        later = jinja2.Environment(loader=jinja2.DictLoader(pages), enable_async=True).get_template("page.html")
        async def rendered():
            return [await later.render_async(title="a", all=[1]), "".join([x async for x in later.generate_async(title="b")])]
        with request(rows=False):
            printed = asyncio.run(rendered())
            printed.append(later.render(title="c"))
        """,
        JINJA,
    )
    assert told.printed == ["<a[1]>", "<b>", "<c>"]
    assert [span["data"]["context"][1][1] for span in told.spans("template")] == ["a", "b", "c"]


def test_a_run_keeps_a_few_of_each_template_and_none_of_their_parts_in_their_place(program):
    pytest.importorskip("django")
    told = program(
        """
        whole = session.begin("script", "main.py", whole=True)
        printed = [render_to_string("page.html", {"title": title, "all": [1]}) for title in "abcd"]
        printed.append(dict(whole.dropped))
        session.end(whole)
        """,
        DJANGO.replace('["main_extra.extra"]', "[]"),
    )
    assert [span["name"] for span in told.spans("template")] == ["page.html"]
    assert told.printed == ["<a[1]>", "<b[1]>", "<c[1]>", "<d[1]>", {"template": 3}]
