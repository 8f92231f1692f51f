"""The video of a job may be shown to everybody before it is there: then lists have it as soon as it is."""

import pytest

from shared.base import counts
from shared.base.errors import UnavailableError
from shared.contract.resources import COUNTS
from shared.domains.jobs.model import Status
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.model import Video, Visibility
from shared.domains.videos.rules.public_lists import EVERYTHING, PublicList
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.public_lists import PublicListStore
from shared.domains.videos.store.videos import VideoStore
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import MEDIA, OWNER, MakeJob, check_books, stored

BY_OWNER = PublicList(author_id=OWNER.id)


def listed() -> list[str]:
    return [video.id for video in PublicListStore().latest(BY_OWNER, "", 10).videos]


@pytest.mark.parametrize(
    ("wish", "is_listed"),
    [
        ({"visibility": Visibility.PUBLIC}, True),
        ({"visibility": Visibility.PUBLIC, "category": "Games"}, True),
        ({"visibility": Visibility.UNLISTED}, False),
        ({"category": "Games"}, False),
    ],
)
def test_what_its_owner_edits_meanwhile_holds(
    running: MakeJob, work: WorkService, stage: Stage, wish: dict[str, str], *, is_listed: bool
) -> None:
    job = running()
    CatalogueService.open().edit(job.video_id, OWNER.id, wish)
    calls = stage.calls_of(lambda: work.complete(job, MEDIA))
    move = "dynamodb:TransactWriteItems"
    assert calls == ["dynamodb:GetItem", move], "it is read before, since lists show all of it from now on"
    assert stored(job).status is Status.COMPLETED
    assert listed() == [job.video_id] * is_listed
    assert CollectionStore().read(OWNER.id).public == is_listed
    subjects = {EVERYTHING.subject} | ({PublicList("Games").subject} if "category" in wish else set())
    assert set(counts.total(stage.rows(COUNTS))) == (subjects if is_listed else set())
    check_books(stage)


def test_a_video_that_is_edited_all_along_fails_no_job(
    running: MakeJob, work: WorkService, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = running()
    videos, get = CatalogueService.open(), VideoStore.get
    shown = [Visibility.PUBLIC, Visibility.UNLISTED] * 2

    def get_and_edit(store: VideoStore, video_id: str) -> Video | None:
        video = get(store, video_id)
        with monkeypatch.context() as plain:
            plain.setattr(VideoStore, "get", get)
            videos.change(video_id, OWNER.id, {"visibility": shown.pop()})
        return video

    videos.change(job.video_id, OWNER.id, {"visibility": Visibility.PUBLIC})
    with monkeypatch.context() as edited:
        edited.setattr(VideoStore, "get", get_and_edit)
        with pytest.raises(UnavailableError):
            work.complete(job, MEDIA)
    assert stored(job).status is Status.PROCESSING
