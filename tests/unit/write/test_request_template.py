"""A template of the user's has the names that are documented, runs in a sandbox, and says where it cannot be followed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from testwright.errors import UsageError
from testwright.nouns.source_text import Source
from testwright.write.request_template import request_contexts, request_template
from testwright.write.request_test_file import RequestTestText

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/generate-test.md"
TEST = RequestTestText(
    name="test_home",
    fixtures=["client", "db"],
    decorators=[],
    arrange=[Source('tea = Product.objects.create(sku="TEA")', frozenset([("shop.models", "Product")]))],
    rest=[Source('response = client.get("/")'), Source("assert response.status_code == 200")],
    proof="5/5 runs",
)
RESPONSE = {"status_code": 200, "content_type": "text/html", "headers": {}, "content": "<p>tea</p>"}


@pytest.fixture
def written(tmp_path):
    def write(template: str, *tests: RequestTestText) -> str:
        path = tmp_path / "own.j2"
        path.write_text(template)
        found = tests or (TEST,)
        contexts = request_contexts(found, [RESPONSE] * len(found), own=frozenset(["shop"]), unittest=False)
        return request_template(path, contexts, version="1")

    return write


def test_the_template_of_the_documentation_gives_a_test(written):
    template = re.search(r"```jinja\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    assert written(template) == (
        "from shop.models import Product\n\n\n"
        "def test_home(client, db):\n"
        '    tea = Product.objects.create(sku="TEA")\n'
        '    response = client.get("/")\n'
        "    assert response.status_code == 200\n"
    )


@pytest.mark.parametrize(
    "name", re.findall(r"`(\w+)`", PAGE.read_text().partition("| `tests` |")[2].partition("```")[0])
)
def test_each_documented_name_is_there(written, name):
    names = ("status_code", "content_type", "headers", "content", "request")
    where = f"response.{name}" if name in names[:4] else f"template_parts.{name}" if name == "request" else name
    assert written("{{ " + where + " is defined }}") == "True"


def test_a_request_is_told_as_functions_and_as_methods_have_it(written):
    assert written("{{ test_client_call_pytest }}") == 'client.get("/")'
    assert written("{{ test_client_call }}") == 'self.client.get("/")'
    assert written("{{ template_parts.request }}") == 'response = self.client.get("/")'
    assert written("{{ template_parts.asserts }}") == "self.assertEqual(response.status_code, 200)"
    assert written("{{ pytest_template_parts.asserts }}") == "assert response.status_code == 200"


def test_all_tests_are_there(written):
    assert written("{{ tests | map(attribute='proof') | join(',') }}", TEST, TEST) == "5/5 runs,5/5 runs"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{% for x in %}\n", 2),
        ("a\nb\n{{ no_such_name }}\n", 3),
        ("a\n{{ imports + 1 }}\n", 2),
        ("{% include 'missing.j2' %}", 0),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_line(written, template, line):
    with pytest.raises(UsageError) as caught:
        written(template)
    assert caught.value.slug == "template-error"
    assert caught.value.where.endswith(f"own.j2:{line}" if line else "own.j2")


def test_it_does_not_get_at_python_itself(written):
    with pytest.raises(UsageError):
        written("{{ ''.__class__.__mro__[1].__subclasses__() }}")


KOLO = """\
{% for import in imports %}{{ import }}
{% endfor %}
@pytest.mark.django_db()
def {{ test_name }}(client):
    {% for fixture in sql_fixtures %}
    {% for line in fixture.template_parts %}
    {{ line }}
    {% endfor %}
    {% endfor %}
    response = {{ test_client_call_pytest }}
    assert response.status_code == {{ response.status_code }}
    {% for fixture in asserts %}
    {% for line in fixture.pytest_template_parts %}
    {{ line }}
    {% endfor %}
    {% endfor %}
"""


def test_a_template_that_was_written_for_kolo_works(written):
    rest = [Source("client.force_login(ann)"), *TEST.rest]
    assert written(KOLO, replace(TEST, rest=rest)) == (
        "from shop.models import Product\n"
        "@pytest.mark.django_db()\n"
        "def test_home(client):\n"
        '    tea = Product.objects.create(sku="TEA")\n'
        "    client.force_login(ann)\n"
        '    response = client.get("/")\n'
        "    assert response.status_code == 200\n"
        "    assert response.status_code == 200\n"
    )
    assert written("{{ asserts[0].template_parts[0] }}") == "self.assertEqual(response.status_code, 200)"


def test_names_of_trace_processors_are_there(tmp_path):
    (context,) = request_contexts([TEST], [RESPONSE], own=frozenset(), unittest=False)
    path = tmp_path / "own.j2"
    path.write_text("{{ title }}{{ sql_fixtures | join }}")
    assert request_template(path, [context | {"title": "T", "sql_fixtures": ["x"]}], version="1") == "Tx"
