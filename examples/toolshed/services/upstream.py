"""Stands for the services that the toolshed calls: prices, payments and the weather.

What it answers depends on the request alone.

python services/upstream.py [PORT]
"""

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DECLINED = "0002"
SKIES = ["clear", "cloudy", "rain", "wind"]


def answer(method, path, query, headers, data):
    """(status, data) for a request."""
    if path == "/prices/quote" and method == "POST":
        if not headers.get("X-Api-Key"):
            return 401, {"error": "no key"}
        surcharge = "0.10" if data["days"] < 3 else "0.00"
        return 200, {"sku": data["sku"], "surcharge": surcharge, "currency": data["currency"]}
    if path == "/payments/charge" and method == "POST":
        if data["card"].endswith(DECLINED):
            return 402, {"error": "card declined"}
        seed = f"{data['card']} {data['amount']} {data['currency']}"
        return 200, {"reference": "ch_" + hashlib.sha256(seed.encode()).hexdigest()[:16]}
    if path == "/weather" and method == "GET":
        sky = SKIES[sum(query["lat"][0].encode()) % len(SKIES)]
        return 200, {"sky": sky, "degrees": len(query["lon"][0]) * 2.5, "units": query.get("units", ["metric"])[0]}
    return 404, {"error": "nothing here"}


class Handler(BaseHTTPRequestHandler):
    def respond(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(parts.query)
        data = json.loads(body) if body else None
        kept = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(
            {"method": self.command, "path": parts.path, "query": query, "headers": kept, "data": data}
        )
        status, result = answer(self.command, parts.path, query, self.headers, data)
        text = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = respond

    def log_message(self, format, *args):
        pass


def make_server(port=0):
    """A server on the loopback; `seen` lists the requests that it got."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.seen = []
    return server


if __name__ == "__main__":
    make_server(int(sys.argv[1]) if len(sys.argv) > 1 else 8901).serve_forever()
