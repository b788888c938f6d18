"""READ FIRST: the server on one screen. What every request goes through, and which parts answer it.

request → its host, size and rate → is the change from here? → headers → router → who asks (`web/caller.py`)
        → may they? (`rights/permissions.py`) → the store → answer, or a problem (`web/problems.py`)
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from dro_lang import __version__
from dro_lang.runtime.outside.configured import CALLBACK_PATH
from dro_lang.server.api import (
    accounts,
    bulk,
    callbacks,
    events,
    integrations,
    plans,
    programs,
    service,
    steps,
    submissions,
)
from dro_lang.server.console.routes import ROUTERS as CONSOLE
from dro_lang.server.pages import provider, sign_in
from dro_lang.server.pages.errors import install as install_errors
from dro_lang.server.pages.static_files import Shipped, element, folders
from dro_lang.server.services import Services
from dro_lang.server.summary import api as summary
from dro_lang.server.summary import frame
from dro_lang.server.summary import tokens as read_tokens
from dro_lang.server.web.guards import BoundedBody, BoundedRate, KnownHosts, SameOriginChanges, SecureHeaders
from dro_lang.server.web.log import Logged
from dro_lang.server.webhooks import api as webhooks

_LOG = logging.getLogger("drolang.server")

_NOTE_EVERY = 2.0

# `bulk` before `plans` and `steps`: its paths are among the names that those take.
ROUTERS = (
    submissions.router,
    bulk.router,
    plans.router,
    steps.router,
    integrations.router,
    programs.router,
    events.router,
    summary.router,
    read_tokens.router,
    accounts.router,
    webhooks.router,
    callbacks.router,
    service.router,
    sign_in.router,
    provider.router,
    frame.router,
    *CONSOLE,
)


def interface(life: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """What may be asked, and its description; without anything that answers it."""
    app = FastAPI(
        title="drolang",
        version=__version__,
        description="Orchestration plans: submit records, watch their plans, and act on them.",
        openapi_url="/api/v1/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=life,
    )
    for router in ROUTERS:
        app.include_router(router)
    described = app.openapi()
    described["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    described["security"] = [{"token": []}]
    described["paths"][f"/{CALLBACK_PATH}/{{integration}}"]["post"]["security"] = []
    return app


async def _note_tokens(services: Services) -> None:
    """Keep when tokens are used, until cancelled."""
    while True:
        await asyncio.sleep(_NOTE_EVERY)
        try:
            await asyncio.to_thread(services.tokens.write_used)
        except sqlite3.Error as problem:
            _LOG.error("when tokens were last used cannot be written: %s", problem)


def application(services: Services) -> FastAPI:
    """The server over what it works with. While it runs, plans are carried out, and the store is followed."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(services.readers.warm_up)
        services.carrier.start()
        services.sender.start()
        beside = [asyncio.create_task(services.feed.run()), asyncio.create_task(_note_tokens(services))]
        try:
            yield
        finally:
            services.feed.close()
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(services.tokens.write_used)
            await asyncio.to_thread(services.sender.stop)
            await asyncio.to_thread(services.carrier.stop)

    settings = services.settings
    app = interface(life)
    app.state.services = services
    install_errors(app)
    app.state.metrics = service.Metrics(services)
    app.add_api_route(
        "/component/orchestration-plan-summary.js", element, methods=["GET", "HEAD"], include_in_schema=False
    )
    for path, folder in folders().items():
        app.mount(path, Shipped(directory=folder))

    # The last one added is the first that a request meets.
    app.add_middleware(SameOriginChanges, settings=settings)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(settings.origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["authorization", "content-type", "if-match", "idempotency-key", "last-event-id"],
        expose_headers=["etag", "link", "retry-after"],
        max_age=600,
    )
    app.add_middleware(BoundedBody, settings=settings)
    app.add_middleware(BoundedRate, limiter=services.limiter)
    app.add_middleware(SecureHeaders, settings=settings)
    app.add_middleware(KnownHosts, settings=settings)
    app.add_middleware(service.Counted, metrics=app.state.metrics)
    app.add_middleware(Logged)
    return app
