"""A job from its order to its end: one state for every reader, whatever comes twice, late, or at the same time."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base.transactions import Refusal
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.errors import JobNotFoundError, JobNotRetriedError, JobOverError, TooManyJobsError
from shared.domains.jobs.model import Job, OpenState, Status, Usage
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService, unpack
from shared.domains.jobs.service.working import WorkService
from shared.domains.jobs.store import jobs as store
from shared.domains.videos.model import Status as VideoStatus
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage, real_name
from tests.dynamodb import clear
from tests.shared.domains.jobs.conftest import (
    ARN,
    MEDIA,
    OWNER,
    RESERVED,
    STRANGER,
    MakeJob,
    charge,
    check_books,
    stored,
)

MOVE = "TransactWriteItems"


def test_a_job_goes_from_its_order_to_its_video(pending: MakeJob, work: WorkService, stage: Stage) -> None:
    job = pending()
    assert (job.status, job.open_state, job.reserved, job.attempt) == (Status.PENDING, "pending", RESERVED, 1)
    assert unpack(work.request(job.id)) == [{"scenes": []}]
    check_books(stage)
    assert work.begin(job, ARN, "Reading")
    begun = stored(job)
    assert (begun.status, begun.open_state, begun.execution_arn) == (Status.PROCESSING, "processing", ARN)
    assert work.report(begun, 41.7, "Rendering")
    assert work.report(begun, 12, "Rendering again"), "it is still worked on"
    assert (stored(job).progress, stored(job).current_step) == (41, "Rendering again"), "progress never goes back"
    check_books(stage)
    assert work.complete(begun, MEDIA)
    done = stored(job)
    assert (done.status, done.progress, done.open_state, done.touched_at) == (Status.COMPLETED, 100, "", "")
    video = work.moves.videos.get(job.video_id)
    assert video is not None
    assert (video.status, video.variants, video.duration, video.progress) == (
        VideoStatus.READY,
        MEDIA.variants,
        12.5,
        100,
    )
    check_books(stage)


def test_every_step_twice_is_once(pending: MakeJob, work: WorkService, stage: Stage) -> None:
    job = pending()
    for _ in range(2):
        assert work.begin(job, ARN, "Reading")
    assert not work.begin(job, ARN + "-two", "Reading"), "another execution"
    begun = stored(job)
    for _ in range(2):
        assert work.complete(begun, MEDIA)
    assert not work.fail(begun, "LATE", "Too late.")
    assert not work.report(begun, 50, "Late")
    check_books(stage)


def test_each_step_is_one_call(pending: MakeJob, work: WorkService, stage: Stage) -> None:
    job = pending()
    move, change = [f"dynamodb:{MOVE}"], ["dynamodb:UpdateItem"]
    assert stage.calls_of(lambda: work.begin(job, ARN, "Reading")) == move
    begun = stored(job)
    assert stage.calls_of(lambda: work.report(begun, 10, "Rendering")) == change
    assert stage.calls_of(lambda: charge(begun, "plan", 0, Usage(lambda_requests=1))) == ["dynamodb:PutItem", *move]
    assert stage.calls_of(lambda: work.estimate(begun, 10, Usage())) == move
    planned = stored(job)
    assert stage.calls_of(lambda: work.advance(planned, 1, 0, 20_000, "Rendering")) == change
    assert stage.calls_of(lambda: work.complete(planned, MEDIA)) == ["dynamodb:GetItem", *move], "the video's row"


@pytest.mark.parametrize("at", ["pending", "running"])
def test_a_cancelled_job_is_cancelled_for_everybody(
    at: str, request: pytest.FixtureRequest, desk: JobService, work: WorkService, stage: Stage
) -> None:
    job: Job = request.getfixturevalue(at)()
    calls = stage.calls_of(lambda: desk.cancel(job.id, OWNER.id))
    assert calls == ["dynamodb:GetItem", f"dynamodb:{MOVE}"]
    cancelled = stored(job)
    assert (cancelled.status, cancelled.error_code, cancelled.open_state) == (Status.CANCELLED, "CANCELLED", "tidying")
    assert desk.cancel(job.id, OWNER.id).status is Status.CANCELLED, "a repeat answers the same"
    assert not work.begin(job, ARN, "Reading")
    assert not work.report(job, 50, "Rendering")
    assert not work.complete(job, MEDIA)
    assert not work.fail(job, "LATE", "Too late.")
    assert stored(job) == cancelled
    check_books(stage)


def test_what_is_over_is_not_cancelled(completed: MakeJob, desk: JobService, stage: Stage) -> None:
    job = completed()
    rows = stage.rows(JOBS)
    with pytest.raises(JobOverError):
        desk.cancel(job.id, OWNER.id)
    with pytest.raises(JobNotFoundError):
        desk.cancel(job.id, STRANGER)
    assert stage.rows(JOBS) == rows


SEEDS = 100


def test_cancel_races_end_in_one_state(
    running: MakeJob, desk: JobService, work: WorkService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled, completed and failed at the same time, by those who saw the job at work: one of them wins."""
    refused: list[int] = []
    original = store.write_together

    def write(*writes: dict[str, object]) -> Refusal | None:
        refusal = original(*writes)
        if refusal is not None:
            refused.append(refusal.number)
        return refusal

    monkeypatch.setattr(store, "write_together", write)
    won: Counter[str] = Counter()
    with ThreadPoolExecutor(3) as pool:
        for seed in range(SEEDS):
            ends = _race(pool, random.Random(seed), running(), desk, work)
            assert sum(ends.values()) == 1, f"seed {seed}: {ends}"
            won.update(name for name, made in ends.items() if made)
            check_books(stage)
            clear(*(real_name(table) for table in (JOBS, VIDEOS, OPERATIONS)))
    assert sum(won.values()) == SEEDS
    assert min(won[name] for name in ("cancel", "complete", "fail")) > 0, f"no race: {won}"
    assert len(refused) >= SEEDS, "whoever loses is refused by the job's state"


