"""GET /api/user/profile: the caller's profile and settings."""

from functions.api.accounts._models import OwnProfile
from shared.contract.declare import get
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, USERS
from shared.domains.accounts.service.profiles import ProfileService
from shared.http.caller import Caller
from shared.http.serve import serve


@get("/api/user/profile", caller=user(), needs=(USERS.batch_get, COUNTS.batch_get))
async def get_profile(caller: Caller, profiles: ProfileService) -> OwnProfile:
    """What the caller shows of themselves and has set; what they never set is as by default."""
    return OwnProfile.of(profiles.counted(caller.require_user()))


handler = serve(get_profile)
