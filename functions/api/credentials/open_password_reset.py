"""GET /api/v1/auth/password-reset/confirm: where the link in a mail leads when the stage has no frontend."""

from shared.contract.declare import get
from shared.http.framework import Response
from shared.http.page import page
from shared.http.serve import serve


@get("/api/v1/auth/password-reset/confirm", media_type="text/html")
async def open_password_reset() -> Response:
    """Give the page that asks for a new password and posts it with the token of its address."""
    return page("Choose a new password", "Set password", asks_password=True)


handler = serve(open_password_reset)
