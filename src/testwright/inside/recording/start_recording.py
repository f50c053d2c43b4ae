"""Starts the recording in a Python process of the recorded command; lent to it as `sitecustomize`.

What goes wrong with the recording is written down beside the log: the program is to run as if we were not there.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys

import testwright_own_sitecustomize  # type: ignore[import-not-found]

_JOB = "TESTWRIGHT_RECORDING"


def _start() -> None:
    with open(os.environ[_JOB], encoding="utf-8") as file:
        job = json.load(file)
    try:
        launch = importlib.util.spec_from_file_location("testwright_launch", job.pop("launch"))
        assert launch is not None
        assert launch.loader is not None
        module = importlib.util.module_from_spec(launch)
        launch.loader.exec_module(module)
        module.load_package()
        starting = importlib.import_module(f"{module.PACKAGE}.recording.starting")
        starting.start(starting.RecordingJob.from_plain(job))
    except Exception as error:  # noqa: BLE001 - told to whoever reads the log, and the program goes on
        os.makedirs(job["folder"], mode=0o700, exist_ok=True)
        with open(os.path.join(job["folder"], f"{os.getpid()}.problem"), "w", encoding="utf-8") as file:
            file.write(f"it was not recorded: {type(error).__name__}: {error}")


testwright_own_sitecustomize.run()
if os.environ.get(_JOB) and sys.version_info >= (3, 11):
    _start()
