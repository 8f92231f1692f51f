"""Videos as people see, edit and delete them."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.base import clock
from shared.base.errors import InvalidInputError
from shared.base.ids import new_id
from shared.contract.resources import VIDEOS
from shared.domains.videos.errors import EditConflictError, MediaMovingError, VideoNotFoundError
from shared.domains.videos.model import OpenState, Status, Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService
from tests.aws import SETTINGS, Stage
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import ARN, MEDIA, OWNER, SIZE, STRANGER, VERSION, MakeVideo, stored

ANYBODY = ""
BASE = SETTINGS["CDN_BASE_URL"]


def sees(catalogue: CatalogueService, video_id: str, viewer_id: str) -> bool:
    try:
        catalogue.view(video_id, viewer_id)
    except VideoNotFoundError:
        return False
    return True


@pytest.mark.parametrize(
    ("visibility", "stranger_sees"),
    [(Visibility.PUBLIC, True), (Visibility.UNLISTED, True), (Visibility.PRIVATE, False)],
)
def test_who_sees_a_ready_video(
    ready: MakeVideo, catalogue: CatalogueService, visibility: Visibility, stranger_sees: bool
) -> None:
    video_id = ready(visibility=visibility).id
    assert sees(catalogue, video_id, OWNER.id)
    assert sees(catalogue, video_id, STRANGER) is stranger_sees
    assert sees(catalogue, video_id, ANYBODY) is stranger_sees


def test_a_video_that_is_not_ready_is_its_authors_alone(
    awaiting: MakeVideo,
    queued: MakeVideo,
    running: MakeVideo,
    uploads: UploadService,
    catalogue: CatalogueService,
    processing: ProcessingService,
) -> None:
    failed, cancelled = running(), awaiting()
    processing.fail(failed.id, VERSION, "UNSUPPORTED_CODEC", "The codec magicyuv is not supported")
    uploads.abort(cancelled.id, OWNER.id)
    expected = {
        awaiting().id: ("uploaded", None),
        queued().id: ("uploaded", None),
        running().id: ("processing", None),
        failed.id: ("error", "UNSUPPORTED_CODEC"),
        cancelled.id: ("error", "CANCELLED"),
    }
    for video_id, (status, code) in expected.items():
        assert not sees(catalogue, video_id, ANYBODY)
        assert not sees(catalogue, video_id, STRANGER)
        seen = catalogue.view(video_id, OWNER.id)
        assert seen.processing_status == status
        assert (seen.processing_error.code if seen.processing_error else None) == code
        assert (seen.video_url, seen.thumbnail_url, seen.quality_variants) == (None, None, {})
        assert (seen.storyboard_url, seen.preview_url) == (None, None)
    assert not sees(catalogue, new_id(), OWNER.id)


def test_a_ready_video_has_addresses_for_stream_rungs_and_poster(ready: MakeVideo, catalogue: CatalogueService) -> None:
    video = ready()
    seen = catalogue.view(video.id, ANYBODY)
    assert seen.video_url
    prefix = seen.video_url.removesuffix("master.m3u8")
    assert prefix.startswith(f"{BASE}/")
    assert prefix.endswith(f"/v/{video.id}/1/")
    assert seen.thumbnail_url == prefix + "poster.jpg"
    assert (seen.storyboard_url, seen.preview_url) == (prefix + "storyboard.vtt", prefix + "preview.mp4")
    assert seen.quality_variants == {name: f"{prefix}{name}.mp4" for name in ("1080p", "720p", "480p")}
    assert seen.duration == 12.5


def test_reading_is_one_call_once_the_key_is_known(ready: MakeVideo, catalogue: CatalogueService, stage: Stage) -> None:
    video_id = ready().id
    first = stage.calls_of(lambda: catalogue.view(video_id, ANYBODY))
    assert [call.partition(":")[2] for call in first] == ["BatchGetItem", "GetSecretValue"]
    assert stage.calls_of(lambda: catalogue.view(video_id, ANYBODY)) == ["dynamodb:BatchGetItem"]


def test_an_edit_is_a_read_and_a_write(ready: MakeVideo, catalogue: CatalogueService, stage: Stage) -> None:
    video_id = ready().id
    catalogue.view(video_id, OWNER.id)
    wish = {"title": "New", "description": "Lines\nof text", "tags": ["a", "b"], "category": "Games"}
    read = "dynamodb:BatchGetItem"
    assert stage.calls_of(lambda: catalogue.edit(video_id, OWNER.id, {"title": "New"})) == [read, "dynamodb:UpdateItem"]
    moved = stage.calls_of(lambda: catalogue.edit(video_id, OWNER.id, wish))
    assert moved == [read, "dynamodb:TransactWriteItems"], "it is in another list from now on"
    assert stage.calls_of(lambda: catalogue.edit(video_id, OWNER.id, wish)) == [read], "nothing new"
    seen = catalogue.view(video_id, ANYBODY)
    assert seen.model_dump(include=set(wish)) == wish
    emptied = catalogue.edit(video_id, OWNER.id, {"description": None, "tags": None, "category": None})
    assert (emptied.title, emptied.description, emptied.tags, emptied.category) == ("New", "", [], "")


def test_editing_moves_updated_at_and_not_published_at(
    ready: MakeVideo, catalogue: CatalogueService, turned_clock: TurnedClock
) -> None:
    before = catalogue.view(ready().id, OWNER.id)
    turned_clock.advance(5)
    after = catalogue.edit(before.id, OWNER.id, {"title": "New"})
    assert after.updated_at > before.updated_at
    assert after.published_at == before.published_at


def test_a_video_is_edited_and_deleted_by_its_owner_alone(
    ready: MakeVideo, catalogue: CatalogueService, stage: Stage
) -> None:
    video_id = ready().id
    rows = stage.rows(VIDEOS)
    for target, user_id in ((video_id, STRANGER), (video_id, ANYBODY), (new_id(), OWNER.id)):
        with pytest.raises(VideoNotFoundError):
            catalogue.edit(target, user_id, {"title": "Mine"})
        with pytest.raises(VideoNotFoundError):
            catalogue.delete(target, user_id)
    assert stage.rows(VIDEOS) == rows


def test_making_a_ready_video_private_asks_for_a_move(
    ready: MakeVideo, catalogue: CatalogueService, processing: ProcessingService
) -> None:
    video_id = ready().id
    assert catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.UNLISTED}).visibility == "unlisted"
    assert processing.stuck(clock.now() + 1) == [], "whoever has an address may watch it still"
    catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})
    assert not sees(catalogue, video_id, STRANGER)
    (moving,) = processing.stuck(clock.now() + 1, OpenState.MOVING)
    assert moving.video_id == video_id
    with pytest.raises(MediaMovingError):
        processing.set_thumbnail(video_id, OWNER.id, new_id(), 1)
    video = processing.get(video_id)
    assert video
    assert (video.version, video.moving_to) == (1, 2)
    for _ in range(2):
        assert catalogue.finish_move(video_id, 1, 2)
        assert f"/v/{video_id}/2/" in str(catalogue.view(video_id, OWNER.id).video_url)
    for _ in range(2):
        assert catalogue.close_move(video_id, 2)
        assert processing.stuck(clock.now() + 1) == []
    assert not catalogue.finish_move(video_id, 2, 3)
    assert not catalogue.close_move(video_id, 3)


def test_a_private_video_that_was_public_meanwhile_moves_again(
    ready: MakeVideo, catalogue: CatalogueService, processing: ProcessingService
) -> None:
    """Addresses of the new media version were given away before the old version was cleaned up."""
    video_id = ready().id

    def turn(visibility: Visibility) -> tuple[int, int]:
        catalogue.edit(video_id, OWNER.id, {"visibility": visibility})
        video = processing.get(video_id)
        assert video
        return video.version, video.moving_to

    assert turn(Visibility.PRIVATE) == (1, 2)
    assert turn(Visibility.PUBLIC) == (1, 2)
    assert turn(Visibility.PRIVATE) == (1, 2), "the move under way ends all addresses of version 1"
    assert catalogue.finish_move(video_id, 1, 2)
    assert turn(Visibility.PUBLIC) == (2, 2)
    assert turn(Visibility.PRIVATE) == (2, 3)
    assert not catalogue.close_move(video_id, 2)
    assert len(processing.stuck(clock.now() + 1, OpenState.MOVING)) == 1


def test_a_video_made_private_before_it_is_ready_needs_no_move(
    running: MakeVideo, catalogue: CatalogueService, processing: ProcessingService
) -> None:
    video_id = running().id
    catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})
    assert processing.complete(video_id, VERSION, MEDIA)
    video = stored(processing, video_id)
    assert (video.visibility, video.moving_to, video.open_state) == (Visibility.PRIVATE, 0, "")


def intrude(catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], Any]) -> None:
    """Let others act between the read and the write of an edit."""
    waiting = iter(acts)
    edit = type(catalogue.store).edit

    def later(store: Any, *arguments: Any, **fields: Any) -> Any:
        monkeypatch.setattr(type(catalogue.store), "edit", edit)
        next(waiting, lambda: None)()
        monkeypatch.setattr(type(catalogue.store), "edit", later)
        return edit(store, *arguments, **fields)

    monkeypatch.setattr(type(catalogue.store), "edit", later)


def test_a_video_that_becomes_ready_while_it_is_made_private_moves(
    running: MakeVideo, catalogue: CatalogueService, processing: ProcessingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = running().id
    intrude(catalogue, monkeypatch, lambda: processing.complete(video_id, VERSION, MEDIA))
    catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})
    video = processing.get(video_id)
    assert video
    assert (video.status, video.visibility, video.moving_to) == (Status.READY, Visibility.PRIVATE, 2)


def test_an_edit_gives_up_when_the_video_keeps_changing(
    queued: MakeVideo, catalogue: CatalogueService, processing: ProcessingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = queued().id
    intrude(
        catalogue,
        monkeypatch,
        lambda: processing.begin(video_id, VERSION, ARN),
        lambda: processing.complete(video_id, VERSION, MEDIA),
    )
    with pytest.raises(EditConflictError):
        catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})


def test_a_deleted_video_is_gone_and_left_to_the_sweep(
    running: MakeVideo, catalogue: CatalogueService, processing: ProcessingService, stage: Stage
) -> None:
    video_id = running().id
    read, move = "dynamodb:GetItem", "dynamodb:TransactWriteItems"
    assert stage.calls_of(lambda: catalogue.delete(video_id, OWNER.id)) == [read, move]
    assert stage.calls_of(lambda: catalogue.delete(video_id, OWNER.id)) == [read], "a repeat"
    assert not sees(catalogue, video_id, OWNER.id)
    assert not processing.report(video_id, 50, "encode"), "the worker stops"
    assert not processing.complete(video_id, VERSION, MEDIA)
    assert not processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
    assert not processing.fail(video_id, VERSION, "TIMEOUT", "too late")
    assert not processing.set_thumbnail(video_id, OWNER.id, new_id(), 1)
    with pytest.raises(VideoNotFoundError):
        catalogue.edit(video_id, OWNER.id, {"title": "Back"})
    (deleting,) = processing.stuck(clock.now() + 1)
    assert (deleting.open_state, deleting.execution_arn) == (OpenState.DELETING, ARN)
    for _ in range(2):
        catalogue.finish_delete(video_id)
    assert stage.rows(VIDEOS) == []


def test_only_a_deleted_row_is_removed(ready: MakeVideo, catalogue: CatalogueService, stage: Stage) -> None:
    catalogue.finish_delete(ready().id)
    assert len(stage.rows(VIDEOS)) == 1


def test_a_move_of_a_deleted_video_is_void(ready: MakeVideo, catalogue: CatalogueService) -> None:
    video_id = ready().id
    catalogue.edit(video_id, OWNER.id, {"visibility": Visibility.PRIVATE})
    catalogue.delete(video_id, OWNER.id)
    assert not catalogue.finish_move(video_id, 1, 2)
    assert not catalogue.close_move(video_id, 2)


def test_a_chosen_thumbnail_can_be_given_up_for_the_poster(
    ready: MakeVideo, catalogue: CatalogueService, processing: ProcessingService
) -> None:
    video_id, thumbnail_id = ready().id, new_id()
    processing.set_thumbnail(video_id, OWNER.id, thumbnail_id, 1)
    chosen = catalogue.view(video_id, OWNER.id).thumbnail_url
    assert chosen
    assert chosen.endswith(f"/v/{video_id}/1/thumbnail-{thumbnail_id}.jpg")
    assert catalogue.edit(video_id, OWNER.id, {"thumbnail_url": chosen}).thumbnail_url == chosen
    poster = catalogue.edit(video_id, OWNER.id, {"thumbnail_url": None}).thumbnail_url
    assert poster
    assert poster.endswith("/poster.jpg")
    assert catalogue.edit(video_id, OWNER.id, {"thumbnail_url": poster}).thumbnail_url == poster
    wrong = [
        "https://elsewhere.example/a.jpg",
        chosen,
        poster.replace(video_id, new_id()),
        poster + "/../../x",
        "",
        BASE,
    ]
    for address in wrong:
        with pytest.raises(InvalidInputError) as caught:
            catalogue.edit(video_id, OWNER.id, {"thumbnail_url": address})
        assert "thumbnail_url" in caught.value.field_errors
