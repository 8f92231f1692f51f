"""GET /api/comments/settings: which comments wait until the caller has looked at them."""

from functions.api.comments._models import HoldingAnswer
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS
from shared.domains.comments.service.holding import HoldingService
from shared.http.caller import Caller
from shared.http.serve import serve


@get("/api/comments/settings", caller=user("videos:read"), needs=(COMMENTS.get,))
async def get_holding(caller: Caller, holding: HoldingService) -> HoldingAnswer:
    """What the caller wants held of what others say on their videos; nothing, until they have said."""
    return HoldingAnswer.of(holding.wish(caller.require_user()))


handler = serve(get_holding)
