from __future__ import annotations

import json

import pytest

from testwright.python_source.class_index import ClassIndex, scan_classes

STORE = """
class Store:
    size: int = 0

    def __init__(self, path): ...

    def __len__(self): ...

    async def _load(self, key: str, *rest) -> list[int]: ...

    class Inner:
        def go(self): ...
"""


def test_classes_of_a_folder_are_kept_in_the_form_of_pytest_generator(tmp_path):
    root = tmp_path / "test_area"  # what lies above the folder says nothing of what is in it
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "store.py").write_text(STORE)
    for skipped in ("venv/a.py", ".git/a.py", "__pycache__/a.py", "test_store.py", "broken.py"):
        (root / skipped).parent.mkdir(exist_ok=True)
        (root / skipped).write_text("class Store: pass" if skipped != "broken.py" else "class Store(")
    index = scan_classes(str(root))
    assert json.loads(index.to_text()) == {
        "scan_root": str(root),
        "classes": {
            "Store": {
                "file": "shop/store.py",
                "methods": [
                    {"name": "__init__", "args": ["path"], "returns": "", "is_async": False},
                    {"name": "_load", "args": ["key"], "returns": "list[int]", "is_async": True},
                ],
            },
            "Inner": {
                "file": "shop/store.py",
                "methods": [{"name": "go", "args": [], "returns": "", "is_async": False}],
            },
        },
    }
    assert ClassIndex.from_text(index.to_text()) == index


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"classes": []}', '{"classes": {"A": 1}}', '{"classes": {"A": {"methods": [{"args": []}]}}}'],
)
def test_what_is_no_index_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        ClassIndex.from_text(text)
