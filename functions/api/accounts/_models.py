"""What the account endpoints say and hear."""

from dataclasses import asdict
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.domains.accounts import model
from shared.domains.accounts.rules import names, passwords, second_factor
from shared.http.framework import BaseModel
from shared.http.request import ApiRequest


class Request(BaseModel):
    """A request: a field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


def device_of(request: ApiRequest) -> model.Device:
    """What a request came from, as people recognise it in the list of their sessions."""
    return model.Device(request.address, request.headers.get("user-agent", ""))


# The bounds below are documented here and enforced by the domain, which finds all faults of a registration at once.
class RegisterRequest(Request):
    """Who somebody wants to be. An answer of 422 names all that is wrong at once."""

    username: Annotated[str, Field(json_schema_extra={"pattern": names.USERNAME_PATTERN})]
    email: Annotated[str, Field(json_schema_extra={"format": "email", "maxLength": names.EMAIL_LENGTH})]
    password: Annotated[
        str,
        Field(
            description="At least one upper case letter and one digit; taken exactly as sent",
            json_schema_extra={
                "minLength": passwords.PASSWORD_LENGTHS[model.Edition.WATCH][0],
                "maxLength": passwords.LONGEST_PASSWORD,
                "format": "password",
            },
        ),
    ]
    display_name: Annotated[
        str | None, Field(json_schema_extra={"minLength": 1, "maxLength": names.DISPLAY_NAME_LENGTH})
    ] = None


class LoginRequest(Request):
    """`login` is a username or an e-mail address; `mfa_code` a code of an authenticator app, or a recovery code."""

    login: Annotated[str, Field(min_length=1, max_length=names.EMAIL_LENGTH)]
    password: Annotated[str, Field(min_length=1, max_length=passwords.LONGEST_PASSWORD)]
    mfa_code: Annotated[str | None, Field(max_length=second_factor.CODE_LENGTH)] = None


class RefreshRequest(Request):
    """The refresh token of the last answer; it is good once."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=8192)]


class User(BaseModel):
    """A user, as they see themselves."""

    id: str
    username: str
    email: str
    display_name: str
    avatar_url: str
    created_at: str
    follower_count: int
    following_count: int

    @classmethod
    def of(cls, user: model.User) -> "User":
        """The user of the domain, in the words of the API."""
        return cls(**{name: getattr(user, name) for name in cls.model_fields})


class OwnUser(User):
    """A user, with what their profile adds."""

    bio: str
    verified: bool


class Notifications(Request):
    """By which ways, and of what, somebody wants to be told."""

    email: bool
    push: bool
    comments: bool
    followers: bool


class Privacy(Request):
    """What others see of somebody."""

    profile_visibility: model.Visibility
    show_following: bool
    show_followers: bool


class Settings(BaseModel):
    """What somebody has set."""

    notifications: Notifications
    privacy: Privacy


class OwnProfile(BaseModel):
    """A user, as they see themselves, and what they have set."""

    user: OwnUser
    settings: Settings

    @classmethod
    def of(cls, profile: model.Profile) -> "OwnProfile":
        """The profile of the domain, in the words of the API."""
        return cls(user=OwnUser.of(profile.user), settings=Settings.model_validate(asdict(profile.settings)))


class Profile(BaseModel):
    """What a user's videos have gathered in all."""

    total_views: int
    total_videos: int
    total_likes_received: int


class Tokens(BaseModel):
    """An access token for 15 minutes, a refresh token for one use within the 7 days of the session."""

    access_token: str
    refresh_token: str

    @classmethod
    def of(cls, tokens: model.Tokens) -> "Tokens":
        """The tokens of the domain, in the words of the API."""
        return cls(access_token=tokens.access_token, refresh_token=tokens.refresh_token)


class LoggedIn(BaseModel):
    """A new session."""

    success: bool
    message: str
    user: User
    tokens: Tokens

    @classmethod
    def of(cls, logged_in: model.LoggedIn, message: str) -> "LoggedIn":
        """The session's user and tokens, with a sentence for people."""
        return cls(success=True, message=message, user=User.of(logged_in.user), tokens=Tokens.of(logged_in.tokens))


class Me(BaseModel):
    """Who is calling."""

    user: OwnUser
    profile: Profile


class PublicKey(BaseModel):
    """A key that verifies our tokens (RFC 7517)."""

    kty: str
    kid: str
    use: str
    alg: str
    n: str
    e: str


class PublicKeys(BaseModel):
    """All keys that verify our tokens (RFC 7517)."""

    keys: list[PublicKey]
