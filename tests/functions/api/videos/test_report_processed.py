"""POST /api/webhooks/video-processed: an outside encoder's reports."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.videos.edit_video import handler as edit
from functions.api.videos.get_video import handler as get
from functions.api.videos.report_processed import handler
from shared.base import aws, clock
from shared.base.ids import new_id
from shared.base.webhooks import sign
from shared.contract.resources import VIDEOS, WEBHOOK
from shared.domains.videos.rules.reports import Report, published
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.outside import OutsideService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.publishing import from_json
from shared.domains.videos.store.videos import VideoStore
from tests.api import Answer, call
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import VERSION, Make, Someone
from tests.streams import Streams, streamed

PATH = "/api/webhooks/video-processed"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "a-task-token"
THUMBNAIL = "https://cdn.encoder.example/film/thumb.jpg"
VARIANTS = {
    name: f"https://cdn.encoder.example/film/{name}.mp4" for name in ("480p", "2160p", "1440p", "1080p", "720p")
}


@pytest.fixture(autouse=True)
def secret(stage: Stage) -> None:
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(WEBHOOK), SecretString=SECRET)


@pytest.fixture
def handed_out(running: Make) -> Make:
    """Makes a video of ada's that the outside encoder works on."""

    def make(**wish: Any) -> str:
        video_id = running(**wish)
        assert OutsideService.open().hand_out(video_id, VERSION, TOKEN)
        return video_id

    return make


def success(video_id: str, **more: Any) -> dict[str, Any]:
    """The payload of 001, with values."""
    whole = {"quality_variants": VARIANTS, "duration": 61.25, "thumbnail_url": THUMBNAIL}
    return {"video_id": video_id, "status": "success", **whole, **more}


def send(
    body: Any,
    headers: dict[str, str] | None = None,
    *,
    identifier: str = "msg_1",
    at: float | None = None,
    secret: str = SECRET,
) -> Answer:
    """Send a report, signed; `headers` replace those of the signature."""
    text = body if isinstance(body, str) else json.dumps(body)
    sent_at = str(int(clock.now() if at is None else at))
    signed = {
        "webhook-id": identifier,
        "webhook-timestamp": sent_at,
        "webhook-signature": sign(secret, identifier, sent_at, text.encode()),
    }
    return call(handler, "POST", PATH, text, headers={**signed, **(headers or {})})


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's reference libraries."""
    signature = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture(autouse=True)
def streams(stage: Stage) -> Iterator[Streams]:
    with streamed(stage, "on_video_progress") as made:
        yield made


def answered(stage: Stage, streams: Streams) -> list[tuple[str, dict[str, Any]]]:
    """What the waiting execution was told, once the stream has told all that there is."""
    streams.tell()
    return [(call.operation, call.parameters) for call in stage.calls if call.operation.startswith("SendTask")]


def test_a_success_makes_the_video_ready(handed_out: Make, stage: Stage, streams: Streams) -> None:
    video_id = handed_out()
    answer = send(success(video_id))
    assert (answer.status, answer.json) == (200, {"success": True})
    assert [str(call) for call in stage.calls[-2:]] == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    ((operation, told),) = answered(stage, streams)
    assert (operation, told["taskToken"]) == ("SendTaskSuccess", TOKEN)
    video = VideoStore.open().get(video_id)
    assert video
    media = published(Report(video_id, True, VARIANTS, 61.25, THUMBNAIL), video, "https://media.showreel.example")
    assert from_json(json.loads(told["output"])) == media
    found = call(get, "GET", f"/api/videos/{video_id}").json
    assert found["processing_status"] == "ready"
    assert found["quality_variants"] == VARIANTS
    assert list(found["quality_variants"]) == ["2160p", "1440p", "1080p", "720p", "480p"]
    assert found["video_url"] == VARIANTS["2160p"]
    assert found["thumbnail_url"] == "https://cdn.encoder.example/film/thumb.jpg"
    assert found["duration"] == 61.25


def test_the_owner_may_send_back_the_picture_that_they_got(handed_out: Make, ada: Someone) -> None:
    video_id = handed_out()
    send(success(video_id))
    path = f"/api/videos/{video_id}"
    shown = ada.call(get, "GET", path).json["thumbnail_url"]
    answer = ada.call(edit, "PATCH", path, {"thumbnail_url": shown})
    assert (answer.status, answer.json["thumbnail_url"]) == (200, shown)


def test_files_under_our_own_address_stay_ours(handed_out: Make) -> None:
    video_id = handed_out()
    ours = {"1080p": f"https://media.showreel.example/v/{video_id}/1/1080p.mp4"}
    assert send(success(video_id, quality_variants=ours)).status == 200
    found = call(get, "GET", f"/api/videos/{video_id}").json
    assert found["quality_variants"]["1080p"].endswith(f"/v/{video_id}/1/1080p.mp4")
    assert found["quality_variants"]["1080p"] != ours["1080p"], "it carries a token"
    assert found["video_url"].endswith("/master.m3u8")


def test_an_error_fails_the_video_with_the_encoders_words(
    handed_out: Make, ada: Someone, stage: Stage, streams: Streams
) -> None:
    video_id = handed_out()
    assert send({"video_id": video_id, "status": "error", "error_message": "No video track"}).status == 200
    told = {"taskToken": TOKEN, "error": "ENCODER_FAILED", "cause": "No video track"}
    assert answered(stage, streams) == [("SendTaskFailure", told)]
    found = ada.call(get, "GET", f"/api/videos/{video_id}").json
    assert found["processing_status"] == "error"
    assert found["processing_error"] == {"code": "ENCODER_FAILED", "message": "No video track"}


