"""POST /api/v1/auth/password-reset/confirm: set a new password by a mailed token."""

from functions.api.credentials._models import Message, ResetRequest
from shared.contract.declare import Compute, post
from shared.contract.limits import HOUR, per_address
from shared.contract.resources import AUDIT, LIMITS, PASSWORD_PEPPER, SESSIONS, USERS
from shared.domains.accounts.service.recovery import RecoveryService
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/v1/auth/password-reset/confirm",
    limits=(per_address("password-reset-confirm", 10, HOUR),),
    errors=((401, "INVALID_TOKEN"),),
    compute=Compute(memory=1769),
    needs=(
        *(SESSIONS.query, SESSIONS.delete, SESSIONS.update, USERS.update, LIMITS.delete),
        *(PASSWORD_PEPPER.read, AUDIT.put),
    ),
)
async def reset_password(wish: ResetRequest, request: ApiRequest, recovery: RecoveryService) -> Message:
    """Set a new password, which ends all sessions and opens the account where wrong passwords have locked it."""
    recovery.reset_password(wish.token, wish.new_password, request.address)
    return Message(message="Your password is set: log in with it")


handler = serve(reset_password)
