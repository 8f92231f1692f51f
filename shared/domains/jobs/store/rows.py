"""How jobs, ledger lines and accounts read in the table."""

import dataclasses
import json
from typing import Any

from shared.domains.jobs.model import Account, Job, Kind, LedgerLine, Month, Status, Usage
from shared.domains.jobs.rules.keys import LEDGER, job_key
from shared.domains.jobs.store.expressions import Value, number

Item = dict[str, Any]

_NUMBERS = {field.name for field in dataclasses.fields(Job) if field.type is int}
_TEXTS = {field.name for field in dataclasses.fields(Job) if field.type is str} - {"id"}
_STATUS_PREFIX = "status_"


def job_fields(job: Job) -> dict[str, Value]:
    """The row of a new job."""
    known = {name: getattr(job, name) for name in (*_TEXTS, *_NUMBERS, "kind", "status")}
    return {**job_key(job.id), "job_id": job.id, "owner_status": owner_status(job.owner_id, job.status), **known}


def owner_status(owner_id: str, status: Status) -> str:
    """Under which an index has an owner's jobs in a status."""
    return f"{owner_id}#{status}"


def to_job(item: Item, owner_id: str = "") -> Job:
    """The job of a row, or of a card in a list, which lacks some fields."""
    fields: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS if name in item}
    fields |= {name: number(item, name) for name in _NUMBERS if name in item}
    if owner_id:
        fields["owner_id"] = owner_id
    return Job(id=item["job_id"]["S"], kind=Kind(item["kind"]["S"]), status=Status(item["status"]["S"]), **fields)


def line_fields(job_id: str, line: LedgerLine) -> dict[str, Value]:
    """The row of a ledger line."""
    return {**line_key(job_id, line), **line_values(line)}


def line_key(job_id: str, line: LedgerLine) -> dict[str, str]:
    """The key of a ledger line's row."""
    return job_key(job_id, LEDGER + line.key)


def line_values(line: LedgerLine) -> dict[str, Value]:
    """What is in the row of a ledger line."""
    usage = json.dumps({name: value for name, value in dataclasses.asdict(line.usage).items() if value})
    return {
        "step": line.step,
        "usage": usage,
        "began_at": line.began_at,
        "most_seconds": line.most_seconds,
        "cost": line.cost,
        "at": line.at,
        "is_assumed": int(line.is_assumed),
    }


def to_line(item: Item) -> LedgerLine:
    """The ledger line of a row."""
    return LedgerLine(
        key=item["sk"]["S"].removeprefix(LEDGER),
        step=item["step"]["S"],
        usage=Usage(**json.loads(item["usage"]["S"])),
        began_at=item["began_at"]["S"],
        most_seconds=number(item, "most_seconds"),
        cost=number(item, "cost"),
        at=item["at"]["S"] if "at" in item else "",
        is_assumed=bool(number(item, "is_assumed")),
    )


def status_count(status: Status) -> str:
    """The name of an account's counter of jobs in a status."""
    return _STATUS_PREFIX + status


def to_account(item: Item) -> Account:
    """The account of a row; an absent one has no jobs."""
    by_status = {status: number(item, status_count(status)) for status in Status}
    rest = {name: number(item, name) for name in ("open", "spent", "seconds")}
    return Account(by_status, **rest, budget=int(item["budget"]["S"]) if "budget" in item else None)


def day_count(day: str) -> str:
    """The name of a month's counter of the videos of a day (2026-01-31)."""
    return f"day_{day[-2:]}"


def to_month(item: Item, day: str) -> Month:
    """The month of a row, as that day sees it; an absent one has nothing."""
    rest = {name: number(item, name) for name in ("spent", "used", "videos", "milliseconds")}
    return Month(today=number(item, day_count(day)), **rest)
