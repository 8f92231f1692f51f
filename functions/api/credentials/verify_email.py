"""POST /api/v1/auth/verify-email: confirm an e-mail address."""

from functions.api.credentials._models import Message, VerifyRequest
from shared.contract.declare import post
from shared.contract.resources import AUDIT, SESSIONS, USERS
from shared.domains.accounts.service.recovery import RecoveryService
from shared.http.serve import serve


@post(
    "/api/v1/auth/verify-email",
    errors=((401, "INVALID_TOKEN"),),
    needs=(SESSIONS.get, SESSIONS.delete, USERS.update, AUDIT.put),
)
async def verify_email(wish: VerifyRequest, recovery: RecoveryService) -> Message:
    """Confirm the address that the token was mailed to. A token is good once, for an hour."""
    recovery.verify_email(wish.token)
    return Message(message="Your e-mail address is confirmed")


handler = serve(verify_email)
