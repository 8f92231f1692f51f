"""POST /api/v1/auth/refresh: new tokens for a refresh token of Studio."""

from functions.api.sessions._models import StudioRefresh, StudioTokens
from shared.contract.declare import post
from shared.contract.limits import REFRESH
from shared.contract.resources import AUDIT, LIMITS, SESSIONS, SIGNING_KEYS, USERS
from shared.domains.accounts.service.sessions import RefreshService
from shared.http.serve import serve


@post(
    "/api/v1/auth/refresh",
    limits=(REFRESH,),
    errors=((401, "INVALID_TOKEN"),),
    needs=(USERS.get, SESSIONS.get, SESSIONS.put, SESSIONS.update, LIMITS.update, SIGNING_KEYS.read, AUDIT.put),
    in_maintenance=True,
)
async def renew_session(wish: StudioRefresh, sessions: RefreshService) -> StudioTokens:
    """Trade a refresh token for new tokens, at most 20 times a minute. Each is good once: more ends its session."""
    return StudioTokens.of(sessions.refresh_opaque(wish.refresh_token))


handler = serve(renew_session)
