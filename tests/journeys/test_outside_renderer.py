"""A stage that leaves rendering to Remotion: the execution waits, a signed report brings it back to its beginning."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.base.fetching_hosts import target
from tests.journeys.test_faults import setting
from tests.journeys.test_renders import Order, scenes, text
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

SECRET = "showreel-dev-remotion-webhook"
OUTPUT = "https://s3.eu-central-1.amazonaws.com/remotionlambda-abc/renders/{}/out.mp4"
DAY = 24 * 3600


def send(traveller: Traveller, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    """Remotion's webhook, signed as its client does."""
    key = key or traveller.aws("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    raw = json.dumps(body).encode()
    headers = {
        "content-type": "application/json",
        "x-remotion-mode": "production",
        "x-remotion-signature": "sha512=" + hmac.new(key.encode(), raw, hashlib.sha512).hexdigest(),
    }
    return httpx.post(
        traveller.stack.outputs["ApiUrl"] + "/api/webhooks/remotion", content=raw, headers=headers, timeout=30
    )


class Render:
    """A fake Remotion Lambda's render of a job that was handed out."""

    def __init__(self, traveller: Traveller, order: Order) -> None:
        self._traveller = traveller
        key = f"work/{order.video_id}/hand-out.json"
        until(lambda: traveller.keys(key), "the hand-out")
        held = traveller.aws("s3").get_object(Bucket=traveller.bucket, Key=key)
        self.told: dict[str, Any] = json.loads(held["Body"].read())
        self.url = OUTPUT.format(order.id)

    def report(self, kind: str, *, key: str | None = None, **more: Any) -> int:
        whole = {"type": kind, "renderId": "abc123", "bucketName": "b", "customData": self.told["custom_data"], **more}
        return send(self._traveller, whole, key).status_code

    def success(self) -> int:
        return self.report("success", outputUrl=self.url, outputFile=self.url, lambdaErrors=[], timeToFinish=1)

    def put(self, file: Path, owner_id: str) -> None:
        """Put the output where the stage finds it, as if it had been fetched: no journey reaches the internet."""
        body, s3 = file.read_bytes(), self._traveller.aws("s3")
        content = hashlib.sha256(body).hexdigest()
        kept = {"key": f"fetched/{content}", "size": len(body), "sha256": content, "content_type": "video/mp4"}
        spelled = hashlib.sha256(target(self.url).url.encode()).hexdigest()
        record = f"fetched/urls/{owner_id}/{spelled}/{int(time.time() // DAY)}"
        s3.put_object(Bucket=self._traveller.bucket, Key=kept["key"], Body=body)
        s3.put_object(Bucket=self._traveller.bucket, Key=record, Body=json.dumps(kept).encode())


@pytest.fixture
def left_outside(traveller: Traveller) -> Iterator[None]:
    with setting(traveller, "plan_render", "RENDERER", "remotion"):
        yield


@pytest.mark.usefixtures("left_outside")
def test_a_success_is_published(traveller: Traveller, sources: Path) -> None:
    film = traveller.ready(GOOD["silent"](sources))["id"]
    order = Order(traveller, scenes({"type": "video", "src": film}, seconds=1.0))
    render = Render(traveller, order)
    assert httpx.get(render.told["sources"][film]).content == GOOD["silent"](sources).read_bytes()
    assert render.report("success", key="another", outputFile=render.url) == 401
    render.put(GOOD["silent"](sources), traveller.client.call("GET", "/api/auth/me")["user"]["id"])
    assert render.success() == render.success() == 200, "a repeat"
    assert order.ended()["status"] == "completed"
    assert traveller.entered(order.arn) == [
        *("prepare_sources", "Words", "plan_render", "RenderLane", "hand_out_render"),
        *("prepare_sources", "Words", "plan_render", "RenderLane", "render_runs", "package_render", "finish_render"),
    ]
    assert traveller.client.video(order.video_id)["processing_status"] == "ready"


@pytest.mark.usefixtures("left_outside")
def test_a_failure_ends_the_job_in_its_words(traveller: Traveller) -> None:
    order = Order(traveller, scenes(text("Hello")))
    render = Render(traveller, order)
    assert render.report("error", errors=[{"message": "The font is missing.", "name": "Error", "stack": "x"}]) == 200
    ended = order.ended()
    assert (ended["status"], ended["error_code"], ended["error"]) == (
        "failed",
        "RENDERER_FAILED",
        "The font is missing.",
    )
    assert render.success() == 409, "it is settled"


@pytest.mark.usefixtures("left_outside")
def test_an_address_that_leads_inside_is_refused(traveller: Traveller) -> None:
    order = Order(traveller, scenes(text("Hello")))
    render = Render(traveller, order)
    assert render.report("success", outputFile="https://127.0.0.1/latest/meta-data") == 200
    ended = order.ended()
    assert (ended["status"], ended["error_code"]) == ("failed", "FETCH_REFUSED")


@pytest.mark.usefixtures("left_outside")
def test_a_late_report_of_a_cancelled_job_changes_nothing(traveller: Traveller) -> None:
    order = Order(traveller, scenes(text("Hello")))
    render = Render(traveller, order)
    assert traveller.request("POST", f"/api/v1/jobs/{order.id}/cancel").status_code == 200
    assert render.success() == 409
    until(lambda: order.execution() == "ABORTED", "the end of the execution")
    assert order.get()["status"] == "cancelled"


def test_nobody_reports_about_a_job_that_is_ours(traveller: Traveller) -> None:
    order = Order(traveller, scenes(text("Hello")))
    told = {"job_id": order.id, "hand_out": "undefined"}
    answer = send(traveller, {"type": "timeout", "renderId": "abc123", "customData": told})
    assert answer.status_code == 404
    assert order.ended()["status"] == "completed"
