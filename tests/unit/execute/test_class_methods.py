from __future__ import annotations

import sys

from testwright.execute.class_methods import public_methods

STORE = """
import pathlib
pathlib.Path(r"{mark}").touch()

class Base:
    def save(self, key, *values, strict=False): ...

class Store(Base):
    def find(self, key): ...
    def _hidden(self): ...
    @classmethod
    def make(cls): ...
"""


def test_public_methods_are_told_by_a_worker_that_survives_what_it_imports(tmp_path):
    project, scratch = tmp_path / "project", tmp_path / "scratch"
    project.mkdir()
    scratch.mkdir()
    mark = tmp_path / "written"
    (project / "tw_store.py").write_text(STORE.replace('pathlib.Path(r"{mark}").touch()', ""))
    (project / "tw_leaves.py").write_text("import os; os._exit(0)")
    (project / "tw_raises.py").write_text("raise SystemExit(3)")
    (project / "tw_writes.py").write_text(STORE.replace("{mark}", str(mark)))
    names = [(f"tw_{name}", "Store") for name in ("leaves", "nowhere", "raises", "writes", "store")]
    wanted = [*names, ("datetime", "datetime"), ("os", "getcwd")]
    found = public_methods(wanted, python=sys.executable, sys_path=[str(project)], scratch=scratch)
    assert found == {
        ("tw_store", "Store"): {"find": ("key",), "save": ("key", "values", "strict")},
    }
    assert not mark.exists()
    assert "tw_store" not in sys.modules
