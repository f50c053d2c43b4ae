"""`testwright record` as its user meets it: real commands, real processes, a real Django project."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import testwright

SOURCE = Path(testwright.__file__).parents[1]
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\n'
SHOP = """
def total(numbers):
    return sum(numbers)

def fail(text):
    raise LookupError(text)
"""
SCRIPT = """
import subprocess, sys, threading
import shop

def main(words):
    shop.total([len(words)])
    thread = threading.Thread(target=shop.total, args=((1, 2),))
    thread.start()
    thread.join()
    subprocess.run([sys.executable, "-c", "import shop; shop.total({3})"], check=True)
    print("typed:", *words)
    return input()

if __name__ == "__main__":
    print(main(sys.argv[1:]), file=sys.stderr)
    if "--fail" in sys.argv:
        sys.exit(7)
    if "--raise" in sys.argv:
        shop.fail("hunter-two-secret")
"""


@pytest.fixture
def project(make_project):
    return make_project({"pyproject.toml": PYPROJECT, "shop.py": SHOP, "script.py": SCRIPT})


def run(project, *words: str, typed: str = "yes\n") -> subprocess.CompletedProcess[str]:
    """With a terminal's input, which the harness does not give."""
    return subprocess.run(
        [sys.executable, "-m", "testwright", *words],
        cwd=project.root,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={**project.environment, "PYTHONPATH": str(SOURCE)},
    )


def shown(project, trace: str = "latest") -> tuple[dict[str, object], list[dict[str, object]]]:
    found = json.loads(project.run("trace", "show", trace, "--json").out)
    return found["trace"], found["spans"]


def traces(project) -> list[dict[str, object]]:
    return json.loads(project.run("trace", "list", "--json").out)["traces"]


def test_a_script_is_recorded_with_its_threads_and_children(project):
    done = run(project, "record", "--", "script.py", "one", "two")
    assert (done.returncode, done.stdout) == (0, "typed: one two\n")
    assert "yes" in done.stderr
    assert "recorded: 2 traces" in done.stderr
    child, parent = traces(project)
    assert parent["name"] == "script.py one two"
    _, spans = shown(project, parent["id"])
    called = [(span["name"], span["data"]["arguments"][0][1]) for span in spans]
    assert [name for name, _ in called] == ["__main__:main", "shop:total", "shop:total"]
    assert {json.dumps(value) for _, value in called[1:]} == {'["list", 2]', '["tuple", 1, 2]'}
    assert len({span["thread"] for span in spans}) == 2
    _, (span,) = shown(project, child["id"])
    assert span["data"]["returned"] == 3


