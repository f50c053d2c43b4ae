"""`testwright generate-test` as its user meets it: recorded requests of the Django example become tests that catch its bugs."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECONDS = 900.0
"""Against hanging for ever; no test passes or fails by it otherwise."""
NEEDED = ("django", "rest_framework", "requests", "httpx", "pytest_django", "responses", "respx", "time_machine")
STEPS = ("tools_search", "weather", "book", "desk", "import_broken", "return", "upload")
"""One of each kind: JSON, an asynchronous view, a form, a service outside, a page, an error, a header that is a secret …"""


@pytest.fixture(scope="module")
def shed(tmp_path_factory, checkout):
    """The example, recorded once: its folder, and the traces by step."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"SKIPPED FOR WANT OF PACKAGES: {', '.join(missing)}; pip install --group applications")

    def record(folder: Path) -> dict[str, str]:
        shutil.copytree(checkout / "examples/toolshed", folder)
        recording = {
            "TOOLSHED_RECORDER": "testwright.django.RecordMiddleware",
            "TOOLSHED_DEBUG": "1",
            "TESTWRIGHT_RECORD_ROWS": "1",
        }
        done = run(folder, sys.executable, "drive.py", "--in-process", **recording)
        assert done.returncode == 0, done.stdout + done.stderr
        names = [line.split()[0] for line in done.stdout.splitlines()[:-1]]
        listed = testwright(folder, "trace", "list", "--kind", "request", "--limit", "200", "--json")
        traces = sorted(each["id"] for each in json.loads(listed.stdout)["traces"])
        return dict(zip(names, traces, strict=True))

    return once(tmp_path_factory, "toolshed", record)


@pytest.fixture(scope="module")
def generated(shed, tmp_path_factory):
    """The file of tests of some steps, and what was said of each."""
    folder, traces = shed

    def generate(_: Path) -> list[dict[str, Any]]:
        words = [*(traces[step] for step in STEPS), "-o", "tests/test_recorded.py", "--json"]
        done = testwright(folder, "generate-test", *words)
        assert done.stdout, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)["tests"]
        return found

    _, told = once(tmp_path_factory, "generated", generate)
    tests = {each["trace"]: each for each in told}
    return folder, (folder / "tests/test_recorded.py").read_text(), {step: tests[traces[step]] for step in STEPS}


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
    """The folder and what was made in it: by one of the workers of pytest-xdist, for all of them."""
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = root / f"{name}.json"
        if not told.exists():
            told.write_text(json.dumps(make(root / name)))
        return root / name, json.loads(told.read_text())


def test_each_request_becomes_a_test_that_passes(generated):
    folder, _, tests = generated
    assert {step: test["reason"] for step, test in tests.items() if test["status"] != "kept"} == {}
    done = run(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "tests/test_recorded.py")
    assert done.returncode == 0, done.stdout
    assert f"{len(STEPS)} passed" in done.stdout


def test_a_test_reads_as_the_story_of_its_request(generated):
    _, text, tests = generated
    book = function(text, tests["book"]["test"])
    assert "client.force_login(ann)" in book
    assert "response = client.post(\n" in book
    assert '"tool": hammer_drill.pk' in book
    assert "assert response.status_code == 201" in book
    assert "hammer_drill.refresh_from_db()" in book
    assert "assert mail.subject == " in book
    assert "booking.pickup_code" in book  # what is drawn by lot is told by the row that it went to
    assert "json.loads(sent" in book
    assert "# proof: 5/5 runs · trace trc_" in text
    assert "sessionid" not in text
    assert "csrftoken" not in text


def test_what_was_taken_back_is_asserted_to_be_gone(generated):
    _, text, tests = generated
    broken = function(text, tests["import_broken"]["test"])
    assert "with pytest.raises(" in broken
    assert "assert not AuditEntry.objects.exists()" in broken


def test_no_planted_secret_is_in_the_file(generated, checkout):
    _, text, _ = generated
    listed = tomllib.loads((checkout / "examples/toolshed/planted/secrets.toml").read_text())["secret"]
    secrets = [value for each in listed for value in (each["value"], *each.get("also", ()))]
    assert [value for value in secrets if value in text] == []


