"""A helper's imports move to the top of the file only when they bind there what the helper means by them."""

from __future__ import annotations

from testwright.python_source.render_imports import Imports

SOURCE = "import datetime as dt\n\n\ndef today():\n    return dt.date.today()\n"


def test_an_alias_is_taken_over_once():
    imports = Imports()
    assert imports.adopt(SOURCE) == "def today():\n    return dt.date.today()"
    assert imports.render() == "import datetime as dt"


def test_a_module_that_the_file_calls_otherwise_is_called_so_by_the_helper():
    imports = Imports()
    assert imports.expression("datetime", "") == "datetime"
    assert imports.adopt(SOURCE) == "def today():\n    return datetime.date.today()"
    assert imports.render() == "import datetime"
