"""POST /api/auth/refresh: new tokens for a refresh token."""

from functions.api.accounts._models import RefreshRequest, Tokens
from shared.contract.declare import post
from shared.contract.limits import AUTH
from shared.contract.resources import AUDIT, PUBLIC_KEYS, SESSIONS, SIGNING_KEYS, USERS
from shared.domains.accounts.service.sessions import RefreshService
from shared.http.serve import serve


@post(
    "/api/auth/refresh",
    limits=(AUTH,),
    errors=((401, "UNAUTHORIZED"),),
    needs=(USERS.get, SESSIONS.get, SESSIONS.update, SIGNING_KEYS.read, PUBLIC_KEYS.read, AUDIT.put),
    in_maintenance=True,
)
async def refresh_tokens(wish: RefreshRequest, sessions: RefreshService) -> Tokens:
    """Trade a refresh token for new tokens. Each is good once: using one again ends its session."""
    return Tokens.of(sessions.refresh(wish.refresh_token))


handler = serve(refresh_tokens)
