"""DELETE /api/v1/auth/sessions/{session_id}: log one of the caller's devices out."""

from uuid import UUID

from functions.api.sessions._models import Message
from shared.contract.declare import delete
from shared.contract.permissions import person
from shared.contract.resources import AUDIT, SESSIONS
from shared.domains.accounts.service.sessions import SessionService
from shared.http.caller import Caller
from shared.http.serve import serve


@delete(
    "/api/v1/auth/sessions/{session_id}",
    caller=person(),
    errors=((404, "NOT_FOUND"),),
    needs=(SESSIONS.get, SESSIONS.update, AUDIT.put),
)
async def end_session(session_id: UUID, caller: Caller, sessions: SessionService) -> Message:
    """End a session of the caller, this one or another. Ending it again changes nothing."""
    sessions.end(caller.require_user(), str(session_id))
    return Message(message="The session has ended")


handler = serve(end_session)
