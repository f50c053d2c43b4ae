from __future__ import annotations

from pathlib import Path

from testwright.workers.worker_environment import worker_environment


def test_only_what_an_interpreter_needs_is_kept(tmp_path: Path) -> None:
    base = {"PATH": "/bin", "LC_ALL": "C", "TZ": "UTC", "GITHUB_TOKEN": "x", "http_proxy": "x", "PYTHONHOME": "x"}
    base |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-x"}
    made = worker_environment(str(tmp_path), {"TZ": "Asia/Tokyo"}, base)
    home = str(tmp_path.resolve() / "home")
    assert made == {
        "PATH": "/bin",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "HOME": home,
        "TMPDIR": home,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    assert Path(home).is_dir()
