"""The job as a worker does it: messages in, by order, node and kind."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from testwright.workers import JobEnd, run_job


def run_gate(tmp_path: Path, text: str, **more: Any) -> tuple[list[dict[str, Any]], JobEnd]:
    file = tmp_path / "test_it.py"
    file.write_text(dedent(text))
    (tmp_path / "target.py").write_text("def double(x):\n    return x * 2\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    messages: list[dict[str, Any]] = []
    job = {
        "task": "gate",
        "sys_path": [str(tmp_path)],
        "scratch": str(scratch),
        "memory_mb": 2048,
        "isolation": "auto",
        "files": [str(file)],
        "source": str(tmp_path / "target.py"),
        "seconds": 60,
        **more,
    }
    end = run_job(sys.executable, job, on_message=messages.append, wall_seconds=90)
    return messages, end


def results(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(m["node"], m["outcome"]) for m in messages if m["event"] == "result"]


THREE = """
    from target import double
    def test_a():
        assert double(1) == 2
    def test_b():
        assert double(1) == 3
    class TestMore:
        def test_c(self, tmp_path, capfd, monkeypatch):
            print("x")
            (tmp_path / "f").write_text("x")
            assert capfd.readouterr().out == "x\\n"
    """


def test_sends_each_result_in_the_order_of_running(tmp_path: Path) -> None:
    messages, end = run_gate(tmp_path, THREE, order="reversed")

    assert end.reason == "done"
    assert results(messages) == [("TestMore::test_c", "passed"), ("test_b", "failed"), ("test_a", "passed")]
    assert [m["detail"] for m in messages if m["event"] == "result"][1] == "assert 2 == 3"
    assert messages[-2:] == [
        {"event": "finished", "code": 1},
        {"event": "end", "kind": "ok", "code": 0, "node": "", "at": "test_a"},
    ]


def test_deselects(tmp_path: Path) -> None:
    messages, _ = run_gate(tmp_path, THREE, deselect=["test_b", "TestMore::test_c"])
    assert results(messages) == [("test_a", "passed")]


def test_traces_import_and_each_test_apart(tmp_path: Path) -> None:
    messages, _ = run_gate(tmp_path, THREE, trace=True)

    arcs = {m["node"]: m["arcs"] for m in messages if m["event"] == "arcs"}
    assert arcs == {
        "": [[-1, 1], [1, -1]],
        "test_a": [[-1, 2], [2, -1]],
        "test_b": [[-1, 2], [2, -1]],
        "TestMore::test_c": [],
    }


def test_alone_no_other_test_has_run_in_the_process(tmp_path: Path) -> None:
    text = """
        import os
        SEEN = []
        def test_a():
            SEEN.append("a")
        def test_b():
            assert SEEN == []
        def test_c():
            os._exit(3)
        def test_d():
            assert SEEN == []
        """
    messages, _ = run_gate(tmp_path, text, order="alone", nodes=["test_a", "test_b", "test_c", "test_d"])

    assert results(messages) == [("test_a", "passed"), ("test_b", "passed"), ("test_d", "passed")]
    ends = [(m["node"], m["kind"], m["code"]) for m in messages if m["event"] == "end"]
    assert ends == [("test_a", "ok", 0), ("test_b", "ok", 0), ("test_c", "exit", 3), ("test_d", "ok", 0), ("", "ok", 0)]


def test_what_was_done_before_a_crash_is_kept(tmp_path: Path) -> None:
    text = """
        import os
        def test_a(): pass
        def test_b(): os.abort()
        def test_c(): pass
        """
    messages, _ = run_gate(tmp_path, text)

    assert results(messages) == [("test_a", "passed")]
    assert messages[-1]["kind"] == "signal"
    assert messages[-1]["at"] == "test_b"


def test_a_file_that_cannot_be_imported_is_a_collection_error(tmp_path: Path) -> None:
    messages, _ = run_gate(tmp_path, "import nowhere_to_be_found\ndef test_a(): pass\n")

    errors = [m["detail"] for m in messages if m["event"] == "collection-error"]
    assert errors == ["ModuleNotFoundError: No module named 'nowhere_to_be_found'"]
    assert results(messages) == []


def test_every_word_of_pytest(tmp_path: Path) -> None:
    text = """
        import pytest
        def test_skip(): pytest.skip("for a reason")
        @pytest.mark.xfail(reason="known")
        def test_xfail(): assert 0
        @pytest.mark.xfail
        def test_xpass(): pass
        @pytest.mark.xfail(strict=True)
        def test_strict(): pass
        @pytest.fixture
        def broken(): raise OSError("no")
        def test_setup(broken): pass
        @pytest.fixture
        def late():
            yield
            raise OSError("late")
        def test_teardown(late): pass
        """
    messages, _ = run_gate(tmp_path, text)

    told = {m["node"]: (m["outcome"], m["detail"]) for m in messages if m["event"] == "result"}
    assert told["test_skip"] == ("skipped", "Skipped: for a reason")
    assert told["test_xfail"] == ("xfailed", "known")
    assert told["test_xpass"][0] == "xpassed"
    assert told["test_strict"][0] == "failed"
    assert told["test_setup"] == ("error", "OSError: no")
    assert told["test_teardown"] == ("error", "OSError: late")


def test_a_conftest_of_the_project_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest was loaded')\n")
    messages, _ = run_gate(tmp_path, THREE, deselect=["test_b"])
    assert [outcome for _, outcome in results(messages)] == ["passed", "passed"]


@pytest.mark.parametrize("name", ["random", "threading", "dis", "pluggy"])
def test_no_module_of_the_project_is_imported_outside_of_the_sandbox(tmp_path: Path, name: str) -> None:
    """A project may have its own `random.py`; the unrestricted process that starts the runs needs the real one."""
    outside = tmp_path / "was-here"
    (tmp_path / f"{name}.py").write_text(f"open({str(outside)!r}, 'w').close()\n")
    _, end = run_gate(tmp_path, THREE, order="alone", nodes=["test_a"], isolation="basic")
    assert not outside.exists()
    assert end.reason == "done"
