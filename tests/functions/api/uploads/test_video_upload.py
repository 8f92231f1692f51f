"""Resuming, completing and aborting an upload: GET, POST .../complete and DELETE of /api/upload/video/{video_id}."""

from typing import Any

import pytest

from functions.api.uploads.abort_video_upload import handler as abort
from functions.api.uploads.complete_video_upload import handler as complete
from functions.api.uploads.get_video_upload import handler as get
from functions.api.videos.get_video import handler as get_video
from shared.base import aws
from shared.base.ids import new_id
from shared.contract.resources import MEDIA, VIDEOS
from shared.domains.videos.rules.uploads import PART_SIZE
from shared.domains.videos.service.processing import ProcessingService
from tests.api import Answer
from tests.aws import Stage, real_name
from tests.functions.api.videos.conftest import Make, Someone

SIZE = PART_SIZE + 7


def path(video_id: str) -> str:
    return f"/api/upload/video/{video_id}"


def send_parts(stage: Stage, video_id: str, upload_id: str, *sizes: int) -> list[dict[str, Any]]:
    with stage.unrecorded():
        where = {"Bucket": real_name(MEDIA), "Key": f"uploads/{video_id}/source", "UploadId": upload_id}
        s3 = aws.client("s3")
        return [
            {"part_number": number, "etag": s3.upload_part(**where, PartNumber=number, Body=b"x" * size)["ETag"]}
            for number, size in enumerate(sizes, 1)
        ]


def finish(who: Someone, video_id: str, upload_id: str, parts: Any) -> Answer:
    return who.call(complete, "POST", path(video_id) + "/complete", {"upload_id": upload_id, "parts": parts})


def test_an_upload_in_parts_from_resuming_to_its_end(awaiting: Make, ada: Someone, stage: Stage) -> None:
    video_id = awaiting(file_size=SIZE, multipart=True)
    upload_id = ada.call(get, "GET", path(video_id)).json["upload_id"]
    parts = send_parts(stage, video_id, upload_id, PART_SIZE, 7)
    answer = ada.call(get, "GET", path(video_id))
    assert answer.status == 200
    assert answer.json["uploaded_parts"] == [
        {"part_number": part["part_number"], "size": size, "etag": part["etag"].strip('"')}
        for part, size in zip(parts, (PART_SIZE, 7), strict=True)
    ]
    for _ in range(2):
        done = finish(ada, video_id, upload_id, parts)
        assert (done.status, done.json) == (200, {"video_id": video_id, "processing_status": "uploaded"})
    with stage.unrecorded():
        stored = aws.client("s3").head_object(Bucket=real_name(MEDIA), Key=f"uploads/{video_id}/source")
    assert stored["ContentLength"] == SIZE
    assert stored["ContentType"] == "video/mp4"
    ProcessingService.open().accept_upload(video_id, size=SIZE, upload_version=stored["VersionId"])
    ProcessingService.open().begin(video_id, stored["VersionId"], "arn")
    assert finish(ada, video_id, upload_id, parts).json["processing_status"] == "processing"
    assert ada.call(get, "GET", path(video_id)).json["processing_status"] == "processing"


def test_one_put_can_be_resumed_too(awaiting: Make, ada: Someone) -> None:
    found = ada.call(get, "GET", path(awaiting())).json
    assert found["upload_url"]
    assert found["headers"]["If-None-Match"] == "*"
    assert (found["upload_id"], found["uploaded_parts"], found["part_urls"]) == (None, [], [])


def test_a_total_that_was_not_announced_is_a_conflict(awaiting: Make, ada: Someone, stage: Stage) -> None:
    video_id = awaiting(file_size=SIZE, multipart=True)
    upload_id = ada.call(get, "GET", path(video_id)).json["upload_id"]
    answer = finish(ada, video_id, upload_id, send_parts(stage, video_id, upload_id, PART_SIZE))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert str(SIZE) in answer.error["message"]
    assert str(PART_SIZE) in answer.error["message"]


def test_parts_that_have_not_arrived_as_named_are_told(awaiting: Make, ada: Someone, stage: Stage) -> None:
    video_id = awaiting(file_size=SIZE, multipart=True)
    upload_id = ada.call(get, "GET", path(video_id)).json["upload_id"]
    first, second = send_parts(stage, video_id, upload_id, PART_SIZE, 7)
    answer = finish(ada, video_id, upload_id, [first, {**second, "etag": first["etag"]}])
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert answer.error["field_errors"] == {"parts": ["These parts have not arrived as named: 2"]}
    assert finish(ada, video_id, upload_id, [first, second]).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"parts": [{"part_number": 1, "etag": "a"}]}, "upload_id"),
        ({"upload_id": "a"}, "parts"),
        ({"upload_id": "a", "parts": []}, "parts"),
        ({"upload_id": "a", "parts": [{"part_number": 0, "etag": "a"}]}, "parts.0.part_number"),
        ({"upload_id": "a", "parts": [{"part_number": "1", "etag": "a"}]}, "parts.0.part_number"),
        ({"upload_id": "a", "parts": [{"part_number": 1}]}, "parts.0.etag"),
        ({"upload_id": "a", "parts": [{"part_number": 1, "etag": "a", "size": 1}]}, "parts.0.size"),
        ({"upload_id": "a", "parts": [{"part_number": 1, "etag": "a"}], "more": 1}, "more"),
    ],
)
def test_a_bad_completion_names_its_field(awaiting: Make, ada: Someone, body: dict[str, Any], field: str) -> None:
    answer = ada.call(complete, "POST", path(awaiting(multipart=True)) + "/complete", body)
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field]


def test_giving_up(awaiting: Make, ada: Someone) -> None:
    video_id = awaiting(multipart=True)
    upload_id = ada.call(get, "GET", path(video_id)).json["upload_id"]
    for _ in range(2):
        answer = ada.call(abort, "DELETE", path(video_id))
        assert (answer.status, answer.json) == (200, {"video_id": video_id, "processing_status": "error"})
    video = ada.call(get_video, "GET", f"/api/videos/{video_id}").json
    assert video["processing_error"]["code"] == "CANCELLED"
    assert finish(ada, video_id, upload_id, [{"part_number": 1, "etag": "a"}]).status == 409
    resumed = ada.call(get, "GET", path(video_id)).json
    assert (resumed["upload_url"], resumed["part_urls"], resumed["processing_status"]) == (None, [], "error")


def test_what_has_arrived_cannot_be_given_up(running: Make, ada: Someone) -> None:
    answer = ada.call(abort, "DELETE", path(running()))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")


def test_an_upload_is_its_owners_alone(awaiting: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = awaiting(multipart=True)
    rows = stage.rows(VIDEOS)
    for who, target, status in ((Someone(), video_id, 401), (bob, video_id, 404), (ada, new_id(), 404)):
        assert who.call(get, "GET", path(target)).status == status
        assert who.call(abort, "DELETE", path(target)).status == status
        assert finish(who, target, "id", [{"part_number": 1, "etag": "a"}]).status == status
    assert stage.rows(VIDEOS) == rows
