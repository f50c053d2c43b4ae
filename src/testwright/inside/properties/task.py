"""Does the "properties" job: runs each Hypothesis test of a file with several seeds, in restricted child processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from .trials import keep_in, load_file, run_trial

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends "trial" for each test and seed (what follows a failure is not run), and "lost" for a test that its process
    did not survive; "not-loaded" when the tests cannot be imported.

    job: "files" (path and number of examples by name of the variant), "tests" (their names), "seeds" ([name, number,
    variant]), "shrink" (names of tests whose failure is worth a short example), "test_seconds", "import_seconds".
    """
    scratch = Path(job["scratch"]).resolve()
    texts = {name: Path(path).read_bytes() for name, (path, _) in job["files"].items()}
    left = list(job["tests"])
    test_seconds, import_seconds = float(job["test_seconds"]), float(job["import_seconds"])
    while left:
        work = partial(_run_all, job, texts, scratch, tuple(left))
        whole = import_seconds + test_seconds * len(left) * len(job["seeds"])
        end = in_child(work, channel, wall_seconds=whole, silence_seconds=max(test_seconds, import_seconds))
        if end.kind == "ok":
            return
        if end.last_text not in left:
            channel.send({"event": "not-loaded", "detail": f"importing the tests ended the process ({end.kind})"})
            return
        channel.send({"event": "lost", "test": end.last_text, "kind": end.kind})
        left = left[left.index(end.last_text) + 1 :]


def _run_all(
    job: dict[str, Any], texts: Mapping[str, bytes], scratch: Path, left: Sequence[str], channel: Channel
) -> None:
    keep_in(scratch)
    try:
        modules = _loaded(job, texts, scratch)
    except Exception as error:  # noqa: BLE001 - strangers' code
        channel.send({"event": "not-loaded", "detail": f"{type(error).__name__}: {error}"[:300]})
        return
    for number, test in enumerate(left, start=1):
        for seed, value, variant in job["seeds"]:
            channel.note(number, test)
            told = run_trial(getattr(modules[variant, test in job["shrink"]], test), int(value))
            channel.send({"event": "trial", "test": test, "seed": seed, "examples": job["files"][variant][1], **told})
            if told["outcome"] != "passed":
                break


def _loaded(job: dict[str, Any], texts: Mapping[str, bytes], scratch: Path) -> dict[tuple[str, bool], Any]:
    """By variant, and whether failures are shrunk."""
    modules: dict[tuple[str, bool], Any] = {}
    for name, text in texts.items():
        file = scratch / f"properties_{name}.py"  # here: the child may be another user, who cannot read the original
        file.write_bytes(text)
        for shrink in (True, False):
            modules[name, shrink] = load_file(file, examples=int(job["files"][name][1]), shrink=shrink)
    return modules
