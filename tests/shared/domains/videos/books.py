"""Whether all that is counted of videos, and all lists of them, are what the rows say."""

from collections import Counter

from shared.base import counts
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.operations.store.findings import FindingStore
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.rules.faces import packed
from shared.domains.videos.rules.public_lists import EVERYTHING, PublicList, part_of, place
from shared.domains.videos.rules.status import studio_word
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.public_lists import PublicListStore
from shared.domains.videos.store.rows import VideoRow, to_video, unready
from tests.aws import Stage
from tests.shared.domains.videos.conftest import OWNER

WORDS = ("queued", "processing", "completed", "failed")
CATEGORIES = ("Games", "Music")


def counted(stage: Stage) -> dict[str, int]:
    """Jobs by status as the counters have them, without those that have none."""
    with stage.unrecorded():
        _, jobs = FindingStore().read()
    return {status: number for status, number in jobs.items() if number}


def standing(stage: Stage) -> dict[str, int]:
    """The same, as the rows have it."""
    return dict(Counter(row["status"]["S"] for row in stage.rows(VIDEOS)))


def check_books(stage: Stage) -> None:
    """All counters, and the owner's lists, are what the rows say."""
    assert counted(stage) == standing(stage)
    videos = [to_video(VideoRow.from_raw_data(row)) for row in stage.rows(VIDEOS)]
    for row, video in zip(stage.rows(VIDEOS), videos, strict=True):
        assert row["face"]["B"] == packed(video), "lists tell what the row says"
        assert row.get("unready", {"S": ""})["S"] == unready(video)
    kept = sorted((video for video in videos if video.status is not Status.DELETED), key=lambda video: video.id)
    with stage.unrecorded():
        store = CollectionStore()
        collection = store.read(OWNER.id)
        listed = store.cards(OWNER.id, "", 100).cards
        by_word = {word: store.cards(OWNER.id, word, 100).cards for word in WORDS}
    assert {status: number for status, number in collection.by_status.items() if number} == Counter(
        video.status for video in kept
    )
    assert collection.stored_bytes == sum(video.stored_bytes for video in kept)
    assert [card.id for card in listed] == [video.id for video in reversed(kept)]
    assert [(card.status, card.title) for card in listed] == [(video.status, video.title) for video in reversed(kept)]
    for word, cards in by_word.items():
        assert [card.id for card in cards] == [card.id for card in listed if studio_word(card.status) == word]
    check_public_lists(stage, kept)


def check_public_lists(stage: Stage, kept: list[Video]) -> None:
    """Lists for everybody have what is public and ready, in order, and are counted."""
    public = [video for video in kept if video.status is Status.READY and video.visibility is Visibility.PUBLIC]
    latest = [video.id for video in sorted(public, key=place, reverse=True)]
    categories = {video.category for video in public}
    expected = {EVERYTHING.subject: latest, **{PublicList(name).subject: [] for name in CATEGORIES}}
    for name in categories - {""}:
        expected[PublicList(name).subject] = [
            one for one in latest if one in {v.id for v in public if v.category == name}
        ]
    parts = {part_of(video) for video in public}
    with stage.unrecorded():
        store = PublicListStore()
        lists = {one.subject: one for one in (EVERYTHING, *map(PublicList, CATEGORIES))}
        for subject, one in lists.items():
            found = [video.id for part in sorted(parts, reverse=True) for video in store.latest(one, part, 100).videos]
            assert found == expected[subject], subject
        assert [video.id for video in store.latest(PublicList(author_id=OWNER.id), "", 100).videos] == latest
        assert CollectionStore().read(OWNER.id).public == len(public)
    numbers = counts.total(stage.rows(COUNTS))
    assert {subject: sum(numbers.get(subject, {}).values()) for subject in lists} == {
        subject: len(ids) for subject, ids in expected.items()
    }
    keyed = {row["video_id"]["S"] for row in stage.rows(VIDEOS) if any(name.startswith("public_") for name in row)}
    assert keyed == {video.id for video in public}
