"""POST /api/v1/admin/maintenance: close the stage for a while, and open it again."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.contract.declare import post
from shared.contract.permissions import admin
from shared.contract.resources import AUDIT, OPERATIONS
from shared.domains.operations.service.maintenance import MaintenanceService
from shared.http.framework import BaseModel
from shared.http.serve import serve

WEEK_MINUTES = 7 * 24 * 60


class MaintenanceWish(BaseModel):
    """How the stage is to be. `message` is what callers are told, `estimated_time` the minutes that it will take."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool
    message: Annotated[str, Field(max_length=500)] = ""
    estimated_time: Annotated[int | None, Field(ge=1, le=WEEK_MINUTES)] = None


class MaintenanceState(BaseModel):
    """How the stage is now."""

    enabled: bool
    message: str
    estimated_time: int | None


@post("/api/v1/admin/maintenance", caller=admin(), needs=(OPERATIONS.put, AUDIT.put))
async def set_maintenance(wish: MaintenanceWish, maintenance: MaintenanceService) -> MaintenanceState:
    """Begin or end a maintenance: within 10 s all but administrators get 503 with Retry-After, or are served again.

    Health, logins, refreshes and the signed reports of others go on, and so do jobs that run.
    """
    state = maintenance.set(enabled=wish.enabled, message=wish.message, estimated_time=wish.estimated_time)
    return MaintenanceState(enabled=state.enabled, message=state.message, estimated_time=state.estimated_time)


handler = serve(set_maintenance)
