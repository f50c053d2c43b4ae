"""What can be seen of the print shop from outside while all steps are driven, as JSON: one object a step.

python planted/observe.py FILE [STEP]    up to the step

Answer, rows of the database that came, went and changed, and requests to the service of rates. Ids are the same in
each run; of times near to now it is only said that they are.
"""

import json
import random
import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")


def steady(text, started):
    def distance(match):
        seconds = (datetime.fromisoformat(match.group()).replace(tzinfo=UTC) - started).total_seconds()
        return "<now>" if abs(seconds) < 3600 else match.group()

    return TIME.sub(distance, text)


def rows_of_all_tables():
    from sqlalchemy import select

    from orders.db import engine
    from orders.models import Base

    with engine.connect() as connection:
        return {
            f"{table.name} {row['id']}": {name: str(value) for name, value in row.items()}
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table).order_by(table.c.id)).mappings()
        }


def observe(until=None):
    """The steps' names and what each did."""
    numbers = random.Random(7)
    uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)
    sys.path.insert(0, str(HERE))
    import drive

    observed = {}
    with drive.in_process() as rates:
        started = datetime.now(UTC)
        rows = rows_of_all_tables()
        for step, path, reply in drive.drive(drive.InProcessClient()):
            now = rows_of_all_tables()
            seen = {
                "path": path,
                "status": reply.status,
                "headers": {name: reply.headers.get(name) for name in ("content-type", "x-press")},
                "body": reply.body.decode(),
                "came": {key: row for key, row in now.items() if key not in rows},
                "went": sorted(key for key in rows if key not in now),
                "changed": {key: row for key, row in now.items() if key in rows and rows[key] != row},
                "sent": list(rates.seen),
            }
            observed[step.name] = json.loads(steady(json.dumps(seen), started))
            rows = now
            rates.seen.clear()
            if step.name == until:
                break
    return observed


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(observe((sys.argv[2:] or [None])[0]), indent=1))
