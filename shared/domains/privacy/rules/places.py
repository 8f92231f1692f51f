"""Where the media bucket has what belongs to a user and to no video."""

from shared.domains.accounts.rules.pictures import avatar_path
from shared.domains.jobs.rules.keys import HEARD
from shared.domains.jobs.rules.units import UNITS
from shared.domains.videos.rules.keys import THUMBNAIL_UPLOADS

EXPORTS = "exports/"
FETCHED_BY = "fetched/urls/"
AVATARS = avatar_path("", "").partition("//")[0].lstrip("/") + "/"

PREFIXES = {
    "pictures": AVATARS,
    "uploaded_pictures": THUMBNAIL_UPLOADS,
    "units": UNITS,
    "heard": HEARD,
    "fetched_addresses": FETCHED_BY,
    "archives": EXPORTS,
}
"""Kind of object -> prefix, under which a folder is a user's."""


def avatar_pattern(user_id: str) -> str:
    """The addresses at the edge of all pictures of a user."""
    return f"/{AVATARS}{user_id}/*"
