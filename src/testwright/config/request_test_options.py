"""Declares the options of generate-test, which have a table of their own: [tool.testwright.generate-test]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from testwright.config.declaring import declare

__all__ = ["CLOCKS", "HTTP_LIBRARIES", "RequestTestOptions"]

CLOCKS = ("freezegun", "time-machine")
HTTP_LIBRARIES = ("vcr", "responses", "respx", "httpretty", "mocket")
_declare = partial(declare, verbs=("generate-test",), table="generate-test")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTestOptions:
    """How tests of recorded requests are to be written; what is None or empty is found by looking."""

    generate_test_settings: str = _declare(
        "",
        kind="text",
        flag="--settings",
        metavar="MODULE",
        default_text="$DJANGO_SETTINGS_MODULE, else pytest's, else manage.py's",
        help="Django's settings.",
    )
    generate_test_app: str = _declare(
        "",
        kind="text",
        flag="--app",
        metavar="MODULE:NAME",
        default_text="the only one that a module of the project makes",
        help="The application of FastAPI, Starlette or Flask, or the function that makes it.",
    )
    generate_test_test_class: str = _declare(
        "",
        kind="text",
        flag="--test-class",
        metavar="NAME",
        default_text="none",
        help="Make the tests methods of this class.",
    )
    generate_test_unittest: bool | None = _declare(
        None,
        kind="flag",
        flag="--unittest/--pytest",
        default_text="what the project has",
        help="Methods of Django's TestCase, or functions for pytest-django.",
    )
    generate_test_template: str = _declare(
        "",
        kind="path",
        flag="--template",
        metavar="FILE",
        default_text="our own layout",
        help="A Jinja template to write the file by.",
    )
    generate_test_time: str = _declare(
        "",
        kind="text",
        flag="--time",
        metavar="LIBRARY",
        default_text="the one that is installed",
        choices=CLOCKS,
        help="What stops the clock where that is needed: time-machine or freezegun.",
    )
    generate_test_http: str = _declare(
        "",
        kind="text",
        flag="--http",
        metavar="LIBRARY",
        default_text="the first that is installed and knows the client",
        choices=HTTP_LIBRARIES,
        help=f"What answers requests to other services: {', '.join(HTTP_LIBRARIES)}.",
    )
    generate_test_queries: bool = _declare(
        False,
        kind="flag",
        flag="--queries/--no-queries",
        help="Also assert how many SQL queries the request makes, where that is the same each time.",
    )
    generate_test_prove: bool = _declare(
        True,
        kind="flag",
        flag="--prove/--no-prove",
        help="Run the tests with pytest, again and again, before they are kept.",
    )
    generate_test_keep_unproven: bool = _declare(
        False,
        kind="flag",
        flag="--keep-unproven/--drop-unproven",
        help="Write what was not kept as comments, with the reason.",
    )
    generate_test_factories: tuple[Mapping[str, Any], ...] = _declare(
        (),
        kind="factories",
        default_text="those found in modules called factories",
        help="Factories of factory_boy that make rows, before those that are found: dotted paths of classes, or tables with "
        "`path` and `pk` (true: with the recorded primary key).",
    )
    generate_test_trace_processors: tuple[str, ...] = _declare(
        (),
        kind="list",
        default_text="none",
        help="Dotted paths of functions that give a template more names: each takes the context and gives a dictionary.",
    )
    generate_test_field_parsers: tuple[str, ...] = _declare(
        (),
        kind="list",
        default_text="none",
        help="Dotted paths of functions that may replace a recorded value of a row: each takes the value and its field.",
    )
    generate_test_hooks: tuple[str, ...] = _declare(
        (),
        kind="list",
        default_text="none",
        help="Dotted paths of functions that may change a test before it is proven: each takes its parts and gives them back.",
    )
