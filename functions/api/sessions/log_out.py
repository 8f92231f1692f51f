"""POST /api/v1/auth/logout: end the session of the caller's token."""

from functions.api.sessions._models import LogOutRequest, Message
from shared.contract.declare import post
from shared.contract.permissions import user
from shared.contract.resources import AUDIT, SESSIONS
from shared.domains.accounts.service.sessions import SessionService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/v1/auth/logout",
    aliases=("/api/auth/logout",),
    caller=user(live=False, ours=True),
    needs=(SESSIONS.get, SESSIONS.update, AUDIT.put),
)
async def log_out(caller: Caller, sessions: SessionService, wish: LogOutRequest | None = None) -> Message:
    """End the session. Its access token is refused at once where it matters and within a minute elsewhere.

    Doing it again changes nothing. A refresh token of somebody else is left alone.
    """
    sessions.log_out(caller.require_user(), caller.session_id, wish.refresh_token if wish else None)
    return Message(message="Logged out")


handler = serve(log_out)
