"""GET /api/: a greeting, to see that the address is right."""

from shared.contract.declare import get
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Greeting(BaseModel):
    """Who answers here."""

    message: str


@get("/api/", general=False, in_maintenance=True)
async def get_root() -> Greeting:
    """Say whose API this is."""
    return Greeting(message="Showreel API")


handler = serve(get_root)
