"""What is looked for in a project's files before its requests are sent again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from testwright.config.project import find_project
from testwright.nouns.django_facts import DjangoFacts
from testwright.nouns.source_text import Source
from testwright.nouns.trace import Trace
from testwright.propose.requests.request_test import Act, RequestTest
from testwright.workflows.generate_from_requests import RequestResult, _bakes
from testwright.workflows.request_report import RequestReport
from testwright.write.ownership import MARK

USES = "from model_bakery import baker\n"


@pytest.mark.parametrize(
    ("files", "bakes"),
    [
        ({"tests/test_a.py": USES}, True),
        ({"shop/tests.py": "def test():\n    import model_bakery.recipe\n"}, True),
        ({"conftest.py": "import model_bakery\n"}, True),
        ({"tests/test_a.py": f'"""Tests, {MARK} 1)."""\n{USES}'}, False),
        ({"tests/test_a.py": "# from model_bakery import baker\n"}, False),
        ({"shop/seed.py": USES}, False),
        ({".venv/tests/test_a.py": USES, "site-packages/x/tests/test_a.py": USES}, False),
    ],
)
def test_model_bakery_is_used_where_the_tests_of_the_project_use_it(tmp_path: Path, files: Any, bakes: bool) -> None:
    for name, text in {"pyproject.toml": "", **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert _bakes(find_project(str(tmp_path))) is bakes


def a_report(name: str, slug: str) -> RequestReport:
    plain: dict[str, Any] = {**dict.fromkeys(Trace.__slots__, ""), "id": name}
    test = RequestTest(name, name, (), (), Act(Source("")), cassettes={f"{name}.json": "{}"})
    return RequestReport(Trace(**plain), slug=slug, test=test)


def test_only_tests_that_are_kept_have_cassettes() -> None:
    facts = DjangoFacts("settings", {}, frozenset(), {}, {})
    reports = [a_report("trc_1", ""), a_report("trc_2", "passes-every-time")]
    assert RequestResult(reports, facts).cassettes == {"trc_1.json": "{}"}
