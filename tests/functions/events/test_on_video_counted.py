"""Numbers of a video change, and its row gets a copy of them."""

from collections import Counter
from typing import Any

import pytest

from functions.events.on_video_counted import handler
from shared.base import counts
from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.base.transactions import write_together
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.videos.rules.counted import unpacked
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from shared.domains.videos.store import numbers
from shared.domains.videos.store.videos import counted_as
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import OWNER


@pytest.fixture
def video_id(stage: Stage) -> str:
    """A video."""
    return UploadService.open().request(OWNER, UploadWish("a.mp4", 9, "video/mp4")).video.id


def add(video_id: str, who: str, **changes: int) -> None:
    assert write_together(counts.adding(counted_as(video_id), who, changes)) is None


def tell(*video_ids: str) -> Any:
    """What the stream tells of one change in each of a video's items."""
    keys = [key for video_id in video_ids for key in counts.keys(counted_as(video_id))]
    records = [{"dynamodb": {"SequenceNumber": str(number), "Keys": key}} for number, key in enumerate(keys)]
    return handler({"Records": records}, None)["batchItemFailures"]


def copy(stage: Stage, video_id: str) -> bytes:
    (row,) = [row for row in stage.rows(VIDEOS) if row["video_id"]["S"] == video_id]
    return bytes(row.get("counted", {"B": b""})["B"])


def of_owner(stage: Stage) -> int:
    """How many views their owner's videos have."""
    return counts.total(stage.rows(COUNTS)).get(f"user#{OWNER.id}", {}).get("views", 0)


def test_copy_is_the_sum_of_all_items(video_id: str, stage: Stage) -> None:
    for who in range(9):
        add(video_id, str(who), likes=1, views=2, watch_seconds=7, reached_3=1)
    assert tell(video_id) == []
    told = unpacked(copy(stage, video_id), "").numbers
    assert (told.likes, told.views, told.watch_seconds, told.reached[3]) == (9, 18, 63, 9)


def test_videos_of_a_batch_cost_a_write_each_however_often_they_changed(stage: Stage) -> None:
    ids = [UploadService.open().request(OWNER, UploadWish("a.mp4", 9, "video/mp4")).video.id for _ in range(3)]
    made = Counter(stage.calls_of(lambda: tell(*ids, *ids, *ids)))
    assert made == {"dynamodb:BatchGetItem": 1, "dynamodb:UpdateItem": 3}


def test_copy_that_was_read_later_stays(video_id: str, stage: Stage, turned_clock: TurnedClock) -> None:
    add(video_id, "ada", likes=1)
    turned_clock.seconds += 5
    tell(video_id)
    later = copy(stage, video_id)
    turned_clock.seconds -= 5
    add(video_id, "bob", likes=1)
    assert tell(video_id) == []
    assert copy(stage, video_id) == later


def test_views_are_their_owners_too_each_once_in_whatever_order_copies_are_made(
    stage: Stage, turned_clock: TurnedClock
) -> None:
    ids = [UploadService.open().request(OWNER, UploadWish("a.mp4", 9, "video/mp4")).video.id for _ in range(2)]
    for seconds in (5, 5, -7, 9):
        turned_clock.seconds += seconds
        for video_id in ids:
            add(video_id, str(seconds), views=3, likes=1)
        assert tell(*ids) == tell(*ids) == []
    assert of_owner(stage) == 24


def test_copy_whose_reply_is_lost_counts_once(video_id: str, stage: Stage, turned_clock: TurnedClock) -> None:
    add(video_id, "ada", views=2)
    with stage.cut_off("dynamodb", "TransactWriteItems", after=True) as fired:
        assert tell(video_id) == [{"itemIdentifier": "0"}]
    assert fired
    turned_clock.seconds += 1
    assert tell(video_id) == []
    assert of_owner(stage) == 2


def test_copy_with_more_views_stays_whatever_another_clock_says(
    video_id: str, stage: Stage, monkeypatch: pytest.MonkeyPatch, turned_clock: TurnedClock
) -> None:
    """Both are read in one call, but not in one moment: the numbers of before another copy, with that copy."""
    add(video_id, "ada", views=5)
    tell(video_id)
    known = copy(stage, video_id)
    turned_clock.seconds += 5
    old = {counts.table(): [], setting("VIDEOS_TABLE"): stage.rows(VIDEOS)}
    with monkeypatch.context() as patch:
        patch.setattr(numbers, "read_together", lambda *_: old)
        assert tell(video_id) == []
    assert copy(stage, video_id) == known
    assert tell(video_id) == []
    assert (copy(stage, video_id) > known, of_owner(stage)) == (True, 5)


def test_copies_made_at_once_count_each_view_of_an_owner_once(
    video_id: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another instance makes a copy between the read and the write."""
    add(video_id, "ada", views=2)
    read, others = numbers.read_together, [lambda: tell(video_id)]

    def and_then(*asked: Any) -> Any:
        found = read(*asked)
        if others:
            assert others.pop()() == []
        return found

    monkeypatch.setattr(numbers, "read_together", and_then)
    assert tell(video_id) == [{"itemIdentifier": "0"}]
    assert of_owner(stage) == 2
    assert tell(video_id) == []
    assert of_owner(stage) == 2


def test_video_that_is_gone_does_not_come_back(video_id: str, stage: Stage) -> None:
    gone = new_id()
    assert tell(gone, video_id) == []
    assert [row["video_id"]["S"] for row in stage.rows(VIDEOS)] == [video_id]


def test_copy_survives_an_edit_and_leaves_the_time_of_the_last_one(video_id: str, stage: Stage) -> None:
    before = CatalogueService.open().edit(video_id, OWNER.id, {"title": "Mine"})
    add(video_id, "ada", likes=1)
    tell(video_id)
    known = copy(stage, video_id)
    after = CatalogueService.open().edit(video_id, OWNER.id, {"title": "Mine"})
    assert copy(stage, video_id) == known
    assert after.updated_at >= before.updated_at


def test_what_fails_comes_again_and_others_are_copied(video_id: str, stage: Stage) -> None:
    other = UploadService.open().request(OWNER, UploadWish("a.mp4", 9, "video/mp4")).video.id
    for one in (video_id, other):
        add(one, "ada", likes=1, views=1)
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError", times=1) as fired:
        assert tell(video_id, other) == [{"itemIdentifier": "0"}]
    assert fired
    assert [copy(stage, one) != b"" for one in (video_id, other)] == [False, True]
    assert tell(video_id, other) == []
    assert unpacked(copy(stage, video_id), "").numbers.likes == 1


def test_without_the_numbers_all_come_again(video_id: str, stage: Stage) -> None:
    add(video_id, "ada", likes=1)
    with (
        stage.refusing("dynamodb", "BatchGetItem", "InternalServerError") as fired,
        pytest.raises(UnavailableError),
    ):
        tell(video_id)
    assert fired
    assert copy(stage, video_id) == b""
