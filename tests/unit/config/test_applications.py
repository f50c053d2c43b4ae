"""The application that requests are sent to is found by reading the project's source."""

from __future__ import annotations

import pytest

from testwright.config.applications import app_to_test, applications
from testwright.config.project import find_project
from testwright.errors import UsageError

MADE = "from fastapi import FastAPI\napi = FastAPI(title='x')\nraise SystemExit('not to be imported by the CLI')\n"
MAKER = "import flask\ndef create_app(config=None):\n    app = flask.Flask(__name__)\n    return app\n"
NEEDY = "import flask\ndef create_app(config):\n    return flask.Flask(__name__)\n"


def project(make_files, **files):
    root = make_files(
        {"pyproject.toml": "", "shop/__init__.py": "", **{f"shop/{name}.py": text for name, text in files.items()}}
    )
    return find_project(str(root))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main": MADE}, "shop.main:api"),
        ({"web": MAKER}, "shop.web:create_app"),
        ({"main": MADE, "web": MAKER}, "shop.main:api"),
        ({"web": NEEDY}, ""),
        ({"main": MADE, "test_main": MADE, "conftest": MADE}, "shop.main:api"),
        ({"broken": "FastAPI(("}, ""),
    ],
)
def test_the_only_one_is_found(make_files, files, expected):
    assert app_to_test("", project(make_files, **files)) == expected


def test_one_of_several_has_to_be_named(make_files):
    found = project(make_files, main=MADE, other=MADE.replace("api", "app"))
    assert list(applications(found)) == ["shop.main:api", "shop.other:app"]
    with pytest.raises(UsageError, match=r"several applications: 'shop.main:api', 'shop.other:app'") as told:
        app_to_test("", found)
    assert told.value.slug == "several-applications"
    assert app_to_test("shop.other:app", found) == "shop.other:app"


@pytest.mark.parametrize("text", ["shop.main", "shop/main.py:app", "shop.main:", "shop.main:app()"])
def test_what_is_no_name_is_told(make_files, text):
    with pytest.raises(UsageError, match="names no application"):
        app_to_test(text, project(make_files, main=MADE))


def test_a_project_in_a_folder_of_tests_is_a_project(tmp_path):
    root = tmp_path / "tests" / "desk"
    for path, text in (
        ("pyproject.toml", ""),
        ("shop/__init__.py", ""),
        ("shop/main.py", MADE),
        ("tests/app.py", MADE),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    assert app_to_test("", find_project(str(root))) == "shop.main:api"
