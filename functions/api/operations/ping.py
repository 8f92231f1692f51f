"""GET /ping: pong."""

from shared.contract.declare import get
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Pong(BaseModel):
    """The answer to a ping."""

    message: str


@get("/ping", general=False, in_maintenance=True)
async def ping() -> Pong:
    """Say pong."""
    return Pong(message="pong")


handler = serve(ping)
