"""What the parts of the server share: one of each, made when it starts, found at `request.app.state.services`."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from attrs import frozen
from fastapi import Request

from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.server.plans.carrier import Carrier
from dro_lang.server.plans.current import CurrentPlans
from dro_lang.server.plans.feed import Feed
from dro_lang.server.plans.reading import Readers
from dro_lang.server.plans.telling import change_text
from dro_lang.server.rights.accounts import Accounts
from dro_lang.server.rights.audit import Audit
from dro_lang.server.rights.columns import Clock, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.flows import Flows
from dro_lang.server.rights.tokens import Tokens
from dro_lang.server.settings import Settings
from dro_lang.server.summary.stored import StoredSummaries
from dro_lang.server.web.guards import Limiter
from dro_lang.server.web.repeats import Repeats
from dro_lang.server.web.streams import Streams
from dro_lang.server.webhooks.outbox import Outbox
from dro_lang.server.webhooks.sender import Sender


@frozen
class Services:
    settings: Settings
    database: Database
    accounts: Accounts
    tokens: Tokens
    audit: Audit
    repeats: Repeats
    readers: Readers
    carrier: Carrier
    feed: Feed
    current: CurrentPlans
    summaries: StoredSummaries
    outbox: Outbox
    sender: Sender
    configuration: Configuration
    hidden: Callable[[], frozenset[str]]
    """The secrets of the configuration, which nothing from outside may bring in."""
    flows: Flows
    limiter: Limiter
    streams: Streams
    clock: Clock

    @classmethod
    def over(
        cls,
        settings: Settings,
        store: Path,
        engine: Engine,
        configuration: Configuration,
        hidden: Callable[[], frozenset[str]] = frozenset,
        clock: Clock = system_clock,
    ) -> "Services":
        """Over a store that is there, whose holder this process is, and an engine for its plans. Raises StoreError."""
        database = Database(store)
        readers = Readers(store)
        feed = Feed(readers, change_text, database.rights)
        outbox = Outbox(database, clock)
        repeats = Repeats(database, clock)
        repeats.start()
        return cls(
            settings=settings,
            database=database,
            accounts=Accounts(database, clock),
            tokens=Tokens(database, clock),
            audit=Audit(database, clock),
            repeats=repeats,
            readers=readers,
            carrier=Carrier(engine),
            feed=feed,
            current=CurrentPlans(database, clock),
            summaries=StoredSummaries(readers, feed),
            outbox=outbox,
            sender=Sender(outbox, readers, settings.url, clock),
            configuration=configuration,
            hidden=hidden,
            flows=Flows(),
            limiter=Limiter(settings),
            streams=Streams(settings.streams),
            clock=clock,
        )

    def close(self) -> None:
        self.readers.close()
        self.database.close()

    def plan_url(self, plan_id: str) -> str:
        """Where the console shows a plan."""
        return f"{self.settings.url}/plans/{quote(plan_id, safe='')}"


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services
