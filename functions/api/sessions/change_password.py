"""POST /api/v1/auth/password: set another password."""

from functions.api.accounts._models import device_of
from functions.api.sessions._models import Message, PasswordChange
from shared.contract.declare import Compute, post
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, LIMITS, PASSWORD_PEPPER, SESSIONS, USERS
from shared.domains.accounts.service.passwords import PasswordService
from shared.http.caller import Caller
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/v1/auth/password",
    caller=user(live=False, ours=True),
    errors=((423, "ACCOUNT_LOCKED"),),
    compute=Compute(memory=1769),
    needs=(
        *(USERS.batch_get, USERS.update, LIMITS.batch_get, LIMITS.update),
        *(SESSIONS.query, SESSIONS.update, PASSWORD_PEPPER.read, AUDIT.put),
    ),
)
async def change_password(
    wish: PasswordChange, caller: Caller, request: ApiRequest, passwords: PasswordService
) -> Message:
    """Set another password for the one that is good now. All other sessions end in the same moment."""
    device = device_of(request)
    passwords.change(caller.email, caller.session_id, device, wish.current_password, wish.new_password)
    return Message(message="The password was changed, and all other sessions have ended")


handler = serve(change_password)
