"""That a loss, a repetition or a haste would show."""

import pytest

from bench import broadcast
from shared.domains.channels.model import Event
from shared.domains.channels.service import joining
from shared.domains.channels.store import claims, waking
from shared.domains.channels.store.feed import FeedStore
from tests.aws import Stage, stage
from tests.live import gateway

__all__ = ["stage"]

HASTE, LOST, UNORDERED, SHARE, SCANS, WRITES = range(6)


def values(stage: Stage) -> list[float]:
    return [figure.value for figure in broadcast.figures(stage, viewers=300, seconds=2, rate=200)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three parts of a channel are enough here."""
    monkeypatch.setattr(joining, "MOST_OF_SHARD", 100)
    monkeypatch.setattr(broadcast, "MOST_OF_SHARD", 100)


def test_everybody_is_told_everything_a_frame_a_second(stage: Stage) -> None:
    found = values(stage)
    assert (found[LOST], found[UNORDERED], found[SCANS]) == (0, 0, 0)
    assert found[HASTE] <= 1
    assert found[SHARE] < 0.01


def test_what_is_lost_is_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    between = FeedStore.between

    def forgetting(store: FeedStore, channel: str, after: int, upto: int) -> list[Event]:
        return between(store, channel, after, upto)[1:]

    monkeypatch.setattr(FeedStore, "between", forgetting)
    assert values(stage)[LOST] == 300


def test_haste_is_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (claims, waking):
        monkeypatch.setattr(module, "INTERVAL", 0.1)
    assert values(stage)[HASTE] > 1


def test_send_is_measured_beside_botocores() -> None:
    with gateway() as (_, address):
        assert broadcast.send_beside_botocore(address, calls=5, rounds=3).value > 0