@pytest.mark.parametrize(
    "name",
    ["second-tag-ignored", "outdoor-tools-of-all", "amount-charged", "import-not-undone", "desk-of-all-branches"],
)
def test_a_planted_bug_is_caught(generated, tmp_path, name):
    folder, _, _ = generated
    listed = tomllib.loads((folder / "planted/breaks.toml").read_text())["break"]
    planted = next((each for each in listed if each["name"] == name), None)
    if planted is None:
        pytest.fail(f"{name} is not in the list: {sorted(each['name'] for each in listed)}")
    copy = shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns(".testwright", "__pycache__"))
    source = copy / planted["file"]
    source.write_text(source.read_text().replace(planted["before"], planted["after"]))
    done = run(copy, sys.executable, "-m", "pytest", "-q", "tests/test_recorded.py")
    assert done.returncode == 1, done.stdout


def test_a_class_of_django_is_written_where_that_is_wanted(shed):
    folder, traces = shed
    words = ("--unittest", "--test-class", "Desk", "--test-name", "test_the_desk", "--no-prove")
    done = testwright(folder, "generate-test", traces["desk"], *words)
    assert done.returncode == 0, done.stderr
    assert "class Desk(TestCase):" in done.stdout
    assert "    def test_the_desk(self):" in done.stdout
    assert "self.client.force_login(carla)" in done.stdout
    assert "self.assertEqual(response.status_code, 200)" in done.stdout
    place = folder / "tests/test_of_a_class.py"
    place.write_text(done.stdout)
    try:
        ran = run(folder, sys.executable, "-m", "pytest", "-q", str(place))
    finally:
        place.unlink()
    assert ran.returncode == 0, ran.stdout


def test_without_pytest_django_it_is_proven_as_manage_py_runs_it(shed, tmp_path):
    folder, traces = shed
    python = environment_without(tmp_path / "venv", "pytest_django")
    place = folder / "tests/test_as_django_does.py"
    try:
        done = testwright(
            folder, "generate-test", traces["desk"], "--python", python, "-o", f"tests/{place.name}", "--and-run"
        )
        assert done.returncode == 0, done.stderr
        text = place.read_text()
        assert "class RecordedRequests(TestCase):" in text
        assert "# proof: 5/5 runs" in text
        assert "run them: python manage.py test tests.test_as_django_does" in done.stderr
        assert "Ran 1 test" in done.stderr  # what Django's own runner says
        place.write_text(text.replace("200)", "418)"))
        ran = run(folder, python, "manage.py", "test", "tests.test_as_django_does")
        assert ran.returncode == 1, ran.stderr
    finally:
        place.unlink(missing_ok=True)
    refused = testwright(folder, "generate-test", traces["desk"], "--python", python, "--pytest")
    assert refused.returncode == 2
    assert "[pytest-django-missing]" in refused.stderr


def test_names_go_to_the_traces_in_the_order_in_which_these_are_given(shed):
    folder, traces = shed
    words = (traces["desk"], traces["about"], "--test-name", "test_the_desk", "--test-name", "test_about", "--json")
    done = testwright(folder, "generate-test", *words, "--no-prove")
    names = {each["trace"]: each["test"] for each in json.loads(done.stdout)["tests"]}
    assert names == {traces["desk"]: "test_the_desk", traces["about"]: "test_about"}


def test_the_same_trace_gives_the_same_bytes(shed):
    folder, traces = shed
    first, second = (testwright(folder, "generate-test", traces["tools_search"], "--no-prove").stdout for _ in range(2))
    assert first == second != ""


def test_a_file_that_somebody_changed_stays(shed):
    folder, traces = shed
    place = folder / "tests/test_mine.py"
    place.write_text("def test_mine():\n    assert 1 + 1 == 2\n")
    done = testwright(folder, "generate-test", traces["about"], "--no-prove", "-o", "tests/test_mine.py")
    assert place.read_text().startswith("def test_mine")
    beside = [path for path in folder.glob("tests/test_mine*.py") if path != place]
    assert beside or done.returncode == 2, done.stderr
    for path in beside:
        path.unlink()
    place.unlink()


