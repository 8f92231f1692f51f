"""GET /health: whether the API answers."""

from shared.base import clock
from shared.contract.declare import get
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Health(BaseModel):
    """The answer: `status` is "healthy" when we can give it at all; `timestamp` is ISO 8601 in UTC."""

    status: str
    timestamp: str


@get("/health", general=False, in_maintenance=True)
async def get_health() -> Health:
    """Say that the API answers, without asking anything that it depends on."""
    return Health(status="healthy", timestamp=clock.timestamp())


handler = serve(get_health)
