"""Sends the requests of a day at the toolshed, in order, and says when one is not answered as expected.

python drive.py --server http://127.0.0.1:8000    a server with seeded rows; `services/upstream.py` must run too
python drive.py --in-process                      django.test.Client, a database of its own
"""

import argparse
import http.client
import io
import json
import os
import re
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
DESK_CODE = "desk-8841-copperleaf"
TOKEN = {"Authorization": "Token 9c41f0a7be5d2836e1b07c94ad3f5862d7e0b19a"}
SESSION = "k3v9q0zt7w1m5xj8r2hf6yb4nd0pc8sg"
RESET_TOKEN = "rst-Zk8vQ2mXw7LdT4hYbN1cPf5J"
CARD = "5500005555555559"
DECLINED_CARD = "4000000000000002"
PRIVATE_KEY = b"""-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQTOOLSHEDAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBq0hWl7fQ2mVx8cLr3Yt5uKp1ZsNd6eGo9aHbJvTiMwgAAAJjEXAMPLE
-----END OPENSSH PRIVATE KEY-----
"""
FOREIGN = "0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0004"
LATE = "0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0003"
OWN = "0a52c7de-5f0c-4c55-9d0e-3b1f6a0f0001"
IMPORT = (
    "name,number,rate,deposit\nTile cutter,TC-101,12.00,45\nHammer drill,HD-100,8.00,50\nBelt sander,BS-202,7.40,30\n"
)
BROKEN_IMPORT = "name,number,rate,deposit\nRouter,RT-303,9.00,50\nPlaner,PL-404,8.00,none\n"


@dataclass(frozen=True)
class Step:
    """One request: by whom, what, and the status that is expected. Callables get what earlier steps kept."""

    name: str
    who: str
    method: str
    path: object
    status: int
    form: object = None
    json: object = None
    text: str | None = None
    file: tuple | None = None
    headers: dict = field(default_factory=dict)
    keep: object = None


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list
    body: bytes


def first_tool(**changed):
    return {"tool": 1, "starts_at": "2035-05-10T09:00:00Z", "days": 2, "quantity": 1} | changed


def kept_booking(path):
    return lambda kept: path.format(kept["booking"])