def test_an_interruption_ends_it_and_leaves_nothing(shed):
    folder, traces = shed
    command = [sys.executable, "-m", "testwright", "generate-test", traces["about"], "-o", "tests/test_interrupted.py"]
    with subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "sending" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not list(folder.glob("tests/*interrupted*"))


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (("trc_00000000000000000000000000",), "trace-unknown"),
        (("latest", "--test-name", "not a name"), "bad-value"),
        (("latest", "--template", "missing.j2"), "template-error"),
        (("latest", "--settings", "toolshed.missing"), "django-not-set-up"),
        (("latest", "--time", "sundial"), "bad-value"),
        (("latest", "--http", "telnet"), "bad-value"),
        (("latest", "--http", "vcr"), "bad-value"),
        (("latest", "--and-run"), "bad-value"),
        (("latest", "--test-name", "test_one", "--test-name", "test_two"), "bad-value"),
        (("latest", "-o", "tests"), "output-not-writable"),
        (("latest", "-o", "manage.py/test_x.py"), "output-not-writable"),
        ((), "missing-argument"),
    ],
)
def test_what_cannot_be_done_is_said(shed, words, slug):
    folder, _ = shed
    done = testwright(folder, "generate-test", *words)
    assert done.returncode == 2, done.stderr
    assert f"[{slug}]" in done.stderr
    assert "  try: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "slug", "said"),
    [
        ("FIELD_PARSERS", "json.loads", "project-function-failed", "'json.loads' raised TypeError"),
        (
            "FACTORIES",
            "tests.factories.Missing",
            "setting-not-importable",
            "'tests.factories.Missing' cannot be imported",
        ),
    ],
)
def test_a_function_of_the_settings_that_does_not_do_is_said(shed, name, value, slug, said):
    folder, traces = shed
    variable = f"TESTWRIGHT_GENERATE_TEST_{name}"
    done = run(folder, sys.executable, "-m", "testwright", "generate-test", traces["desk"], **{variable: value})
    assert done.returncode == 2, done.stderr
    assert f"[{slug}]" in done.stderr
    assert said in done.stderr
    assert f"where: {variable}" in done.stderr
    assert "  try: " in done.stderr


@pytest.fixture
def own_copy(shed, tmp_path):
    """A copy of the example with its recordings, to be changed."""
    folder, traces = shed
    ignored = shutil.ignore_patterns("__pycache__", "media")
    return shutil.copytree(folder, tmp_path / "own", ignore=ignored), traces


def test_settings_and_templates_that_are_wrong_are_said_with_their_line(own_copy):
    folder, _ = own_copy
    (folder / "own.j2").write_text("{{ test_name }}\n{% for line in %}\n")
    done = testwright(folder, "generate-test", "latest", "--template", "own.j2")
    assert done.returncode == 2
    assert "[template-error]" in done.stderr
    assert "own.j2:2" in done.stderr
    (folder / ".kolo").mkdir()
    (folder / ".kolo/config.toml").write_text('[test_generation]\nfield_parsers = "one"\n')
    done = testwright(folder, "generate-test", "latest")
    assert done.returncode == 2
    assert "[config-invalid]" in done.stderr
    assert ".kolo/config.toml" in done.stderr


def test_a_project_without_settings_is_told_so(own_copy):
    folder, _ = own_copy
    for name in ("manage.py", "pyproject.toml"):
        (folder / name).unlink()
    (folder / "pyproject.toml").write_text("[project]\nname = 'toolshed'\n")
    done = testwright(folder, "generate-test", "latest")
    assert done.returncode == 2, done.stderr
    assert "[no-django-settings]" in done.stderr
    assert "  try: name them: --settings" in done.stderr