def test_the_exit_code_and_the_traceback_are_the_programs_own(project):
    plain = subprocess.run(
        [sys.executable, "script.py", "--raise"],
        cwd=project.root,
        input="yes\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert run(project, "record", "-q", "--", "script.py", "--fail").returncode == 7
    failed = run(project, "record", "-q", "--", "python", "script.py", "--raise")
    assert (failed.returncode, failed.stdout, failed.stderr) == (1, plain.stdout, plain.stderr)
    trace, spans = shown(project, "latest~1")
    assert (trace["status"], trace["about"]["error"]) == ("error", "builtins:LookupError")
    assert (
        next(span for span in spans if span["name"] == "shop:fail")["data"]["raised"]["type"] == "builtins:LookupError"
    )


def test_processes_that_end_by_multiprocessing_are_recorded_to_their_end(project):
    project.write(
        "pool.py",
        """
        import multiprocessing, shop
        if __name__ == "__main__":
            worker = multiprocessing.get_context("fork").Process(target=shop.total, args=([1, 2, 3],))
            worker.start()
            worker.join()
        """,
    )
    assert run(project, "record", "--", "pool.py").returncode == 0
    _, spans = shown(project)
    assert [(span["name"], span["data"]["returned"]) for span in spans] == [("shop:total", 6)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_recorded_is_kept_when_the_command_is_ended(project, number, code):
    project.write("endless.py", "import time, shop\nshop.total([1])\nprint('begun', flush=True)\ntime.sleep(100)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "testwright", "record", "--", "endless.py"],
        cwd=project.root,
        env={**project.environment, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(1)  # what is younger than half a second may be lost
        # Ctrl-C goes to all processes of a terminal, a request to end to one.
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    assert process.returncode == code
    _, spans = shown(project)
    assert [span["name"] for span in spans] == ["shop:total"]


def test_nothing_recorded_is_told_and_json_has_all(project):
    project.write("empty.py", "print('x')\n")
    done = run(project, "record", "--trace-per-test", "--", "empty.py")
    assert "recorded: nothing; it ran no test of pytest" in done.stderr
    done = run(project, "record", "--json", "--", "script.py", "--fail")
    document = json.loads(done.stdout.partition("\n")[2])
    assert (document["exit_code"], done.returncode) == (7, 7)
    assert {trace["kind"] for trace in document["traces"]} == {"script"}


def test_what_is_wrong_with_the_recording_is_told_afterwards(project):
    (project.root / ".testwright/recording").mkdir(parents=True)
    (project.root / ".testwright/recording/77.problem").write_text("it was not recorded: no room")
    done = run(project, "record", "--", "script.py")
    assert done.returncode == 0
    listed = project.run("trace", "list")
    assert "process 77: it was not recorded: no room" in done.stderr + listed.err


def test_what_is_secret_is_not_kept(project):
    project.write("pyproject.toml", PYPROJECT + "[tool.testwright]\nredact-patterns = ['hunter-(\\w+)']\n")
    project.write(
        "login.py",
        "import shop\ndef login(password, user): shop.fail(f'{user}: hunter-two')\n"
        "try: login('corr3ct-horse', 'ann')\nexcept LookupError: print('x')\n",
    )
    assert run(project, "record", "--", "login.py").returncode == 0
    kept = b"".join(path.read_bytes() for path in (project.root / ".testwright").rglob("*") if path.is_file())
    _, spans = shown(project)
    text = json.dumps(spans)
    assert "corr3ct" not in text
    assert "hunter-two" not in text
    assert "ann" in text
    assert b"corr3ct" not in kept
    project.write(
        "mail.py",
        "import shop\ntry: shop.fail('Authorization: Bearer abcdef-123456-ghijkl')\nexcept LookupError: pass\n",
    )
    assert run(project, "record", "--", "mail.py").returncode == 0
    assert "abcdef-123456" not in json.dumps(shown(project)[1])
    looked = project.run("trace", "show", "--check-secrets")
    assert looked.code == 0, looked.out  # what stands in its place is none


def test_rules_that_cannot_be_followed_are_told_before_anything_runs(project):
    project.write("pyproject.toml", PYPROJECT + "[tool.testwright]\nredact-patterns = ['(']\n")
    done = run(project, "record", "--", "script.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert "[bad-value]" in done.stderr
    assert "'('" in done.stderr


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ((), "missing-argument"),
        (("--", "no-such-command"), "command-not-found"),
        (("--source", "nowhere", "--", "script.py"), "target-not-found"),
        (("--nonsense", "--", "script.py"), "unknown-option"),
    ],
)
def test_what_cannot_be_done_is_told(project, words, slug):
    done = run(project, "record", *words)
    assert done.returncode == 2
    assert f"[{slug}]" in done.stderr
    assert "Traceback" not in done.stderr


def test_each_test_of_a_pytest_run_is_a_trace(project):
    project.write(
        "tests/test_shop.py",
        "import pytest, shop\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_total(n): assert shop.total([n]) == n\n"
        "def test_wrong(): assert shop.total([]) == 1\n"
        "@pytest.mark.skip\ndef test_skipped(): pass\n",
    )
    done = run(
        project, "record", "--trace-per-test", "-o", "runs.zip", "--", "-m", "pytest", "-q", "-p", "no:cacheprovider"
    )
    assert done.returncode == 1, done.stderr
    assert "1 failed, 2 passed, 1 skipped" in done.stdout
    found = {trace["node"]: (trace["status"], trace["spans"]) for trace in traces(project)}
    assert found == {
        "tests/test_shop.py::test_total[1]": ("ok", 1),
        "tests/test_shop.py::test_total[2]": ("ok", 1),
        "tests/test_shop.py::test_wrong": ("error", 1),
        "tests/test_shop.py::test_skipped": ("skipped", 0),
    }
    assert (project.root / "runs.zip").exists()


def test_a_suite_goes_as_it_goes_without_us(project):
    project.write(
        "tests/test_shop.py",
        "import sys, threading, shop\n"
        "def test_total(): assert shop.total([1]) == 1\n"
        "def test_names(): assert sorted(vars(shop)) == sorted({*vars(shop), 'total', 'fail'})\n"
        "def test_threads(): assert [t.name for t in threading.enumerate()] == ['MainThread']\n"
        "def test_hooks(): assert (sys.gettrace(), sys.getprofile()) == (None, None)\n"
        "def test_code(): assert shop.total.__code__.co_varnames == ('numbers',)\n",
    )
    done = run(project, "record", "--", "-m", "pytest", "-v", "-p", "no:cacheprovider", "tests")
    assert "5 passed" in done.stdout, done.stdout


def test_coverage_measures_the_same_meanwhile(project):
    project.write("tests/test_shop.py", "import shop\ndef test_total(): assert shop.total([1]) == 1\n")
    reports = []
    for before in ((), ("testwright", "record", "-q", "--")):
        words = [*before, "coverage", "run", "--branch", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
        command = [sys.executable, "-m", *words]
        environment = {**project.environment, "PYTHONPATH": str(SOURCE), "PATH": str(Path(sys.executable).parent)}
        done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        shown_by = [sys.executable, "-m", "coverage", "json", "-q", "-o", "-", "--include=shop.py"]
        text = subprocess.run(shown_by, cwd=project.root, capture_output=True, text=True, check=True).stdout
        reports.append(json.loads(text)["files"]["shop.py"])
    assert reports[0]["executed_lines"] == reports[1]["executed_lines"] != []
    assert reports[0]["missing_branches"] == reports[1]["missing_branches"]


ORDERS = """
from dataclasses import dataclass

@dataclass
class Line:
    sku: str
    quantity: int

def invoice(lines, customer, *, discount=0):
    if not lines:
        raise ValueError("an invoice needs a line")
    total = sum(line.quantity for line in lines)
    return f"{customer}: {total - discount}"

def never_called(number):
    return number + 1
"""


def test_tests_are_made_of_what_was_called_with_its_values(make_project):
    project = make_project({"pyproject.toml": PYPROJECT, "orders.py": ORDERS})
    project.write(
        "main.py",
        """
        from orders import Line, invoice
        invoice([Line("TEA-500", 3), Line("CUP-BLUE", 4)], "Ann Miller", discount=2)
        """,
    )
    assert run(project, "record", "-q", "--", "main.py").returncode == 0
    done = project.run("generate", "--from", "latest", "--max-executions", "300", "--no-mutants")
    assert done.code == 0, done.err
    (path,) = project.files("tests/**/test_*.py")
    assert path == "tests/test_orders_recorded.py"
    text = project.read(path)
    assert 'Line(sku="TEA-500", quantity=3)' in text
    assert '"Ann Miller: 5"' in text
    assert "never_called" not in text


def test_a_run_that_called_nothing_of_the_source_is_told(project):
    project.write("tests/test_alone.py", "def test_alone(): pass\n")
    words = ("--trace-per-test", "--", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert run(project, "record", "-q", *words).returncode == 0
    project.run("generate", "--from", "latest").refused("nothing-to-test")
    project.run("generate", "--from", "trc_NOTHING").refused("trace-unknown")


SUITE = """
import io
from orders import MISSING, Half, Line, Order, each, first, invoice, named, rest_of, show

def double(number):
    return number * 2

class Special(Order):
    pass

def test_orders():
    order = Order("Ann")
    order.add(Line("TEA", 2))
    order.add(Line("CUP", 1))
    assert order.total(lambda line: line.quantity) == 3
    assert Special("Bob").total(double) == 0
    assert list(each([1, 2], double)) == [2, 4]
    assert invoice([Line("TEA", 2)], "Ann") == "Ann: 2"

def test_values():
    stream = io.BytesIO(b"abc")
    stream.read(1)
    assert rest_of(stream) == b"bc"
    assert first([], MISSING) == "nothing"
    assert (show(1), named("x")()) == ("<1>", "x")
    half = Half(4)
    assert (half.text, half.length()) == ("4: 16", 5)
"""
MORE_ORDERS = (
    ORDERS
    + """
class Order:
    def __init__(self, owner):
        self.owner = owner
        self._lines = []

    def add(self, line):
        self._lines.append(line)
        return self

    def total(self, price):
        return sum(price(line) for line in self._lines)

def each(items, function):
    for item in items:
        yield function(item)

MISSING = object()

def first(items, default=MISSING):
    if items:
        return items[0]
    return "nothing" if default is MISSING else default

def rest_of(stream):
    return stream.read()

def show(value, way=lambda value: f"<{value}>"):
    return way(value)

def named(name):
    def function():
        return name
    return function

class Half:
    def __init__(self, size):
        self.size = size
        self.set_up()

    def set_up(self):
        self.area = self.size ** 2

    @property
    def text(self):
        self.shown = f"{self.size}: {self.area}"
        return self.shown

    def length(self):
        return len(self.shown)
"""
)


@pytest.fixture
def orders(make_project):
    project = make_project({"pyproject.toml": PYPROJECT, "orders.py": MORE_ORDERS, "tests/test_all.py": SUITE})
    words = ("--", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert run(project, "record", "-q", *words).returncode == 0
    return project


def every_call(project):
    words = ("--every-call", "--max-executions", "1", "--no-mutants", "--ignore-existing", "--json")
    done = project.run("generate", "--from", "latest", *words)
    (module,) = done.document["modules"]
    return module["recorded"], project.read("tests/test_orders_recorded.py"), done


def test_every_recorded_call_becomes_a_test(orders):
    recorded, text, _ = every_call(orders)
    assert recorded["why_not"] == {}
    assert recorded["calls"] == recorded["tests"] == len(recorded["made"])
    assert {each["call"] for each in recorded["made"]} >= {
        "Order.__init__",
        "Order.add",
        "Order.total",
        "each",
        "invoice",
    }
    assert all(each["exact"] for each in recorded["made"])
    assert all(part in text for part in ("stream.seek(1)", "    given_self.text\n", "Half.__new__(Half)", "show(1) =="))
    assert 'named("x").__name__ == "function"' in text
    assert "way=" not in text
    assert "def double(number):" in text
    assert "class Special(Order):" in text
    assert "lambda line: line.quantity" in text
    assert "[2, 4]" in text


def test_a_call_that_gives_something_else_now_is_no_test_and_the_change_is_told(orders):
    orders.write("orders.py", MORE_ORDERS.replace("{total - discount}", "{total + 100}"))
    recorded, text, done = every_call(orders)
    assert "note: orders.py has changed since it was recorded" in done.err
    assert "[trace-of-other-code]" in done.err
    assert [(each["call"], each["why"]) for each in recorded["not_made"]] == [
        ("invoice", "it gives something else than it gave")
    ]
    assert "Ann: " not in text


def test_a_trace_of_functions_that_are_gone_is_told(orders):
    orders.write("orders.py", "def new(x):\n    return x\n")
    told = orders.run("generate", "--from", "latest").refused("trace-of-other-code")
    assert "orders.py" in told
    orders.run("generate", "--every-call").refused("bad-usage")


def test_recordings_that_cannot_be_used_are_told_by_generate_too(orders):
    assert run(orders, "record", "-q", "--", "-c", "pass").returncode in (0, 2)
    assert run(orders, "record", "-q", "--", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests").returncode == 0
    orders.run("generate", "--from", "latest~9").refused("trace-unknown")
    orders.run("generate", "--from", "trc_0").refused("trace-ambiguous")
    store = orders.root / ".testwright/traces.sqlite"
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 7")
    orders.run("generate", "--from", "latest").refused("store-is-newer")
    for path in store.parent.glob("traces.sqlite*"):
        path.unlink()
    store.write_bytes(b"no database" * 1000)
    orders.run("generate", "--from", "latest").refused("store-corrupt")


DJANGO = {
    "pyproject.toml": PYPROJECT,
    "manage.py": "",
    "settings.py": """
SECRET_KEY = "a-very-secret-key-of-django"
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["*"]
TESTWRIGHT_RECORD = True
MIDDLEWARE = ["testwright.django.RecordMiddleware", "django.middleware.common.CommonMiddleware"]
""",
    "urls.py": """
import asyncio
from django.conf import settings
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
import shop

def count(request, name):
    return JsonResponse({"name": name, "total": shop.total([len(request.body)]), "key": settings.SECRET_KEY}, status=201)

async def later(request):
    await asyncio.sleep(0)
    return HttpResponse(str(shop.total([1])))

def wrong(request):
    shop.fail("no")

def stream(request):
    return StreamingHttpResponse(str(shop.total([n])) for n in range(3))

urlpatterns = [
    path("count/<str:name>/", count), path("later/", later), path("wrong/", wrong), path("stream/", stream),
]
""",
    "drive.py": """
import asyncio, os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django.test import AsyncClient, Client

client = Client(raise_request_exception=False)
answer = client.post("/count/ann/?a=1&a=2", b"four", content_type="text/plain", headers={"Authorization": "Bearer abcdef-123456"})
assert (answer.status_code, answer.json()["total"]) == (201, 4)
assert client.get("/later/").content == b"1"
assert client.get("/wrong/").status_code == 500
assert b"".join(client.get("/stream/")) == b"012"
assert client.get("/nowhere/").status_code == 404
assert asyncio.run(AsyncClient().get("/later/")).content == b"1"
""",
}


@pytest.mark.skipif(importlib.util.find_spec("django") is None, reason="Django is not installed")
def test_the_requests_of_a_django_project_are_traces(make_project):
    project = make_project({**DJANGO, "shop.py": SHOP})
    environment = {**project.environment, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "drive.py"], cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = [(trace["name"], trace["status"]) for trace in reversed(traces(project))]
    assert found == [
        ("POST /count/ann/", "201"),
        ("GET /later/", "200"),
        ("GET /wrong/", "500"),
        ("GET /stream/", "200"),
        ("GET /nowhere/", "404"),
        ("GET /later/", "200"),
    ]
    ids = [trace["id"] for trace in reversed(traces(project))]
    _, spans = shown(project, ids[0])
    request = spans[0]["data"]
    assert (request["view"], request["route"], request["query"]) == ("urls:count", "count/<str:name>/", "a=1&a=2")
    assert (request["body"], request["response"]["status"]) == ("four", 201)
    assert [span["name"] for span in spans] == ["POST /count/ann/", "urls:count", "shop:total"]
    assert [span["parent"] for span in spans] == [0, 1, 2]
    assert "abcdef-123456" not in json.dumps(spans)
    assert "a-very-secret" not in json.dumps(spans)
    assert json.loads(request["response"]["body"])["total"] == 4
    trace, _ = shown(project, ids[2])
    assert trace["about"]["error"] == "builtins:LookupError"
    _, spans = shown(project, ids[3])
    assert spans[0]["data"]["response"]["body"] == "012"
    assert [span["name"] for span in spans].count("shop:total") == 1  # of three that are alike
    assert [span["name"] for span in shown(project, ids[5])[1]] == ["GET /later/", "urls:later", "shop:total"]


@pytest.mark.skipif(importlib.util.find_spec("django") is None, reason="Django is not installed")
def test_without_debug_or_the_setting_nothing_is_recorded(make_project):
    settings = DJANGO["settings.py"].replace("TESTWRIGHT_RECORD = True", "")
    project = make_project({**DJANGO, "settings.py": settings, "shop.py": SHOP})
    environment = {**project.environment, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "drive.py"], cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (project.root / ".testwright").exists()


GROUPS = {
    "pyproject.toml": PYPROJECT,
    "manage.py": "",
    "settings.py": """
SECRET_KEY = "a-very-secret-key-of-django"
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["*"]
TESTWRIGHT_RECORD = True
TESTWRIGHT_RECORD_ROWS = True
MIDDLEWARE = ["testwright.django.RecordMiddleware"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "here.sqlite3"}}
""",
    "urls.py": """
from django.contrib.auth.models import Group
from django.http import JsonResponse
from django.urls import path

def add(request):
    Group.objects.create(name="new")
    return JsonResponse({"groups": Group.objects.count()})

urlpatterns = [path("add/", add)]
""",
    "drive.py": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.contrib.auth.models import Group
call_command("migrate", verbosity=0)
Group.objects.create(name="old")
assert Client().post("/add/").json() == {"groups": 2}
""",
}


@pytest.mark.skipif(importlib.util.find_spec("django") is None, reason="Django is not installed")
@pytest.mark.parametrize("with_rows", [True, False])
def test_the_sql_of_a_request_is_kept_and_its_rows_where_that_is_asked_for(make_project, with_rows):
    settings = GROUPS["settings.py"].replace("TESTWRIGHT_RECORD_ROWS = True", f"TESTWRIGHT_RECORD_ROWS = {with_rows}")
    project = make_project({**GROUPS, "settings.py": settings})
    environment = {**project.environment, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "drive.py"], cwd=project.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    _, spans = shown(project)
    statements = [span["data"]["sql"].partition(" ")[0] for span in spans if span["kind"] == "sql"]
    assert statements == ["INSERT", "SELECT"]
    rows = {span["data"]["table"]: span["data"] for span in spans if span["kind"] == "rows"}
    if not with_rows:
        assert rows == {}
        return
    assert rows["auth_group"]["before"] == ["list", ["tuple", 1, "old"]]
    assert rows["auth_group"]["after"] == ["list", ["tuple", 1, "old"], ["tuple", 2, "new"]]
