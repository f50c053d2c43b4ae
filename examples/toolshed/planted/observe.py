"""What can be seen of the toolshed from outside while all steps are driven, as JSON: one object a step.

python planted/observe.py FILE [STEP]    up to the step

Answer (status, headers, text), rows of the database that came, went and changed, mails, requests to the services
outside, and stored files. Random values are the same in each run; times near to now are written as hours from it.
"""

import hashlib
import json
import random
import re
import secrets
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?")
HEADERS = ("location", "content-type", "content-disposition", "www-authenticate", "allow")
OUTGOING = ("x-api-key", "x-merchant", "authorization", "content-type")
LEFT_OUT = {"Session", "ContentType", "Permission"}


def make_repeatable():
    numbers = random.Random(7)
    uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)
    secrets.token_urlsafe = lambda size=32: f"{numbers.getrandbits(size * 8):x}"


def steady(text, started):
    """The text with times near now as hours from now, and other values that differ between runs taken out."""

    def distance(match):
        time = datetime.fromisoformat(match.group().replace("Z", "+00:00"))
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        hours = (time - started).total_seconds() / 3600
        return f"<now{round(hours):+}h>" if abs(hours) < 2000 else match.group()

    text = TIME.sub(distance, text)
    text = re.sub(r"pbkdf2_sha256\$(\d+)\$[^$\"]+\$[\w+/=]+", r"<hash of \1 rounds>", text)
    text = re.sub(r'(csrfmiddlewaretoken\\?" value=\\?")\w+', r"\1<csrf>", text)
    return text.replace(f"documents/{started.year}/", "documents/<year>/")


def rows_of_all_tables():
    from django.apps import apps
    from django.db import connection

    rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model.__name__ not in LEFT_OUT:
                key = model._meta.pk.column
                cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY {key}")
                names = [column[0] for column in cursor.description]
                for values in cursor.fetchall():
                    row = dict(zip(names, values, strict=True))
                    rows[f"{model.__name__} {row[key]}"] = row
    return rows


def changes(before, after):
    differing = {
        key: {name: value for name, value in row.items() if value != before[key][name]}
        for key, row in after.items()
        if key in before
    }
    return {
        "came": {key: row for key, row in after.items() if key not in before},
        "went": sorted(key for key in before if key not in after),
        "changed": {key: values for key, values in differing.items() if values},
    }


def headers_of(reply):
    kept = {}
    for name, value in reply.headers:
        lower = name.lower()
        if lower in HEADERS or lower.startswith("x-toolshed"):
            kept[lower] = value
        elif lower == "set-cookie":
            cookie, _, rest = value.partition("=")
            # Messages come with the time and a signature; of sessions and tokens only that they were given.
            value = rest.split(";")[0].strip('"')
            kept[f"cookie {cookie}"] = value.split(":")[0] if cookie == "messages" else bool(value)
    return kept


def observe(raw=None, until=None):
    """The steps' names and what each did, up to a step; `raw`, a list, gets all texts as they were."""
    make_repeatable()
    sys.path.insert(0, str(HERE))
    import drive

    observed = {}
    with drive.in_process() as (upstream, media):
        from django.core import mail

        started = datetime.now(UTC)
        rows, files = rows_of_all_tables(), {}
        if raw is not None:
            raw.append(repr(rows))
            raw.extend(session_keys())
        for step, request, reply in drive.drive(drive.InProcessClient, lambda step: random.seed(step.name)):
            now_rows = rows_of_all_tables()
            now_files = {
                str(path.relative_to(media)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in media.rglob("*")
                if path.is_file()
            }
            seen = {
                "request": f"{request.method} {request.path}",
                "status": reply.status,
                "headers": headers_of(reply),
                "body": reply.body.decode(),
                "database": changes(rows, now_rows),
                "mails": [
                    [message.subject, message.to, message.cc, message.from_email, message.body]
                    for message in mail.outbox
                ],
                "sent": [
                    {**sent, "headers": {name: sent["headers"].get(name) for name in OUTGOING}}
                    for sent in upstream.seen
                ],
                "files": {name: digest for name, digest in now_files.items() if files.get(name) != digest},
            }
            text = json.dumps(seen, default=str, ensure_ascii=False)
            if raw is not None:
                raw.extend([text, json.dumps(reply.headers), json.dumps(request.headers), request.body.decode()])
                raw.append(json.dumps([sent["headers"] for sent in upstream.seen]))
            observed[step.name] = json.loads(steady(text, started))
            rows, files = now_rows, now_files
            mail.outbox.clear()
            upstream.seen.clear()
            if step.name == until:
                break
    return observed


def session_keys():
    from django.contrib.sessions.models import Session

    return list(Session.objects.values_list("session_key", flat=True))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(observe(until=(sys.argv[2:] or [None])[0]), indent=1, ensure_ascii=False))
