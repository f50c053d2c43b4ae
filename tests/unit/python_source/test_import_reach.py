"""Which files importing a file may run, told from source alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from testwright.python_source.import_reach import ImportReach

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "from .prices import total\n",
    "src/shop/prices.py": "def total(): ...\n",
    "src/shop/mail.py": "import smtplib\n",
    "src/lazy/__init__.py": "import importlib\n\ndef __getattr__(name):\n    return importlib.import_module('.x', 'lazy')\n",
    "src/eager/__init__.py": "from eager import inner\n",
    "src/eager/inner.py": "",
    "src/eager/other.py": "",
    "tests/support.py": "from shop import prices\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "module", "expected"),
    [
        pytest.param("import shop.prices", "shop/prices.py", True, id="by name"),
        pytest.param("from shop import prices", "shop/prices.py", True, id="from its package"),
        pytest.param("from shop.prices import total", "shop/prices.py", True, id="what it holds"),
        pytest.param("import shop.cart", "shop/prices.py", True, id="by way of another module"),
        pytest.param("from support import prices", "shop/prices.py", True, id="by way of a file beside the tests"),
        pytest.param("def test(): import shop.prices", "shop/prices.py", True, id="in a function"),
        pytest.param("x = patch('shop.prices.total')", "shop/prices.py", True, id="in a text"),
        pytest.param("import eager.other", "eager/inner.py", True, id="by its package"),
        pytest.param("import lazy", "shop/prices.py", True, id="cannot be told"),
        pytest.param("import broken (", "shop/prices.py", True, id="cannot be read"),
        pytest.param("import shop.mail", "shop/prices.py", False, id="another module"),
        pytest.param("import shop", "shop/prices.py", False, id="the package alone"),
        pytest.param("import json, os", "shop/prices.py", False, id="others' modules"),
    ],
)
def test_whether_a_test_file_may_run_a_module(project: Path, text: str, module: str, expected: bool) -> None:
    file = project / "tests" / "test_it.py"
    file.write_text(text + "\n")
    reach = ImportReach(str(project), [str(project / "src")])
    assert reach.may_run(str(file), [str(project / "src" / module)]) is expected
