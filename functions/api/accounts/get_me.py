"""GET /api/auth/me: who the caller is."""

from functions.api.accounts._models import Me, OwnUser, Profile
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import OPERATIONS, USERS
from shared.domains.accounts.service.entering import AccountService
from shared.domains.videos.service.listing import ListingService
from shared.http.caller import Caller
from shared.http.serve import serve


@get("/api/auth/me", caller=user(), needs=(USERS.get, OPERATIONS.get))
async def get_me(caller: Caller, accounts: AccountService, listing: ListingService) -> Me:
    """The caller's account, and what their videos have gathered."""
    found = accounts.get(caller.user_id)
    videos = listing.collection(found.id).total
    return Me(user=OwnUser.of(found), profile=Profile(total_views=0, total_videos=videos, total_likes_received=0))


handler = serve(get_me)
