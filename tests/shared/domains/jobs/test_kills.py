"""Each step is killed before, within and after each of its writes; the next try ends right, and the books with it."""

import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shared.base.objects import Objects
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import check_books, stored
from tests.shared.domains.jobs.killing import WORD, Point, kill_at
from tests.shared.domains.jobs.steps import (
    TEXT,
    bodies,
    engine,
    finish_render,
    frames,
    ordered,
    package_render,
    plan_render,
    prepare_sources,
    render_run,
    run,
    talkie,
    told,
)

__all__ = ["engine", "talkie"]

BEGUN, CHARGED = "PutItem", "TransactWriteItems"
PUT, REPORT = "PutObject", "UpdateItem"
FRAGMENTS, INDEX = "/fragments/", "/indexes/"

CLOSING = [Point("before", CHARGED, "is_assumed"), Point("after", CHARGED, "is_assumed")]
LAST = Point("after", CHARGED, "001/finish/005")
"""Of the last step, which also closes the books on the others: the end of its own try."""
OPENING = [Point("before", BEGUN), Point("after", BEGUN)]

POINTS: dict[str, list[Point]] = {
    "prepare": [
        *OPENING,
        Point("before", CHARGED),
        Point("after", CHARGED),
        Point("after", REPORT, "progress"),
        Point("before", PUT, "sources.json"),
        Point("after", PUT, "sources.json"),
        *CLOSING,
    ],
    "plan": [
        *OPENING,
        Point("before", PUT, "plan.json"),
        Point("after", PUT, "plan.json"),
        Point("before", CHARGED, "estimated_cost"),
        Point("after", CHARGED, "estimated_cost"),
        Point("after", REPORT, "progress"),
        *CLOSING,
    ],
    "render 0": [
        *OPENING,
        Point("before", WORD),
        Point("before", PUT, FRAGMENTS),
        Point("after", PUT, FRAGMENTS),
        Point("before", PUT, INDEX),
        Point("after", PUT, INDEX),
        Point("after", PUT, INDEX),
        Point("after", REPORT, "parts"),
        *CLOSING,
    ],
    "render 1": [
        *OPENING,
        Point("before", WORD),
        Point("before", PUT, FRAGMENTS),
        Point("after", PUT, FRAGMENTS),
        Point("before", PUT, INDEX),
        Point("after", PUT, INDEX),
        *CLOSING,
    ],
    "package": [
        *OPENING,
        Point("after", REPORT, "Packaging"),
        Point("before", PUT, "180p.mp4"),
        Point("after", PUT, "180p.mp4"),
        Point("after", PUT, "master.m3u8"),
        Point("after", PUT, "poster.jpg"),
        Point("before", PUT, "manifest.json"),
        Point("after", PUT, "manifest.json"),
        *CLOSING,
    ],
    "finish": [
        *OPENING,
        Point("before", CHARGED, "completed"),
        Point("after", CHARGED, "completed"),
        Point("after", CHARGED, "is_assumed", 2),
        LAST,
    ],
}
"""Where each step is killed, in this order: each try gets further than the one before."""


def film_of(src: str) -> list[dict[str, Any]]:
    """Two scenes with a transition, one of them heard."""
    clip = {"type": "video", "src": f"upload://{src}", "width": 160, "height": 90}
    scenes = [
        {"id": "a", "duration": 1, "background-color": "#204060", "elements": [clip]},
        {"id": "b", "duration": 1, "elements": [TEXT], "transition": {"type": "fade", "duration": 0.4}},
    ]
    return [{"comment": "Small", "width": 320, "height": 180, "fps": 10, "scenes": scenes}]


def through(points: list[Point], step: Callable[[int], Any]) -> Any:
    """Kill a try of the step at each point, and let the last one go to its end; what that one gives."""
    for number, point in enumerate(points):
        kill_at(point, lambda number=number: step(number))
    return step(len(points))


def disturbed(job: Job) -> None:
    """All steps of a job, each killed at all of its points."""
    through(POINTS["prepare"], lambda number: prepare_sources(told(job) | {"try": number}, None))
    plan = through(POINTS["plan"], lambda number: plan_render(told(job, plan=None) | {"try": number}, None))
    assert plan["workers"] == [0, 1], "the pictures, and the sound"
    for worker in plan["workers"]:
        more = {"plan": plan, "worker": worker}
        through(
            POINTS[f"render {worker}"],
            lambda number, more=more: render_run(told(job, **more) | {"try": number}, None),
        )
    published = through(POINTS["package"], lambda number: package_render(told(job, plan=plan) | {"try": number}, None))
    through(POINTS["finish"], lambda number: finish_render(told(job, published=published) | {"try": number}, None))


def published(job: Job) -> dict[str, str]:
    """What a job has made, by the names of its files."""
    prefix = f"v/{job.video_id}/1/"
    return {key.removeprefix(prefix): digest for key, digest in bodies(prefix).items()}


def line_of(step: str) -> str:
    """The key of a step's tries in the ledger, but for their numbers."""
    return f"001/{step.replace(' ', '-00')}"


def test_a_worker_that_is_killed_anywhere_changes_nothing(talkie: str, stage: Stage, tmp_path: Path) -> None:
    run(whole := ordered(film_of(talkie)))
    Objects.open().erase("work/")
    disturbed(job := ordered(film_of(talkie)))

    done = stored(job)
    assert (done.status, done.progress) == (Status.COMPLETED, 100)
    assert published(job) == published(whole)
    assert frames(Objects.open().get(f"v/{job.video_id}/1/180p.mp4"), tmp_path) == 20
    check_books(stage)

    lines = WorkService.open().moves.jobs.ledger(job.id)
    tries = Counter(line.key.rpartition("/")[0] for line in lines)
    assert all(points[0] == OPENING[0] for points in POINTS.values())
    assert tries == {line_of(step): len(points) for step, points in POINTS.items()}, "of all tries but the first"
    assert all(line.at for line in lines)
    assert done.cost == sum(line.cost for line in lines)
    assert all(line.cost > 0 for line in lines)
    told_themselves = {line.key for line in lines if not line.is_assumed}
    assert told_themselves == {
        f"{line_of(step)}/{number:03}"
        for step, points in POINTS.items()
        for number, point in enumerate([*points, None])
        if point is None or point in (CLOSING[1], LAST)
    }


@pytest.mark.parametrize("worker", [0, 1])
def test_a_worker_that_is_told_to_end_pays_first(talkie: str, worker: int) -> None:
    """A machine that is taken away says so before, with SIGTERM."""
    job = ordered(film_of(talkie))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    step = partial(render_run, told(job, plan=plan, worker=worker), None)
    kill_at(Point("before", WORD), step, signal.SIGTERM)
    (line,) = [line for line in WorkService.open().moves.jobs.ledger(job.id) if line.step == "render"]
    assert line.at
    assert not line.is_assumed
    assert line.cost > 0
