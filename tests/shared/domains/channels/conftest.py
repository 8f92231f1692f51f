"""Clients that are connected to a stage."""

from collections.abc import Iterator

import pytest

from shared.base import sockets
from tests.aws import Stage, stage
from tests.clock import TurnedClock, turned_clock
from tests.live import Live, gateway

__all__ = ["stage", "turned_clock"]


@pytest.fixture
def live(stage: Stage, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A stage whose connections answer over HTTP."""
    with gateway() as (made, address):
        monkeypatch.setenv("SOCKETS_URL", address)
        sockets.forget()
        yield Live(stage, turned_clock, made)
        sockets.forget()
