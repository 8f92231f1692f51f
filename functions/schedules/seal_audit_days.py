"""Seals what the audit trail was: once a day, all days that have ended and have no seal."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.resources import AUDIT, SEALS
from shared.domains.audit.service.sealing import SealService


@every(
    minutes=24 * 60,
    needs=(AUDIT.query, SEALS.list("days/"), SEALS.read("days/"), SEALS.put("days/")),
    compute=Compute(seconds=900),
)
def seal_audit_days(event: dict[str, Any]) -> dict[str, int]:
    """Keep a hash over each day and the one before, which nobody can change for years."""
    return {"sealed": SealService.open().seal()}


handler = serve(seal_audit_days)
