"""Measures how long a recording on CPython 3.11 takes to weave its hooks into the code of a project.

    python benchmarks/weaving.py [FOLDER] [--rounds 5]

All code of the folder (examples/toolshed) is compiled beforehand, as an interpreter that imports it reads it from its caches; the
median is of the CPU time of weaving it, in code objects that were never looked at. Ends with 1 when one takes more than 100 µs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "src"))

from testwright.inside.recording.calls import Calls  # noqa: E402
from testwright.inside.recording.opcodes import is_available  # noqa: E402
from testwright.inside.recording.outside_sources import OutsideSources  # noqa: E402
from testwright.inside.recording.project_code import ProjectCode  # noqa: E402
from testwright.inside.recording.session import Session  # noqa: E402
from testwright.inside.recording.weaving import Weaving  # noqa: E402

MOST = 100e-6


class Nowhere:
    def write(self, record: object, /) -> None:
        pass


def weave(folder: Path) -> tuple[float, int]:
    """Seconds, and the number of code objects."""
    codes = [compile(path.read_bytes(), str(path), "exec") for path in sorted(folder.rglob("*.py"))]
    session, project = Session(Nowhere()), ProjectCode(str(folder), [str(folder)])
    weaving = Weaving(Calls(session, project, repr), OutsideSources(session, project))
    begun = time.process_time()
    for code in codes:
        weaving.imported(code)
    return time.process_time() - begun, len(weaving._woven)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "examples/toolshed")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    if not is_available():
        print("nothing is woven on this interpreter: it is not CPython 3.11")
        return 0
    taken = [weave(chosen.folder.resolve()) for _ in range(chosen.rounds)]
    seconds, codes = statistics.median(each for each, _ in taken), taken[0][1]
    print(f"{codes} code objects  {1000 * seconds:.1f} ms  {1e6 * seconds / max(codes, 1):.0f} µs each")
    return 1 if seconds > MOST * codes else 0


if __name__ == "__main__":
    sys.exit(main())
