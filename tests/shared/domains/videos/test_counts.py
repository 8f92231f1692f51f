"""What is counted is what the rows say, whatever is lost, repeated, or done at the same time.

Jobs by status are the statuses of all rows; an owner's collection, and the lists of it, are the rows of their videos.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import integers, sampled_from
from pynamodb.exceptions import PynamoDBException

from shared.base import transactions
from shared.base.errors import ConflictError, NotFoundError, UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import OPERATIONS, VIDEOS
from shared.domains.videos.model import OpenState, Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from shared.domains.videos.store import videos
from tests.aws import Stage, running
from tests.shared.domains.videos.books import check_books, counted, standing
from tests.shared.domains.videos.conftest import ARN, MEDIA, OWNER, SIZE, STRANGER, VERSION, MakeVideo, stored

MOVE, CHANGE = "TransactWriteItems", "UpdateItem"
CANCELLED = "TransactionCanceledException"
CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}


def _edit(video_id: str, **wish: Any) -> None:
    CatalogueService.open().edit(video_id, OWNER.id, wish)


Act = Callable[[str], Any]
ACTS: dict[str, Act] = {
    "accept": lambda video_id: ProcessingService.open().accept_upload(video_id, size=SIZE, upload_version=VERSION),
    "refuse": lambda video_id: ProcessingService.open().accept_upload(video_id, size=SIZE + 1, upload_version=VERSION),
    "abort": lambda video_id: UploadService.open().abort(video_id, OWNER.id),
    "begin": lambda video_id: ProcessingService.open().begin(video_id, VERSION, ARN),
    "report": lambda video_id: ProcessingService.open().report(video_id, 50, "Encoding"),
    "complete": lambda video_id: ProcessingService.open().complete(video_id, VERSION, MEDIA),
    "fail": lambda video_id: ProcessingService.open().fail(video_id, None, "TIMEOUT", "too long"),
    "fail another": lambda video_id: ProcessingService.open().fail(video_id, "another", "TIMEOUT", "too long"),
    "edit": lambda video_id: CatalogueService.open().edit(video_id, OWNER.id, {"title": new_id()}),
    "hide": lambda video_id: _edit(video_id, visibility=Visibility.PRIVATE),
    "unlist": lambda video_id: _edit(video_id, visibility=Visibility.UNLISTED),
    "show": lambda video_id: _edit(video_id, visibility=Visibility.PUBLIC),
    "file under games": lambda video_id: _edit(video_id, category="Games", description="Words " * 60),
    "show under music": lambda video_id: _edit(video_id, category="Music", visibility=Visibility.PUBLIC),
    "file nowhere": lambda video_id: _edit(video_id, category=None),
    "picture": lambda video_id: ProcessingService.open().set_thumbnail(video_id, OWNER.id, new_id(), 1),
    "switch": lambda video_id: CatalogueService.open().finish_move(video_id, 1, 2),
    "close": lambda video_id: CatalogueService.open().close_move(video_id, 2),
    "delete": lambda video_id: CatalogueService.open().delete(video_id, OWNER.id),
    "delete another's": lambda video_id: CatalogueService.open().delete(video_id, STRANGER),
    "forget": lambda video_id: CatalogueService.open().finish_delete(video_id),
}
"""Everything that may be done to a video."""

LIVES = [
    ["abort", "delete", "forget"],
    ["refuse", "delete", "forget"],
    ["fail", "delete", "forget"],
    ["accept", "fail", "delete", "forget"],
    ["accept", "begin", "fail", "delete", "forget"],
    ["accept", "begin", "complete", "delete", "forget"],
    ["accept", "begin", "delete", "forget"],
    ["accept", "delete", "forget"],
    ["delete", "forget"],
    [
        "accept",
        "begin",
        "complete",
        "picture",
        "hide",
        "switch",
        "close",
        "show",
        "file under games",
        "unlist",
        "show under music",
        "delete",
        "forget",
    ],
]


def attempt(act: str, video_id: str) -> None:
    """Do something, which the video may be in no state for."""
    with suppress(NotFoundError, ConflictError):
        ACTS[act](video_id)


class Walk(RuleBasedStateMachine):
    """Videos that anything is done to, in any order; replies are lost on the way."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr("time.sleep", lambda _: None)
        self._running = running(self._patch)
        self._stage = self._running.__enter__()
        self._videos: list[str] = []

    def teardown(self) -> None:
        self._running.__exit__(None, None, None)
        self._patch.undo()

    @rule()
    def ask(self) -> None:
        self._videos.append(UploadService.open().request(OWNER, UploadWish("a.mp4", SIZE, "video/mp4")).video.id)

    @rule(act=sampled_from(list(ACTS)), which=integers(0, 9))
    def do(self, act: str, which: int) -> None:
        attempt(act, self._videos[which % len(self._videos)] if self._videos else new_id())

    @rule(act=sampled_from(list(ACTS)), which=integers(0, 9), times=sampled_from([1, 3]))
    def do_and_lose_replies(self, act: str, which: int, times: int) -> None:
        """One, and the SDK asks again; or three, and nobody knows what was done."""
        with self._stage.cut_off("dynamodb", MOVE, times=times, after=True) as fired, suppress(UnavailableError):
            self.do(act, which)
        assert len(fired) in (0, times)

    @invariant()
    def counts_are_statuses(self) -> None:
        check_books(self._stage)


