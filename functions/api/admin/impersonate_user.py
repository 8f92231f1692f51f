"""POST /api/v1/admin/users/{user_id}/impersonate: act as somebody."""

from uuid import UUID

from shared.base.tokens import IMPERSONATION_SECONDS
from shared.contract.declare import post
from shared.contract.limits import HOUR
from shared.contract.permissions import admin
from shared.contract.resources import AUDIT, SIGNING_KEYS, USERS
from shared.domains.accounts.service.impersonation import ImpersonationService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Impersonation(BaseModel):
    """A token for `Authorization`, and the seconds that it lives at most: it ends with the administrator's session."""

    impersonation_token: str
    expires_in: int


@post(
    "/api/v1/admin/users/{user_id}/impersonate",
    caller=admin(recent=HOUR, joined=True),
    errors=((404, "NOT_FOUND"), (409, "CONFLICT")),
    needs=(USERS.get, SIGNING_KEYS.read, AUDIT.put),
)
async def impersonate_user(user_id: UUID, caller: Caller, impersonation: ImpersonationService) -> Impersonation:
    """A token to call as a user what an API key of theirs could call.

    It asks for a login of the last hour. Each call is kept in the audit trail before it runs, and its answer carries
    `X-Impersonated-By`. Nobody acts as an administrator (403) or as themselves (409).
    """
    token = impersonation.begin(str(user_id), caller.require_user(), caller.session_id)
    return Impersonation(impersonation_token=token, expires_in=IMPERSONATION_SECONDS)


handler = serve(impersonate_user)
