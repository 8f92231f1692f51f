"""Progress of several workers: it is the sum of what each has said, each word is one write, and it never goes back."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from shared.base.running import StepError
from shared.contract.resources import JOBS, OPERATIONS, VIDEOS
from shared.domains.jobs.errors import JobOverError
from shared.domains.jobs.model import Job, Status, Usage
from shared.domains.jobs.rules.prices import PRICES, cost_of
from shared.domains.jobs.service import parts
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.parts import Part
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage, real_name
from tests.dynamodb import clear
from tests.shared.domains.jobs.conftest import ARN, MEDIA, OWNER, MakeJob, check_books, stored

USAGE = Usage(lambda_gb_seconds=8.64, lambda_requests=1, transitions=1)

MakeParts = Callable[..., list[Part]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word is reported."""
    monkeypatch.setattr(parts, "REPORT_SECONDS", 0.0)


@pytest.fixture
def shared(work: WorkService) -> MakeParts:
    """Shares the progress of a job from where it stands to 90 percent evenly among workers of one piece each."""

    def make(job: Job, count: int) -> list[Part]:
        work.estimate(job, 100, Usage())
        made = [Part(work, job, number, (90 - stored(job).progress) / count, count) for number in range(count)]
        for part in made:
            part.expect({"all": 1.0})
        return made

    return make


def test_a_word_is_one_write(running: MakeJob, shared: MakeParts, stage: Stage) -> None:
    job = running()
    first, second = shared(job, 2)
    assert stage.calls_of(lambda: first.tell("all", 0.5)) == ["dynamodb:UpdateItem"]
    assert (stored(job).progress, stored(job).current_step) == (22, "Rendering")
    assert stage.calls_of(lambda: second.tell("all", 1.0)) == ["dynamodb:UpdateItem"]
    assert stored(job).progress == 67
    first.finish()
    assert stored(job).progress == 90
    (row,) = [row for row in stage.rows(JOBS) if row["sk"]["S"] == "job"]
    assert row["parts"] == {"M": {"0": {"N": "45000"}, "1": {"N": "45000"}}}


def test_parts_are_gone_once_the_job_has_ended(running: MakeJob, shared: MakeParts, stage: Stage) -> None:
    job = running()
    (part,) = shared(job, 1)
    part.tell("all", 0.5)
    JobService.open().cancel(job.id, OWNER.id)
    (row,) = [row for row in stage.rows(JOBS) if row["sk"]["S"] == "job"]
    assert "parts" not in row
    with pytest.raises(StepError):
        part.tell("all", 0.6)


