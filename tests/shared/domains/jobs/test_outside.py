"""A job that is left to Remotion: handed out, reported at the webhook, and published from what was made outside."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from functions.api.jobs.report_rendered import handler as report
from functions.pipeline.render.finish_render import handler as finish_render
from functions.pipeline.render.hand_out_render import handler as hand_out_render
from functions.pipeline.render.package_render import handler as package_render
from functions.pipeline.render.plan_render import handler as plan_render
from functions.pipeline.render.prepare_sources import handler as prepare_sources
from functions.pipeline.render.render_run import handler as render_run
from shared.base import aws, clock
from shared.base.fetching_hosts import target
from shared.base.fetching_once import DAY, Kept
from shared.base.objects import Objects
from shared.base.running import StepError
from shared.contract.resources import REMOTION_WEBHOOK
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.outside import signature
from shared.domains.jobs.service import composing
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.sources import FETCHED
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.publishing import publish_runs
from shared.domains.videos.store.videos import VideoStore
from tests.api import call
from tests.aws import Stage, real_name
from tests.shared.domains.jobs.conftest import OWNER, check_books, stored
from tests.shared.domains.jobs.test_rendering import (
    RATE,
    SECONDS,
    TEXT,
    engine,
    film,
    frames,
    ordered,
    scenes,
    told,
)
from tests.shared.media.making import X264, counted, ffmpeg

__all__ = ["engine", "film"]

SECRET, TOKEN = "a-secret", "a-task-token"
OUTPUT = "https://s3.eu-central-1.amazonaws.com/remotionlambda-abc/renders/abc123/out.mp4"


@pytest.fixture(autouse=True)
def left_outside(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERER", "remotion")
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(REMOTION_WEBHOOK), SecretString=SECRET)


def handed_out(job: Job) -> dict[str, Any]:
    """Go as far as the renderer; what it is told."""
    prepare_sources(told(job), None)
    assert plan_render(told(job), None)["lane"] == "outside"
    hand_out_render(told(job, token=TOKEN), None)
    found: dict[str, Any] = Objects.open().get_json(f"work/{job.video_id}/hand-out.json")
    return found


def send(kind: str, custom_data: Any, **more: Any) -> int:
    """Remotion's webhook; the status of our answer."""
    body = json.dumps({"type": kind, "renderId": "abc123", "customData": custom_data, **more})
    headers = {"x-remotion-signature": signature(SECRET, body.encode())}
    return call(report, "POST", "/api/webhooks/remotion", body, headers=headers).status


def rendered_outside(path: Path, owner_id: str, url: str) -> None:
    """A renderer's output at an address that this owner has had fetched today, since no test reaches the internet."""
    ffmpeg(*counted(seconds=SECONDS, rate=str(RATE)), *X264, path)
    body, objects = path.read_bytes(), Objects.open()
    content = hashlib.sha256(body).hexdigest()
    kept = Kept(f"{FETCHED}{content}", len(body), content, "video/mp4")
    spelled = hashlib.sha256(target(url).url.encode()).hexdigest()
    objects.put(kept.key, body, "video/mp4")
    objects.put_json(f"{FETCHED}urls/{owner_id}/{spelled}/{int(clock.now() // DAY)}", asdict(kept))


def test_what_was_rendered_outside_is_published_like_our_own(
    film: str, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = scenes({"type": "video", "src": f"upload://{film}"}, TEXT)
    job = ordered(configuration)
    seen = handed_out(job)
    assert (seen["job_id"], seen["configuration"]) == (job.id, configuration)
    assert set(seen["sources"]) == {f"upload://{film}"}
    assert f"/{upload_key(film)}?" in seen["sources"][f"upload://{film}"]
    assert len(json.dumps(seen["custom_data"])) < 1024, "more than that Remotion does not pass on"
    assert (stored(job).current_step, stored(job).task_token) == ("Waiting for the renderer", TOKEN)

    rendered_outside(tmp_path / "out.mp4", OWNER.id, OUTPUT)
    assert send("success", seen["custom_data"], outputFile=OUTPUT) == 200
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    assert plan["lane"] == "lambda", "the second time it is ours"
    render_run(told(job, plan=plan), None)
    steps = list[str]()

    def publish(*arguments: Any, **more: Any) -> Any:
        steps.append(stored(job).current_step)
        return publish_runs(*arguments, **more)

    monkeypatch.setattr(composing, "publish_runs", publish)
    published = package_render(told(job, plan=plan), None)
    assert steps == ["Packaging"]
    assert stored(job).current_step == "Finishing"
    finish_render(told(job, published=published), None)

    done = stored(job)
    assert (done.status, done.progress) == (Status.COMPLETED, 100)
    video = VideoStore.open().get(job.video_id)
    assert video is not None
    assert (video.width, video.height, video.duration) == (320, 180, SECONDS)
    (variant,) = video.variants
    assert frames(Objects.open().get(f"v/{job.video_id}/1/{variant.name}.mp4"), tmp_path) == SECONDS * RATE
    assert JobService.open().download(job.id, OWNER.id).url
    lines = WorkService.open().moves.jobs.ledger(job.id)
    assert [line.step for line in lines] == [
        *("finish_output", "hand_out", "package_output", "plan", "plan_output", "prepare", "prepare_output"),
        "render_output",
    ]
    assert done.cost == sum(line.cost for line in lines)
    assert send("success", seen["custom_data"], outputFile=OUTPUT) == 200, "a repeat of what was said"
    assert send("error", seen["custom_data"], errors=[]) == 409
    assert stored(job) == done
    check_books(stage)


def test_a_step_that_runs_twice_hands_out_the_same(film: str, stage: Stage) -> None:
    job = ordered(scenes(TEXT))
    first = handed_out(job)
    hand_out_render(told(job, token="another-token"), None)
    second = Objects.open().get_json(f"work/{job.video_id}/hand-out.json")
    assert second["custom_data"] == first["custom_data"], "a render may have begun with it"
    assert stored(job).task_token == "another-token", "and the execution waits on its latest"
    assert send("timeout", first["custom_data"]) == 200
    with pytest.raises(StepError):
        hand_out_render(told(job, token="a-third-token"), None)


def test_a_cancelled_job_is_not_handed_out_and_hears_no_report(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ordered(scenes(TEXT))
    seen = handed_out(job)
    JobService.open().cancel(job.id, OWNER.id)
    cancelled = stored(job)
    with pytest.raises(StepError, match="CANCELLED"):
        hand_out_render(told(job, token=TOKEN), None)
    assert send("success", seen["custom_data"], outputFile=OUTPUT) == 409
    assert stored(job) == cancelled
    check_books(stage)


def test_a_retry_is_handed_out_anew(stage: Stage) -> None:
    job = ordered(scenes(TEXT))
    first = handed_out(job)
    assert send("error", first["custom_data"], errors=[{"message": "No font."}]) == 200
    assert WorkService.open().fail(stored(job), "RENDERER_FAILED", "No font.")
    again = stored(OrderService.open().retry(job.id, OWNER.id, "free"))
    second = handed_out(again)
    assert second["custom_data"] != first["custom_data"]
    assert send("success", first["custom_data"], outputFile=OUTPUT) == 404, "the first attempt's"
    assert send("success", second["custom_data"], outputFile=OUTPUT) == 200
    assert stored(job).output_url == OUTPUT
