"""The store of jobs: each method is one call of DynamoDB, and a list of more than a megabyte some more.

What changes a job's status changes the owner's books, and the row of the job's video, in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, queried
from shared.base.transactions import past_conflicts, write_together
from shared.domains.jobs.model import Account, Allowance, Job, LedgerLine, Month, OpenJob, OpenState, Status
from shared.domains.jobs.rules.keys import JOB, LEDGER, REQUEST, account_key, job_key
from shared.domains.jobs.rules.status import OPEN_STATES
from shared.domains.jobs.store import books
from shared.domains.jobs.store.expressions import Expected, Value, item_of, number, put, update
from shared.domains.jobs.store.rows import (
    Item,
    job_fields,
    line_fields,
    line_key,
    line_values,
    owner_status,
    to_account,
    to_job,
    to_line,
    to_month,
)

Writes = tuple[dict[str, Any], ...]

MOST_LINES = 20_000
"""Of one ledger: many retries of as many workers as there can be."""

_WHAT = "Jobs"
_JOB, _ACCOUNT = 0, 1
"""Which write of a transaction is that of the job, of the account; the month comes next, then those of others."""


@dataclass(frozen=True)
class Change:
    """What came of a change of a job: whether it was made, and the job after it or as it stands.

    orphaned  it was refused by what was to be written with it: the video is not what the job takes it for
    account   the owner's, when that refused it: another budget, or as many open jobs as they may have
    month     the owner's, when that refused it: the videos of the day, or the budget
    """

    made: bool
    job: Job | None
    orphaned: bool = False
    account: Account | None = None
    month: Month | None = None


def _call(operation: str, **arguments: Any) -> dict[str, Any]:
    call: Callable[..., dict[str, Any]] = getattr(client("dynamodb", READ_SECONDS), operation)
    with answering(_WHAT):
        answer: dict[str, Any] = past_conflicts(lambda: call(**arguments))
    return answer


class JobStore:
    """The table of jobs."""

    def __init__(self, table: str) -> None:
        """`table`: its real name."""
        self._table = table

    @classmethod
    def open(cls) -> "JobStore":
        """The table of the stage."""
        return cls(setting("JOBS_TABLE"))

    def create(self, job: Job, request: bytes, allowance: Allowance, together: Writes) -> Change:
        """Write a new job, what was asked for, and what others write with it; count it in the owner's books."""
        writes = (
            {"Put": put(self._table, job_fields(job), Expected(absent="pk"))},
            *books.move(self._table, job, None, job.status, allowance, 0),
            {"Put": put(self._table, {**job_key(job.id, REQUEST), "request": request})},
        )
        return self._write(writes, together, job, job.counted_on)

    def move(
        self,
        job: Job,
        status: Status,
        together: Writes,
        *,
        allowance: Allowance | None = None,
        milliseconds: int = 0,
        **fields: Value,
    ) -> Change:
        """Set a job's status and fields, if it stands as `job` says it does.

        allowance     what bounds the owner's books when one that had ended becomes open again
        milliseconds  that its video lasts, when it is completed
        """
        now = clock.timestamp()
        whole: dict[str, Value] = {
            "status": status,
            "owner_status": owner_status(job.owner_id, status),
            "open_state": OPEN_STATES.get(status, ""),
            "touched_at": now if status in OPEN_STATES else "",
            "updated_at": now,
            **fields,
        }
        expected = Expected(equal={"status": job.status, "attempt": job.attempt, "reserved": job.reserved})
        known: dict[str, Any] = {name: fields[name] for name in ("counted_on", "reserved") if name in fields}
        counted = replace(job, **known)
        writes = (
            {"Update": update(self._table, job_key(job.id), whole, expected)},
            *books.move(self._table, counted, job.status, status, allowance, milliseconds),
        )
        return self._write(writes, together, job, counted.counted_on)

    def reserve(self, job: Job, reserved: int, budget: int | None, **fields: Value) -> Change:
        """Set aside another sum for an open job, within the owner's budget, and set fields of it."""
        stands: dict[str, Value] = {"status": job.status, "attempt": job.attempt, "reserved": job.reserved}
        change = {"reserved": reserved, **fields}
        writes = (
            {"Update": update(self._table, job_key(job.id), change, Expected(equal=stands))},
            *books.reservation(self._table, job, reserved - job.reserved, budget),
        )
        return self._write(writes, (), job, job.counted_on)

    def budget(self, owner_id: str, amount: int | None) -> dict[str, Any]:
        """The part of a transaction that sets what an owner's work may cost in a month; None for no bound."""
        return books.budget(self._table, owner_id, amount)

    def _write(self, own: Writes, others: Writes, job: Job, day: str) -> Change:
        with answering(_WHAT):
            refusal = write_together(*own, *others)
        if refusal is None:
            return Change(True, None)
        held = refusal.item or {}
        if refusal.number == _JOB:
            return Change(False, to_job(held) if held else None)
        if refusal.number >= len(own):
            return Change(False, job, orphaned=True)
        if refusal.number == _ACCOUNT:
            return Change(False, job, account=to_account(held))
        return Change(False, job, month=to_month(held, day))

    def change(
        self, job: Job, *, equal: dict[str, Value] | None = None, below: dict[str, int] | None = None, **fields: Value
    ) -> Change:
        """Set fields of a job that still has the status and the attempt of `job`; not the status itself.

        equal, below  what else must hold of its fields, as in Expected
        """
        stands: dict[str, Value] = {"status": job.status, "attempt": job.attempt}
        expected = Expected(equal=stands | (equal or {}), below=below or {})
        made, item = self._updated(update(self._table, job_key(job.id), fields, expected))
        return Change(made, to_job(item) if item else None)

    def _updated(self, arguments: dict[str, Any]) -> tuple[bool, Item]:
        """Whether an item was updated, and the item after it or as it stands; {} when there is none."""
        try:
            found = _call("update_item", **arguments, ReturnValues="ALL_NEW")["Attributes"]
        except client("dynamodb", READ_SECONDS).exceptions.ConditionalCheckFailedException as refused:
            return False, refused.response.get("Item") or {}
        return True, found

    def get(self, job_id: str) -> Job | None:
        """A job as it stands now, or None."""
        item = self._item(job_key(job_id))
        return to_job(item) if item else None

    def request(self, job_id: str) -> bytes:
        """What was asked for; KeyError when there is no such job."""
        found: bytes = self._item(job_key(job_id, REQUEST))["request"]["B"]
        return found

    def account(self, owner_id: str) -> Account:
        """An owner's jobs in numbers."""
        return to_account(self._item(account_key(owner_id)))

    def _item(self, key: dict[str, str]) -> Item:
        found = _call("get_item", TableName=self._table, Key=item_of({**key}), ConsistentRead=True)
        item: Item = found.get("Item", {})
        return item

    def of_owner(self, owner_id: str, status: Status | None, after: str, count: int) -> list[Job]:
        """An owner's jobs, the latest first, in one status or in any.

        after  the id of the job before the first one, "" from the start
        """
        partition = owner_status(owner_id, status) if status else owner_id
        index, key = ("by_status", "owner_status") if status else ("by_owner", "owner_id")
        start = {"ExclusiveStartKey": item_of({**job_key(after), key: partition, "job_id": after})} if after else {}
        items = self._query(
            count,
            IndexName=index,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":key": {"S": partition}},
            ScanIndexForward=False,
            **start,
        )
        return [to_job(item, owner_id) for item in items]

    def _query(self, count: int, **asked: Any) -> list[Item]:
        with answering(_WHAT):
            return list(queried(count, TableName=self._table, **asked))

    def advance(self, job: Job, worker: int, before: int, reached: int, **fields: Value) -> tuple[Job | None, int]:
        """Move a worker's part of the progress of `job`, and the progress with it, in one write.

        before   where the part stands, in thousandths of a percent of the whole: else nothing is written
        reached  where it is to stand
        Gives the job as it stands then, and where the part does. The row must have the map `parts`.
        """
        part = f"parts.{worker}"
        expected = Expected(equal={"status": job.status, "attempt": job.attempt, part: before})
        add: dict[str, int | Decimal] = {"progress": Decimal(reached - before) / 1000}
        made, item = self._updated(update(self._table, job_key(job.id), {part: reached, **fields}, expected, add=add))
        stands = number(item.get("parts", {"M": {}})["M"], str(worker)) if item else 0
        return (to_job(item) if item else None), reached if made else stands

    def begin_try(self, job: Job, line: LedgerLine) -> bool:
        """Add a line to a job's ledger, whose cost is not known yet; once for each key."""
        arguments = put(self._table, line_fields(job.id, line), Expected(absent="pk"))
        try:
            _call("put_item", **arguments)
        except client("dynamodb", READ_SECONDS).exceptions.ConditionalCheckFailedException:
            return False
        return True

    def charge(self, job: Job, line: LedgerLine, known: LedgerLine) -> LedgerLine | None:
        """Change a ledger line that stands as `known`, and the cost of the job and the owner's account with it.

        None when it was changed, or is gone with its job, else the line as it stands.
        """
        stands = {"at": known.at, "cost": known.cost, "is_assumed": int(known.is_assumed)}
        expected = Expected(equal={"step": known.step, **stands})  # the step, since a line that is gone has none
        more = line.cost - known.cost
        writes = (
            {"Update": update(self._table, line_key(job.id, line), line_values(line), expected)},
            {"Update": update(self._table, job_key(job.id), {}, add={"cost": more})},
            *books.cost(self._table, job, more),
        )
        with answering(_WHAT):
            refusal = write_together(*writes)
        return to_line(refusal.item) if refusal and refusal.item else None

    def ledger(self, job_id: str) -> list[LedgerLine]:
        """All lines of a job's ledger, by key."""
        return self.with_ledger(job_id)[1]

    def with_ledger(self, job_id: str) -> tuple[Job | None, list[LedgerLine]]:
        """A job as it stands now, and all lines of its ledger, by key; what was asked for is not read."""
        items = self._query(
            MOST_LINES,
            KeyConditionExpression="#pk = :pk AND #sk BETWEEN :job AND :last",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=item_of({":pk": job_key(job_id)["pk"], ":job": JOB, ":last": LEDGER + "~"}),
            ConsistentRead=True,
        )
        lines = [to_line(item) for item in items if item["sk"]["S"] != JOB]
        return next((to_job(item) for item in items if item["sk"]["S"] == JOB), None), lines

    def open_work(self, state: OpenState, before: float, limit: int) -> list[OpenJob]:
        """Jobs in an open state that nobody has looked at since `before` (epoch seconds), the oldest first."""
        found = _call(
            "query",
            TableName=self._table,
            IndexName="by_state",
            KeyConditionExpression="#state = :state AND #touched < :before",
            ExpressionAttributeNames={"#state": "open_state", "#touched": "touched_at"},
            ExpressionAttributeValues={":state": {"S": state}, ":before": {"S": clock.timestamp(before)}},
            Limit=limit,
        )
        return [OpenJob(item["job_id"]["S"], state, item["touched_at"]["S"]) for item in found["Items"]]
