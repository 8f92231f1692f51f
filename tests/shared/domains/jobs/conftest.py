"""The stage for these tests, and jobs at every point of their way."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.contract.resources import JOBS, RENDER, VIDEOS
from shared.domains.jobs.model import Account, Job, Kind, Status, Usage
from shared.domains.jobs.rules.keys import MONTH, month_key
from shared.domains.jobs.rules.status import MIRROR, OPEN
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.jobs.store.expressions import number
from shared.domains.jobs.store.jobs import JobStore
from shared.domains.jobs.store.rows import to_job, to_month
from shared.domains.operations.store.findings import FindingStore
from shared.domains.videos.model import Author, PublishedMedia, Variant
from tests.aws import Stage, stage
from tests.clock import turned_clock

__all__ = ["stage", "turned_clock"]

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:showreel-test-render"
ARN = MACHINE.replace(":stateMachine:", ":execution:") + ":one"
OWNER = Author("01900000-0000-7000-8000-000000000001", "ada", "Ada L.")
STRANGER = "01900000-0000-7000-8000-000000000002"
MEDIA = PublishedMedia(12.5, 1280, 720, (Variant("720p", 1280, 720, 2_500_000, 1_600_000),))
RESERVED = 5_000_000

MakeJob = Callable[..., Job]


@pytest.fixture(autouse=True)
def machine(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's name; nobody tells the table's stream, so nothing is started."""
    monkeypatch.setenv(RENDER.variable, MACHINE)


@pytest.fixture
def work(stage: Stage) -> WorkService:
    return WorkService.open()


@pytest.fixture
def desk(stage: Stage) -> JobService:
    return JobService.open()


def stored(job: Job) -> Job:
    """The job as it stands."""
    found = WorkService.open().get(job.id)
    assert found is not None
    return found


@pytest.fixture
def pending(stage: Stage) -> MakeJob:
    """Makes a job that waits for its execution."""

    def make(title: str = "My film", tier: str = "enterprise", owner: Author = OWNER) -> Job:
        order = Order(Kind.SCENES, title, [{"scenes": []}], RESERVED)
        return stored(OrderService.open().order(owner, order, tier))

    return make


@pytest.fixture
def running(pending: MakeJob, work: WorkService) -> MakeJob:
    """Makes a job that is worked on."""

    def make(**more: Any) -> Job:
        job = pending(**more)
        assert work.begin(job, ARN, "Reading")
        return stored(job)

    return make


@pytest.fixture
def completed(running: MakeJob, work: WorkService) -> MakeJob:
    """Makes a job whose video is there."""

    def make(**more: Any) -> Job:
        job = running(**more)
        assert work.complete(job, MEDIA)
        return stored(job)

    return make


def charge(job: Job, step: str, number: int, usage: Usage, *, worker: int | None = None) -> bool:
    """A try of a step that begins and ends at once, as the workflow tells it."""
    work = WorkService.open()
    return work.charge(job, work.begin_try(job, step, number, usage, 900, worker), usage)


def check_books(stage: Stage) -> None:
    """An owner's books count what the rows say, as do the counters of the stage; videos have their jobs' statuses."""
    jobs = [to_job(row) for row in stage.rows(JOBS) if row["sk"]["S"] == "job"]
    with stage.unrecorded():
        account = JobStore.open().account(OWNER.id)
        _, counted = FindingStore().read()
    assert {status: n for status, n in account.by_status.items() if n} == Counter(job.status for job in jobs)
    still = [job for job in jobs if job.status in OPEN]
    assert account.open == len(still)
    check_months(stage, jobs, account)
    videos = {row["video_id"]["S"]: row["status"]["S"] for row in stage.rows(VIDEOS)}
    assert {status: n for status, n in counted.items() if n} == Counter(videos.values())
    for job in jobs:
        assert videos[job.video_id] in (MIRROR[job.status], "deleted")


def check_months(stage: Stage, jobs: list[Job], account: Account) -> None:
    """The months of the owner count what their jobs say: money that is spent and set aside, and videos of each day."""
    rows = [row for row in stage.rows(JOBS) if row["sk"]["S"].startswith(MONTH)]
    assert sum(number(row, "spent") for row in rows) == account.spent == sum(job.cost for job in jobs)
    for row in rows:
        mine = [job for job in jobs if month_key(job.owner_id, job.counted_on)["sk"] == row["sk"]["S"]]
        aside = sum(job.reserved for job in mine if job.status in OPEN)
        assert number(row, "used") == number(row, "spent") + aside
        assert number(row, "videos") == sum(job.status is Status.COMPLETED for job in mine)
    for day in {job.counted_on for job in jobs}:
        (month,) = (to_month(row, day) for row in rows if row["sk"]["S"] == MONTH + day[:7])
        assert month.today == sum(map(_counts, (job for job in jobs if job.counted_on == day)))


def _counts(job: Job) -> bool:
    """Whether a job is one of the videos of its day; tests that cancel a second attempt count by themselves."""
    return job.status in (*OPEN, Status.COMPLETED) or (job.status is Status.CANCELLED and bool(job.started_at))
