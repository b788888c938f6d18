"""How the server itself does: for whoever keeps it running."""

import time
from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import AT_RISK, StepField, StepFilter
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.services import Services, services_of
from dro_lang.server.web.caller import TheCaller

router = APIRouter(tags=["service"])


@router.get("/healthz", include_in_schema=False)
def healthz(request: Request) -> JSONResponse:
    """Whether plans are carried out and the store can be read: 200, else 503. Anybody may ask."""
    services = services_of(request)
    problem = None if services.carrier.running else "plans are not carried out"
    try:
        with services.readers.one() as reader:
            reader.store.last_change()
    except StoreError as error:
        problem = error.message
    return JSONResponse({"status": "ok" if problem is None else "failing", "problem": problem}, 503 if problem else 200)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, caller: TheCaller) -> Response:
    """What Prometheus collects. It needs a token that may see plans."""
    caller.require(Operation.VIEW_PLANS)
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)


class Metrics:
    """Counts requests, and asks the store how many plans and steps are in which state when it is asked."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "drolang_http_requests", "Requests.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "drolang_http_request_seconds", "Time until the answer began.", ["route"], registry=self.registry
        )
        self.registry.register(_OfStore(services))


class _OfStore(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        services = self._services
        with services.readers.one() as reader:
            plans = dict.fromkeys(PlanStatus, 0)
            for (_, _, status), count in reader.store.tally_plans().items():
                plans[status] += count
            steps = reader.store.tally_steps(StepField.STATUS, StepFilter())
            risk = reader.store.count_steps(StepFilter(jeopardy=AT_RISK))
        family = GaugeMetricFamily("drolang_plans", "Plans by state.", labels=["state"])
        for status, count in plans.items():
            family.add_metric([status.value], count)
        yield family
        family = GaugeMetricFamily("drolang_open_steps", "Open steps by state.", labels=["state"])
        for name, count in steps.items():
            family.add_metric([str(name)], count)
        yield family
        yield GaugeMetricFamily("drolang_steps_at_risk", "Open steps in jeopardy or late.", value=risk)
        yield GaugeMetricFamily("drolang_live_streams", "Open live streams.", value=services.streams.open)
        yield GaugeMetricFamily("drolang_worker_running", "1 while plans are carried out.", services.carrier.running)


class Counted:
    """ASGI middleware that counts requests by their routes."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                self.metrics.requests.labels(scope["method"], route, message["status"]).inc()
                self.metrics.seconds.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, sent)