STEPS = [
    Step("about", "guest", "GET", "/api/about/", 200),
    Step("health", "guest", "GET", "/api/health/", 200),
    Step("home", "guest", "GET", "/", 200),
    Step("tools", "guest", "GET", "/api/tools/", 200),
    Step("tools_last_page", "guest", "GET", "/api/tools/?page=3&sort=dearest", 200),
    Step("tools_search", "guest", "GET", "/api/tools/?q=er&tag=outdoor&tag=heavy", 200),
    Step("tools_no_page", "guest", "GET", "/api/tools/?branch=HILL&page=7", 404),
    Step("tool", "guest", "GET", "/api/tools/1/", 200),
    Step("tool_retired", "guest", "GET", "/api/tools/10/", 404),
    Step("quote", "guest", "GET", "/api/tools/4/quote/?days=2", 200),
    Step("quote_again", "guest", "GET", "/api/tools/4/quote/?days=2", 200),
    Step("quote_too_long", "guest", "GET", "/api/tools/5/quote/?days=4", 400),
    Step("weather", "guest", "GET", "/api/branches/HARB/weather/", 200),
    Step("weather_nowhere", "guest", "GET", "/api/branches/MOON/weather/", 404),
    Step("bookings_guest", "guest", "GET", "/bookings/", 302),
    Step("login_page", "ann", "GET", "/account/login/?next=/bookings/new/%3Ftool%3D2", 200),
    Step("login_wrong", "ann", "POST", "/account/login/", 200, form={"username": "ann", "password": "heron-Quay-41"}),
    Step(
        "login",
        "ann",
        "POST",
        "/account/login/",
        302,
        form={"username": "ann", "password": "heron-Quay-41-lantern", "next": "/bookings/new/?tool=2"},
    ),
    Step("bookings", "ann", "GET", "/bookings/", 200),
    Step("booking_form", "ann", "GET", "/bookings/new/?tool=2", 200),
    Step(
        "booking_form_invalid",
        "ann",
        "POST",
        "/bookings/new/",
        200,
        form={"tool": 3, "starts_at": "2035-05-01 09:00", "days": 8, "quantity": 0},
    ),
    Step(
        "booking_form_sent",
        "ann",
        "POST",
        "/bookings/new/",
        302,
        form={
            "tool": 2,
            "starts_at": "2035-05-01 09:00",
            "days": 4,
            "quantity": 2,
            "extras": ["delivery", "insurance"],
            "note": "ring twice, façade door",
        },
    ),
    Step("bookings_message", "ann", "GET", "/bookings/", 200),
    Step(
        "book",
        "ann",
        "POST",
        "/api/bookings/",
        201,
        json=first_tool(quantity=2, card=CARD, options={"extras": ["training"], "gift": {"from": "Zoë"}}),
        keep=lambda reply: {"booking": json.loads(reply.body)["id"], "code": json.loads(reply.body)["pickup_code"]},
    ),
    Step("book_invalid", "ann", "POST", "/api/bookings/", 400, json={"tool": 1, "starts_at": "2020-01-01T00:00Z"}),
    Step("book_twice", "ann", "POST", "/api/bookings/", 409, json=first_tool()),
    Step("book_too_many", "ann", "POST", "/api/bookings/", 409, json=first_tool(tool=6, quantity=3)),
    Step("book_declined", "ann", "POST", "/api/bookings/", 409, json=first_tool(tool=3, card=DECLINED_CARD)),
    Step("own_bookings", "ann", "GET", "/api/bookings/?open=1", 200),
    Step("own_booking", "ann", "GET", kept_booking("/api/bookings/{}/"), 200),
    Step("foreign_booking", "ann", "GET", f"/api/bookings/{FOREIGN}/", 404),
    Step(
        "change_booking",
        "ann",
        "PATCH",
        kept_booking("/api/bookings/{}/"),
        200,
        json={"days": 5, "options": {"note": "longer"}},
    ),
    Step(
        "upload",
        "ann",
        "POST",
        kept_booking("/api/bookings/{}/documents/"),
        201,
        form={"title": "Door key"},
        file=("file", "door.pem", PRIVATE_KEY),
        keep=lambda reply: {"document": json.loads(reply.body)["id"]},
    ),
    Step("upload_nothing", "ann", "POST", kept_booking("/api/bookings/{}/documents/"), 400, form={"title": "None"}),
    Step("booking_page", "ann", "GET", kept_booking("/bookings/{}/"), 200),
    Step("download", "ann", "GET", lambda kept: f"/documents/{kept['document']}/", 200),
    Step(
        "receipt",
        "guest",
        "GET",
        lambda kept: f"/bookings/{kept['booking']}/receipt/?" + urlencode({"code": kept["code"]}),
        200,
    ),
    Step("receipt_wrong_code", "guest", "GET", kept_booking("/bookings/{}/receipt/?code=guess"), 403),
    Step("favourite", "ann", "POST", "/api/tools/1/favourite/", 200),
    Step("unfavourite", "ann", "DELETE", "/api/tools/3/favourite/", 204),
    Step("stats_forbidden", "ann", "GET", "/api/stats/", 403),
    Step("desk_forbidden", "ann", "GET", "/desk/", 403),
    Step("export_forbidden", "ann", "GET", "/desk/bookings.csv", 302),
    Step("desk_login_page", "carla", "GET", "/account/login/", 200),
    Step(
        "desk_login",
        "carla",
        "POST",
        "/account/login/",
        302,
        form={"username": "carla", "password": "counter#Basalt#8816"},
    ),
    Step("desk", "carla", "GET", "/desk/", 200),
    Step("stats", "carla", "GET", "/api/stats/", 200),
    Step("export", "carla", "GET", "/desk/bookings.csv", 200),
    Step(
        "return_wrong_code", "carla", "POST", f"/api/bookings/{LATE}/return/", 403, headers={"X-Desk-Code": "desk-0000"}
    ),
    Step("return", "carla", "POST", f"/api/bookings/{LATE}/return/", 200, headers={"X-Desk-Code": DESK_CODE}),
    Step("return_again", "carla", "POST", f"/api/bookings/{LATE}/return/", 409, headers={"X-Desk-Code": DESK_CODE}),
    Step(
        "return_elsewhere", "carla", "POST", f"/api/bookings/{FOREIGN}/return/", 404, headers={"X-Desk-Code": DESK_CODE}
    ),
    Step(
        "change_tool",
        "carla",
        "PATCH",
        "/api/tools/1/",
        200,
        json={"daily_rate": "9.50", "specs": {"watts": 850, "case": True}},
    ),
    Step("tag_tool", "carla", "PUT", "/api/tools/1/tags/", 200, json={"tags": ["heavy", "two-people", "checked"]}),
    Step("tag_forbidden", "ann", "PUT", "/api/tools/1/tags/", 403, json={"tags": []}),
    Step("import", "carla", "POST", "/api/tools/import/", 201, text=IMPORT),
    Step("import_broken", "carla", "POST", "/api/tools/import/", 500, text=BROKEN_IMPORT),
    Step("close_branch_fails", "carla", "POST", "/api/close-branch/", 500, json={}),
    Step("cancel", "ann", "DELETE", f"/api/bookings/{OWN}/", 204),
    Step("cancel_again", "ann", "DELETE", f"/api/bookings/{OWN}/", 404),
    Step("kits_no_token", "program", "GET", "/machine/kits/", 401),
    Step("kits", "program", "GET", "/machine/kits/", 200, headers=TOKEN),
    Step(
        "kit",
        "program",
        "POST",
        "/machine/kits/",
        201,
        headers=TOKEN,
        json={
            "name": "Clear the garden",
            "discount": "0.15",
            "items": [{"tool": "HT-400", "quantity": 2}, {"tool": "WC-500", "quantity": 1, "note": "two of you"}],
        },
    ),
    Step(
        "kit_invalid",
        "program",
        "POST",
        "/machine/kits/",
        400,
        headers=TOKEN,
        json={"name": "Alone", "items": [{"tool": "HT-400", "quantity": 1}]},
    ),
    Step("kit_copy", "program", "POST", "/machine/kits/1/copy/", 201, headers=TOKEN),
    Step("kit_elsewhere", "program", "GET", "/machine/kits/2/", 404, headers=TOKEN),
    Step(
        "token",
        "program",
        "POST",
        "/account/token/",
        200,
        json={"username": "wanda", "password": "plum-Gantry-5527-oak"},
    ),
    Step("profile", "ines", "GET", "/account/", 200),
    Step("kit_names", "ines", "GET", "/api/kit-names/", 200),
    Step("profile_saved", "ines", "POST", "/account/", 302, form={"phone": "+351 910 000 111", "newsletter": "on"}),
    Step("profile_invalid", "ines", "POST", "/account/", 200, form={"phone": "call me"}),
    Step("reset_page", "dmitri", "GET", "/account/reset/", 200),
    Step("reset", "dmitri", "POST", "/account/reset/", 302, form={"email": "Dmitri@members.example"}),
    Step("reset_new", "dmitri", "POST", "/account/reset/", 302, form={"email": "wanda@members.example"}),
    Step(
        "reset_used",
        "dmitri",
        "POST",
        "/account/reset/confirm/",
        302,
        form={"token": RESET_TOKEN, "password": "slate-Fathom-7719-ember"},
    ),
    Step(
        "reset_used_again",
        "dmitri",
        "POST",
        "/account/reset/confirm/",
        200,
        form={"token": RESET_TOKEN, "password": "slate-Fathom-7719-ember"},
    ),
    Step("logout", "ann", "POST", "/account/logout/", 302, form={}),
    Step("bookings_after_logout", "ann", "GET", "/bookings/", 302),
]


