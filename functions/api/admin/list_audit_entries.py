"""GET /api/v1/admin/audit: who did what."""

from typing import Annotated

from pydantic import Field

from shared.contract.declare import get
from shared.contract.permissions import admin
from shared.contract.resources import AUDIT, CURSOR_KEY
from shared.domains.audit.model import Entry
from shared.domains.audit.service.trail import AuditService
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Query
from shared.http.paging import Pagination, pagination
from shared.http.serve import serve

MOST = 200


class AuditEntry(BaseModel):
    """One act. What does not apply is "".

    actor       who really did it: a user's id, or "service:<name>"
    acting_as   the user whom an administrator acted as
    result      "done", "begun", or the status that was answered
    """

    id: str
    at: str
    action: str
    target: str
    actor: str
    acting_as: str
    key_id: str
    address: str
    route: str
    request_id: str
    result: str
    details: Annotated[dict[str, str], Field(max_length=10)]

    @classmethod
    def of(cls, entry: Entry) -> "AuditEntry":
        """The entry of the domain."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class AuditEntries(BaseModel):
    """Entries, the latest first. The trail is not counted: totals are of what this page and the next one show."""

    entries: Annotated[list[AuditEntry], Field(max_length=MOST)]
    pagination: Pagination


@get(
    "/api/v1/admin/audit",
    caller=admin(),
    errors=((400, "INVALID_CURSOR"),),
    needs=(AUDIT.query, AUDIT.query_index("by_actor"), AUDIT.query_index("by_target"), CURSOR_KEY.read),
)
async def list_audit_entries(
    caller: Caller,
    trail: AuditService,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
    actor: Annotated[str, Query(max_length=100)] = "",
    target: Annotated[str, Query(max_length=100)] = "",
) -> AuditEntries:
    """All acts, those of one actor, or those on one target, the latest first."""
    found = trail.page(caller.require_user(), limit=limit, cursor=cursor, actor=actor, target=target)
    total = len(found.entries) + bool(found.next_cursor)
    return AuditEntries(
        entries=[AuditEntry.of(entry) for entry in found.entries],
        pagination=pagination(
            page=1,
            limit=limit,
            total=total,
            next_cursor=found.next_cursor,
            has_prev=found.has_prev,
            is_capped=bool(found.next_cursor),
        ),
    )


handler = serve(list_audit_entries)