@pytest.mark.parametrize("seed", range(5))
def test_workers_at_the_same_time_never_take_it_back(running: MakeJob, shared: MakeParts, seed: int) -> None:
    """Each goes its own pace; a third of them is killed on the way and begins again."""
    job, chance, count = running(), random.Random(seed), 12
    made, seen = shared(job, count), list[int]()
    killed = {number: chance.uniform(0, 1) for number in chance.sample(range(count), count // 3)}

    def work_on(number: int) -> None:
        steps = [step / 7 for step in range(1, 8)]
        for share in [step for step in steps if step <= killed.get(number, 1)]:
            made[number].tell("all", share)
            seen.append(stored(job).progress)
        if number in killed:
            again = Part(WorkService.open(), job, number, 90 / count, count)
            again.expect({"all": 1.0})
            for share in steps:
                again.tell("all", share)
            again.finish()
            return
        made[number].finish()

    with ThreadPoolExecutor(1) as watcher, ThreadPoolExecutor(count) as pool:
        watched = watcher.submit(lambda: [stored(job).progress for _ in range(60)])
        list(pool.map(work_on, range(count)))
        assert watched.result() == sorted(watched.result())
    assert stored(job).progress == 90
    assert max(seen) <= 90


def test_a_word_whose_reply_is_lost_counts_once(
    running: MakeJob, shared: MakeParts, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    job = running()
    first, _ = shared(job, 2)
    with stage.cut_off("dynamodb", "UpdateItem", times=1, after=True) as fired:
        first.tell("all", 0.8)
    assert len(fired) == 1
    assert stored(job).progress == 36
    first.tell("all", 0.9)
    assert stored(job).progress == 40


def test_another_try_of_a_worker_goes_on_where_the_first_one_was(running: MakeJob, shared: MakeParts) -> None:
    job = running()
    first, second = shared(job, 2)
    first.tell("all", 0.8)
    again = Part(WorkService.open(), job, 0, 45, 2)
    again.expect({"all": 1.0})
    again.tell("all", 0.1)
    assert stored(job).progress == 36, "it never goes back"
    again.tell("all", 0.9)
    first.tell("all", 0.85)
    assert stored(job).progress == 40
    second.finish()
    again.finish()
    assert stored(job).progress == 90


def test_a_retry_shares_what_is_left_of_the_way(running: MakeJob, shared: MakeParts, work: WorkService) -> None:
    job = running()
    first, _ = shared(job, 2)
    first.tell("all", 1.0)
    assert work.fail(stored(job), "BROKEN", "It broke.")
    again = OrderService.open().retry(job.id, OWNER.id, "free")
    assert work.begin(again, ARN, "Reading")
    job = stored(again)
    assert job.progress == 45
    with pytest.raises(StepError):
        first.tell("all", 1.0)
    parts_of_it = shared(job, 3)
    for number, part in enumerate(parts_of_it):
        part.finish()
        assert stored(job).progress == 45 + 15 * (number + 1)
    assert work.complete(stored(job), MEDIA)
    assert (stored(job).progress, stored(job).status) == (100, Status.COMPLETED)


SEEDS, WORKERS = 100, 3


def test_cancelling_while_workers_are_at_work_ends_in_one_state(
    running: MakeJob, shared: MakeParts, work: WorkService, desk: JobService, stage: Stage
) -> None:
    """Whoever is told that the job is cancelled stops; all are paid; what comes too late to cancel is published."""
    won: Counter[Status] = Counter()
    with ThreadPoolExecutor(WORKERS + 1) as pool:
        for seed in range(SEEDS):
            job, chance = running(), random.Random(seed)
            finished = _race(pool, chance, job, shared(job, WORKERS), desk)
            if all(finished):
                work.complete(job, MEDIA)
            ended = stored(job)
            won[ended.status] += 1
            assert ended.status in ((Status.CANCELLED, Status.COMPLETED) if all(finished) else (Status.CANCELLED,))
            assert work.advance(job, 0, 0, 90_000, "Late") is None
            assert stored(job) == ended
            lines = work.moves.jobs.ledger(job.id)
            assert [line.key for line in lines] == [f"001/render-{number:03}/000" for number in range(WORKERS)]
            assert ended.cost == sum(line.cost for line in lines) == WORKERS * cost_of(USAGE, PRICES)
            check_books(stage)
            clear(*(real_name(table) for table in (JOBS, VIDEOS, OPERATIONS)))
    assert min(won[Status.CANCELLED], won[Status.COMPLETED]) > 0, f"no race: {won}"


def _race(pool: ThreadPoolExecutor, chance: random.Random, job: Job, made: list[Part], desk: JobService) -> list[bool]:
    """Which of the workers got to their end, while the owner cancels at a moment that the seed chooses."""
    together = threading.Barrier(WORKERS + 1)
    delay = chance.uniform(0, 0.15)

    def cancel() -> bool:
        together.wait(10)
        threading.Event().wait(delay)
        with suppress(JobOverError):
            desk.cancel(job.id, OWNER.id)
        return True

    def work_on(number: int) -> bool:
        work = WorkService.open()
        line = work.begin_try(job, "render", 0, USAGE, 900, number)
        together.wait(10)
        try:
            made[number].tell("all", 0.5)
            made[number].finish()
        except StepError:
            return False
        finally:
            work.charge(job, line, USAGE)
        return True

    cancelled = pool.submit(cancel)
    finished = list(pool.map(work_on, range(WORKERS)))
    if all(finished) and chance.random() < 0.5:  # packaging takes longer than the owner's patience, or it does not
        WorkService.open().complete(job, MEDIA)
    assert cancelled.result()
    return finished
