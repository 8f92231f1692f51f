"""A stage that leaves encoding to somebody else: the execution waits, a signed report ends it."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import httpx

from tests.journeys.test_faults import setting
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

SECRET = "showreel-dev-video-processing-webhook"


def report(traveller: Traveller, video_id: str, **fields: object) -> httpx.Response:
    """Post a report as Standard Webhooks signs it."""
    key = traveller.aws("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    body = json.dumps({"video_id": video_id, **fields})
    name, moment = f"msg_{time.monotonic_ns()}", str(int(time.time()))
    mac = hmac.new(base64.b64decode(key), f"{name}.{moment}.{body}".encode(), hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }
    address = traveller.stack.outputs["ApiUrl"] + "/api/webhooks/video-processed"
    return httpx.post(address, content=body, headers=headers, timeout=30)


def handed_out(traveller: Traveller, source: Path) -> str:
    with setting(traveller, "plan_encode", "ENCODER", "outside"):
        video_id = traveller.upload(source)
        until(lambda: traveller.row(video_id).get("task_token"), "the hand-out")
    return video_id


def test_a_report_of_success_makes_the_video_ready(traveller: Traveller, sources: Path) -> None:
    video_id = handed_out(traveller, GOOD["landscape"](sources))
    made = {"480p": "https://encoder.example.com/480p.mp4"}
    answer = report(traveller, video_id, status="success", quality_variants=made, duration=2.0)
    assert answer.status_code == 200, answer.text
    video = traveller.ended(video_id)
    assert video["processing_status"] == "ready"
    assert video["quality_variants"] == made
    states, arn = traveller.aws("stepfunctions"), traveller.execution(video_id)
    until(lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED", "the execution's end")
    steps = ["probe_source", "plan_encode", "encode_early", "Lane", "hand_out_encode", "finish_video"]
    assert traveller.entered(arn) == steps
    assert traveller.keys(f"early/{video_id}/") == []


def test_a_report_of_failure_fails_the_video_in_its_words(traveller: Traveller, sources: Path) -> None:
    video_id = handed_out(traveller, GOOD["silent"](sources))
    assert report(traveller, video_id, status="error", error_message="The disk was full.").status_code == 200
    video = traveller.ended(video_id)
    assert video["processing_error"] == {"code": "ENCODER_FAILED", "message": "The disk was full."}


def test_nobody_reports_about_a_video_that_is_ours(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    assert report(traveller, video["id"], status="error", error_message="no").status_code == 404
    assert traveller.client.video(video["id"])["processing_status"] == "ready"
