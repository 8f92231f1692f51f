"""GET /api/v1/users/me/export/{export_id}: how far an archive of the caller's data is."""

from shared.contract.declare import get
from shared.contract.permissions import person
from shared.contract.resources import DATA_REQUESTS, MEDIA
from shared.domains.privacy.model import Status
from shared.domains.privacy.service.exporting import ExportService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class OwnExport(BaseModel):
    """Where it stands, and once it is completed, an address that lives 15 minutes."""

    export_id: str
    status: Status
    download_url: str | None = None


@get(
    "/api/v1/users/me/export/{export_id}",
    caller=person(),
    errors=((404, "NOT_FOUND"),),
    needs=(DATA_REQUESTS.get, MEDIA.read("exports/")),
)
async def get_own_export(export_id: str, caller: Caller, exports: ExportService) -> OwnExport:
    """An export of the caller's, for the seven days that it is kept."""
    export, url = exports.get(caller.require_user(), export_id)
    return OwnExport(export_id=export.id, status=export.status, download_url=url)


handler = serve(get_own_export)
