"""A world that is brought back."""

from collections.abc import Iterator

import pytest

from bench.world import World
from infra.restore import archives
from tests.shared.domains.privacy.people import populated


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world, whose clock goes ahead of that of its bucket."""
    monkeypatch.setattr(archives, "LOOK_SECONDS", 0.1)
    with populated(monkeypatch) as made:
        made.later(120)
        yield made
