"""Journeys: the whole product on the local stack, over HTTP, with real files. One stack for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.journeys.traveller import Traveller
from tests.local_stack import local_stack

__all__ = ["local_stack"]


@pytest.fixture(scope="session")
def traveller(local_stack: LocalStack) -> Iterator[Traveller]:
    """Somebody who is registered and logged in."""
    with Traveller(local_stack) as somebody:
        yield somebody


@pytest.fixture(scope="session")
def stranger(local_stack: LocalStack) -> Iterator[Traveller]:
    """Somebody else."""
    with Traveller(local_stack) as somebody:
        yield somebody


@pytest.fixture
def newcomer(local_stack: LocalStack) -> Iterator[Traveller]:
    """Somebody who has nothing yet."""
    with Traveller(local_stack) as somebody:
        yield somebody


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where made sources are kept for the session."""
    return tmp_path_factory.mktemp("sources")
