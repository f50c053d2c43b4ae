"""Each run of a task is a trace with what it was given and what came of it."""

from __future__ import annotations

import pytest

pytest.importorskip("celery", reason="SKIPPED FOR WANT OF A PACKAGE: celery is not installed")
EAGER = """
import celery
app = celery.Celery("shop", broker="memory://", backend="cache+memory://")
app.conf.update(task_always_eager=True)

@app.task
def total(numbers, rate=1):
    return sum(numbers) * rate

@app.task
def fail(password):
    raise LookupError("nothing there")
"""


def test_a_run_that_is_part_of_nothing_is_a_trace(program):
    told = program(
        """
        whole = session.begin("script", "main.py", whole=True)
        printed = [total.delay([1, 2], rate=3).get(), fail.delay("corr3ct-horse").state]
        session.end(whole)
        """,
        EAGER,
    )
    assert told.printed == [9, "FAILURE"]
    traces = [(each["kind"], each["name"]) for each in told.records if each["e"] == "trace"]
    assert traces == [("script", "main.py"), ("task", "shop.total"), ("task", "shop.fail")]
    assert [each["status"] for each in told.records if each["e"] == "end"] == ["ok", "error", "ok"]
    first, second = [span["data"] for span in told.spans("task")]
    assert (first["args"], first["kwargs"]) == (["list", ["list", 1, 2]], ["dict", ["rate", 3]])
    assert (first["returned"], first["state"], second["state"]) == (9, "SUCCESS", "FAILURE")
    assert second["raised"]["type"] == "builtins:LookupError"


def test_one_that_a_request_runs_at_once_is_part_of_that(program):
    told = program(
        """
        with request(rows=False):
            printed = total.delay([1]).get()
        boundaries.stop()
        printed += total.delay([1]).get()
        """,
        EAGER,
    )
    assert told.printed == 2
    assert [each["kind"] for each in told.records if each["e"] == "trace"] == ["request"]


def test_a_worker_runs_them_as_it_did(program):
    told = program(
        """
        from celery.contrib.testing.worker import start_worker
        app.conf.update(task_always_eager=False)
        with start_worker(app, perform_ping_check=False, pool="threads", concurrency=2):
            printed = [total.delay([n], rate=2).get(timeout=30) for n in range(3)]
        """,
        EAGER,
    )
    assert told.printed == [0, 2, 4]
    assert sorted(span["data"]["returned"] for span in told.spans("task")) == [0, 2, 4]


def test_what_celery_carries_by_redis_is_not_the_programs():
    """The command is sent a few frames below Celery's own code."""
    pytest.importorskip("kombu")
    from testwright.inside.recording.boundaries.redis_commands import _is_celerys

    names = {"__name__": "celery.backends.redis"}
    exec("import sys\ndef deeper(): return sys._getframe()\ndef inner(): return deeper()", names)
    assert _is_celerys(names["inner"]())
    names["__name__"] = "shop.cache"
    assert not _is_celerys(names["inner"]())
