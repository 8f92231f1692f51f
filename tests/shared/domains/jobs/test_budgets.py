"""What a job sets aside of its owner's budget, from the order over the plan to its end and a retry."""

from collections.abc import Callable

import pytest

from shared.base.running import StepError
from shared.contract.resources import JOBS
from shared.domains.jobs.errors import BudgetError
from shared.domains.jobs.model import Usage
from shared.domains.jobs.rules.prices import NANO, cost_of, price_table
from shared.domains.jobs.service.ordering import OrderService
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage
from tests.shared.domains.jobs.books import USAGE, allow, month, order
from tests.shared.domains.jobs.conftest import MEDIA, OWNER, RESERVED, MakeJob, charge, check_books, stored
from tests.shared.domains.jobs.steps import TEXT, engine, ordered, plan_render, prepare_sources, scenes, told

__all__ = ["engine"]

MOVE = "dynamodb:TransactWriteItems"


def test_costs_are_taken_of_the_budget_and_stay_when_the_job_has_ended(running: MakeJob, stage: Stage) -> None:
    cost = cost_of(USAGE, price_table())
    allow(RESERVED + cost)
    job = running()
    charge(job, "render", 0, USAGE)
    assert (month(job.counted_on).used, month(job.counted_on).spent) == (RESERVED + cost, cost)
    WorkService.open().fail(job, "BROKEN", "It broke.")
    charge(job, "late", 0, USAGE)
    assert month(job.counted_on).used == 2 * cost
    with pytest.raises(BudgetError):
        order()
    check_books(stage)


def test_the_plan_sets_aside_what_the_work_will_cost(running: MakeJob, work: WorkService, stage: Stage) -> None:
    """Once more of the sources is known than at the order; whoever still has the job as it was ends it all the same."""
    allow(10 * RESERVED)
    job, cost = running(), cost_of(USAGE, price_table())
    assert stage.calls_of(lambda: work.estimate(job, 5, USAGE)) == [MOVE]
    assert (month(job.counted_on).used, stored(job).reserved) == (cost, cost)
    work.estimate(job, 5, Usage(lambda_gb_seconds=99))
    assert stored(job).reserved == cost, "the job is not what this one takes it for"
    little = Usage(lambda_gb_seconds=1)
    work.estimate(stored(job), 5, little)
    assert month(job.counted_on).used == cost_of(little, price_table())
    assert work.complete(job, MEDIA)
    assert month(job.counted_on).used == 0
    check_books(stage)


def test_what_was_spent_before_the_plan_is_not_set_aside_again(
    running: MakeJob, work: WorkService, stage: Stage
) -> None:
    words, rest = Usage(lambda_gb_seconds=40), USAGE
    spent, cost = (cost_of(one, price_table()) for one in (words, rest))
    allow(spent + max(cost, RESERVED))
    job = running()
    charge(job, "words", 0, words)
    work.estimate(stored(job), 5, rest, words)
    assert (month(job.counted_on).used, stored(job).reserved) == (spent + cost, cost)
    assert stored(job).estimated_cost == spent + cost
    check_books(stage)


def test_work_that_turns_out_too_dear_is_not_begun(running: MakeJob, work: WorkService, stage: Stage) -> None:
    dear = Usage(lambda_gb_seconds=1000)
    allow(cost_of(dear, price_table()) + RESERVED - 1)
    job, other = running(), running()
    before = stage.rows(JOBS)
    with pytest.raises(BudgetError, match=r"cost 0\.013333 .* 0\.013333 of"):
        work.estimate(job, 5, dear)
    assert stage.rows(JOBS) == before
    assert work.fail(other, "BROKEN", "It broke.")
    work.estimate(job, 5, dear)
    check_books(stage)


def test_a_retry_needs_no_money_for_what_is_done(running: MakeJob, work: WorkService, stage: Stage) -> None:
    job = running()
    work.estimate(job, 5, USAGE)
    charge(job, "render", 0, Usage(lambda_gb_seconds=8))
    spent = cost_of(Usage(lambda_gb_seconds=8), price_table())
    assert work.fail(stored(job), "BROKEN", "It broke.")
    rest = stored(job).reserved - spent
    allow(spent + rest - 1)
    with pytest.raises(BudgetError):
        OrderService.open().retry(job.id, OWNER.id, "free")
    allow(spent + rest)
    assert OrderService.open().retry(job.id, OWNER.id, "free").reserved == rest
    assert month(job.counted_on).used == spent + rest
    check_books(stage)


def test_a_plan_that_the_budget_does_not_reach_for_fails_the_job(stage: Stage) -> None:
    job = ordered(scenes(TEXT))
    prepare_sources(told(job), None)
    allow(1)
    with pytest.raises(StepError, match="monthly_budget") as failed:
        plan_render(told(job), None)
    assert failed.value.code == "QUOTA_EXCEEDED"
    allow(NANO)
    plan_render(told(job) | {"try": 1}, None)
    assert stored(job).reserved == stored(job).estimated_cost > 0
    check_books(stage)


@pytest.mark.parametrize("act", ["order", "retry", "estimate"])
def test_a_reply_that_is_lost_reserves_once(
    act: str, running: MakeJob, work: WorkService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    allow(10 * RESERVED)
    job = running()
    if act == "retry":
        assert work.fail(job, "BROKEN", "It broke.")
    acts: dict[str, Callable[[], object]] = {
        "order": order,
        "retry": lambda: OrderService.open().retry(job.id, OWNER.id, "free"),
        "estimate": lambda: work.estimate(job, 5, USAGE),
    }
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        acts[act]()
    assert len(fired) == 1
    expected = {"order": 2 * RESERVED, "retry": RESERVED, "estimate": cost_of(USAGE, price_table())}
    assert month(job.counted_on).used == expected[act]
    check_books(stage)
