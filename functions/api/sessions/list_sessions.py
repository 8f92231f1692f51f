"""GET /api/v1/auth/sessions: where the caller is logged in."""

from functions.api.sessions._models import MOST_SESSIONS, Sessions, ShownSession
from shared.base import clock
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import SESSIONS
from shared.domains.accounts.model import Session
from shared.domains.accounts.service.sessions import SessionService
from shared.http.caller import Caller
from shared.http.serve import serve


@get("/api/v1/auth/sessions", caller=user(by_hand=True), needs=(SESSIONS.query,))
async def list_sessions(caller: Caller, sessions: SessionService) -> Sessions:
    """The sessions of the caller that live, the newest first, 100 at most."""
    found = sessions.list(caller.require_user())[:MOST_SESSIONS]
    return Sessions(sessions=[_shown(session, caller.session_id) for session in found])


def _shown(session: Session, current: str) -> ShownSession:
    return ShownSession(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.used_at or session.created_at,
        expires_at=clock.timestamp(session.expires_at),
        address=session.device.address,
        user_agent=session.device.agent,
        edition=session.edition,
        current=session.id == current,
    )


handler = serve(list_sessions)