Walk.TestCase.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
TestWalk = Walk.TestCase


@pytest.mark.parametrize("life", LIVES, ids=" ".join)
def test_every_step_of_a_life_counts_once_though_its_reply_is_lost(
    awaiting: MakeVideo, stage: Stage, monkeypatch: pytest.MonkeyPatch, life: list[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id = awaiting().id
    assert counted(stage) == {"awaiting_upload": 1}
    for act in life:
        write = CHANGE if act in ("picture", "switch", "close") else MOVE
        with stage.cut_off("dynamodb", write, times=1, after=True) as fired:
            ACTS[act](video_id)
        assert len(fired) == 1, act
        check_books(stage)
        attempt(act, video_id)
        check_books(stage)
    assert counted(stage) == {}


def test_a_reply_that_is_lost_for_good_counts_once(
    running: MakeVideo, processing: ProcessingService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id = running().id
    with stage.cut_off("dynamodb", MOVE, after=True) as fired, pytest.raises(UnavailableError):
        processing.complete(video_id, VERSION, MEDIA)
    assert len(fired) == 3
    assert counted(stage) == standing(stage) == {"ready": 1}
    assert processing.complete(video_id, VERSION, MEDIA), "the step is tried again"
    assert counted(stage) == {"ready": 1}


def test_a_new_video_whose_reply_is_lost_counts_once(
    uploads: UploadService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with stage.cut_off("dynamodb", MOVE, times=1, after=True) as fired:
        uploads.request(OWNER, UploadWish("a.mp4", SIZE, "video/mp4"))
    assert len(fired) == 1
    assert counted(stage) == standing(stage) == {"awaiting_upload": 1}


@pytest.mark.parametrize("acts", [["accept"], ["abort", "accept", "refuse"], ["fail", "delete"], ["delete", "abort"]])
def test_the_same_and_others_at_once_count_once(awaiting: MakeVideo, stage: Stage, acts: list[str]) -> None:
    video_ids = [awaiting().id for _ in range(3)]
    together = threading.Barrier(6)

    def act(number: int) -> None:
        together.wait(10)
        for video_id in video_ids:
            attempt(acts[number % len(acts)], video_id)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    check_books(stage)
    assert sum(counted(stage).values()) == 3


def test_a_status_that_moves_between_two_tries_is_counted_where_it_was(
    awaiting: MakeVideo, processing: ProcessingService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure has read that the video awaits its upload, which arrives before it is written."""
    video_id = awaiting().id
    tries: list[str] = []

    def write(*writes: dict[str, Any]) -> Any:
        tries.append(str(stored(processing, video_id).status))
        if len(tries) == 1:
            with monkeypatch.context() as plain:
                plain.setattr(videos, "write_together", transactions.write_together)
                assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
        return transactions.write_together(*writes)

    monkeypatch.setattr(videos, "write_together", write)
    assert processing.fail(video_id, None, "TIMEOUT", "too long")
    assert tries == ["awaiting_upload", "queued"]
    check_books(stage)
    assert counted(stage) == {"failed": 1}


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_who_collides_tries_again(running: MakeVideo, stage: Stage, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    video_id, processing = running().id, ProcessingService.open()
    reasons = [{"Code": code}, {"Code": "None"}]
    with stage.refusing("dynamodb", MOVE, CANCELLED, times=3, CancellationReasons=reasons) as fired:
        assert processing.complete(video_id, VERSION, MEDIA)
    assert len(fired) == len(waits) == 3
    assert all(wait <= transactions.WAIT * 2**number for number, wait in enumerate(waits))
    assert counted(stage) == standing(stage) == {"ready": 1}


def test_a_plain_change_waits_for_a_transaction_too(
    running: MakeVideo, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id, processing = running().id, ProcessingService.open()
    with stage.refusing("dynamodb", CHANGE, "TransactionConflictException", times=2) as fired:
        assert processing.report(video_id, 50, "Encoding")
    assert len(fired) == 2
    with stage.refusing("dynamodb", CHANGE, "TransactionConflictException") as fired, pytest.raises(UnavailableError):
        processing.report(video_id, 60, "Encoding")
    assert len(fired) == transactions.TRIES


def test_who_collides_all_along_gives_up_and_changes_nothing(
    running: MakeVideo, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id, processing = running().id, ProcessingService.open()
    rows = stage.rows(VIDEOS)
    with stage.refusing("dynamodb", MOVE, CANCELLED, **CONFLICT) as fired, pytest.raises(UnavailableError):
        processing.complete(video_id, VERSION, MEDIA)
    assert len(fired) == transactions.TRIES
    assert stage.rows(VIDEOS) == rows
    assert counted(stage) == {"processing": 1}


def test_what_is_wrong_with_a_transaction_is_no_outage(running: MakeVideo, stage: Stage) -> None:
    video_id, processing = running().id, ProcessingService.open()
    reasons = [{"Code": "ValidationError"}, {"Code": "TransactionConflict"}]
    with (
        stage.refusing("dynamodb", MOVE, CANCELLED, CancellationReasons=reasons) as fired,
        pytest.raises(PynamoDBException),
    ):
        processing.complete(video_id, VERSION, MEDIA)
    assert len(fired) == 1


def test_changes_that_leave_status_and_lists_touch_no_counter(
    ready: MakeVideo, running: MakeVideo, stage: Stage
) -> None:
    watched, hidden, at_work = ready().id, ready().id, running().id
    CatalogueService.open().edit(hidden, OWNER.id, {"visibility": Visibility.PRIVATE})
    processing, counters = ProcessingService.open(), stage.rows(OPERATIONS)
    before = len(stage.calls)
    assert processing.report(at_work, 10, "Encoding")
    assert processing.touch(at_work, OpenState.PROCESSING)
    assert processing.set_thumbnail(watched, OWNER.id, new_id(), 1)
    CatalogueService.open().edit(watched, OWNER.id, {"title": "Another", "description": "Other words", "tags": ["new"]})
    CatalogueService.open().edit(at_work, OWNER.id, {"visibility": Visibility.PRIVATE, "category": "Games"})
    assert CatalogueService.open().finish_move(hidden, 1, 2)
    assert CatalogueService.open().close_move(hidden, 2)
    assert {call.operation for call in stage.calls[before:]} <= {CHANGE, "GetItem", "BatchGetItem", "GetSecretValue"}
    assert stage.rows(OPERATIONS) == counters
