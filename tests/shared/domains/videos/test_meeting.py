"""Writes of one video that come together: all of them hold, and lists show what the row says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.domains.videos.model import Numbers, Video
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.videos import TRIES, VideoStore
from shared.domains.videos.store.writes import Expected
from tests.aws import Stage
from tests.shared.domains.videos.books import check_books
from tests.shared.domains.videos.conftest import OWNER, MakeVideo, stored
from tests.shared.domains.videos.test_counts import attempt


def edit(video_id: str, **wish: Any) -> None:
    CatalogueService.open().edit(video_id, OWNER.id, wish)


def test_writes_that_come_together_leave_the_face_that_belongs_to_the_row(
    ready: MakeVideo, processing: ProcessingService, stage: Stage
) -> None:
    """Each changes another field, as it read the row; all of them hold, and lists show all."""
    video_id, picture = ready().id, new_id()
    titles = [f"Title {number}" for number in range(4)]
    acts: list[Callable[[], Any]] = [lambda title=title: edit(video_id, title=title) for title in titles]
    acts += [
        lambda: edit(video_id, tags=["one", "two"]),
        lambda: edit(video_id, description="Words " * 60),
        lambda: edit(video_id, category="Games"),
        lambda: processing.set_thumbnail(video_id, OWNER.id, picture, 1),
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(lambda act: act(), acts))
    check_books(stage)
    (told,) = CollectionStore().videos(OWNER.id, "", 2).videos
    assert told.title in titles
    assert (told.tags, told.category, told.thumbnail) == (("one", "two"), "Games", f"thumbnail-{picture}.jpg")
    assert told.description.startswith("Words Words")


def test_who_is_overtaken_all_along_is_told_so_at_last(
    ready: MakeVideo, processing: ProcessingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id, real, tries = ready().id, VideoStore._edited, list[str]()

    def overtaken(store: VideoStore, video: Video, expected: Expected, fields: dict[str, Any]) -> Any:
        tries.append(f"Theirs {len(tries)}")
        now = store.get(video_id)
        assert now
        assert real(store, now, Expected(), {"title": tries[-1]}).made
        return real(store, video, expected, fields)

    monkeypatch.setattr(VideoStore, "_edited", overtaken)
    with pytest.raises(UnavailableError):
        edit(video_id, title="Mine")
    assert len(tries) == TRIES
    assert stored(processing, video_id).title == tries[-1]


@pytest.mark.parametrize("late", ["picture", "edit", "complete", "file under games"])
def test_what_was_read_before_another_write_is_read_again(
    running: MakeVideo, processing: ProcessingService, stage: Stage, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """One has read the row, another one writes it, and then the first one does."""
    video_id, between = running().id, ["edit", "picture", "complete"]
    get, acting = type(processing.store).get, [False]

    def get_and_act(store: Any, one: str, **how: Any) -> Any:
        found = get(store, one, **how)
        if not acting[0]:
            acting[0] = True
            for act in between:
                attempt(act, video_id)
        return found

    monkeypatch.setattr(type(processing.store), "get", get_and_act)
    monkeypatch.setattr(type(processing.store), "get_counted", lambda store, one: (store.get(one), Numbers(), {}))
    attempt(late, video_id)
    assert acting == [True]
    check_books(stage)
    assert stored(processing, video_id).status == "ready"
