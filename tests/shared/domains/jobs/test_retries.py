"""A job that failed is taken up where it failed: with its sources known and its finished units there."""

from pathlib import Path
from typing import Any

import pytest

from functions.pipeline.render.fail_render import handler as fail_render
from shared.base.objects import Objects
from shared.base.running import StepError
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.units import UNITS
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.rendering import RENDERED
from shared.domains.jobs.service.sources import KNOWN_SECONDS, Located, Sources
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.scene import probing, rendering
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import OWNER, check_books, stored
from tests.shared.domains.jobs.steps import (
    TEXT,
    engine,
    film,
    frames,
    ordered,
    plan_render,
    prepare_sources,
    render_run,
    run,
    stage_version,
    talkie,
    told,
)
from tests.shared.media.making import ffmpeg

__all__ = ["engine", "film", "talkie"]

BROKEN = 3


def scenes_of(*srcs: str, count: int = 6) -> list[dict[str, Any]]:
    """Scenes of half a second, each of a body; in each of them all sources."""
    clips = [{"type": "video", "src": src, "width": 64, "height": 36, "y": 40 * y} for y, src in enumerate(srcs)]
    scenes = [
        {
            "id": f"scene-{number}",
            "duration": 0.5,
            "background-color": "#204060",
            "elements": [*clips, {**TEXT, "text": f"Scene {number}"}],
        }
        for number in range(count)
    ]
    return [{"comment": "Six", "width": 160, "height": 160, "fps": 10, "scenes": scenes}]


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of sources that were looked into."""
    found: list[str] = []
    probe_source = probing.probe_source

    def noted(source: Any, kind: Any, prober: Any) -> Any:
        found.append(kind)
        return probe_source(source, kind, prober)

    monkeypatch.setattr(probing, "probe_source", noted)
    return found


def failing_in(number: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have one unit fail each time it is rendered; the numbers of all that were begun."""
    begun: list[int] = []
    render_unit = rendering.render_unit

    def broken(plan: Any, unit: Any, *given: Any, **more: Any) -> Any:
        begun.append(unit.index)
        if unit.index == number:
            raise MediaError(MediaErrorCode.ENCODER_FAILED, "The encoder ended.")
        return render_unit(plan, unit, *given, **more)

    monkeypatch.setattr(rendering, "render_unit", broken)
    return begun


def failed_once(configuration: list[dict[str, Any]]) -> Job:
    """A job whose first attempt fails as the machine has it fail: every worker is tried three times."""
    job = ordered(configuration)
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    failures = []
    for worker in plan["workers"]:
        for number in range(3):
            try:
                render_run(told(job, plan=plan, worker=worker) | {"try": number}, None)
            except MediaError as error:
                failures.append(error)
                continue
            break
    assert len(failures) == 3, "the fault fired in every try"
    fail_render(told(job, error={"Error": "MediaError", "Cause": "{}"}), None)
    assert stored(job).status is Status.FAILED
    return stored(job)


def test_a_retry_makes_what_failed_and_no_more(
    talkie: str, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probed: list[str]
) -> None:
    with monkeypatch.context() as fault:
        begun = failing_in(BROKEN, fault)
        job = failed_once(scenes_of(f"upload://{talkie}"))
    assert begun.count(BROKEN) == 3
    there = set(range(6)) - {BROKEN}
    assert there <= set(begun)
    assert probed == ["video"]
    first = stored(job)

    again = OrderService.open().retry(job.id, OWNER.id, "free")
    with monkeypatch.context() as watch:
        begun = failing_in(-1, watch)
        run(again)
    assert set(begun) == {BROKEN}
    assert probed == ["video"], "what the source is was known"
    done = stored(job)
    assert (done.status, done.attempt) == (Status.COMPLETED, 2)
    assert done.estimated_cost < first.estimated_cost, "what is there costs nothing"
    (film_key,) = [key for key in Objects.open().keys(f"v/{job.video_id}/1/") if key.endswith("160p.mp4")]
    assert frames(Objects.open().get(film_key), tmp_path) == 30
    lines = WorkService.open().moves.jobs.ledger(job.id)
    assert {line.key[:3] for line in lines} == {"001", "002"}
    assert all(line.at and not line.is_assumed for line in lines)
    assert done.cost == sum(line.cost for line in lines) > first.cost > 0
    check_books(stage)


