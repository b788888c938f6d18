"""Traces: a span for each request, and what it must not say."""

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dro_lang.server.rights.permissions import PermissionSet
from dro_lang.server.web.traces import Traced
from tests.server.world import World


@pytest.fixture
def spans(server: World) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    server.app.add_middleware(Traced, tracer=provider.get_tracer("drolang"))
    return exporter


def test_a_request_is_a_span_of_the_callers_trace(
    spans: InMemorySpanExporter, client: TestClient, server: World
) -> None:
    server.submit("CP-1")
    headers = server.token(PermissionSet.OPERATOR)
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    client.get("/api/v1/plans/CP-1", headers=headers | {"traceparent": parent})
    [span] = spans.get_finished_spans()
    assert span.name == "GET /api/v1/plans/{plan_id}"
    assert span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/api/v1/plans/{plan_id}",
    }
    assert span.context is not None
    assert span.context.trace_id == 0x4BF92F3577B34DA6A3CE929D0E0E4736


def test_no_span_has_a_sign_in_link(spans: InMemorySpanExporter, client: TestClient) -> None:
    client.get("/sign-in", params={"link": "very-secret"})
    assert all("very-secret" not in span.to_json() for span in spans.get_finished_spans())
    assert spans.get_finished_spans()