class ServerClient:
    """One person's browser, talking to a server."""

    def __init__(self, server):
        self.server = urlsplit(server)
        self.cookies = {}

    def add_cookie(self, name, value):
        self.cookies[name] = value

    def send(self, request):
        connection = http.client.HTTPConnection(self.server.hostname, self.server.port or 80, timeout=30)
        headers = dict(request.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(request.method, request.path, request.body, headers)
        response = connection.getresponse()
        reply = Reply(response.status, response.getheaders(), response.read())
        connection.close()
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                for cookie in SimpleCookie(value).values():
                    self.cookies[cookie.key] = cookie.value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return reply


class InProcessClient:
    """One person's browser, calling Django in this process."""

    def __init__(self):
        from django.test import Client

        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    @property
    def cookies(self):
        return {name: cookie.value for name, cookie in self.client.cookies.items() if cookie.value}

    def add_cookie(self, name, value):
        self.client.cookies[name] = value

    def send(self, request):
        headers = dict(request.headers)
        content_type = headers.pop("Content-Type", "")
        response = self.client.generic(
            request.method, request.path, request.body, content_type=content_type, headers=headers
        )
        body = b"".join(response.streaming_content) if response.streaming else response.content
        headers = list(response.items()) + [
            ("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()
        ]
        return Reply(response.status_code, headers, body)


def multipart(fields, file):
    boundary = "toolshed-7d81f3"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name, filename, content = file
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/x-pem-file\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def build(step, kept, cookies):
    """The request of a step, for a person with these cookies."""
    path = step.path(kept) if callable(step.path) else step.path
    headers, body = dict(step.headers), b""
    csrf = cookies.get("csrftoken", "")
    if step.file:
        body, headers["Content-Type"] = multipart(step.form, step.file)
    elif step.form is not None and not path.startswith("/api/"):
        body = urlencode(step.form | {"csrfmiddlewaretoken": csrf}, doseq=True).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif step.form is not None:
        body = urlencode(step.form, doseq=True).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif step.json is not None:
        body = json.dumps(step.json).encode()
        headers["Content-Type"] = "application/json"
    elif step.text is not None:
        body = step.text.encode()
        headers["Content-Type"] = "text/csv"
    if step.method not in ("GET", "HEAD") and path.startswith("/api/") and csrf:
        headers["X-CSRFToken"] = csrf
    return Request(step.method, path, headers, body)


def drive(make_client, before_step=None):
    """Takes all steps; yields each with its request and reply."""
    clients, kept = {}, {}
    for step in STEPS:
        if step.who not in clients:
            clients[step.who] = make_client()
            if step.who == "ines":
                clients[step.who].add_cookie("sessionid", SESSION)
        client = clients[step.who]
        request = build(step, kept, client.cookies)
        if before_step:
            before_step(step)
        reply = client.send(request)
        yield step, request, reply
        if step.keep and reply.status == step.status:
            kept |= step.keep(reply)


@contextmanager
def in_process():
    """Django set up with an empty database, a folder for uploads, a mail box, and the services outside."""
    sys.path.insert(0, str(HERE))
    from services.upstream import make_server

    upstream = make_server()
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{upstream.server_address[1]}"
    with tempfile.TemporaryDirectory() as media:
        os.environ |= {"TOOLSHED_PRICES_URL": address, "TOOLSHED_WEATHER_URL": address, "TOOLSHED_MEDIA": media}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toolshed.settings")
        os.environ.setdefault("TOOLSHED_LOG", "CRITICAL")
        import django

        django.setup()
        import logging

        from django.core.management import call_command
        from django.db import connection
        from django.test.utils import setup_test_environment, teardown_test_environment

        logging.getLogger("django.request").setLevel(logging.CRITICAL)
        setup_test_environment()
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            call_command("seed", stdout=io.StringIO())
            yield upstream, Path(media)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
            teardown_test_environment()
            upstream.shutdown()


def report(results, pause):
    failed = 0
    for step, request, reply in results:
        right = reply.status == step.status
        failed += not right
        path = re.sub(r"code=.*", "code=…", request.path)
        print(
            f"{step.name:22} {step.method:6} {path} {reply.status}{'' if right else f'  EXPECTED {step.status}'}",
            flush=True,
        )
        time.sleep(pause)
    print(f"{len(STEPS)} steps, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--server", metavar="URL")
    where.add_argument("--in-process", action="store_true")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="wait after each request")
    options = parser.parse_args()
    if options.server:
        return report(drive(lambda: ServerClient(options.server)), options.pause)
    with in_process():
        return report(drive(InProcessClient), options.pause)


if __name__ == "__main__":
    sys.exit(main())
