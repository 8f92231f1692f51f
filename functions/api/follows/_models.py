"""What the endpoints of follows say."""

from shared.domains.follows import model
from shared.http.framework import BaseModel

MOST = 30
"""People of a page: what there is to tell of each fits into one BatchGetItem with whose list it is."""

LIMIT = 20


class Followed(BaseModel):
    """Whether the caller follows somebody now, and how many do."""

    success: bool
    following: bool
    follower_count: int

    @classmethod
    def of(cls, made: model.Following) -> "Followed":
        """What came of it."""
        return cls(success=True, following=made.following, follower_count=made.follower_count)


class Listed(BaseModel):
    """Somebody in a list. `follower_count` is null where the caller may not see their profile."""

    id: str
    username: str
    display_name: str
    avatar_url: str
    follower_count: int | None
    followed_at: str

    @classmethod
    def of(cls, listed: model.Listed) -> "Listed":
        """Somebody of the domain."""
        person = listed.person
        return cls(
            id=person.id,
            username=person.username,
            display_name=person.display_name,
            avatar_url=person.avatar_url,
            follower_count=listed.follower_count,
            followed_at=listed.followed_at,
        )
