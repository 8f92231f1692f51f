"""GET /api/v1/csrf-token: a token that shows that a request was meant."""

from typing import Annotated

from shared.contract.declare import get
from shared.contract.resources import CURSOR_KEY, PUBLIC_KEYS
from shared.http import csrf
from shared.http.authenticate import session_of
from shared.http.framework import BaseModel, Depends, Request
from shared.http.serve import serve


class CsrfToken(BaseModel):
    """For the header X-CSRF-Token, within an hour."""

    csrf_token: str


async def _session(request: Request) -> str:
    return session_of(request.scope["aws.event"]["request"])


@get("/api/v1/csrf-token", needs=(CURSOR_KEY.read, PUBLIC_KEYS.read), in_maintenance=True)
async def get_csrf_token(session_id: Annotated[str, Depends(_session)]) -> CsrfToken:
    """Give a token for the session whose access token is sent along, or for requests without any."""
    return CsrfToken(csrf_token=csrf.new_token(session_id))


handler = serve(get_csrf_token)
