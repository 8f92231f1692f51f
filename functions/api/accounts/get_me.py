"""GET /api/auth/me: who the caller is."""

from functions.api.accounts._models import Me, OwnUser, Profile
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, OPERATIONS, USERS
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.videos.service.listing import collection_among, collection_keys
from shared.http.caller import Caller
from shared.http.serve import serve


@get("/api/auth/me", caller=user(), needs=(USERS.batch_get, COUNTS.batch_get, OPERATIONS.batch_get))
async def get_me(caller: Caller, profiles: ProfileService) -> Me:
    """The caller's account, and what their videos have gathered."""
    found, others = profiles.counted_with(caller.user_id, collection_keys(caller.user_id))
    return Me(
        user=OwnUser.of(found.user),
        profile=Profile(
            total_views=found.total_views,
            total_videos=collection_among(others).total,
            total_likes_received=found.total_likes,
        ),
    )


handler = serve(get_me)
