"""One database for all, filled once; who damages its documents puts them back."""

import logging
from collections.abc import AsyncIterator

import pytest

from server.store.embedded import EmbeddedMongo

from .fleet import Fleet, open_fleet
from .pair import Pair


@pytest.fixture(scope="session")
async def fleet(mongo: EmbeddedMongo) -> AsyncIterator[Fleet]:
    async with open_fleet(mongo.uri) as opened:
        yield opened


@pytest.fixture(scope="session")
def pair() -> Pair:
    return Pair()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of documents are damaged on purpose, and each would be told."""
    caplog.set_level(logging.CRITICAL, "server.mistakes")
