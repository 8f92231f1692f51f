"""What a job cost: each try of a step once, at the stage's prices."""

import json
import random
from dataclasses import replace

import pytest

from functions.events.on_execution_ended import handler as on_execution_ended
from functions.pipeline.render.fail_render import handler as fail_render
from shared.base import aws, clock
from shared.contract.resources import JOBS
from shared.domains.jobs.model import Status, Usage
from shared.domains.jobs.rules.prices import PRICES, cost_of, dollars, price_table
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.shared.domains.jobs.conftest import OWNER, MakeJob, charge, stored

USAGE = Usage(lambda_gb_seconds=86.39, lambda_requests=1, s3_writes=27, s3_reads=40, transitions=6)


def test_usage_has_a_price() -> None:
    assert dollars(cost_of(USAGE, PRICES)) == pytest.approx(86.39 * 0.0000133334 + 2e-7 + 27e-6 * 5 + 16e-6 + 150e-6)
    spot = Usage(batch_seconds={"c7g spot": 3600.0})
    assert dollars(cost_of(spot, PRICES)) == pytest.approx(0.0145)
    assert cost_of(Usage(), PRICES) == 0


def test_the_stage_may_have_prices_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICES", json.dumps({"provider characters": 0.00003, "transition": 1}))
    assert cost_of(Usage(provider={"characters": 1000}, transitions=2), price_table()) == 2_030_000_000


def test_what_has_no_price_is_a_defect() -> None:
    with pytest.raises(KeyError):
        cost_of(Usage(provider={"miracles": 1}), PRICES)


def test_each_try_is_written_once_in_any_order(running: MakeJob, work: WorkService, desk: JobService) -> None:
    job = running()
    tries = [(step, number) for step in ("plan", "render", "package") for number in range(3)]
    repeated = tries * 3
    random.Random(7).shuffle(repeated)
    written = [charge(job, step, number, USAGE) for step, number in repeated]
    assert sum(written) == len(tries)
    lines = work.moves.jobs.ledger(job.id)
    assert [line.key for line in lines] == sorted(f"001/{step}/{number:03}" for step, number in tries)
    assert lines[0].usage == USAGE
    total = sum(line.cost for line in lines)
    assert stored(job).cost == total == len(tries) * cost_of(USAGE, PRICES)
    assert desk.page(OWNER.id, None, limit=1).account.spent == total


