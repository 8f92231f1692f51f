"""The steps of the workflow `render` with the real engine, run one after the other, and a film to render."""

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.pipeline.render.finish_render import handler as finish_render
from functions.pipeline.render.package_render import handler as package_render
from functions.pipeline.render.plan_render import handler as plan_render
from functions.pipeline.render.prepare_sources import handler as prepare_sources
from functions.pipeline.render.render_run import handler as render_run
from shared.base import aws
from shared.base.objects import Objects
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.videos.model import Author
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import ARN, OWNER, stored
from tests.shared.media.making import AAC, FFMPEG, X264, counted, ffmpeg, tone

SECONDS, RATE = 2, 10


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG_PATH", FFMPEG)
    monkeypatch.setenv("LAMBDA_CPU_SECONDS", "900")
    monkeypatch.setenv("JOB_CPU_SECONDS", "960")


def scenes(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    scene = {"id": "only", "duration": SECONDS, "background-color": "#204060", "elements": list(elements)}
    return [{"comment": "Small", "width": 320, "height": 180, "fps": RATE, "scenes": [scene]}]


TEXT = {"type": "text", "text": "Hello", "style": {"font-size": 40}}


def ordered(configuration: list[dict[str, Any]], owner: Author = OWNER) -> Job:
    return stored(OrderService.open().order(owner, Order(Kind.SCENES, "Small", configuration), "free"))


def told(job: Job, **more: Any) -> dict[str, Any]:
    asked = {"job_id": job.id, "video_id": job.video_id, "attempt": job.attempt}
    return {"job": asked, "execution": ARN, "try": 0, **more}


def render(job: Job, plan: dict[str, Any]) -> None:
    """All workers, one after the other."""
    for worker in plan["workers"]:
        render_run(told(job, plan=plan, worker=worker), None)


def run(job: Job, *, until: str = "") -> dict[str, Any]:
    """All steps, or those before one of them; what was published."""
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    if until == "render":
        return {}
    render(job, plan)
    published: dict[str, Any] = package_render(told(job, plan=plan), None)
    if until != "finish":
        finish_render(told(job, published=published), None)
    return published


@pytest.fixture
def film(stage: Stage, tmp_path: Path) -> str:
    """A video that the owner has uploaded; its id."""
    ffmpeg(*counted(seconds=SECONDS, rate=str(RATE)), *X264, tmp_path / "film.mp4")
    return uploaded(tmp_path / "film.mp4")


@pytest.fixture
def talkie(stage: Stage, tmp_path: Path) -> str:
    """The same with sound."""
    ffmpeg(*counted(seconds=SECONDS, rate=str(RATE)), *tone(seconds=SECONDS), *X264, *AAC, tmp_path / "talkie.mp4")
    return uploaded(tmp_path / "talkie.mp4")


def uploaded(path: Path) -> str:
    """A video of the owner's with that file; its id."""
    body = path.read_bytes()
    video = UploadService.open().request(OWNER, UploadWish("film.mp4", len(body), "video/mp4")).video
    Objects.open().put(upload_key(video.id), body, "video/mp4")
    version = stage_version(upload_key(video.id))
    assert ProcessingService.open().accept_upload(video.id, size=len(body), upload_version=version)
    return video.id


def stage_version(key: str) -> str:
    return str(aws.client("s3").head_object(Bucket=Objects.open().bucket, Key=key)["VersionId"])


def frames(body: bytes, tmp_path: Path) -> int:
    """How many pictures a file has when it is decoded."""
    path = tmp_path / "rendered.mp4"
    path.write_bytes(body)
    line = [FFMPEG, "-i", path, "-map", "0:v", "-f", "null", "-"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True)
    return int(re.findall(r"frame=\s*(\d+)", done.stderr)[-1])


def bodies(prefix: str) -> dict[str, str]:
    """Key -> hash of its bytes."""
    objects = Objects.open()
    return {key: hashlib.sha256(objects.get(key)).hexdigest() for key in objects.keys(prefix)}
