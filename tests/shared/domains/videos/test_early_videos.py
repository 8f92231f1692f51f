"""What a video that can be played early tells, to whom, and what becomes of it."""

import pytest

from shared.base.objects import Objects
from shared.contract.resources import MEDIA
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import OpenState, Status, Visibility
from shared.domains.videos.service import early, tidying
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.tidying import TidyingService
from shared.domains.videos.service.transcoding import TranscodingService
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import ARN, OWNER, STRANGER, VERSION, MakeVideo, stored
from tests.shared.domains.videos.conftest import MEDIA as PUBLISHED
from tests.shared.domains.videos.test_catalogue import intrude
from tests.shared.media.test_plan import facts, plan_for

BEFORE = 90
"""Percent from which on packaging is at work."""


@pytest.fixture
def objects(stage: Stage) -> Objects:
    return Objects(real_name(MEDIA))


def test_it_is_told_while_processing_alone(
    running: MakeVideo, processing: ProcessingService, catalogue: CatalogueService
) -> None:
    video = running()
    assert catalogue.view(video.id, OWNER.id).video_url is None
    assert not processing.announce_early(video.id, "another upload", BEFORE)
    assert processing.announce_early(video.id, VERSION, BEFORE)
    told = catalogue.view(video.id, OWNER.id)
    assert told.video_url
    assert told.video_url.endswith(f"/early/{video.id}/1/master.m3u8")
    assert (told.processing_status, told.quality_variants, told.thumbnail_url) == ("processing", {}, None)
    assert catalogue.view(video.id, STRANGER).video_url
    processing.report(video.id, BEFORE, "Packaging")
    assert not processing.announce_early(video.id, VERSION, BEFORE)
    assert processing.complete(video.id, VERSION, PUBLISHED)
    assert not processing.announce_early(video.id, VERSION, BEFORE)
    assert f"/v/{video.id}/1/" in str(catalogue.view(video.id, STRANGER).video_url)


def test_one_that_failed_is_not_played(
    running: MakeVideo, processing: ProcessingService, catalogue: CatalogueService
) -> None:
    video = running()
    assert processing.announce_early(video.id, VERSION, BEFORE)
    assert processing.fail(video.id, VERSION, "SOME_CODE", "For some reason.")
    assert catalogue.view(video.id, OWNER.id).video_url is None
    with pytest.raises(VideoNotFoundError):
        catalogue.view(video.id, STRANGER)


def test_one_that_fails_before_it_becomes_private_has_nothing_to_move(
    running: MakeVideo,
    catalogue: CatalogueService,
    processing: ProcessingService,
    turned_clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    video_id = running().id
    assert processing.announce_early(video_id, VERSION, BEFORE)

    def fail() -> None:
        turned_clock.advance(1)
        assert processing.fail(video_id, VERSION, "TIMEOUT", "too late")

    intrude(catalogue, monkeypatch, fail)
    catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})
    video = stored(processing, video_id)
    assert (video.status, video.visibility, video.moving_to) == (Status.FAILED, Visibility.PRIVATE, 0)


@pytest.mark.parametrize("fails", [True, False])
def test_a_worker_that_is_late_for_the_failure_erases_after_itself(
    fails: bool, running: MakeVideo, processing: ProcessingService, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes a piece while the failure is erasing them, and is told only then that nobody waits for it."""
    video, key = running(), ""

    def late(*_: object, **__: object) -> None:
        if fails:
            service.fail({"Error": "States.Timeout"})
        objects.put(key, b"", "")
        raise early.SupersededError

    told = {"video": {"video_id": video.id, "upload_version": VERSION, "size": 1}, "execution": ARN}
    service, key = TranscodingService(told, objects, processing), f"early/{video.id}/1/480p.m3u8"
    monkeypatch.setattr(TranscodingService, "_plan", lambda _self, _planned: plan_for(facts()))
    monkeypatch.setattr(early, "EarlyPublisher", late)
    service.encode_early({"hash": "of a plan", "lane": "lambda"})
    assert list(objects.keys("early/")) == ([] if fails else [key])


def test_one_made_private_meanwhile_moves_once_it_is_ready(
    running: MakeVideo, processing: ProcessingService, catalogue: CatalogueService
) -> None:
    video = running()
    assert processing.announce_early(video.id, VERSION, BEFORE)
    catalogue.edit(video.id, OWNER.id, {"visibility": Visibility.PRIVATE})
    with pytest.raises(VideoNotFoundError):
        catalogue.view(video.id, STRANGER)
    assert stored(processing, video.id).open_state == OpenState.PROCESSING
    assert processing.complete(video.id, VERSION, PUBLISHED)
    moved = stored(processing, video.id)
    assert (moved.status, moved.version, moved.moving_to) == (Status.READY, 1, 2)
    assert moved.open_state == OpenState.MOVING
    assert processing.complete(video.id, VERSION, PUBLISHED), "a repeat is fine"


def test_one_that_nobody_could_have_seen_need_not_move(
    running: MakeVideo, processing: ProcessingService, catalogue: CatalogueService
) -> None:
    video = running()
    catalogue.edit(video.id, OWNER.id, {"visibility": Visibility.PRIVATE})
    assert processing.announce_early(video.id, VERSION, BEFORE)
    with pytest.raises(VideoNotFoundError):
        catalogue.view(video.id, STRANGER)
    assert processing.complete(video.id, VERSION, PUBLISHED)
    assert stored(processing, video.id).moving_to == 0


@pytest.mark.parametrize("minutes", [0, 20])
def test_a_deleted_video_stays_until_its_early_worker_must_have_ended(
    minutes: int,
    running: MakeVideo,
    processing: ProcessingService,
    catalogue: CatalogueService,
    objects: Objects,
    turned_clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    video, told = running(), list[str]()
    monkeypatch.setattr(tidying, "invalidate", lambda _variable, path, _reference: told.append(path))
    monkeypatch.setattr(tidying, "stop_execution", lambda arn, _reason: arn != ARN)
    assert processing.announce_early(video.id, VERSION, BEFORE)
    assert processing.complete(video.id, VERSION, PUBLISHED)
    objects.put(f"early/{video.id}/1/480p.m3u8", b"", "")
    catalogue.delete(video.id, OWNER.id)
    turned_clock.advance(minutes * 60 + 1)
    TidyingService.open().run()
    assert objects.keys("early/") == {}
    assert (processing.get(video.id) is None) == bool(minutes)
    assert told == ([f"/v/{video.id}/*", f"/early/{video.id}/*"] if minutes else [])
