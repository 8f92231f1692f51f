"""GET /api/users/{user_id}: somebody's profile."""

from uuid import UUID

from shared.contract.declare import get
from shared.contract.permissions import optional
from shared.contract.resources import COUNTS, FOLLOWS, OPERATIONS, PROFILES
from shared.domains.follows.model import Shown
from shared.domains.follows.service.profiles import PersonService
from shared.domains.videos.service.listing import collection_among, collection_keys
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class Person(BaseModel):
    """A user, as others see them. `email` is the caller's own, and null of everybody else."""

    id: str
    username: str
    email: str | None
    display_name: str
    avatar_url: str
    bio: str
    follower_count: int
    following_count: int
    created_at: str
    verified: bool

    @classmethod
    def of(cls, shown: Shown, email: str | None) -> "Person":
        """Somebody of the domain."""
        person, numbers = shown.person, shown.numbers
        return cls(
            id=person.id,
            username=person.username,
            email=email,
            display_name=person.display_name,
            avatar_url=person.avatar_url,
            bio=person.bio,
            follower_count=numbers.followers,
            following_count=numbers.following,
            created_at=person.created_at,
            verified=person.verified,
        )


class Gathered(BaseModel):
    """What a user's videos have gathered in all. Others are told of public videos, their owner of all."""

    total_views: int
    total_videos: int
    total_likes_received: int


class PersonProfile(BaseModel):
    """A user, and what their videos have gathered."""

    user: Person
    profile: Gathered


@get(
    "/api/users/{user_id}",
    caller=optional(),
    needs=(PROFILES, FOLLOWS.batch_get, COUNTS.batch_get, OPERATIONS.batch_get),
    errors=((404, "NOT_FOUND"),),
    shared_age=60,
)
async def get_user(user_id: UUID, caller: Caller, people: PersonService) -> PersonProfile:
    """Read somebody's profile; 404 where they do not show it to the caller.

    Nobody reads the address of another; one's own is told to who shows a token of a login here.
    """
    wanted = str(user_id)
    shown, others = people.view(wanted, caller.user_id, collection_keys(wanted))
    is_own, videos = caller.user_id == wanted, collection_among(others)
    return PersonProfile(
        user=Person.of(shown, caller.email or None if is_own else None),
        profile=Gathered(
            total_views=shown.numbers.views,
            total_videos=videos.total if is_own else videos.public,
            total_likes_received=shown.numbers.likes,
        ),
    )


handler = serve(get_user)
