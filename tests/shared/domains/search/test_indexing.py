"""Writing postings: what is counted of a term is exact, whatever is repeated, dies on the way or happens at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count, cycle
from typing import Any

import pytest
from botocore.client import BaseClient

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import POSTINGS, VIDEOS
from shared.domains.search.rules import postings
from shared.domains.search.rules.postings import labels
from shared.domains.search.service.indexing import IndexService
from shared.domains.search.store.directory import Directory, DirectoryStore
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from tests.aws import Stage, real_name
from tests.shared.domains.search.books import check_counts, counted
from tests.shared.domains.videos.conftest import OWNER, stage

__all__ = ["stage"]

Change = Callable[[str], None]
SEA, SKY = labels(("Sea", "Sky"), "", "")


class Died(BaseException):
    """The function ends here."""


@pytest.fixture(autouse=True)
def all_are_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted of other terms is exact too, and there is more of it to go wrong."""
    monkeypatch.setattr(postings, "SAMPLED", 2)


def publish(*tags: str, description: str = "") -> str:
    now, video_id = clock.timestamp(), new_id()
    known: dict[str, Any] = {"created_at": now, "updated_at": now, "status": Status.PROCESSING}
    video = Video(
        id=video_id, owner_id=OWNER.id, author=OWNER, title="A whale", description=description, tags=tags, **known
    )
    VideoStore.open().create(video)
    assert VideoStore.open().move(video_id, Expected((Status.PROCESSING,)), Status.READY, published_at=now).made
    return video_id


def edit(video_id: str, **fields: Any) -> None:
    store = VideoStore.open()
    video = store.get(video_id)
    assert video
    assert store.edit(video, Expected((Status.READY,)), **fields).made


def index(video_id: str) -> None:
    IndexService.open().index(video_id)


def told(video_id: str) -> None:
    """What fails comes again, as a stream has it."""
    while True:
        with suppress(UnavailableError):
            return index(video_id)


def of_tags(stage: Stage) -> dict[str, int]:
    return {term: number for term, number in counted(stage).items() if term in (SEA, SKY)}


def test_each_video_is_counted_once_of_each_of_its_tags(stage: Stage) -> None:
    first, second = publish("Sea", "Sky"), publish("SEA", "sea")
    for video_id in (first, second, second, first):
        index(video_id)
    assert of_tags(stage) == {SEA: 2, SKY: 1}
    edit(first, tags=("Sky",), description="More and other words")
    edit(second, tags=("Sky", "Sea"))
    for video_id in (first, second, second, first):
        index(video_id)
    assert of_tags(stage) == {SEA: 1, SKY: 2}
    check_counts(stage)


def test_what_is_hidden_is_not_counted_until_it_is_shown_again(stage: Stage) -> None:
    video_id, other = publish("Sea"), publish("Sea")
    for one in (video_id, other):
        index(one)
    for visibility, number in ((Visibility.PRIVATE, 1), (Visibility.PUBLIC, 2), (Visibility.UNLISTED, 1)):
        edit(video_id, visibility=visibility)
        for _ in range(2):
            index(video_id)
        assert of_tags(stage) == {SEA: number}
    assert VideoStore.open().move(other, Expected((Status.READY,)), Status.DELETED).made
    for _ in range(2):
        index(other)
    assert counted(stage) == {}
    check_counts(stage)


def move(video_id: str) -> None:
    """It was published at another time."""
    store = VideoStore.open()
    assert store.move(video_id, Expected((Status.READY,)), Status.PROCESSING).made
    moment = clock.timestamp(clock.now() + 60)
    assert store.move(video_id, Expected((Status.PROCESSING,)), Status.READY, published_at=moment).made


CHANGES: dict[str, Change] = {
    "other tags": lambda video_id: edit(video_id, tags=("Sky",)),
    "other words": lambda video_id: edit(video_id, title="A shark"),
    "hidden": lambda video_id: edit(video_id, visibility=Visibility.PRIVATE),
    "another place": move,
}


