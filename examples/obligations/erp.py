"""A stand-in for an ERP: accepts visits at http://localhost:8750/visits, and calls back a second later, signed with the
secret that is in the environment variable ERP_SECRET."""

import json
import os
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from dro_lang.runtime.outside.callbacks.signature import sign


class Erp(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        visit = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print("visit at", visit["site"], "for", visit["obligation"], flush=True)
        self.send_response(202)
        self.end_headers()
        Thread(
            target=call_back,
            args=(self.headers["Drolang-Callback-Url"], self.headers["Drolang-Correlation-Id"], visit),
        ).start()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def call_back(url: str, correlation_id: str, visit: dict[str, str]) -> None:
    time.sleep(1)
    answer = {"correlation_id": correlation_id, "results": {"visit_no": f"V-{visit['site']}"}}
    body, now = json.dumps(answer).encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": correlation_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(os.environ["ERP_SECRET"], correlation_id, now, body),
    }
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as response:
        print(correlation_id, "answered:", response.read().decode(), flush=True)


if __name__ == "__main__":
    ThreadingHTTPServer(("localhost", 8750), Erp).serve_forever()
