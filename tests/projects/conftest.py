"""One harness: a project on disk, and testwright run on it as its user would, in a process of its own."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

collect_ignore = ["collaborators"]
SOURCE = Path(__file__).resolve().parents[2] / "src"
_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
SECONDS = 600.0
"""Against hanging for ever; no test passes or fails by it otherwise."""


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on stdout."""
        loaded = json.loads(self.out)
        assert isinstance(loaded, dict)
        return loaded

    def refused(self, slug: str, *, code: int = 2) -> str:
        """Asserts that it ended with one explained problem (all parts, no traceback); its text on stderr."""
        assert self.code == code, f"exit {self.code}, not {code}\n{self.out}\n{self.err}"
        assert f"[{slug}]" in self.err, self.err
        assert "  where: " in self.err, self.err
        assert "  try: " in self.err, self.err
        assert "Traceback" not in self.out + self.err, self.err
        return self.err


class Project:
    """A project made of `files` (path → text), in a folder of its own."""

    def __init__(self, root: Path, files: Mapping[str, str], environment: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.environment = dict(environment or {})
        for path, text in files.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def findings(self, path: str) -> dict[str, dict[str, Any]]:
        """The results of a SARIF log, by fingerprint: each has one of its own, and the log is what the format's schema says."""
        log = json.loads(self.read(path))
        model = pytest.importorskip(
            "pydantic_sarif.model", reason="NOT CHECKED BY THE SCHEMA: pydantic-sarif is not installed"
        )
        model.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate(log)
        (run,) = log["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert [result["ruleId"] for result in run["results"]] == [rules[r["ruleIndex"]] for r in run["results"]]
        found = {result["partialFingerprints"]["testwright/v1"]: result for result in run["results"]}
        assert len(found) == len(run["results"])
        return found

    def files(self, pattern: str = "**/test_*.py") -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern))

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, folder: str = ".") -> Finished:
        """Run `testwright *arguments` in the project."""
        return self._finished([sys.executable, "-m", "testwright", *arguments], environment, folder)

    def interrupt(self, *arguments: str, after: str) -> Finished:
        """Run `testwright *arguments`, and press Ctrl-C when a line on stderr begins with `after`."""
        command = [sys.executable, "-m", "testwright", *arguments]
        with subprocess.Popen(
            command,
            cwd=self.root,
            env={**_clean_environment(), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stderr is not None
            seen = []
            for line in process.stderr:
                seen.append(line)
                if line.startswith(after):
                    process.send_signal(signal.SIGINT)
                    break
            out, err = process.communicate(timeout=SECONDS)
        return Finished(process.returncode, out, "".join(seen) + err)

    def pytest(self, *arguments: str) -> Finished:
        """Run the project's own tests, as its user would."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return self._finished(command, None, ".")

    def python(self, *arguments: str) -> Finished:
        """Run a file of the project, as its user would."""
        return self._finished([sys.executable, *arguments], None, ".")

    def run_python(self, code: str, *, hash_seed: str) -> str:
        """What `code` prints in a Python of its own."""
        environment = {**_clean_environment(), "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=True)
        return done.stdout.strip()

    def _finished(self, command: list[str], environment: Mapping[str, str] | None, folder: str) -> Finished:
        done = subprocess.run(
            command,
            cwd=self.root / folder,
            env={**_clean_environment(), **self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def _clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESTWRIGHT_", "PYTEST_"))}
    kept |= {name: os.environ[name] for name in (_AUTOLOAD,) if name in os.environ}
    kept.pop("VIRTUAL_ENV", None)
    return {**kept, "PYTHONPATH": str(SOURCE), "COLUMNS": "120", "NO_COLOR": "1"}


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Makes a Project of files; the folder has a pyproject.toml even if `files` brings none."""

    def make(
        files: Mapping[str, str], *, name: str = "project", environment: Mapping[str, str] | None = None
    ) -> Project:
        with_marker = {"pyproject.toml": '[project]\nname = "sample"\nversion = "1"\n', **files}
        return Project(tmp_path / name, with_marker, environment)

    return make


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server that runs for these tests alone; skips aloud where there is none to start."""
    psycopg = pytest.importorskip("psycopg", reason="SKIPPED FOR WANT OF A DRIVER: pip install 'psycopg[binary]'")
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    initdb = shutil.which("initdb", path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    if initdb is None:
        pytest.skip("SKIPPED FOR WANT OF POSTGRESQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="testwright-postgresql-"))
    owner: dict[str, Any] = {}
    if os.getuid() == 0:  # as whom it does not start
        owner = {"user": "postgres" if any(each.pw_name == "postgres" for each in pwd.getpwall()) else "nobody"}
        shutil.chown(folder, owner["user"])
    made = [initdb, "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **owner)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "port": port, "fsync": "off"}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        program = Path(initdb).with_name("postgres")
        server = subprocess.Popen([program, "-D", folder / "data", *words], stdout=log, stderr=log, cwd=folder, **owner)
    address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        while True:
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # connections that are open end with it
        server.wait()
        shutil.rmtree(folder)
