"""Uploads as their owners make them: announced, sent, resumed, completed, given up."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import VIDEOS
from shared.domains.videos.errors import (
    UploadClosedError,
    VideoNotFoundError,
)
from shared.domains.videos.model import Status, UploadedPart
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.rules.uploads import PART_SIZE, missing_parts
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from shared.domains.videos.store.videos import VideoStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import OWNER, SIZE, STRANGER, VERSION, MakeVideo, send_parts


def signed(url: str) -> set[str]:
    """The headers that an address's signature covers."""
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert int(query["X-Amz-Expires"][0]) <= 3600
    return set(query["X-Amz-SignedHeaders"][0].split(";"))


def test_one_put_is_signed_with_length_type_and_that_nothing_is_there(uploads: UploadService, stage: Stage) -> None:
    wish = UploadWish("a.mp4", SIZE, "video/mp4")
    calls = stage.calls_of(lambda: uploads.request(OWNER, wish))
    assert calls == ["dynamodb:TransactWriteItems"]
    opened = uploads.request(OWNER, wish)
    assert opened.upload_url
    assert signed(opened.upload_url) == {"content-length", "content-type", "host", "if-none-match"}
    assert upload_key(opened.video.id) in opened.upload_url
    assert opened.headers == {"Content-Type": "video/mp4", "Content-Length": "1000", "If-None-Match": "*"}
    assert (opened.part_size, opened.part_urls, opened.video.upload_id) == (None, [], "")


@pytest.mark.parametrize(
    ("size", "last", "count"),
    [(1, 1, 1), (PART_SIZE, PART_SIZE, 1), (PART_SIZE + 1, 1, 2), (2 * 1024**3, PART_SIZE, 128)],
)
def test_parts_are_signed_with_their_length(
    uploads: UploadService, stage: Stage, size: int, last: int, count: int
) -> None:
    before = len(stage.calls)
    opened = uploads.request(OWNER, UploadWish("a.mov", size, "video/quicktime", multipart=True))
    assert [str(call) for call in stage.calls[before:]] == ["s3:CreateMultipartUpload", "dynamodb:TransactWriteItems"]
    assert stage.calls[before].parameters["ContentType"] == "video/quicktime"
    assert opened.upload_url is None
    assert opened.part_size == PART_SIZE
    assert [part.part_number for part in opened.part_urls] == list(range(1, count + 1))
    assert sum(part.size for part in opened.part_urls) == size
    assert opened.part_urls[-1].size == last
    for part in (opened.part_urls[0], opened.part_urls[-1]):
        assert signed(part.url) == {"content-length", "host"}
        query = parse_qs(urlsplit(part.url).query)
        assert query["uploadId"] == [opened.video.upload_id]
        assert query["partNumber"] == [str(part.part_number)]


def test_resuming_tells_what_is_missing(
    uploads: UploadService, awaiting: MakeVideo, stage: Stage, turned_clock: TurnedClock
) -> None:
    video = awaiting(file_size=2 * PART_SIZE + 5, multipart=True)
    send_parts(stage, video, b"x" * 7, b"y" * PART_SIZE)
    before = len(stage.calls)
    opened = uploads.get(video.id, OWNER.id)
    assert [str(call) for call in stage.calls[before:]] == ["dynamodb:GetItem", "s3:ListParts"]
    assert [(part.part_number, part.size) for part in opened.uploaded_parts] == [(1, 7), (2, PART_SIZE)]
    assert [(part.part_number, part.size) for part in opened.part_urls] == [(1, PART_SIZE), (3, 5)]
    first = opened.expires_at
    turned_clock.advance(1800)
    assert uploads.get(video.id, OWNER.id).expires_at > first