def _race(
    pool: ThreadPoolExecutor, chance: random.Random, job: Job, desk: JobService, work: WorkService
) -> dict[str, bool]:
    """Who ended the job: all three begin at once, in an order that the seed chooses."""

    def cancel() -> bool:
        try:
            return desk.cancel(job.id, OWNER.id).status is Status.CANCELLED
        except JobOverError:
            return False

    acts: dict[str, Callable[[], bool]] = {
        "cancel": cancel,
        "complete": lambda: work.complete(job, MEDIA),
        "fail": lambda: work.fail(job, "BROKEN", "It broke."),
    }
    together = threading.Barrier(len(acts))
    delays = dict(zip(acts, chance.sample([0.0, 0.001, 0.002], 3), strict=True))

    def run(name: str) -> bool:
        together.wait(10)
        threading.Event().wait(delays[name])
        return acts[name]()

    found = dict(zip(acts, pool.map(run, acts), strict=True))
    ended = stored(job)
    names = {Status.CANCELLED: "cancel", Status.COMPLETED: "complete", Status.FAILED: "fail"}
    assert found[names[ended.status]], "who won was told so"
    assert stored(job) == ended
    return found


@pytest.mark.parametrize("act", ["begin", "complete", "cancel", "fail"])
def test_a_reply_that_is_lost_changes_things_once(
    act: str,
    pending: MakeJob,
    running: MakeJob,
    desk: JobService,
    work: WorkService,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    job = pending() if act == "begin" else running()
    acts: dict[str, Callable[[], object]] = {
        "begin": lambda: work.begin(job, ARN, "Reading"),
        "complete": lambda: work.complete(job, MEDIA),
        "cancel": lambda: desk.cancel(job.id, OWNER.id),
        "fail": lambda: work.fail(job, "BROKEN", "It broke."),
    }
    with stage.cut_off("dynamodb", MOVE, times=1, after=True) as fired:
        assert acts[act]()
    assert len(fired) == 1
    check_books(stage)
    assert acts[act]()
    check_books(stage)


def test_a_failed_job_is_taken_up_again_where_it_failed(running: MakeJob, work: WorkService, stage: Stage) -> None:
    job = running()
    work.report(job, 60, "Rendering")
    assert work.fail(job, "BROKEN", "It broke.")
    check_books(stage)
    again = OrderService.open().retry(job.id, OWNER.id, "free")
    assert (again.status, again.attempt, again.error_code, again.video_id) == (Status.PENDING, 2, "", job.video_id)
    assert stored(job).progress == 60, "progress never goes back"
    check_books(stage)
    assert not work.fail(job, "LATE", "The first attempt."), "an earlier attempt changes nothing any more"
    assert not work.complete(job, MEDIA)
    assert work.begin(stored(job), ARN + "-2", "Reading")
    assert not work.report(job, 70, "Rendering")
    assert work.complete(stored(job), MEDIA)
    with pytest.raises(JobNotRetriedError):
        OrderService.open().retry(job.id, OWNER.id, "free")
    check_books(stage)


def test_retries_at_the_same_time_are_one(running: MakeJob, work: WorkService, stage: Stage) -> None:
    job = running()
    work.fail(job, "BROKEN", "It broke.")
    together = threading.Barrier(4)

    def retry(_: int) -> bool:
        together.wait(10)
        try:
            return OrderService.open().retry(job.id, OWNER.id, "free").attempt == 2
        except JobNotRetriedError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(retry, range(4))) == 1
    assert stored(job).attempt == 2
    check_books(stage)


def test_open_jobs_are_bounded_and_ended_ones_make_room(pending: MakeJob, desk: JobService, stage: Stage) -> None:
    jobs = [pending(tier="free") for _ in range(5)]
    rows = stage.rows(JOBS)
    with pytest.raises(TooManyJobsError):
        pending(tier="free")
    assert stage.rows(JOBS) == rows
    desk.cancel(jobs[0].id, OWNER.id)
    pending(tier="free")
    check_books(stage)


@pytest.mark.parametrize("act", ["complete", "fail", "cancel", "begin"])
def test_a_job_whose_video_is_deleted_is_cancelled(
    act: str, pending: MakeJob, running: MakeJob, desk: JobService, work: WorkService, stage: Stage
) -> None:
    job = pending() if act == "begin" else running()
    CatalogueService.open().delete(job.video_id, OWNER.id)
    acts: dict[str, Callable[[], object]] = {
        "begin": lambda: work.begin(job, ARN, "Reading"),
        "complete": lambda: work.complete(job, MEDIA),
        "cancel": lambda: desk.cancel(job.id, OWNER.id),
        "fail": lambda: work.fail(job, "BROKEN", "It broke."),
    }
    for _ in range(2):
        assert bool(acts[act]()) == (act == "cancel")
        ended = stored(job)
        assert (ended.status, ended.open_state) == (Status.CANCELLED, OpenState.TIDYING)
        check_books(stage)
