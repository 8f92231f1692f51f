"""Accounts: users, their sessions, and what proves who they are."""

from dataclasses import dataclass

DEFAULT_ROLE = "user"


@dataclass(frozen=True)
class User:
    """A user. `created_at` is ISO 8601 in UTC; `avatar_url` is "" while they have chosen none."""

    id: str
    username: str
    email: str
    display_name: str
    created_at: str
    avatar_url: str = ""
    bio: str = ""
    role: str = DEFAULT_ROLE
    verified: bool = False
    follower_count: int = 0
    following_count: int = 0


@dataclass(frozen=True)
class Credentials:
    """A user, and the stored hash of their password."""

    user: User
    password_hash: str


@dataclass(frozen=True)
class Session:
    """A login and all tokens that come of it (a family). It ends 7 days after it began, whatever is refreshed.

    refresh_hash  SHA-256 of the `jti` of the one refresh token that is good now
    expires_at    epoch seconds
    """

    id: str
    user_id: str
    refresh_hash: str
    created_at: str
    expires_at: int


@dataclass(frozen=True)
class Registration:
    """What a newcomer sends; without a `display_name` it is their username."""

    username: str
    email: str
    password: str
    display_name: str | None = None


@dataclass(frozen=True)
class Tokens:
    """An access token and the refresh token that follows it."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True)
class LoggedIn:
    """A user and the tokens of their new session."""

    user: User
    tokens: Tokens
