"""The databases that queries are put to."""

from collections.abc import Iterator

import pytest

from tests.sql.databases import Duck, Postgres


@pytest.fixture(scope="session")
def duck() -> Duck:
    return Duck()


@pytest.fixture(scope="session")
def postgresql(postgres: str) -> Iterator[Postgres]:
    database = Postgres(postgres)
    yield database
    database.connection.close()
