"""How jobs, ledger lines and accounts read in the table."""

import dataclasses
import json
from typing import Any

from shared.domains.jobs.model import Account, Job, Kind, LedgerLine, Status, Usage
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
    usage = json.dumps({name: value for name, value in dataclasses.asdict(line.usage).items() if value})
    told: dict[str, Value] = {"step": line.step, "usage": usage, "cost": line.cost, "at": line.at}
    return {**job_key(job_id, LEDGER + line.key), **told}


def to_line(item: Item) -> LedgerLine:
    """The ledger line of a row."""
    usage = Usage(**json.loads(item["usage"]["S"]))
    return LedgerLine(
        item["sk"]["S"].removeprefix(LEDGER), item["step"]["S"], usage, number(item, "cost"), item["at"]["S"]
    )


def status_count(status: Status) -> str:
    """The name of an account's counter of jobs in a status."""
    return _STATUS_PREFIX + status


def to_account(item: Item) -> Account:
    """The account of a row; an absent one has no jobs."""
    by_status = {status: number(item, status_count(status)) for status in Status}
    rest = {name: number(item, name) for name in ("open", "reserved", "spent", "seconds")}
    return Account(by_status, **rest)
