"""Counters of jobs."""

import pytest

from shared.base.ids import new_id
from shared.base.jobs import KEYS, count_job, sum_jobs
from shared.base.transactions import write_together
from shared.contract.resources import OPERATIONS
from tests.aws import Stage


def test_jobs_spread_over_the_counters_and_add_up(stage: Stage) -> None:
    job_ids = [new_id() for _ in range(100)]
    for job_id in job_ids:
        assert write_together(count_job(job_id, "", "queued")) is None
    assert {row["pk"]["S"] for row in stage.rows(OPERATIONS)} == set(KEYS)
    assert sum_jobs(stage.rows(OPERATIONS)) == {"queued": 100}
    for job_id in job_ids[:30]:
        write_together(count_job(job_id, "queued", "ready"))
    for job_id in job_ids[:10]:
        write_together(count_job(job_id, "ready", ""))
    assert sum_jobs(stage.rows(OPERATIONS)) == {"queued": 70, "ready": 20}


@pytest.mark.parametrize("status", ["queued", ""])
def test_a_move_that_is_none_is_a_defect(stage: Stage, status: str) -> None:
    with pytest.raises(ValueError, match="no move"):
        count_job("1", status, status)
