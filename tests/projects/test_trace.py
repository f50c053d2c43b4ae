"""`testwright trace` as its user meets it, on recordings that a process has left."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from testwright.inside.recording.trace_log import TraceLog
from testwright.write.stored_file import REMEMBERED

FIRST, SECOND = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV", "trc_01BX5ZZKBKACTAV9WEVGEMMVRY"
AT = 1_795_412_739 * 10**9
EVIL = "</script><script>document.title='broken'</script>"


def record(
    root: Path, trace: str = FIRST, *, status: str = "200", at: int = AT, password: object = "hunter2-long"
) -> None:
    """A request that calls a function, which asks a database and another server."""
    log = TraceLog(root / REMEMBERED / "recording", {"python": "3.12.1", "argv": ["manage.py", "runserver"]})
    about = {"path": "/cart/", "method": "POST", "user": "ann"}
    log.write({"e": "trace", "id": trace, "kind": "request", "name": "POST /cart/", "at": at, "about": about})
    place = {"e": "span", "trace": trace, "file": "shop/cart.py", "line": 12, "thread": "MainThread", "at": at}
    body = {"status": int(status), "headers": [["Location", "/x"]], "body": EVIL, "templates": [], "context": None}
    request = {
        "method": "POST",
        "path": "/cart/",
        "query": "a=1",
        "headers": [["X", "\x1b[31m"]],
        "body": EVIL,
        "response": body,
    }
    log.write(
        {**place, "n": 1, "parent": 0, "kind": "request", "name": "POST /cart/", "took": 5_000_000, "data": request}
    )
    call = {"arguments": [["self", ["object", "shop:Cart", 1]], ["password", password]], "returned": ["tuple", 1]}
    log.write({**place, "n": 2, "parent": 1, "kind": "call", "name": "shop:Cart.add", "took": 4_000_000, "data": call})
    sql = {"sql": f"SELECT\n 1 -- \x1b[2J{EVIL}", "parameters": ["tuple", "pen"], "rows": ["list", ["tuple", 1]]}
    log.write({**place, "n": 3, "parent": 2, "kind": "sql", "name": "sql", "took": 300_000, "data": sql})
    http = {"method": "GET", "url": "http://x/rates", "status": 200, "response_body": "{}"}
    log.write({**place, "n": 4, "parent": 2, "kind": "http", "name": "GET", "took": 700, "data": http})
    log.write({"e": "end", "trace": trace, "at": at + 6_000_000, "status": status, "about": {}, "dropped": {"call": 2}})
    log.close()


@pytest.fixture
def project(make_project):
    made = make_project({"shop.py": "x = 1\n"})
    record(made.root)
    record(made.root, SECOND, status="302", at=AT + 60 * 10**9, password=["secret", "x"])
    return made


def test_runs_are_listed_and_chosen(project):
    shown = project.run("trace", "list")
    assert shown.code == 0, shown.err
    assert [line.split()[0] for line in shown.out.splitlines()] == ["trace", SECOND, FIRST]
    document = project.run("trace", "list", "--status", "2xx", "--path", "/c*", "--user", "ann", "--json").document
    assert document["schema"] == 1
    assert [trace["id"] for trace in document["traces"]] == [FIRST]
    assert project.run("trace", "list", "--longer", "1").out == "no traces\n"
    since = project.run("trace", "list", "--since", "2026-11-24", "--json").document
    assert since["traces"] == []


def test_a_run_is_shown_with_its_values_and_harms_no_terminal(project):
    shown = project.run("trace", "show", FIRST)
    assert shown.code == 0, shown.err
    assert "[request] POST /cart/?a=1" in shown.out
    assert "Cart.add(self=Cart(), password='hunter2-long') → (1,)" in shown.out
    assert "[sql] SELECT 1" in shown.out
    assert "[http] GET http://x/rates → 200 '{}'" in shown.out
    assert "not kept: 2 call" in shown.out
    assert "\x1b" not in shown.out
    assert all(len(line) <= 120 for line in shown.out.splitlines())
    tree = project.run("trace", "tree", FIRST, "--depth", "1")
    assert "hunter2" not in tree.out
    assert "[sql]" not in tree.out
    document = project.run("trace", "tree", FIRST, "--json").document
    assert [(span["n"], span["depth"]) for span in document["spans"]] == [(1, 0), (2, 1), (3, 2), (4, 2)]
    spans = project.run("trace", "show", "latest~1", "--json").document["spans"]
    assert spans[1]["data"]["returned"] == ["tuple", 1]


def test_two_runs_are_compared(project):
    shown = project.run("trace", "diff", FIRST, SECOND)
    assert shown.code == 1
    assert "~ POST /cart/?a=1: status 200 → 302" in shown.out
    assert "~ Cart.add: password 'hunter2-long' → <secret>" in shown.out
    same = project.run("trace", "diff", FIRST, FIRST, "--json")
    assert (same.code, same.document["differences"]) == (0, [])


def test_secrets_are_searched_for(project):
    found = project.run("trace", "show", FIRST, "--check-secrets")
    assert found.code == 1
    assert "by its name" in found.out
    assert "call.arguments[1].password" in found.out
    assert "hunter2" not in found.out
    assert project.run("trace", "show", SECOND, "--check-secrets", "--json").document["secrets"] == []


def test_a_page_is_whole_and_harmless(project):
    done = project.run("trace", "show", FIRST, "--html", "run.html")
    assert (done.code, done.out) == (0, "")
    page = project.read("run.html")
    assert EVIL not in page
    assert page.count("<script>") == 1
    assert "http://" not in page.replace("http://x/rates", "")
    assert 'id="s4"' in page
    assert "</html>" in page


def test_runs_are_kept_deleted_and_handed_on(project, make_project):
    assert project.run("trace", "pin", "trc_01A").out == f"pinned {FIRST}\n"
    assert "(pinned)" in project.run("trace", "list", "--pinned").out
    exported = project.run("trace", "export", "-o", "runs.zip")
    assert exported.code == 0, exported.err
    assert f"{FIRST} may hold secrets" in exported.err
    deleted = project.run("trace", "delete", "--before", "2027-01-01", "--json")
    assert deleted.document["traces"] == [SECOND]
    assert project.run("trace", "prune", "--keep", "0", "--json").document["deleted"] == []
    assert project.run("trace", "unpin", FIRST).code == 0
    assert project.run("trace", "delete", FIRST).code == 0
    assert project.run("trace", "list").out == "no traces\n"

    other = make_project({}, name="elsewhere")
    imported = other.run("trace", "import", str(project.root / "runs.zip"), "--json")
    assert set(imported.document["traces"]) == {FIRST, SECOND}
    assert other.run("trace", "import", str(project.root / "runs.zip"), "--json").document["known"] == 2
    assert "Cart.add(self=Cart(), password='hunter2-long') → (1,)" in other.run("trace", "show", FIRST).out


def test_looking_where_nothing_was_recorded_makes_nothing(make_project):
    empty = make_project({})
    assert empty.run("trace", "list").out == "no traces\n"
    assert "nothing is recorded" in empty.run("trace", "show").refused("trace-unknown")
    assert not (empty.root / REMEMBERED).exists()


def test_a_damaged_recording_is_told_and_the_rest_is_shown(project):
    path = project.root / REMEMBERED / "recording" / "99999999-1.log"
    path.write_bytes(b"00000000 nonsense\n")
    shown = project.run("trace", "list")
    assert f"note: {path.name}: damaged; the last 18 bytes of the recording are left out" in shown.err
    assert FIRST in shown.out


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (["trace", "show", "nope"], "trace-unknown"),
        (["trace", "show", "trc_01"], "trace-ambiguous"),
        (["trace", "shwo"], "unknown-command"),
        (["trace", "list", "--since", "noon"], "bad-value"),
        (["trace", "list", "--limit", "0"], "bad-value"),
        (["trace", "list", "--lmit", "1"], "unknown-option"),
        (["trace", "delete"], "bad-usage"),
        (["trace", "pin"], "missing-argument"),
        (["trace", "export"], "missing-argument"),
        (["trace", "export", "-o", "nowhere/x.zip"], "output-not-writable"),
        (["trace", "export", "--status", "418", "-o", "x.zip"], "trace-unknown"),
        (["trace", "show", "--html", "nowhere/x.html"], "output-not-writable"),
        (["trace", "import", "pyproject.toml"], "trace-file-unreadable"),
        (["trace", "import", "nowhere.zip"], "bad-value"),
    ],
)
def test_bad_input_is_explained(project, arguments, slug):
    project.run(*arguments).refused(slug)


def test_a_damaged_store_is_kept_and_a_newer_one_left_alone(project):
    store = project.root / REMEMBERED / "traces.sqlite"
    project.run("trace", "list")
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    project.run("trace", "list").refused("store-is-newer")
    for path in store.parent.glob("traces.sqlite*"):
        path.unlink()
    store.write_bytes(b"no database" * 1000)
    told = project.run("trace", "list").refused("store-corrupt")
    kept = Path(told.partition("where: ")[2].partition("\n")[0])
    assert kept.read_bytes() == b"no database" * 1000
    again = project.run("trace", "list")  # the process that recorded lives, so that its logs are still there
    assert again.code == 0
    assert FIRST in again.out


def test_caps_come_from_the_configuration(make_project):
    small = make_project({"pyproject.toml": '[project]\nname = "x"\n[tool.testwright]\ntrace-value-mb = 0.001\n'})
    record(small.root, password="x" * 5000)
    spans = json.loads(small.run("trace", "show", "--json").out)["spans"]
    assert spans[1]["data"]["arguments"][1][1][:3] == ["cut", "str", 5000]
