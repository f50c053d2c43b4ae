"""Stands for the service of exchange rates: python services/rates.py [PORT]"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

RATES = {"EUR": "1", "CHF": "0.94", "USD": "1.08"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.seen.append(
            {"path": parts.path, "query": query, "authorization": self.headers.get("Authorization", "")}
        )
        rate = RATES.get(query.get("to", ""))
        text = json.dumps({"rate": rate} if rate else {"error": "unknown currency"}).encode()
        self.send_response(200 if rate else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *args):
        pass


def make_server(port=0):
    """A server on the loopback; `seen` lists the requests that it got."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.seen = []
    return server


if __name__ == "__main__":
    make_server(int(sys.argv[1]) if len(sys.argv) > 1 else 8902).serve_forever()
