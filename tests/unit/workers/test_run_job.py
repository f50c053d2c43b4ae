from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from testwright.errors import SandboxError
from testwright.workers import JobEnd, run_job


def script_job(scratch: Path, *scripts: str, **more: Any) -> dict[str, Any]:
    job = {"task": "script", "sys_path": [], "scratch": str(scratch), "memory_mb": 512, "scripts": list(scripts)}
    return {**job, "isolation": "auto", **more}


def run(job: dict[str, Any], **more: Any) -> tuple[list[dict[str, Any]], JobEnd]:
    messages: list[dict[str, Any]] = []
    options = {"on_message": messages.append, "wall_seconds": 30.0, **more}
    return messages, run_job(sys.executable, job, **options)


def processes_below(folder: Path) -> list[str]:
    """Processes that work in the folder (Linux; elsewhere none is seen)."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            found += [str(place)] if Path(os.readlink(place)).is_relative_to(folder) else []
        except OSError:
            continue
    return found


def test_messages_arrive_in_order_and_the_end_is_told(tmp_path: Path) -> None:
    messages, end = run(script_job(tmp_path, "for n in range(1000): channel.send({'n': n})"))
    assert [message["n"] for message in messages if "n" in message] == list(range(1000))
    assert messages[-1]["kind"] == "ok"
    assert (end.reason, end.detail) == ("done", "")
    assert end.isolation.endswith("rlimits+audit")


def test_a_message_of_megabytes_arrives_whole(tmp_path: Path) -> None:
    messages, _ = run(script_job(tmp_path, "channel.send({'x': 'é' * 10**6})"))
    assert messages[0]["x"] == "é" * 10**6


def test_a_job_of_megabytes_arrives_whole(tmp_path: Path) -> None:
    messages, _ = run(script_job(tmp_path, "result['n'] = 1\n" + "#" * 3 * 10**6))
    assert messages[0]["result"] == {"n": 1}


def test_the_wall_ends_everything(tmp_path: Path) -> None:
    messages, end = run(script_job(tmp_path, "while True: pass", wall_seconds=60.0), wall_seconds=0.5)
    assert (messages, end.reason) == ([], "timeout")
    assert processes_below(tmp_path) == []


def test_stop_ends_everything(tmp_path: Path) -> None:
    started = time.monotonic()
    job = script_job(tmp_path, "while True: pass", wall_seconds=60.0)
    _, end = run(job, stop=lambda: time.monotonic() > started + 0.3)
    assert end.reason == "stopped"
    assert processes_below(tmp_path) == []


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ZeroDivisionError])
def test_what_the_listener_raises_comes_out_and_nothing_is_left(tmp_path: Path, problem: type[BaseException]) -> None:
    def listen(_: dict[str, Any]) -> None:
        raise problem

    with pytest.raises(problem):
        run(script_job(tmp_path, "channel.send({})\nwhile True: pass"), on_message=listen)
    assert processes_below(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"task": "dance"}, "unknown task 'dance'"),
        ({"isolation": "total"}, "unknown isolation 'total'"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, str], detail: str) -> None:
    _, end = run({**script_job(tmp_path, ""), **change})
    assert end.reason == "refused"
    assert detail in end.detail


def test_a_task_that_raises_is_told_with_its_traceback(tmp_path: Path) -> None:
    _, end = run(script_job(tmp_path, "", wall_seconds="soon"))
    assert end.reason == "crashed"
    assert "Traceback" in end.detail
    assert "TypeError" in end.detail


def test_the_traceback_of_failed_work_is_on_standard_error(tmp_path: Path) -> None:
    messages, end = run(script_job(tmp_path, "1 / 0"))
    assert (messages[0]["kind"], messages[0]["code"]) == ("exit", 70)
    assert "ZeroDivisionError" in end.stderr_tail


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no-such-python") as caught:
        run_job("/no-such-python", script_job(tmp_path, ""), on_message=print, wall_seconds=5.0)
    assert caught.value.slug == "worker-failed-to-start"


def test_a_program_that_is_no_python_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho I am no Python >&2; exit 3\n")
    program.chmod(0o755)
    with pytest.raises(SandboxError, match="I am no Python") as caught:
        run_job(str(program), script_job(tmp_path, ""), on_message=print, wall_seconds=5.0)
    assert caught.value.slug == "worker-failed-to-start"


def test_a_scratch_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="absent") as caught:
        run(script_job(tmp_path / "absent", ""))
    assert caught.value.slug == "worker-failed-to-start"


def test_an_unknown_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["testwright.workers.run_job"], "supported", lambda: False)
    with pytest.raises(SandboxError) as caught:
        run(script_job(tmp_path, ""))
    assert caught.value.slug == "unsupported-platform"


def test_the_environment_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("LC_NUMERIC", "C")
    source = "import os, sys\nresult.update(environment=dict(os.environ), path=sys.path, cwd=os.getcwd())"
    messages, _ = run(script_job(tmp_path, source), environment={"PYTHONHASHSEED": "7", "EXTRA": "yes"})
    seen = messages[0]["result"]
    environment = seen["environment"]
    assert not {"API_TOKEN", "HTTPS_PROXY", "PYTHONPATH"} & set(environment)
    home = str(tmp_path.resolve() / "home")
    expected = {"HOME": home, "TMPDIR": home, "PYTHONHASHSEED": "7", "EXTRA": "yes", "LC_NUMERIC": "C"}
    assert expected.items() <= environment.items()
    assert seen["cwd"] == str(tmp_path.resolve())
    assert not [folder for folder in seen["path"] if "testwright" in folder and "inside" in folder]


def test_the_folders_of_the_job_come_first(tmp_path: Path) -> None:
    code, scratch = tmp_path / "code", tmp_path / "scratch"
    code.mkdir()
    scratch.mkdir()
    (code / "colorsys.py").write_text("mine = True\n")
    messages, _ = run(script_job(scratch, "import colorsys; result['mine'] = colorsys.mine", sys_path=[str(code)]))
    assert messages[0]["result"] == {"mine": True}


def test_our_package_has_another_name_inside(tmp_path: Path) -> None:
    source = "import sys\nresult['names'] = sorted(n for n in sys.modules if n.startswith('testwright'))"
    messages, _ = run(script_job(tmp_path, source))
    assert messages[0]["result"]["names"][0] == "testwright_inside"
    assert "testwright" not in messages[0]["result"]["names"]