def test_bad_media_ends_the_job_at_once_and_in_words(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that breaks while it is decoded is its owner's to mend: the worker says so, and wants no other try."""
    job = ordered(scenes_of(f"upload://{film}"))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)

    def broken(*_: Any, **__: Any) -> Any:
        raise MediaError(MediaErrorCode.INVALID_MEDIA, "It cannot be decoded.")

    monkeypatch.setattr(rendering, "render_unit", broken)
    with pytest.raises(StepError):
        render_run(told(job, plan=plan, worker=0), None)
    ended = stored(job)
    assert (ended.status, ended.error_code) == (Status.FAILED, "INVALID_MEDIA")
    assert "It cannot be decoded" in ended.error_message
    assert not Objects.open().keys(f"{UNITS}{OWNER.id}/indexes/")


def test_what_was_found_before_a_source_failed_is_kept(
    film: str, talkie: str, probed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(scenes_of(f"upload://{film}", f"upload://{talkie}", count=1))
    with monkeypatch.context() as fault:
        fault.setattr(Sources, "_own", _failing_for(talkie, Sources._own))
        with pytest.raises(OSError, match="away"):
            prepare_sources(told(job), None)
    assert probed == ["video"]
    prepare_sources(told(job) | {"try": 1}, None)
    assert probed == ["video", "video"], "the first one was known"
    prepare_sources(told(job) | {"try": 2}, None)
    assert len(probed) == 2


def _failing_for(video_id: str, own: Any) -> Any:
    def failing(finder: Sources, src: str, wanted: str) -> Located:
        if wanted == video_id:
            raise OSError("S3 is away")
        found: Located = own(finder, src, wanted)
        return found

    return failing


def test_a_source_that_has_changed_is_looked_into_again(film: str, probed: list[str], tmp_path: Path) -> None:
    job = ordered(scenes_of(f"upload://{film}", count=1))
    prepare_sources(told(job), None)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-c:v", "libx264", tmp_path / "other.mp4")
    body = (tmp_path / "other.mp4").read_bytes()
    Objects.open().put(upload_key(film), body, "video/mp4")
    changed = {"upload_version": stage_version(upload_key(film)), "file_size": len(body)}
    VideoStore.open().change(film, Expected(), **changed)
    prepare_sources(told(job) | {"try": 1}, None)
    assert len(probed) == 2


def test_bytes_from_the_internet_are_not_fetched_again_while_they_last(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    fresh = Located("fetched/b", "", 3)
    monkeypatch.setattr(Sources, "_fetched", lambda _, src: fetched.append(src) or fresh)
    Objects.open().put("fetched/a", b"abc", "video/mp4")
    finder, known = Sources(Objects.open(), VideoStore.open(), OWNER.id), Located("fetched/a", "", 3)
    src = "https://example.com/a.mp4"
    assert finder.locate(src, known) == known
    assert fetched == []
    assert finder.locate(src, Located("fetched/gone", "", 3)) == fresh
    monkeypatch.setattr("shared.base.clock.now", lambda: 2**33)
    assert KNOWN_SECONDS < 2**33
    assert finder.locate(src, known) == fresh
    assert fetched == [src, src]


def test_progress_stands_still_where_a_retry_is_not_as_far(stage: Stage) -> None:
    job = ordered(scenes_of(count=2))
    run(job, until="finish")
    reached = stored(job).progress
    assert reached > RENDERED
    assert WorkService.open().fail(stored(job), "BROKEN", "It broke.")
    Objects.open().erase("work/units/")
    again = OrderService.open().retry(job.id, OWNER.id, "free")
    prepare_sources(told(again), None)
    plan = plan_render(told(again), None)
    for worker in plan["workers"]:
        render_run(told(again, plan=plan, worker=worker), None)
        assert stored(job).progress == reached
