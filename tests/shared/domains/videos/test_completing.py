"""Uploads in parts as they are completed, and what is told when parts are missing or others."""

import pytest

from shared.base import aws
from shared.contract.resources import MEDIA as BUCKET
from shared.domains.videos.errors import IncompleteUploadError, UnknownPartsError, UploadClosedError
from shared.domains.videos.model import NamedPart, Status
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.rules.uploads import PART_SIZE
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService
from tests.aws import Stage, real_name
from tests.shared.domains.videos.conftest import OWNER, VERSION, MakeVideo, send_parts

LARGE = PART_SIZE + 10


def test_a_file_in_parts_becomes_one_object(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video = awaiting(file_size=LARGE, multipart=True)
    parts = send_parts(stage, video, b"a" * PART_SIZE, b"b" * 10)
    calls = stage.calls_of(lambda: uploads.complete(video.id, OWNER.id, video.upload_id, list(reversed(parts))))
    assert calls == ["dynamodb:GetItem", "s3:CompleteMultipartUpload"]
    with stage.unrecorded():
        body = aws.client("s3").get_object(Bucket=real_name(BUCKET), Key=upload_key(video.id))["Body"].read()
    assert body == b"a" * PART_SIZE + b"b" * 10
    assert uploads.complete(video.id, OWNER.id, video.upload_id, parts), "before the event has arrived"
    with stage.refusing("s3", "CompleteMultipartUpload", "NoSuchUpload"):  # once S3 has forgotten the upload
        again = stage.calls_of(lambda: uploads.complete(video.id, OWNER.id, video.upload_id, parts))
    assert again == ["dynamodb:GetItem", "s3:CompleteMultipartUpload", "s3:HeadObject"]
    ProcessingService.open().accept_upload(video.id, size=LARGE, upload_version=VERSION)
    again = stage.calls_of(lambda: uploads.complete(video.id, OWNER.id, video.upload_id, parts))
    assert again == ["dynamodb:GetItem"], "and after"


def test_the_total_must_be_what_was_announced(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video = awaiting(file_size=LARGE, multipart=True)
    parts = send_parts(stage, video, b"a" * PART_SIZE, b"b" * 10)
    for some, total in ((parts[:1], PART_SIZE), (parts[1:], 10), ([parts[1]] * 2, 10)):
        before = len(stage.calls)
        with pytest.raises(IncompleteUploadError) as caught:
            uploads.complete(video.id, OWNER.id, video.upload_id, some)
        assert caught.value.message == f"The parts hold {total} bytes, and {LARGE} were announced as file_size"
        assert caught.value.status == 409
        assert [str(call) for call in stage.calls[before:]] == ["dynamodb:GetItem"], "nothing is made of them"


def test_parts_of_other_sizes_make_no_video(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    """Their addresses refuse them; should S3 have them all the same, the size of the whole tells."""
    video = awaiting(file_size=LARGE, multipart=True)
    parts = send_parts(stage, video, b"a" * PART_SIZE, b"b" * 9)
    uploads.complete(video.id, OWNER.id, video.upload_id, parts)
    assert not ProcessingService.open().accept_upload(video.id, size=LARGE - 1, upload_version=VERSION)
    failed = uploads.videos.get(video.id)
    assert failed
    assert (failed.status, failed.error_code) == (Status.FAILED, "SIZE_MISMATCH")


def test_parts_must_have_arrived_as_named(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video = awaiting(file_size=10, multipart=True)
    (part,) = send_parts(stage, video, b"a" * 10)
    for wrong in (NamedPart(2, part.etag), NamedPart(1, "0" * 32), NamedPart(1, '""'), NamedPart(1, "\x00")):
        for named in ([wrong], [part, wrong], [wrong, part]):
            with pytest.raises(UnknownPartsError) as caught:
                uploads.complete(video.id, OWNER.id, video.upload_id, named)
            assert str(wrong.part_number) in caught.value.field_errors["parts"][0]
    assert uploads.complete(video.id, OWNER.id, video.upload_id, [NamedPart(1, part.etag.strip('"')), part])


def test_what_s3_refuses_is_told_part_by_part(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    video = awaiting(file_size=2 * PART_SIZE + 5, multipart=True)
    first, second = send_parts(stage, video, b"a" * PART_SIZE, b"b" * PART_SIZE)
    named = [first, NamedPart(2, first.etag), NamedPart(3, second.etag)]
    before = len(stage.calls)
    with pytest.raises(UnknownPartsError) as caught:
        uploads.complete(video.id, OWNER.id, video.upload_id, named)
    assert caught.value.field_errors == {"parts": ["These parts have not arrived as named: 2, 3"]}
    calls = ["dynamodb:GetItem", "s3:CompleteMultipartUpload", "s3:ListParts"]
    assert [str(call) for call in stage.calls[before:]] == calls
    with stage.refusing("s3", "CompleteMultipartUpload", "InvalidPart"), pytest.raises(UnknownPartsError) as caught:
        uploads.complete(video.id, OWNER.id, video.upload_id, [first, second, named[2]])
    assert "named: 3" in caught.value.field_errors["parts"][0]


def test_parts_that_arrive_while_they_are_refused_are_told_all(
    uploads: UploadService, awaiting: MakeVideo, stage: Stage
) -> None:
    video = awaiting(file_size=10, multipart=True)
    parts = send_parts(stage, video, b"a" * 10)
    with stage.refusing("s3", "CompleteMultipartUpload", "InvalidPart"), pytest.raises(UnknownPartsError) as caught:
        uploads.complete(video.id, OWNER.id, video.upload_id, parts)
    assert "named: 1" in caught.value.field_errors["parts"][0]


def test_completing_what_is_over_is_refused(uploads: UploadService, awaiting: MakeVideo, stage: Stage) -> None:
    parts = [NamedPart(1, "x")]
    single = awaiting()
    with pytest.raises(UploadClosedError, match="one PUT"):
        uploads.complete(single.id, OWNER.id, "id", parts)
    several = awaiting(multipart=True)
    with pytest.raises(UploadClosedError, match="upload_id"):
        uploads.complete(several.id, OWNER.id, "another", parts)
    expired = stage.refusing("s3", "CompleteMultipartUpload", "NoSuchUpload")  # as S3 says of one left alone for days
    with expired, pytest.raises(UploadClosedError, match="expired"):
        uploads.complete(several.id, OWNER.id, several.upload_id, parts)
    uploads.abort(several.id, OWNER.id)
    with pytest.raises(UploadClosedError, match="over"):
        uploads.complete(several.id, OWNER.id, several.upload_id, parts)
