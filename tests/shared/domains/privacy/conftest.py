"""A world with people who may be erased."""

from collections.abc import Iterator

import pytest

from bench.world import World
from tests.shared.domains.privacy.people import populated


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world."""
    with populated(monkeypatch) as made:
        yield made