def test_resuming_one_put_gives_a_fresh_address(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video = awaiting()
    assert stage.calls_of(lambda: uploads.get(video.id, OWNER.id)) == ["dynamodb:GetItem"]
    opened = uploads.get(video.id, OWNER.id)
    assert opened.upload_url
    assert signed(opened.upload_url) == {"content-length", "content-type", "host", "if-none-match"}


def test_an_upload_that_is_over_has_no_addresses(
    uploads: UploadService, queued: MakeVideo, awaiting: MakeVideo, stage: Stage
) -> None:
    arrived = uploads.get(queued().id, OWNER.id)
    assert (arrived.upload_url, arrived.part_urls, arrived.video.status) == (None, [], Status.QUEUED)
    video = awaiting(file_size=10, multipart=True)
    uploads.complete(video.id, OWNER.id, video.upload_id, send_parts(stage, video, b"a" * 10))
    done = uploads.get(video.id, OWNER.id)
    assert (done.part_urls, done.uploaded_parts, done.video.status) == ([], [], Status.AWAITING_UPLOAD)


def test_giving_up(uploads: UploadService, awaiting: MakeVideo, queued: MakeVideo, stage: Stage) -> None:
    video = awaiting(multipart=True)
    send_parts(stage, video, b"a")
    read, move = "dynamodb:GetItem", "dynamodb:TransactWriteItems"
    assert stage.calls_of(lambda: uploads.abort(video.id, OWNER.id)) == [read, move]
    assert stage.calls_of(lambda: uploads.abort(video.id, OWNER.id)) == [read], "a repeat"
    assert uploads.abort(awaiting().id, OWNER.id).status is Status.CANCELLED
    single = awaiting().id
    assert stage.calls_of(lambda: uploads.abort(single, OWNER.id)) == [read, move]
    with pytest.raises(UploadClosedError, match="delete the video"):
        uploads.abort(queued().id, OWNER.id)


@pytest.mark.parametrize("size", [SIZE, SIZE + 1])
def test_what_arrives_while_an_upload_is_given_up_comes_first(
    uploads: UploadService, awaiting: MakeVideo, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Between the read and the move: the answer is about the video as it then stands."""
    video_id = awaiting().id
    get = VideoStore.get

    def get_and_lose(store: VideoStore, *args: Any, **more: Any) -> Any:
        found = get(store, *args, **more)
        monkeypatch.setattr(VideoStore, "get", get)
        ProcessingService.open().accept_upload(video_id, size=size, upload_version=VERSION)
        return found

    monkeypatch.setattr(VideoStore, "get", get_and_lose)
    with pytest.raises(UploadClosedError, match="delete the video"):
        uploads.abort(video_id, OWNER.id)


def test_an_upload_is_its_owners_alone(uploads: UploadService, awaiting: MakeVideo) -> None:
    video = awaiting(multipart=True)
    for video_id, user_id in ((video.id, STRANGER), (new_id(), OWNER.id), (video.id, "")):
        for act in (
            lambda v=video_id, u=user_id: uploads.get(v, u),
            lambda v=video_id, u=user_id: uploads.abort(v, u),
            lambda v=video_id, u=user_id: uploads.complete(v, u, video.upload_id, []),
        ):
            with pytest.raises(VideoNotFoundError):
                act()
    stored = uploads.videos.get(video.id)
    assert stored
    assert stored.status is Status.AWAITING_UPLOAD


def test_a_thumbnail_is_signed_for_what_it_is_for(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video_id = awaiting().id
    for asked, calls in ((video_id, ["dynamodb:GetItem"]), ("", [])):
        assert stage.calls_of(lambda asked=asked: uploads.request_thumbnail(OWNER.id, asked, 500, "image/png")) == calls
    opened = uploads.request_thumbnail(OWNER.id, video_id, 500, "image/png")
    assert f"/uploads/thumbnails/{OWNER.id}/{video_id}/{opened.thumbnail_id}?" in opened.upload_url
    assert signed(opened.upload_url) == {"content-length", "content-type", "host", "if-none-match"}
    avatar = uploads.request_thumbnail(OWNER.id, "", 500, "image/webp")
    assert f"/uploads/thumbnails/{OWNER.id}/avatar/{avatar.thumbnail_id}?" in avatar.upload_url
    with pytest.raises(VideoNotFoundError):
        uploads.request_thumbnail(STRANGER, video_id, 500, "image/png")


def test_a_storage_that_does_not_answer_is_503(
    uploads: UploadService, awaiting: MakeVideo, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video = awaiting(multipart=True)

    with stage.cut_off("s3", "ListParts", after=False) as fired, pytest.raises(UnavailableError):
        uploads.get(video.id, OWNER.id)
    assert len(fired) == 3


def test_a_row_that_cannot_be_written_is_503(
    uploads: UploadService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row, and what S3 began for it is dropped by the bucket's lifecycle."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    wish = UploadWish("a.mp4", SIZE, "video/mp4", multipart=True)
    with stage.cut_off("dynamodb", "TransactWriteItems", after=False) as fired, pytest.raises(UnavailableError):
        uploads.request(OWNER, wish)
    assert len(fired) == 3
    assert stage.rows(VIDEOS) == []


def test_a_reply_lost_after_the_row_was_written_leaves_one_row(
    uploads: UploadService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        video = uploads.request(OWNER, UploadWish("a.mp4", SIZE, "video/mp4")).video
    assert len(fired) == 1
    assert [row["video_id"]["S"] for row in stage.rows(VIDEOS)] == [video.id]


def test_parts_of_another_size_count_as_missing() -> None:
    arrived = [UploadedPart(1, PART_SIZE, "a"), UploadedPart(2, 4, "b"), UploadedPart(9, 1, "c")]
    assert [(part.part_number, part.size) for part in missing_parts(PART_SIZE + 5, arrived)] == [(2, 5)]
