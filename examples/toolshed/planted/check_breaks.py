"""Checks breaks.toml: each text occurs once, each broken file compiles, each break changes what its step does.

python planted/check_breaks.py              drives the application once for each break
python planted/check_breaks.py --texts      looks at the texts only
python planted/check_breaks.py NAME ...     these breaks
"""

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PLANTED = Path(__file__).resolve().parent
PROJECT = PLANTED.parent


def read_breaks():
    return tomllib.loads((PLANTED / "breaks.toml").read_text(encoding="utf-8"))["break"]


def broken_text(planted):
    """The file's text with the break in it."""
    text = (PROJECT / planted["file"]).read_text(encoding="utf-8")
    if text.count(planted["before"]) != 1:
        raise ValueError(f"`before` occurs {text.count(planted['before'])} times in {planted['file']}")
    if planted["before"] == planted["after"]:
        raise ValueError("`after` is the same as `before`")
    broken = text.replace(planted["before"], planted["after"])
    if planted["file"].endswith(".py"):
        compile(broken, planted["file"], "exec")
    return broken


def observed(project, step=None):
    """What each step did, up to this one; None when the application cannot be driven that far."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "observed.json"
        command = [sys.executable, "-B", str(project / "planted" / "observe.py"), str(file), *([step] if step else [])]
        result = subprocess.run(command, cwd=project, capture_output=True, text=True)
        if result.returncode:
            raise ValueError("driving fails:\n" + result.stderr[-1500:])
        return json.loads(file.read_text(encoding="utf-8"))


def verdict(planted, normal):
    """What the break changes first; ValueError when it is not a good one."""
    broken = broken_text(planted)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("__pycache__", "media", "*.sqlite3"))
        (copy / planted["file"]).write_text(broken, encoding="utf-8")
        seen = observed(copy, planted["step"])
    differing = [step for step in seen if seen[step] != normal[step]]
    if not differing:
        raise ValueError("nothing changes")
    if differing[0] != planted["step"]:
        raise ValueError(f"it changes {differing[0]} first")
    return [part for part, value in seen[planted["step"]].items() if value != normal[planted["step"]][part]]


def main(arguments):
    names = [argument for argument in arguments if not argument.startswith("--")]
    breaks = [planted for planted in read_breaks() if not names or planted["name"] in names]
    normal = None if "--texts" in arguments else observed(PROJECT)
    if normal is not None and normal != observed(PROJECT):
        sys.exit("two runs of the unbroken application differ")
    sys.path.insert(0, str(PROJECT))
    from drive import STEPS

    known, bad = {step.name for step in STEPS}, 0
    for planted in breaks:
        try:
            if planted["step"] not in known:
                raise ValueError("there is no such step")
            parts = [] if normal is None else verdict(planted, normal)
            if normal is None:
                broken_text(planted)
            print(f"ok   {planted['name']:26} {planted['step']:22} {' '.join(parts)}", flush=True)
        except (ValueError, SyntaxError) as error:
            bad += 1
            print(f"BAD  {planted['name']:26} {planted['step']:22} {error}", flush=True)
    steps = {planted["step"] for planted in breaks}
    print(f"{len(breaks)} breaks in {len(steps)} steps, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
