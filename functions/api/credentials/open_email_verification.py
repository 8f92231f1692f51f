"""GET /api/v1/auth/verify-email: where the link in a mail leads."""

from typing import Annotated

from functions.api.credentials._models import Message
from shared.contract.declare import get
from shared.contract.resources import AUDIT, SESSIONS, USERS
from shared.domains.accounts.rules.mailed import TOKEN_LENGTH
from shared.domains.accounts.service.recovery import RecoveryService
from shared.http.framework import Query, Response, json_response
from shared.http.page import page, wants_json
from shared.http.request import ApiRequest
from shared.http.serve import serve


@get(
    "/api/v1/auth/verify-email",
    answers=((200, Message),),
    other_type="text/html",
    errors=((401, "INVALID_TOKEN"),),
    needs=(SESSIONS.get, SESSIONS.delete, USERS.update, AUDIT.put),
)
async def open_email_verification(
    token: Annotated[str, Query(min_length=1, max_length=2 * TOKEN_LENGTH)],
    request: ApiRequest,
    recovery: RecoveryService,
) -> Response:
    """Confirm an address for a program that asks for JSON (`Accept: application/json`).

    Everybody else gets a page whose button does it, since programs that look through mail follow links too.
    """
    if not wants_json(request.headers.get("accept", "")):
        return page("Confirm your e-mail address", "Confirm")
    recovery.verify_email(token)
    return json_response(Message(message="Your e-mail address is confirmed"), 200)


handler = serve(open_email_verification)
