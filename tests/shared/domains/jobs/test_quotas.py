"""Quotas and budgets: reserved in the write that makes a job, given back once, however many ask at the same time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from shared.base import kept
from shared.base.errors import QuotaExceededError
from shared.contract.resources import JOBS
from shared.domains.jobs.errors import BudgetError, DailyVideosError, TooManyJobsError
from shared.domains.jobs.model import Job, Month, Status
from shared.domains.jobs.rules import quotas
from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.jobs.books import USAGE, allow, month, order
from tests.shared.domains.jobs.conftest import ARN, MEDIA, OWNER, RESERVED, MakeJob, charge, check_books, stored

MOVE = "dynamodb:TransactWriteItems"
LAST_MORNING = datetime(2026, 1, 31, 9, tzinfo=UTC).timestamp()
DAY = 24 * 3600


@pytest.fixture
def morning(turned_clock: TurnedClock) -> TurnedClock:
    """The clock on the last morning of a month."""
    turned_clock.seconds = LAST_MORNING
    return turned_clock


def many(act: Callable[[], object], times: int = 100, at_once: int = 20) -> Counter[str]:
    """How often an act was done, and what refused it otherwise."""

    def attempt(_: int) -> str:
        try:
            act()
        except QuotaExceededError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(at_once) as pool:
        return Counter(pool.map(attempt, range(times)))


def test_case_45_of_a_hundred_at_once_a_budget_for_one_lets_one_through(stage: Stage) -> None:
    allow(2 * RESERVED - 1)
    assert many(order) == {"done": 1, "BudgetError": 99}
    check_books(stage)


def test_of_a_hundred_at_once_the_day_lets_its_number_through(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(quotas.DAILY_VIDEOS, "enterprise", 7)
    assert many(order) == {"done": 7, "DailyVideosError": 93}
    check_books(stage)


def test_what_is_tightest_refuses(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(quotas.MOST_OPEN, "enterprise", 3)
    monkeypatch.setitem(quotas.DAILY_VIDEOS, "enterprise", 4)
    allow(5 * RESERVED)
    for left in (3, 1):
        jobs = [order() for _ in range(left)]
        with pytest.raises(TooManyJobsError if left == 3 else DailyVideosError):
            order()
        for job in jobs:
            assert WorkService.open().begin(job, ARN, "Reading")
            assert WorkService.open().complete(stored(job), MEDIA)
    check_books(stage)


def test_who_is_refused_learns_why_and_until_when(
    stage: Stage, morning: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.DAILY_VIDEOS, "free", 1)
    order("free")
    with pytest.raises(DailyVideosError, match=r"1 videos made today.*2026-02-01T00:00:00.000Z") as of_day:
        order("free")
    assert of_day.value.headers == {"Retry-After": str(15 * 3600)}
    allow(RESERVED * 3 // 2)
    with pytest.raises(BudgetError, match=r"cost 0.005000 .* 0.002500 of monthly_budget .*2026-02-01") as of_month:
        order("pro")
    assert of_month.value.retry_after == 15 * 3600
    with pytest.raises(BudgetError) as never:
        order("pro", reserved=RESERVED * 2)
    assert (never.value.retry_after, never.value.message[-8:]) == (None, "raise it")


def test_a_budget_of_nothing_allows_nothing_and_none_everything(stage: Stage) -> None:
    allow(0)
    assert many(order, 2) == {"BudgetError": 2}
    check_books(stage)
    allow(None)
    assert many(order, 2) == {"done": 2}
    check_books(stage)


def test_a_budget_that_was_changed_elsewhere_holds_at_once(stage: Stage) -> None:
    """Each process remembers the budget, and its write holds for that one alone."""
    assert stage.calls_of(order) == [MOVE]
    allow(3 * RESERVED)
    assert stage.calls_of(order) == [MOVE, MOVE], "it was not known"
    allow(RESERVED)
    with pytest.raises(BudgetError):
        order()
    allow(3 * RESERVED)
    order()
    allow(4 * RESERVED)
    kept.forget()
    order()
    allow(9 * RESERVED)
    order()
    assert stage.calls_of(order) == [MOVE], "now it is"
    check_books(stage)


ENDS: dict[str, tuple[int, Callable[[Job], object]]] = {
    "fail": (0, lambda job: WorkService.open().fail(job, "BROKEN", "It broke.")),
    "cancel": (1, lambda job: JobService.open().cancel(job.id, OWNER.id)),
    "delete": (1, lambda job: [CatalogueService.open().delete(job.video_id, OWNER.id), cancelled(job)]),
    "complete": (1, lambda job: WorkService.open().complete(job, MEDIA)),
}


def cancelled(job: Job) -> bool:
    """What a step finds out whose video was deleted."""
    return WorkService.open().complete(job, MEDIA)


@pytest.mark.parametrize("end", ENDS)
def test_what_was_set_aside_is_given_back_once(end: str, running: MakeJob, stage: Stage) -> None:
    today, act = ENDS[end]
    allow(RESERVED)
    job = running()
    with pytest.raises(BudgetError):
        order()
    act(job)
    found = month(job.counted_on)
    assert (found.used, found.today) == (0, today)
    many(lambda: act(job) if end != "delete" else cancelled(job), 10)
    assert month(job.counted_on) == found
    check_books(stage)
    order()


def test_a_job_that_never_ran_gives_its_video_of_the_day_back(pending: MakeJob, desk: JobService, stage: Stage) -> None:
    job = pending()
    assert month(job.counted_on).today == 1
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: desk.cancel(job.id, OWNER.id).status, range(8))) == {Status.CANCELLED}
    assert month(job.counted_on) == Month()
    check_books(stage)


def test_days_and_months_begin_by_themselves(
    stage: Stage, morning: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.DAILY_VIDEOS, "enterprise", 1)
    allow(RESERVED)
    old = order()
    assert many(order, 3) == {"DailyVideosError": 3}
    morning.advance(DAY)
    new = order()
    assert (old.counted_on, new.counted_on) == ("2026-01-31", "2026-02-01")
    work = WorkService.open()
    assert work.begin(old, ARN, "Reading")
    charge(stored(old), "render", 0, USAGE)
    assert work.complete(stored(old), MEDIA)
    january, february = month("2026-01-31"), month("2026-02-01")
    assert (january.videos, january.milliseconds, january.spent, january.used) == (
        1,
        12_500,
        cost_of(USAGE, price_table()),
        january.spent,
    )
    assert february == Month(today=1, used=RESERVED)
    check_books(stage)


def test_a_retry_is_a_video_of_its_own_day(running: MakeJob, stage: Stage, morning: TurnedClock) -> None:
    job = running()
    WorkService.open().fail(job, "BROKEN", "It broke.")
    assert month("2026-01-31") == Month()
    morning.advance(DAY)
    allow(RESERVED - 1)
    before = stage.rows(JOBS)
    with pytest.raises(BudgetError):
        OrderService.open().retry(job.id, OWNER.id, "free")
    assert stage.rows(JOBS) == before
    allow(RESERVED)
    again = OrderService.open().retry(job.id, OWNER.id, "free")
    assert month("2026-02-01") == Month(today=1, used=RESERVED)
    check_books(stage)
    JobService.open().cancel(again.id, OWNER.id)
    assert month("2026-02-01") == Month()
    assert month("2026-01-31") == Month()