def test_a_trace_of_other_code_is_told(own_copy):
    folder, traces = own_copy
    source = folder / "catalog/views.py"
    before = "def about(request):"
    assert before in source.read_text()
    source.write_text(source.read_text().replace(before, f"{before}\n    raise LookupError('not any more')", 1))
    done = testwright(folder, "generate-test", traces["about"], "--no-prove")
    assert done.returncode == 1, done.stderr
    assert "catalog/views.py changed since it was recorded [trace-of-other-code]" in done.stderr
    assert "  try: record the request once more" in done.stderr
    assert done.stdout == ""


OWN_TOOLS = """
def header(context):
    served = [frame for frame in context["_frames"] if frame["type"] == "django_response"]
    return {"header": f"# answered with {served[0]['status_code']}"}

def hook(test):
    return {"arrange": [*test["arrange"], "assert client is not None"]}
"""
OWN_SETTINGS = """
[tool.testwright.generate-test]
template = "own.j2"
trace-processors = ["own_tools.header"]
hooks = ["own_tools.hook"]
"""
OWN_TEMPLATE = """\
{{ header }}
{% for import in imports %}{{ import }}
{% endfor %}

{{ decorators | join("\n") }}
def {{ test_name }}({{ fixtures | join(", ") }}):
    {% for fixture in sql_fixtures %}
    {% for line in fixture.template_parts %}
    {{ line }}
    {% endfor %}
    {% endfor %}
    response = {{ test_client_call_pytest }}
    {% for fixture in asserts %}
    {% for line in fixture.pytest_template_parts %}
    {{ line }}
    {% endfor %}
    {% endfor %}
"""


def test_what_a_project_has_of_its_own_takes_part(own_copy):
    folder, traces = own_copy
    (folder / "own_tools.py").write_text(OWN_TOOLS)
    (folder / "own.j2").write_text(OWN_TEMPLATE)
    with (folder / "pyproject.toml").open("a") as stream:
        stream.write(OWN_SETTINGS)
    done = testwright(folder, "generate-test", traces["about"], "--test-name", "test_about")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# answered with 200\n")
    assert "    assert client is not None\n" in function(done.stdout, "test_about")
    (folder / "own_tools.py").write_text(OWN_TOOLS.replace("is not None", "is None"))
    done = testwright(folder, "generate-test", traces["about"], "--no-prove")
    assert done.returncode == 1, done.stderr
    assert "AssertionError at `assert client is None` [test-does-not-pass]" in done.stderr


def test_a_cassette_is_written_beside_the_test_that_plays_it(own_copy):
    pytest.importorskip("vcr", reason="SKIPPED FOR WANT OF A LIBRARY: vcrpy")
    folder, traces = own_copy
    words = ("generate-test", traces["weather"], "--http", "vcr", "-o", "tests/test_weather.py")
    done = testwright(folder, *words)
    assert done.returncode == 0, done.stderr
    (cassette,) = (folder / "tests/cassettes").iterdir()
    assert cassette.name == f"{traces['weather']}.json"
    assert not list((folder / "tests").glob("*unproven*"))
    passes = run(folder, sys.executable, "-m", "pytest", "-q", "tests/test_weather.py")
    assert passes.returncode == 0, passes.stdout
    cassette.write_text(cassette.read_text().replace('"wind', '"rain').replace('\\"wind', '\\"rain'))
    fails = run(folder, sys.executable, "-m", "pytest", "-q", "tests/test_weather.py")
    assert fails.returncode == 1, fails.stdout


def function(text: str, name: str) -> str:
    start = text.index(f"def {name}(")
    return text[start:].partition("\n\n\n")[0]


def testwright(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "testwright", *words)


testwright.__test__ = False


def environment_without(place: Path, package: str) -> str:
    """The interpreter of an environment that has what this one has, but for one package."""
    venv.create(place, with_pip=False, symlinks=True)
    own = next(place.glob("lib/python*/site-packages"))
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not each.name.startswith(package):
            (own / each.name).symlink_to(each)
    return str(place / "bin/python")


def environment() -> dict[str, str]:
    """Deaf to databases and settings that a shell names."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "DATABASE_", "TOOLSHED_", "PYTEST_")) and name != "SECRET_KEY"
    }
    return kept | {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment() | more,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
