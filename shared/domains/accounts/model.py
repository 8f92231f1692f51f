"""Accounts: users, their sessions, and what proves who they are."""

from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_ROLE = "user"
DEFAULT_TIER = "free"


class Edition(StrEnum):
    """Which of the two editions of the API somebody entered by; it decides how long an access token lives."""

    WATCH = "watch"
    STUDIO = "studio"


@dataclass(frozen=True)
class User:
    """A user. Moments are ISO 8601 in UTC; `avatar_url` is "" while they have chosen none.

    tier            the subscription: free, pro or enterprise
    company         "" when they named none
    monthly_budget  US dollars that their work may cost in a month; None for no bound of their own
    updated_at      "" while nothing was changed
    """

    id: str
    username: str
    email: str
    display_name: str
    created_at: str
    avatar_url: str = ""
    bio: str = ""
    role: str = DEFAULT_ROLE
    tier: str = DEFAULT_TIER
    company: str = ""
    verified: bool = False
    email_verified: bool = False
    follower_count: int = 0
    following_count: int = 0
    monthly_budget: float | None = None
    is_beta_user: bool = False
    updated_at: str = ""


class Visibility(StrEnum):
    """Who sees a profile."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    PRIVATE = "private"


@dataclass(frozen=True)
class Notifications:
    """By which ways, and of what, somebody wants to be told."""

    email: bool = True
    push: bool = True
    comments: bool = True
    followers: bool = True


@dataclass(frozen=True)
class Privacy:
    """What others see of somebody."""

    profile_visibility: Visibility = Visibility.PUBLIC
    show_following: bool = True
    show_followers: bool = True


@dataclass(frozen=True)
class Settings:
    """What somebody has set, or what holds until they do."""

    notifications: Notifications = field(default_factory=Notifications)
    privacy: Privacy = field(default_factory=Privacy)


@dataclass(frozen=True)
class Profile:
    """A user and their settings; and views and likes of all their videos, where these were read too."""

    user: User
    settings: Settings
    total_views: int = 0
    total_likes: int = 0


@dataclass(frozen=True)
class Numbers:
    """What is counted of a user: see shared.base.counts."""

    followers: int = 0
    following: int = 0
    views: int = 0
    likes: int = 0


@dataclass(frozen=True)
class Person:
    """A user as others may see them, if `privacy` lets them. Lists do without bio, verified and created_at."""

    id: str
    username: str
    display_name: str
    avatar_url: str
    privacy: Privacy
    bio: str = ""
    verified: bool = False
    created_at: str = ""


@dataclass(frozen=True)
class UserCard:
    """What every function may read of a user whose token does not tell it."""

    user_id: str
    username: str
    display_name: str
    avatar_url: str
    role: str
    tier: str


@dataclass(frozen=True)
class ClerkPerson:
    """What Clerk says of one of its users, in a token or in a report; what it does not say is ""."""

    id: str
    email: str
    email_verified: bool
    username: str
    name: str
    image_url: str


@dataclass(frozen=True)
class ListedUser:
    """What administrators see of a user in a list. `created_at` is ISO 8601 in UTC."""

    user_id: str
    username: str
    email: str
    display_name: str
    role: str
    tier: str
    email_verified: bool
    created_at: str


Devices = dict[str, str]
"""The devices that an account knows: the mark of each, and the day (ISO 8601, UTC) when it was last noted."""


@dataclass(frozen=True)
class Credentials:
    """A user, the stored hash of their password, and the sealed secret of their second factor, "" without one.

    devices  those that the account was entered from; None when nobody has noted any
    """

    user: User
    password_hash: str
    mfa_secret: str = ""
    devices: Devices | None = None


@dataclass(frozen=True)
class Device:
    """What a session was begun from: the client's address, and the name that its program gave itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Session:
    """A login and all tokens that come of it (a family). It ends 7 days after it began, whatever is refreshed.

    refresh_hash  SHA-256 of the `jti` of the one refresh token that is good now
    created_at    when somebody proved who they are
    used_at       when it was last refreshed; "" while it never was
    expires_at    epoch seconds
    """

    id: str
    user_id: str
    refresh_hash: str
    created_at: str
    expires_at: int
    edition: Edition = Edition.WATCH
    device: Device = field(default_factory=Device)
    used_at: str = ""


@dataclass(frozen=True)
class Registration:
    """What a newcomer sends; without a `display_name` it is their username, without a username one is made."""

    username: str
    email: str
    password: str
    display_name: str | None = None
    company: str = ""


@dataclass(frozen=True)
class Tokens:
    """An access token, the refresh token that follows it, and the seconds that the former lives."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True)
class LoggedIn:
    """A user and the tokens of their new session."""

    user: User
    tokens: Tokens


@dataclass(frozen=True)
class Identity:
    """Somebody as a provider knows them; `provider` and `subject` never change."""

    provider: str
    subject: str

    @property
    def name(self) -> str:
        """For example google#1234."""
        return f"{self.provider}#{self.subject}"


@dataclass(frozen=True)
class Entrance(LoggedIn):
    """A session that a provider's login began, and the provider's tokens, sealed to their user."""

    sealed_tokens: str
