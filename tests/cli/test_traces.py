"""Traces as an operator sets them up: the server as a process, the standard variables, and a collector that takes OTLP
over HTTP."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import field, frozen
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.cli.shell import Shell
from tests.cli.test_serve import WAIT, serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@frozen
class Collector:
    """What came in: requests as they were sent, decoded."""

    url: str
    taken: list[ExportTraceServiceRequest] = field(factory=list)
    headers: list[dict[str, str]] = field(factory=list)
    news: threading.Condition = field(factory=threading.Condition)

    def spans(self) -> list[Span]:
        return [span for each in self.taken for of in each.resource_spans for s in of.scope_spans for span in s.spans]

    def wait_for(self, name: str) -> Span:
        """The span of this name, when it has come."""
        with self.news:
            assert self.news.wait_for(lambda: any(span.name == name for span in self.spans()), WAIT), self.spans()
        return next(span for span in self.spans() if span.name == name)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            wanted = self.path == "/v1/traces" and self.headers["content-type"] == "application/x-protobuf"
            if wanted:
                with collector.news:
                    collector.taken.append(ExportTraceServiceRequest.FromString(body))
                    collector.headers.append({name.lower(): value for name, value in self.headers.items()})
                    collector.news.notify_all()
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200 if wanted else 404)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join(WAIT)


def values_of(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@pytest.fixture
def reminders(drolang: Shell, tmp_path: Path) -> Path:
    drolang("new", "reminders")
    return tmp_path / "reminders"


def test_a_collector_is_sent_a_span_for_each_request(reminders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=acme")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        with serving(reminders, "--traces") as server:
            traced = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            assert httpx.get(f"{server.url}/api/v1/plans/A-1?secret=x", headers=traced).status_code == 401
            span = collector.wait_for("GET /api/v1/plans/{plan_id}")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert span.kind == Span.SpanKind.SPAN_KIND_SERVER
    assert span.start_time_unix_nano < span.end_time_unix_nano
    assert values_of(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/api/v1/plans/{plan_id}",
        "http.response.status_code": 401,
    }
    resource = values_of(collector.taken[0].resource_spans[0].resource.attributes)
    assert resource["service.name"] == "drolang"
    assert resource["service.version"]
    assert collector.headers[0]["x-tenant"] == "acme"
    assert all(b"secret" not in each.SerializeToString() for each in collector.taken)


def test_what_was_not_sent_yet_is_sent_at_the_end(reminders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/v1/traces")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "plans of collections")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
        with serving(reminders, "--traces") as server:
            httpx.get(f"{server.url}/healthz")
        assert [span.name for span in collector.spans()] == ["GET /healthz"]
        resource = values_of(collector.taken[0].resource_spans[0].resource.attributes)
        assert resource["service.name"] == "plans of collections"


def test_it_serves_where_no_collector_listens(reminders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with serving(reminders, "--traces") as server:
        for _ in range(3):
            assert httpx.get(f"{server.url}/healthz").status_code == 200
