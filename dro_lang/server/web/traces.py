"""Traces by OpenTelemetry: a span for each request, part of the caller's trace where they send one.

Where they go is said by the standard variables, such as `OTEL_EXPORTER_OTLP_ENDPOINT`. A span has the route of a
request and not its address, in which names and sign-in links may stand.
"""

from attrs import frozen
from opentelemetry import propagate
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def export_by_otlp(version: str) -> Tracer:
    """Send spans to a collector, by OTLP over HTTP."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say wins over this.
    said = OTELResourceDetector().detect().attributes
    resource = Resource.create({"service.name": "drolang", "service.version": version, **said})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("drolang", version)


@frozen
class Traced:
    """ASGI middleware that makes a span of each request."""

    app: ASGIApp
    tracer: Tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = propagate.extract(dict(Headers(scope=scope)))
        method = scope["method"]
        with self.tracer.start_as_current_span(method, context, SpanKind.SERVER) as span:
            span.set_attribute("http.request.method", method)

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route, status = getattr(scope.get("route"), "path", None), message["status"]
                    span.set_attribute("http.response.status_code", status)
                    if route is not None:
                        span.update_name(f"{method} {route}")
                        span.set_attribute("http.route", route)
                    if status >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self.app(scope, receive, sent)
