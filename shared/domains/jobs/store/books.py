"""An owner's books: what moves and costs of their jobs add to the account and to a month, as parts of transactions.

What bounds a number is a condition of the write that adds to it, so nothing is let through by a race.
"""

from decimal import Decimal
from typing import Any

from shared.base import clock
from shared.domains.jobs.model import Allowance, Job, Status
from shared.domains.jobs.rules.keys import account_key, month_key
from shared.domains.jobs.rules.status import OPEN, video_of_day
from shared.domains.jobs.store.expressions import Expected, Value, item_of, update
from shared.domains.jobs.store.rows import day_count, status_count

Writes = tuple[dict[str, Any], ...]


def move(
    table: str, job: Job, before: Status | None, after: Status, allowance: Allowance | None, milliseconds: int
) -> Writes:
    """What the move of a job adds: to the account, and to the month unless it stays open.

    before        None for a new job
    allowance     what bounds the numbers when the job becomes open
    milliseconds  that the video lasts, when the job is completed
    """
    opened = (after in OPEN) - (before in OPEN)
    account: dict[str, int | Decimal] = {status_count(after): 1}
    if before is not None:
        account[status_count(before)] = -1
    if opened:
        account["open"] = opened
    if after is Status.COMPLETED:
        account["seconds"] = max(0, round(clock.now() - clock.seconds(job.created_at)))
    write = {"Update": update(table, account_key(job.owner_id), {}, _account(allowance), add=account)}
    if not opened:
        return (write,)
    month: dict[str, int | Decimal] = {"used": opened * job.reserved}
    if day := video_of_day(before, after):
        month[day_count(job.counted_on)] = day
    if after is Status.COMPLETED:
        month |= {"videos": 1, "milliseconds": milliseconds}
    return write, {"Update": update(table, _month_key(job), {}, _month(job, allowance), add=month)}


def cost(table: str, job: Job, more: int) -> Writes:
    """What the costs of a job add to the account and to the month; less than 0 when less was spent than thought."""
    return (
        {"Update": update(table, account_key(job.owner_id), {}, add={"spent": more})},
        {"Update": update(table, _month_key(job), {}, add={"spent": more, "used": more})},
    )


def reservation(table: str, job: Job, more: int, budget: int | None) -> Writes:
    """What the month sets aside beyond what it does for the job, within the budget that the account has."""
    within = Expected(most={"used": budget - more}) if budget is not None and more > 0 else None
    write = {"Update": update(table, _month_key(job), {}, within, add={"used": more})}
    return (check(table, job.owner_id, budget), write) if more > 0 else (write,)


def check(table: str, owner_id: str, budget: int | None) -> dict[str, Any]:
    """What holds while the account has this budget; who is refused is told the account."""
    condition = "attribute_not_exists(budget)" if budget is None else "budget = :budget"
    known = {} if budget is None else {"ExpressionAttributeValues": item_of({":budget": _text(budget)})}
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": item_of({**account_key(owner_id)}),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **known,
        }
    }


def budget(table: str, owner_id: str, amount: int | None) -> dict[str, Any]:
    """The write that sets what an owner's work may cost in a month; None takes the bound away."""
    return {"Update": update(table, account_key(owner_id), {"budget": _text(amount)})}


def _month_key(job: Job) -> dict[str, str]:
    return month_key(job.owner_id, job.counted_on)


def _account(allowance: Allowance | None) -> Expected | None:
    if allowance is None:
        return None
    known: dict[str, Value] = {"budget": _text(allowance.budget)}
    return Expected(equal=known, most={"open": allowance.open - 1})


def _month(job: Job, allowance: Allowance | None) -> Expected | None:
    if allowance is None:
        return None
    most = {day_count(job.counted_on): allowance.daily - 1}
    if allowance.budget is not None:
        most["used"] = allowance.budget - job.reserved
    return Expected(most=most)


def _text(amount: int | None) -> str:
    """A budget as it is stored: a text, since 0 is one too, and "" is none."""
    return "" if amount is None else str(amount)
