"""A record page of somebody else's site, with the summary of the record's orchestration plan in it.

    drolang token new crm --set operator --object CollectionPlan --scope embed --expires 30d
    DROLANG_TOKEN=dro_… python3 examples/host_page/serve.py

It needs nothing but Python. The token of this server never gets into a page: for each page it asks drolang for a read
token, which shows one record for a quarter of an hour. `drolang serve` must know this site: `--origin
http://127.0.0.1:8030`.
"""

import csv
import html
import json
import os
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
DROLANG = os.environ.get("DROLANG_URL", "http://127.0.0.1:8020")
TOKEN = os.environ.get("DROLANG_TOKEN", "")
VIEWER = os.environ.get("DROLANG_VIEWER", "")
OBJECT = "CollectionPlan"
POLICY = (
    f"default-src 'none'; script-src 'self' {DROLANG}; style-src 'self'; connect-src 'self' {DROLANG}; "
    "base-uri 'none'; form-action 'none'"
)
FILES = {"/record.css": "text/css", "/record.js": "text/javascript"}


def records() -> dict[str, dict[str, str]]:
    with (HERE.parent / "dunning" / "plans.csv").open(encoding="utf-8", newline="") as stream:
        return {row["Id"]: row for row in csv.DictReader(stream)}


def read_token(id: str) -> str:
    """A read token for one record, for whoever is signed in here (`VIEWER`)."""
    body = json.dumps({"object": OBJECT, "record_id": id, "viewer": VIEWER}).encode()
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = urllib.request.Request(f"{DROLANG}/api/v1/read-tokens", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        token: str = json.load(answer)["token"]
        return token


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        id = parse_qs(parts.query).get("id", [""])[0]
        if parts.path in FILES:
            self.answer((HERE / parts.path[1:]).read_text(encoding="utf-8"), FILES[parts.path])
        elif id not in records():
            links = "".join(f'<li><a href="/?id={id}">{html.escape(row["Name"])}</a>' for id, row in records().items())
            self.answer(f'<!doctype html><html lang="en"><title>Collection plans</title><ul>{links}</ul>', "text/html")
        else:
            try:
                token = read_token(id)
            except urllib.error.URLError as error:
                self.answer(f"drolang gives no read token: {error}", "text/plain", 502)
                return
            self.answer(token if parts.path == "/token" else record_page(id, token), "text/html")

    def answer(self, text: str, kind: str, status: int = 200) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(data)))
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing of each request."""


def record_page(id: str, token: str) -> str:
    row = records()[id]
    fields = "".join(f"<dt>{html.escape(key)}</dt><dd>{html.escape(value) or '-'}</dd>" for key, value in row.items())
    values = {"server": DROLANG, "object": OBJECT, "id": id, "token": token, "name": row["Name"]}
    template = Template((HERE / "record.html").read_text(encoding="utf-8"))
    return template.substitute({key: html.escape(value) for key, value in values.items()}, fields=fields)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8030"))
    print(f"http://127.0.0.1:{port}/")
    ThreadingHTTPServer(("127.0.0.1", port), Site).serve_forever()
