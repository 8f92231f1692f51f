"""The steps of the workflow `render` with the real engine: what comes out, what a second run leaves as it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.base.errors import UnavailableError
from shared.base.objects import Objects, ObjectSink
from shared.base.running import StepError
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.sources import Located
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from shared.media.scene import stems
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import ARN, OWNER, STRANGER, stored
from tests.shared.domains.jobs.steps import (
    RATE,
    SECONDS,
    TEXT,
    bodies,
    engine,
    film,
    finish_render,
    frames,
    ordered,
    package_render,
    plan_render,
    prepare_sources,
    render,
    run,
    scenes,
    stage_version,
    told,
)
from tests.shared.media.making import ffmpeg

__all__ = ["engine", "film"]


def test_scenes_become_a_video(film: str, stage: Stage, tmp_path: Path) -> None:
    job = ordered(scenes({"type": "video", "src": f"upload://{film}", "width": 160, "height": 90}, TEXT))
    run(job, until="finish")
    made = bodies(f"v/{job.video_id}/") | bodies("work/units/")
    published = run(job, until="finish")
    assert bodies(f"v/{job.video_id}/") | bodies("work/units/") == made, "every step run twice makes the same"
    for _ in range(2):
        finish_render(told(job, published=published), None)
    done = stored(job)
    assert (done.status, done.progress) == (Status.COMPLETED, 100)
    assert done.estimated_cost > 0
    lines = WorkService.open().moves.jobs.ledger(job.id)
    assert [line.key for line in lines] == [
        f"001/{step}/000" for step in ("finish", "package", "plan", "prepare", "render-000")
    ]
    assert done.cost == sum(line.cost for line in lines) > 0
    assert all(line.at and not line.is_assumed for line in lines)
    assert sum(line.usage.transitions for line in lines) == 8, "seven, and one for the one worker"
    video = VideoStore.open().get(job.video_id)
    assert video is not None
    assert (video.width, video.height, video.duration, video.has_poster) == (320, 180, SECONDS, True)
    prefix = f"v/{job.video_id}/1/"
    keys = Objects.open().keys(prefix)
    assert {key.removeprefix(prefix) for key in keys} >= {"master.m3u8", "poster.jpg", "180p.mp4", "180p.m3u8"}
    assert Objects.open().get(prefix + "poster.jpg")[:2] == b"\xff\xd8"
    assert frames(Objects.open().get(prefix + "180p.mp4"), tmp_path) == SECONDS * RATE
    assert f"/{prefix}180p.mp4?" in JobService.open().download(job.id, OWNER.id).url


@pytest.mark.parametrize("step", ["plan", "render", "package", "finish"])
def test_nothing_is_published_once_it_is_cancelled(step: str) -> None:
    """Cancelled before a step: that one and all others refuse, whatever they have got before."""
    job = ordered(scenes(TEXT))
    prepare_sources(told(job), None)
    steps: dict[str, Callable[[], Any]] = {}
    plan: dict[str, Any] = {}
    published: dict[str, Any] = {}
    steps["plan"] = lambda: plan.update(plan_render(told(job), None))
    steps["render"] = lambda: render(job, plan)
    steps["package"] = lambda: published.update(package_render(told(job, plan=plan), None))
    steps["finish"] = lambda: finish_render(told(job, published=published), None)
    names = list(steps)
    for name in names[: names.index(step)]:
        steps[name]()
    JobService.open().cancel(job.id, OWNER.id)
    with pytest.raises(StepError) as refused:
        steps[step]()
    assert refused.value.code == "CANCELLED"
    ended = stored(job)
    assert ended.status is Status.CANCELLED
    video = VideoStore.open().get(job.video_id)
    assert video is not None
    assert not video.variants


def test_a_source_that_goes_while_it_is_needed_is_told_by_its_name(film: str) -> None:
    job = ordered(scenes({"type": "video", "src": f"upload://{film}", "width": 160, "height": 90}))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    Objects.open().erase(f"uploads/{film}/")
    with pytest.raises(StepError) as refused:
        render(job, plan)
    assert refused.value.code == "SOURCE_MISSING"
    assert film in refused.value.message
    assert (stored(job).status, stored(job).error_code) == (Status.FAILED, "SOURCE_MISSING")


def test_a_lost_charge_does_not_hide_why_a_step_failed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any) -> bool:
        raise UnavailableError("Too many changes at this moment")

    monkeypatch.setattr(WorkService, "charge", lost)
    job = ordered(scenes({"type": "image", "src": f"upload://{STRANGER}"}))
    with pytest.raises(StepError) as refused:
        prepare_sources(told(job), None)
    assert refused.value.code == "SOURCE_MISSING"
    with pytest.raises(UnavailableError):
        prepare_sources(told(ordered(scenes(TEXT))), None)


def test_another_execution_does_nothing() -> None:
    job = ordered(scenes(TEXT))
    prepare_sources(told(job), None)
    for step in (prepare_sources, plan_render, finish_render):
        with pytest.raises(StepError) as refused:
            step(told(job, execution=ARN + "-two", published={}), None)
        assert refused.value.code == "CANCELLED"
    assert stored(job).status is Status.PROCESSING


def test_mixing_ends_when_it_is_cancelled(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tone.wav"
    ffmpeg("-f", "lavfi", "-i", f"sine=duration={SECONDS}", path)
    Objects.open().put("fetched/tone", path.read_bytes(), "audio/wav")
    located = Located("fetched/tone", "", path.stat().st_size)
    monkeypatch.setattr("shared.domains.jobs.service.sources.Sources.locate", lambda *_: located)
    monkeypatch.setattr("shared.domains.jobs.service.parts.REPORT_SECONDS", 0.0)
    job = ordered(scenes({"type": "audio", "src": "https://example.com/tone.wav"}))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    mix = stems.render

    def cancelled(*given: Any) -> Any:
        JobService.open().cancel(job.id, OWNER.id)
        mix(*given)
        raise AssertionError("it was mixed to its end")

    monkeypatch.setattr("shared.media.scene.stems.render", cancelled)
    with pytest.raises(StepError) as refused:
        render(job, plan)
    assert refused.value.code == "CANCELLED"
    keys = Objects.open().keys("work/units/")
    assert keys, "the pictures were made"
    assert not [key for key in keys if _audio_key(job, plan) in key]


def _audio_key(job: Job, plan: dict[str, Any]) -> str:
    return str(Objects.open().get_json(f"work/{job.video_id}/{plan['hash']}/plan.json")["plan"]["audio_key"])


def test_writing_ends_when_it_is_cancelled(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domains.jobs.service.execution.REPORT_SECONDS", 0.0)
    job = ordered(scenes(TEXT))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    render(job, plan)
    finish = ObjectSink.finish

    def cancelled(sink: ObjectSink) -> None:
        finish(sink)
        JobService.open().cancel(job.id, OWNER.id)

    monkeypatch.setattr(ObjectSink, "finish", cancelled)
    with pytest.raises(StepError) as refused:
        package_render(told(job, plan=plan), None)
    assert refused.value.code == "CANCELLED"
    assert len(Objects.open().keys(f"v/{job.video_id}/")) == 1, "what was being written, and no more"


@pytest.mark.parametrize(
    ("owner", "code"), [("theirs", "SOURCE_MISSING"), ("nobody's", "SOURCE_MISSING"), ("broken", "UNSUPPORTED_MEDIA")]
)
def test_a_source_that_is_none_fails_the_job_in_words(film: str, owner: str, code: str) -> None:
    src = film if owner != "nobody's" else STRANGER
    job = ordered(scenes({"type": "video", "src": src}))
    if owner == "theirs":
        VideoStore.open().change(film, Expected(), owner_id=STRANGER)
    if owner == "broken":
        body = b"no film at all" * 100
        Objects.open().put(upload_key(film), body, "video/mp4")
        version = stage_version(upload_key(film))
        VideoStore.open().change(film, Expected(), upload_version=version, file_size=len(body))
    with pytest.raises(StepError) as refused:
        run(job)
    assert refused.value.code == code
    assert "source" in refused.value.message
    assert stored(job).status is Status.PROCESSING, "the machine's catch says that it failed"


def test_scenes_that_cannot_be_put_in_time_fail_the_job_in_words(film: str) -> None:
    late = {"type": "video", "src": film, "trim": 100}
    job = ordered(scenes(late))
    with pytest.raises(StepError) as refused:
        run(job, until="render")
    assert refused.value.code == "VIDEO_GENERATION_FAILED"
    assert "/scenes/0/elements/0/trim" in refused.value.message
