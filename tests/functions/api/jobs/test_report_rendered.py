"""POST /api/webhooks/remotion: what Remotion Lambda reports."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.api.jobs.report_rendered import handler
from shared.base import aws
from shared.base.ids import new_id
from shared.base.outcomes import words_of
from shared.contract.resources import JOBS, REMOTION_WEBHOOK
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.working import WorkService
from tests.api import Answer, call
from tests.aws import Stage, real_name
from tests.functions.api.jobs.conftest import MEDIA, Make, Someone
from tests.streams import Streams, streamed

PATH = "/api/webhooks/remotion"
SECRET, TOKEN, PROOF = "a-secret-of-the-stage", "a-task-token", "a-proof"
OUTPUT = "https://s3.eu-central-1.amazonaws.com/remotionlambda-abc/renders/abc123/out.mp4"


@pytest.fixture(autouse=True)
def secret(stage: Stage) -> None:
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(REMOTION_WEBHOOK), SecretString=SECRET)


@pytest.fixture
def left_outside(running: Make, stage: Stage) -> Make:
    """Makes a job of ada's that Remotion renders."""

    def make() -> Job:
        job = running()
        with stage.unrecorded():
            assert WorkService.open().hand_out(job, TOKEN, PROOF)
        return job

    return make


def payload(kind: str, job_id: str, *, proof: str = PROOF, **more: Any) -> dict[str, Any]:
    """What Remotion 4 sends, with values."""
    common = {
        "type": kind,
        "renderId": "abc123",
        "expectedBucketOwner": "123456789012",
        "bucketName": "remotionlambda-abc",
        "customData": {"job_id": job_id, "hand_out": proof},
    }
    own: dict[str, Any] = {
        "success": {
            "lambdaErrors": [],
            "outputUrl": OUTPUT,
            "outputFile": OUTPUT,
            "timeToFinish": 12_345,
            "costs": {"accruedSoFar": 0.01, "displayCost": "$0.01", "currency": "USD", "disclaimer": "Estimated"},
        },
        "error": {"errors": [{"message": "The font is missing.", "name": "Error", "stack": "Error: at line 1"}]},
        "timeout": {},
    }
    return {**common, **own[kind], **more}


def signed(body: bytes, secret: str = SECRET) -> str:
    """The signature as Remotion's own client makes it."""
    return "sha512=" + hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


def send(body: Any, *, secret: str = SECRET, signature: str | None = None) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"X-Remotion-Mode": "production", "X-Remotion-Status": "success"}
    sent = signed(text.encode(), secret) if signature is None else signature
    return call(handler, "POST", PATH, text, headers={**headers, "X-Remotion-Signature": sent})


def stands(job: Job) -> Job:
    found = WorkService.open().get(job.id)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def streams(stage: Stage) -> Iterator[Streams]:
    with streamed(stage, "on_job_changed") as made:
        yield made


def answered(stage: Stage, streams: Streams) -> list[tuple[str, dict[str, Any]]]:
    """What the waiting execution was told, once the stream has told all that there is."""
    streams.tell()
    return [(call.operation, call.parameters) for call in stage.calls if call.operation.startswith("SendTask")]


def test_a_success_ends_the_wait(left_outside: Make, stage: Stage, streams: Streams) -> None:
    job = left_outside()
    calls = stage.calls_of(lambda: send(payload("success", job.id)))
    assert calls[-2:] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert answered(stage, streams) == [("SendTaskSuccess", {"taskToken": TOKEN, "output": "{}"})]
    assert (stands(job).output_url, stands(job).status) == (OUTPUT, Status.PROCESSING), "it is still to be published"


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("error", {}, ("RENDERER_FAILED", "The font is missing.")),
        ("error", {"errors": []}, ("RENDERER_FAILED", "The renderer gave up and gave no reason.")),
        ("error", {"errors": [{"message": "x" * 9999}]}, ("RENDERER_FAILED", "x" * 300)),
        ("timeout", {}, ("RENDERER_TIMEOUT", "The renderer took too long.")),
    ],
)
def test_a_failure_ends_the_wait_in_words(
    left_outside: Make, stage: Stage, streams: Streams, kind: str, more: dict[str, Any], words: tuple[str, str]
) -> None:
    job = left_outside()
    assert send(payload(kind, job.id, **more)).json == {"success": True}
    ((operation, told),) = answered(stage, streams)
    assert (operation, told["taskToken"]) == ("SendTaskFailure", TOKEN)
    assert words_of({"Error": told["error"], "Cause": told["cause"]}) == words
    assert stands(job).output_url == ""


def test_a_repeat_has_no_second_effect(left_outside: Make, stage: Stage, streams: Streams) -> None:
    job = left_outside()
    assert send(payload("success", job.id)).status == 200
    rows = stage.rows(JOBS)
    assert send(payload("success", job.id)).status == 200
    assert stage.rows(JOBS) == rows
    assert len(answered(stage, streams)) == 1


def test_what_the_stream_tells_again_or_later_is_answered_alike(
    left_outside: Make, stage: Stage, streams: Streams
) -> None:
    job = left_outside()
    assert send(payload("error", job.id)).status == 200
    with stage.refusing("stepfunctions", "SendTaskFailure", "ServiceUnavailable", times=1) as fired:
        with pytest.raises(AssertionError):
            streams.tell()
        streams.rewind()
        streams.tell(times=2)
    assert fired
    assert len(answered(stage, streams)) == 3
    assert len({json.dumps(told) for _, told in answered(stage, streams)}) == 1
    for code in ("TaskTimedOut", "TaskDoesNotExist"):
        streams.rewind()
        with stage.refusing("stepfunctions", "SendTaskFailure", code) as fired:
            streams.tell()
        assert fired, "an execution that waits no more is fine"


