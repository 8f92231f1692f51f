"""A table's stream: a job waits to begin, was cancelled, or has been reported on."""

from shared.base.consuming import Change, done_one_by_one, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.needs import Need
from shared.contract.resources import JOBS, RENDER
from shared.domains.jobs.service.executions import ExecutionService

_WAITS = {"NewImage": {"status": {"S": ["pending"]}}}
_OPEN = {"status": {"S": ["pending", "processing"]}}
_REPORTED = {"status": {"S": ["processing"]}, "report_id": {"S": [{"exists": True}]}}
"""Also what goes on after a report: whether an attribute was absent before is no good question to a filter."""


@on_change(
    JOBS,
    window=0,
    filters=(
        {"eventName": ["INSERT"], "dynamodb": _WAITS},
        {"dynamodb": {"OldImage": {"status": {"S": ["failed"]}}, **_WAITS}},
        {"dynamodb": {"OldImage": _OPEN, "NewImage": {"status": {"S": ["cancelled"]}}}},
        {"dynamodb": {"NewImage": _REPORTED}},
    ),
    needs=(
        *(JOBS.get, RENDER.start, RENDER.stop),
        *(Need(RENDER, "states:SendTaskSuccess"), Need(RENDER, "states:SendTaskFailure")),
    ),
)
def on_job_changed(changes: list[Change]) -> list[Change]:
    """Have its execution follow: start it, stop it, or answer it."""
    return done_one_by_one(changes, ExecutionService.open().follow)


handler = serve_change_batches(on_job_changed)
