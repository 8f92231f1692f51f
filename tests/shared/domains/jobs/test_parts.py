"""Progress of several workers: it is the sum of what each has said, each word is one write, and it never goes back."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base.running import StepError
from shared.contract.resources import JOBS
from shared.domains.jobs.model import Job, Status, Usage
from shared.domains.jobs.service import parts
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.parts import Part
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import ARN, MEDIA, OWNER, MakeJob, stored

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