@pytest.mark.parametrize(
    "fields",
    [
        {"quality_variants": None, "duration": 0, "thumbnail_url": ""},
        {"quality_variants": {"best": "ftp://x"}, "duration": None, "thumbnail_url": None},
        {"quality_variants": {}, "duration": -1.5, "thumbnail_url": "none"},
    ],
)
def test_an_error_may_carry_the_fields_of_a_success(handed_out: Make, fields: dict[str, Any]) -> None:
    assert (
        send({"video_id": handed_out(), "status": "error", "error_message": "No video track", **fields}).status == 200
    )


def test_reports_that_are_signed_are_not_limited_and_others_are(
    handed_out: Make, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    assert [send(success(handed_out()), identifier=f"msg_{number}").status for number in range(25)] == [200] * 25
    body = success(handed_out())
    statuses = [send(body, {"webhook-signature": "v1,AAAA"}).status for _ in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert send(body).status == 200


def test_a_report_has_its_effect_once(handed_out: Make, stage: Stage, streams: Streams) -> None:
    video_id = handed_out()
    assert send(success(video_id)).status == 200
    rows = stage.rows(VIDEOS)
    assert send(success(video_id)).status == 200
    assert send(success(video_id, duration=5)).status == 200, "an id seen before"
    assert stage.rows(VIDEOS) == rows
    late = send({"video_id": video_id, "status": "error"}, identifier="msg_2")
    assert (late.status, late.error["code"]) == (409, "CONFLICT")
    assert stage.rows(VIDEOS) == rows
    assert len(answered(stage, streams)) == 1


def test_a_failure_report_has_its_effect_once(handed_out: Make, stage: Stage) -> None:
    video_id = handed_out()
    assert send({"video_id": video_id, "status": "error"}).status == 200
    rows = stage.rows(VIDEOS)
    assert send({"video_id": video_id, "status": "error"}).status == 200
    assert send(success(video_id), identifier="msg_2").status == 409
    assert stage.rows(VIDEOS) == rows


def test_only_a_video_that_was_handed_out_can_be_set(
    running: Make, awaiting: Make, ready: Make, handed_out: Make, stage: Stage
) -> None:
    others = [running(), awaiting(), ready(), new_id()]
    deleted = handed_out()
    owner = ProcessingService.open().get(deleted)
    assert owner
    CatalogueService.open().delete(deleted, owner.owner_id)
    rows = stage.rows(VIDEOS)
    for video_id in (*others, deleted):
        assert send(success(video_id)).status == 404
    assert stage.rows(VIDEOS) == rows


def test_a_video_that_timed_out_stays_failed(handed_out: Make) -> None:
    video_id = handed_out()
    ProcessingService.open().fail(video_id, VERSION, "PROCESSING_TIMEOUT", "Too long")
    assert send(success(video_id)).status == 409
    assert not OutsideService.open().hand_out(video_id, VERSION, TOKEN)


@pytest.mark.parametrize("late", [-301, 301])
def test_a_report_of_another_time_is_refused(handed_out: Make, turned_clock: TurnedClock, late: int) -> None:
    body = success(handed_out())
    assert send(body, at=clock.now() + late).status == 401
    assert send(body, at=clock.now() + late // 2).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-id": ""},
        {"webhook-id": "another"},
        {"webhook-id": "caf\u00e9"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "\u0661\u0662"},
        {"webhook-timestamp": "9" * 400},
    ],
)
def test_what_is_not_signed_is_401(handed_out: Make, stage: Stage, headers: dict[str, str]) -> None:
    body = success(handed_out())
    rows = stage.rows(VIDEOS)
    assert send(body, headers).status == 401
    assert stage.rows(VIDEOS) == rows


def test_the_signature_is_looked_at_before_the_body(stage: Stage) -> None:
    assert call(handler, "POST", PATH, {"nonsense": 1}).status == 401
    assert send({"nonsense": 1}, secret="whsec_" + "A" * 32).status == 401
    assert send({"nonsense": 1}).status == 422


def test_another_signature_beside_the_right_one_is_fine(handed_out: Make) -> None:
    text, at = json.dumps(success(handed_out())), str(int(clock.now()))
    both = "v1,AAAA " + sign(SECRET, "msg_1", at, text.encode())
    assert send(text, {"webhook-signature": both, "webhook-timestamp": at}).status == 200


def test_two_secrets_are_good_while_one_replaces_the_other(handed_out: Make, stage: Stage) -> None:
    new = "whsec_" + "Bb12" * 8
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(WEBHOOK), SecretString=f"{new} {SECRET}")
    assert send(success(handed_out()), secret=new).status == 200
    assert send(success(handed_out())).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"status": "ready"},
        {"status": None},
        {"video_id": "1"},
        {"quality_variants": {}},
        {"quality_variants": {"best": "https://cdn.encoder.example/a.mp4"}},
        {"quality_variants": {"1080p": "http://cdn.encoder.example/a.mp4"}},
        {"quality_variants": {"1080p": "javascript:alert(1)"}},
        {"quality_variants": {"1080p": "https://cdn.encoder.example/a b.mp4"}},
        {"thumbnail_url": "file:///etc/passwd"},
        {"duration": -1},
        {"duration": 0},
        {"unknown": 1},
    ],
)
def test_a_report_that_breaks_the_rules_changes_nothing(handed_out: Make, stage: Stage, change: dict[str, Any]) -> None:
    body = success(handed_out()) | change
    rows = stage.rows(VIDEOS)
    assert send(body).status == 422
    assert stage.rows(VIDEOS) == rows
