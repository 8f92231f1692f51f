"""Looks whether the audit trail is what it was when its days were sealed, for who may invoke functions of the stage."""

import re
from dataclasses import asdict
from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, task
from shared.contract.resources import AUDIT, SEALS
from shared.domains.audit.service.sealing import SealService

SECONDS = 40
"""Who invokes the function waits for a minute at most."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|")


@task(
    needs=(AUDIT.query, SEALS.list_versions("days/"), SEALS.read_version("days/")),
    compute=Compute(seconds=300),
)
def verify_audit(event: dict[str, Any]) -> dict[str, Any]:
    """Some days after one, the oldest first: {"after"} -> {"days", "last", "more", "problems"}.

    after  2026-01-31, "" for the first days; ValueError for what is no day
    """
    after = event.get("after", "")
    if not isinstance(after, str) or not _DAY.fullmatch(after):
        raise ValueError("after: a day, for example 2026-01-31")
    return asdict(SealService.open().verify(after, SECONDS))


handler = serve(verify_audit)
