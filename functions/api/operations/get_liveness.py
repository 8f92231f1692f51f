"""GET /health/live: whether this process is alive."""

from shared.contract.declare import get
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Liveness(BaseModel):
    """The answer: `status` is "alive" when we can give it at all."""

    status: str


@get("/health/live", aliases=("/live",), general=False, in_maintenance=True)
async def get_liveness() -> Liveness:
    """Say that the process is alive, whatever state all else is in."""
    return Liveness(status="alive")


handler = serve(get_liveness)