@pytest.mark.parametrize("first", ["", *CHANGES])
@pytest.mark.parametrize("is_made", [False, True], ids=["before", "after"])
def test_who_dies_at_any_step_has_counted_nothing_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, first: str, *, is_made: bool
) -> None:
    """The writer dies at each of its calls, once for each video; then the video changes, and it is told of again."""
    steps, thens = count(), cycle(CHANGES.values())
    for step in steps:
        video_id = publish("Sea", description=" ".join(f"word{number}" for number in range(20)))
        if first:
            index(video_id)
            CHANGES[first](video_id)
        with monkeypatch.context() as patch:
            _die_at(patch, step, is_made=is_made)
            try:
                index(video_id)
                break
            except Died:
                pass
        if step % 2:
            index(video_id)
        if first != "hidden":
            next(thens)(video_id)
        for _ in range(2):
            index(video_id)
        check_counts(stage)
    assert next(steps) > 4
    check_counts(stage)


def _die_at(patch: pytest.MonkeyPatch, step: int, *, is_made: bool) -> None:
    original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it
    left = step

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        nonlocal left
        left -= 1
        if left == -1:
            if is_made:
                original(client, operation, parameters)
            raise Died
        return original(client, operation, parameters)

    patch.setattr(BaseClient, "_make_api_call", make_api_call)


def test_many_videos_of_one_tag_are_written_at_the_same_time(stage: Stage) -> None:
    ids = [publish("Sea", *(["Sky"] if number % 3 else [])) for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(told, ids * 2))
        assert of_tags(stage) == {SEA: 12, SKY: 8}
        for video_id in ids[:6]:
            edit(video_id, visibility=Visibility.PRIVATE)
        list(pool.map(told, ids * 2))
    assert of_tags(stage) == {SEA: 6, SKY: 4}
    check_counts(stage)


def test_who_meets_another_at_a_count_tries_again(stage: Stage) -> None:
    video_id = publish("Sea")
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    with stage.refusing(
        "dynamodb", "TransactWriteItems", "TransactionCanceledException", times=2, CancellationReasons=reasons
    ) as fired:
        index(video_id)
    assert len(fired) == 2
    assert of_tags(stage) == {SEA: 1}


def test_a_lost_reply_counts_once(stage: Stage) -> None:
    video_id = publish("Sea")
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        index(video_id)
    assert fired
    check_counts(stage)


def test_two_who_write_one_video_count_it_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that was given up may still be at it when the next one begins."""
    video_id, read = publish("Sea"), DirectoryStore.read

    def overtaken(store: DirectoryStore, one: str) -> tuple[Video | None, Directory]:
        found = read(store, one)
        monkeypatch.setattr(DirectoryStore, "read", read)
        index(one)
        return found

    for tags in (("Sea",), ("Sky",), ("Sea", "Sky")):
        edit(video_id, tags=tags)
        monkeypatch.setattr(DirectoryStore, "read", overtaken)
        with pytest.raises(UnavailableError):
            index(video_id)
        check_counts(stage)
        assert set(of_tags(stage)) == set(labels(tags, "", ""))


def test_heat_and_words_are_written_without_counting(stage: Stage) -> None:
    video_id = publish("Sea")
    index(video_id)
    edit(video_id, title="The whale")
    before = len(stage.calls)
    index(video_id)
    written = Counter(write["Key"]["term"]["S"] for write in _updates(stage.calls[before:]))
    assert not {f"seen#{SEA}"} & set(written)
    check_counts(stage)


def test_to_bring_nothing_is_one_read(stage: Stage) -> None:
    video_id = publish("Sea")
    index(video_id)
    assert stage.calls_of(lambda: index(video_id)) == ["dynamodb:BatchGetItem"]


def test_a_change_is_three_calls_and_one_for_each_25_rows(stage: Stage) -> None:
    video_id = publish("Sea")
    calls = Counter(stage.calls_of(lambda: index(video_id)))
    rows = [row for row in stage.rows(POSTINGS) if not row["term"]["S"].startswith(("seen#", "video#"))]
    assert len(rows) < 25
    assert calls == {"dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 2, "dynamodb:BatchWriteItem": 1}
    [begun] = [call for call in stage.calls if _writes_postings(call)][:1]
    assert len(begun.parameters["TransactItems"]) <= 100


def _updates(calls: list[Any]) -> list[dict[str, Any]]:
    transactions = [call for call in calls if call.operation == "TransactWriteItems"]
    return [one["Update"] for call in transactions for one in call.parameters["TransactItems"] if "Update" in one]


def _writes_postings(call: Any) -> bool:
    tables = [one.get("Put", {}).get("TableName") for one in call.parameters.get("TransactItems", [])]
    return real_name(POSTINGS) in tables and real_name(VIDEOS) not in tables
