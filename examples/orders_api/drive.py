"""Sends the requests of a day at the print shop, in order, and says when one is not answered as expected.

python drive.py --server http://127.0.0.1:8000    a server with seeded rows; `services/rates.py` must run too
python drive.py --in-process                      TestClient, a database of its own
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
MILL = "ok_live_mill_4fQ9x2Lw8c"
SHOP = "ok_live_shop_0Rk5yH8m2d"
OWN = "5d0a7c1e-0000-4000-8000-000000000001"
FOREIGN = "5d0a7c1e-0000-4000-8000-000000000002"


@dataclass(frozen=True)
class Step:
    """One request, with the key of whom, and the status that is expected; {order} is the order that was placed."""

    name: str
    method: str
    path: str
    status: int
    key: str = ""
    json: object = None


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict
    body: bytes


STEPS = [
    Step("products", "GET", "/products", 200),
    Step("products_rest", "GET", "/products?limit=2&offset=2", 200),
    Step("products_named", "GET", "/products?sku=BOOK&sku=CARD&sku=FLYER", 200),
    Step("product", "GET", "/products/CANVAS", 200),
    Step("product_retired", "GET", "/products/FLYER", 404),
    Step("orders_no_key", "GET", "/orders", 401),
    Step("orders", "GET", "/orders", 200, MILL),
    Step("orders_open", "GET", "/orders?status=open", 200, MILL),
    Step(
        "place",
        "POST",
        "/orders",
        201,
        MILL,
        {
            "lines": [{"sku": "BOOK", "quantity": 10}, {"sku": "CARD", "quantity": 40}],
            "wishes": {"cover": {"colour": "teal"}},
        },
    ),
    Step("place_nothing", "POST", "/orders", 422, MILL, {"lines": []}),
    Step(
        "place_too_many",
        "POST",
        "/orders",
        409,
        MILL,
        {"lines": [{"sku": "POSTER", "quantity": 5}, {"sku": "CANVAS", "quantity": 4}]},
    ),
    Step("order", "GET", "/orders/{order}", 200, MILL),
    Step("order_foreign", "GET", f"/orders/{FOREIGN}", 404, MILL),
    Step("wishes", "PATCH", "/orders/{order}", 200, MILL, {"paper": "gloss"}),
    Step("total", "GET", "/orders/{order}/total?currency=CHF", 200, MILL),
    Step("total_unknown", "GET", "/orders/{order}/total?currency=XYZ", 400, MILL),
    Step("cancel", "POST", f"/orders/{OWN}/cancel", 200, MILL),
    Step("cancel_again", "POST", f"/orders/{OWN}/cancel", 409, MILL),
    Step("export", "GET", "/orders.csv", 200, MILL),
    Step("sales_forbidden", "GET", "/sales", 403, MILL),
    Step("sales", "GET", "/sales", 200, SHOP),
    Step("add_product", "POST", "/products", 201, SHOP, {"sku": "STAMP", "name": "Stamp", "price": "9.90", "stock": 7}),
    Step("add_product_again", "POST", "/products", 409, SHOP, {"sku": "STAMP", "name": "Stamp", "price": "9.90"}),
    Step("retire_product", "DELETE", "/products/STAMP", 204, SHOP),
]


class ServerClient:
    def __init__(self, server):
        self.server = urlsplit(server)

    def send(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.server.hostname, self.server.port or 80, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        reply = Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        connection.close()
        return reply


class InProcessClient:
    def __init__(self, raising=False):
        from fastapi.testclient import TestClient

        from orders.api import app

        self.client = TestClient(app, raise_server_exceptions=raising)

    def send(self, method, path, headers, body):
        response = self.client.request(method, path, headers=headers, content=body)
        return Reply(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
        )


def drive(client):
    """Takes all steps; yields each with its path and reply."""
    order = ""
    for step in STEPS:
        headers = {"X-Api-Key": step.key} if step.key else {}
        body = None
        if step.json is not None:
            body = json.dumps(step.json).encode()
            headers["Content-Type"] = "application/json"
        path = step.path.replace("{order}", order)
        reply = client.send(step.method, path, headers, body)
        yield step, path, reply
        if step.name == "place" and reply.status == step.status:
            order = json.loads(reply.body)["id"]


@contextmanager
def in_process():
    """A seeded database of its own, and the service of rates."""
    sys.path.insert(0, str(HERE))
    from services.rates import make_server

    rates = make_server()
    threading.Thread(target=rates.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ORDERS_DATABASE"] = f"sqlite:///{folder}/orders.db"
        os.environ["ORDERS_RATES"] = f"http://127.0.0.1:{rates.server_address[1]}"
        from orders import seed
        from orders.db import engine

        seed.main()
        try:
            yield rates
        finally:
            engine.dispose()
            rates.shutdown()


def report(results):
    failed = 0
    for step, path, reply in results:
        right = reply.status == step.status
        failed += not right
        wrong = "" if right else f"  EXPECTED {step.status}"
        print(f"{step.name:18} {step.method:6} {path} {reply.status}{wrong}", flush=True)
    print(f"{len(STEPS)} steps, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--server", metavar="URL")
    where.add_argument("--in-process", action="store_true")
    options = parser.parse_args()
    if options.server:
        return report(drive(ServerClient(options.server)))
    with in_process():
        return report(drive(InProcessClient(raising=True)))


if __name__ == "__main__":
    sys.exit(main())