def test_only_the_report_is_answered_not_what_comes_after(left_outside: Make, stage: Stage, streams: Streams) -> None:
    job = left_outside()
    assert send(payload("success", job.id)).status == 200
    assert WorkService.open().report(stands(job), 50, "Rendering")
    assert WorkService.open().complete(stands(job), MEDIA)
    assert len(answered(stage, streams)) == 1


def test_the_latest_token_is_answered(left_outside: Make, stage: Stage, streams: Streams) -> None:
    """A retry of the waiting state brings another one, and what the report was written beside is the one that waits."""
    job = left_outside()
    assert WorkService.open().hand_out(job, "a-later-token", PROOF)
    assert send(payload("success", job.id)).status == 200
    ((_, told),) = answered(stage, streams)
    assert told["taskToken"] == "a-later-token"


@pytest.mark.parametrize("later", ["error", "timeout", "success"])
def test_a_later_report_that_says_otherwise_is_too_late(
    left_outside: Make, stage: Stage, streams: Streams, later: str
) -> None:
    job = left_outside()
    assert send(payload("success", job.id)).status == 200
    rows, told = stage.rows(JOBS), answered(stage, streams)
    answer = send(payload(later, job.id, renderId="another"))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert (stage.rows(JOBS), answered(stage, streams)) == (rows, told)


def _cancel(job: Job, ada: Someone) -> None:
    JobService.open().cancel(job.id, ada.user_id)


def _fail(job: Job, ada: Someone) -> None:
    assert WorkService.open().fail(job, "TIMEOUT", "It took too long.")


@pytest.mark.parametrize("end", [_cancel, _fail])
def test_a_report_of_a_job_that_has_ended_is_too_late(
    left_outside: Make, ada: Someone, stage: Stage, streams: Streams, end: Callable[[Job, Someone], None]
) -> None:
    job = left_outside()
    end(job, ada)
    rows = stage.rows(JOBS)
    assert send(payload("success", job.id)).status == 409
    assert stage.rows(JOBS) == rows
    assert answered(stage, streams) == []


def test_a_report_of_an_earlier_attempt_is_of_nothing(left_outside: Make, ada: Someone, stage: Stage) -> None:
    job = left_outside()
    _fail(job, ada)
    OrderService.open().retry(job.id, ada.user_id, "free")
    rows = stage.rows(JOBS)
    assert send(payload("success", job.id)).status == 404
    assert stage.rows(JOBS) == rows


def test_only_a_job_that_was_handed_out_is_known(
    left_outside: Make, running: Make, stage: Stage, streams: Streams
) -> None:
    ours, theirs = running(), left_outside()
    rows = stage.rows(JOBS)
    answers = [
        send(payload("success", ours.id)),
        send(payload("success", ours.id, proof="undefined")),
        send(payload("success", new_id())),
        send(payload("success", theirs.id, proof="guessed")),
        send(payload("error", theirs.id, proof="geräten")),
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.error["message"] for answer in answers}) == 1, "nobody learns what exists"
    assert stage.rows(JOBS) == rows
    assert answered(stage, streams) == []


def test_what_is_not_signed_is_not_read(left_outside: Make, stage: Stage) -> None:
    job = left_outside()
    body = json.dumps(payload("success", job.id))
    rows = stage.rows(JOBS)
    for signature in ("", "NO_SECRET_PROVIDED", "sha512=", "sha512=00", signed(body.encode(), "another"), "ä"):
        answer = send(body, signature=signature)
        assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED"), signature
    assert send(body + " ", signature=signed(body.encode())).status == 401, "another body"
    assert send("no JSON at all", signature="sha512=00").status in (400, 401)
    assert stage.rows(JOBS) == rows


def test_two_secrets_are_good_while_one_replaces_the_other(left_outside: Make, stage: Stage) -> None:
    with stage.unrecorded():
        aws.forget()
        aws.client("secretsmanager").put_secret_value(
            SecretId=real_name(REMOTION_WEBHOOK), SecretString=f"the-next-one {SECRET}"
        )
    job = left_outside()
    assert send(payload("success", job.id)).status == 200
    assert send(payload("success", job.id), secret="the-next-one").status == 200
    assert send(payload("success", job.id), secret=f"the-next-one {SECRET}").status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ({"type": "success"}, 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", customData=None), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", customData={"job_id": "one"}), 422),
        (payload("success", "not-an-id"), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", type="progress"), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", outputFile="http://plain.example/a.mp4"), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", outputFile=None), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", proof="x" * 101), 422),
        (payload("error", "01900000-0000-7000-8000-000000000001", errors="many"), 422),
        (payload("success", "01900000-0000-7000-8000-000000000001", more="x" * 1024 * 1024), 413),
    ],
)
def test_what_is_no_report_changes_nothing(left_outside: Make, stage: Stage, body: Any, status: int) -> None:
    left_outside()
    rows = stage.rows(JOBS)
    answer = send(body)
    assert answer.status == status, answer.body
    assert stage.rows(JOBS) == rows
