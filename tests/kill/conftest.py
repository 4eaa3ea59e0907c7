"""One PostgreSQL for all deaths; each scene has a database of its own."""

from collections.abc import Iterator

import pytest

from tests.support.postgresql import Server, postgresql_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgresql_server() as running:
        yield running
