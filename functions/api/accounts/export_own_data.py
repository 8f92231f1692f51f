"""POST /api/v1/users/me/export: all that is the caller's, as one archive."""

from shared.contract.declare import post
from shared.contract.permissions import person
from shared.contract.resources import AUDIT, DATA_REQUESTS, LIMITS, MAKE_EXPORTS
from shared.domains.privacy.service.exporting import ExportService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class AskedExport(BaseModel):
    """What to ask for."""

    export_id: str


@post(
    "/api/v1/users/me/export",
    caller=person(joined=True),
    status=202,
    idempotent=True,
    needs=(DATA_REQUESTS.put, LIMITS.update, AUDIT.put, MAKE_EXPORTS.invoke),
)
async def export_own_data(caller: Caller, exports: ExportService) -> AskedExport:
    """Have an archive made of all that is the caller's: a ZIP with a JSON file for each kind of data, and their films.

    Films beyond 5 GiB together, and those for which a quarter of an hour is too short, are listed with where they are
    to be had. Three exports a day; while one is being made, the answer names that one.
    """
    return AskedExport(export_id=exports.ask(caller.require_user(), caller.tier))


handler = serve(export_own_data)
