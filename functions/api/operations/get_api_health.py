"""GET /api/health: whether the API answers, for the Watch edition's frontends."""

from shared.contract.declare import get
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ApiHealth(BaseModel):
    """The answer: `status` is "ok" when we can give it at all."""

    status: str


@get("/api/health", general=False, in_maintenance=True)
async def get_api_health() -> ApiHealth:
    """Say that the API answers."""
    return ApiHealth(status="ok")


handler = serve(get_api_health)