def test_a_reply_that_is_lost_pays_once(
    running: MakeJob, work: WorkService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    job = running()
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert charge(job, "render", 0, USAGE)
    assert len(fired) == 1
    assert stored(job).cost == cost_of(USAGE, PRICES)


def test_what_was_spent_on_a_cancelled_job_is_told(running: MakeJob, work: WorkService, desk: JobService) -> None:
    job = running()
    desk.cancel(job.id, OWNER.id)
    assert charge(job, "render", 0, USAGE)
    assert stored(job).cost == cost_of(USAGE, PRICES)


def test_estimates_are_kept(running: MakeJob, work: WorkService, stage: Stage) -> None:
    job = running()
    work.estimate(job, 12.4, USAGE)
    found = stored(job)
    assert (found.estimated_seconds, found.estimated_cost) == (12, cost_of(USAGE, PRICES))
    (row,) = [row for row in stage.rows(JOBS) if row["sk"]["S"] == "job"]
    assert len(json.dumps(row)) < 1800


SECOND = Usage(lambda_gb_seconds=8.64, lambda_requests=1, transitions=1)
"""What a try takes in a second."""


def test_a_try_that_is_killed_costs_until_the_next_one(
    running: MakeJob, work: WorkService, turned_clock: TurnedClock
) -> None:
    turned_clock.seconds = round(turned_clock.seconds)
    job = running()
    work.begin_try(job, "render", 0, SECOND, 900, worker=7)
    other = work.begin_try(job, "render", 0, SECOND, 900, worker=8)
    turned_clock.advance(40)
    again = work.begin_try(job, "render", 1, SECOND, 900, worker=7)
    turned_clock.advance(60)
    for line in (other, again):
        assert work.charge(job, line, USAGE)
    work.settle(job)
    lines = {line.key: line for line in work.moves.jobs.ledger(job.id)}
    killed = lines.pop("001/render-007/000")
    assert killed.is_assumed
    assert killed.usage == replace(SECOND, lambda_gb_seconds=345.6)
    assert [(key, line.usage, line.is_assumed) for key, line in lines.items()] == [
        ("001/render-007/001", USAGE, False),
        ("001/render-008/000", USAGE, False),
    ]
    assert stored(job).cost == killed.cost + sum(line.cost for line in lines.values())
    settled = stored(job)
    work.settle(job)
    assert stored(job) == settled, "once"


@pytest.mark.parametrize(("passed", "seconds"), [(10, 10), (5000, 900)])
def test_the_last_try_costs_no_more_than_it_can_have_lasted(
    passed: int, seconds: int, running: MakeJob, work: WorkService, turned_clock: TurnedClock
) -> None:
    turned_clock.seconds = round(turned_clock.seconds)
    job = running()
    work.begin_try(job, "render", 2, Usage(batch_seconds={"c7g spot": 4.0}), 900)
    living = work.begin_try(job, "finish", 0, SECOND, 900)
    turned_clock.advance(passed)
    work.settle(job, but=living.key)
    lines = {line.step: line for line in work.moves.jobs.ledger(job.id)}
    assert lines["render"].usage.batch_seconds == {"c7g spot": 4.0 * seconds}
    assert lines["render"].at == clock.timestamp(clock.now() - passed + seconds)
    assert lines["finish"].at == ""


def test_what_a_try_tells_late_replaces_what_was_assumed(
    running: MakeJob, work: WorkService, desk: JobService, turned_clock: TurnedClock
) -> None:
    turned_clock.seconds = round(turned_clock.seconds)
    job = running()
    line = work.begin_try(job, "render", 0, SECOND, 900)
    turned_clock.advance(500)
    work.settle(job)
    assert stored(job).cost == cost_of(SECOND.lasting(500), PRICES)
    assert work.charge(job, line, USAGE)
    assert not work.charge(job, line, USAGE), "once"
    (told,) = work.moves.jobs.ledger(job.id)
    assert (told.usage, told.is_assumed) == (USAGE, False)
    assert stored(job).cost == cost_of(USAGE, PRICES) == desk.page(OWNER.id, None, limit=1).account.spent


def test_a_failure_of_the_whole_closes_the_books_and_that_of_a_worker_does_not(
    running: MakeJob, work: WorkService
) -> None:
    job = running()
    work.begin_try(job, "render", 0, SECOND, 900, worker=0)
    asked = {"job_id": job.id, "video_id": job.video_id, "attempt": job.attempt}
    error = {"Error": "Runtime.ExitError", "Cause": "{}"}
    fail_render({"job": asked, "execution": "x", "try": 0, "error": error, "worker": 0, "plan": {}}, None)
    assert stored(job).status is Status.FAILED
    assert [line.at for line in work.moves.jobs.ledger(job.id)] == [""], "others still work"
    fail_render({"job": asked, "execution": "x", "try": 0, "error": error}, None)
    (line,) = work.moves.jobs.ledger(job.id)
    assert line.is_assumed


def test_an_execution_that_has_ended_closes_the_books_and_one_of_a_map_does_not(
    running: MakeJob, work: WorkService
) -> None:
    job = running()
    work.begin_try(job, "render", 0, SECOND, 900, worker=0)
    asked = {"job_id": job.id, "video_id": job.video_id, "attempt": job.attempt}
    worker = {"job": asked, "execution": "x", "plan": {}, "worker": 0}
    detail = {"status": "FAILED", "executionArn": "arn:one"}
    on_execution_ended({"detail": {**detail, "input": json.dumps(worker)}}, None)
    assert stored(job).status is Status.FAILED
    assert [line.at for line in work.moves.jobs.ledger(job.id)] == [""]
    on_execution_ended({"detail": {**detail, "input": json.dumps(asked)}}, None)
    assert [line.is_assumed for line in work.moves.jobs.ledger(job.id)] == [True]


def test_what_is_charged_to_a_line_that_is_gone_makes_no_row(running: MakeJob, work: WorkService, stage: Stage) -> None:
    job = running()
    line = work.begin_try(job, "render", 0, USAGE, 60)
    table = aws.client("dynamodb")
    for row in stage.rows(JOBS):
        table.delete_item(TableName=real_name(JOBS), Key={name: row[name] for name in ("pk", "sk")})
    assert work.charge(job, line, USAGE), "there is nothing to be told of"
    assert stage.rows(JOBS) == []
