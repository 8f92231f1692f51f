"""What the endpoints say and hear by which creators enter, and by which people look after their sessions."""

from typing import Annotated, Literal

from pydantic import Field

from functions.api.accounts._models import Request
from shared.domains.accounts import model
from shared.domains.accounts.rules import names, oauth, passwords, registration, second_factor
from shared.http.framework import BaseModel

CODE_LENGTH = 2048
"""Of what a provider sends back; Google announces 256 bytes."""

Password = Annotated[
    str, Field(min_length=1, max_length=passwords.LONGEST_PASSWORD, json_schema_extra={"format": "password"})
]
"""A password as it was sent at some time."""

NewPassword = Annotated[
    str,
    Field(
        description="At least one upper case letter, one lower case letter, one digit and one symbol",
        json_schema_extra={
            "minLength": passwords.PASSWORD_LENGTHS[model.Edition.STUDIO][0],
            "maxLength": passwords.LONGEST_PASSWORD,
            "format": "password",
        },
    ),
]
"""A password that is to be set; the domain says all that is wrong with it."""


# The bounds below are documented here and enforced by the domain, which finds all faults of a registration at once.
class CreatorRequest(Request):
    """Who somebody wants to be. An answer of 400 names all that is wrong at once; without a username one is made."""

    email: Annotated[str, Field(json_schema_extra={"format": "email", "maxLength": names.EMAIL_LENGTH})]
    password: NewPassword
    full_name: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": names.DISPLAY_NAME_LENGTH})]
    company: Annotated[str, Field(json_schema_extra={"maxLength": registration.COMPANY_LENGTH})] = ""
    username: Annotated[str | None, Field(json_schema_extra={"pattern": names.USERNAME_PATTERN})] = None


class Registered(BaseModel):
    """A new account; `verification_required` while its address has not been verified."""

    user_id: str
    email: str
    verification_required: bool


class CreatorLogin(Request):
    """An address and its password."""

    email: Annotated[str, Field(min_length=1, max_length=names.EMAIL_LENGTH)]
    password: Password
    mfa_code: Annotated[str | None, Field(max_length=second_factor.CODE_LENGTH)] = None


class Creator(BaseModel):
    """A user, in the words of Studio."""

    id: str
    email: str
    username: str
    full_name: str
    subscription_tier: str

    @classmethod
    def of(cls, user: model.User) -> "Creator":
        """The user of the domain."""
        return cls(
            id=user.id,
            email=user.email,
            username=user.username,
            full_name=user.display_name,
            subscription_tier=user.tier,
        )


class StudioTokens(BaseModel):
    """An access token for `expires_in` seconds; a refresh token for one use within the 7 days of the session."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int

    @classmethod
    def of(cls, tokens: model.Tokens) -> "StudioTokens":
        """The tokens of the domain, in the words of the API."""
        return cls(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)


class Entered(StudioTokens):
    """A new session and who it is of."""

    user: Creator

    @classmethod
    def begun(cls, entered: model.LoggedIn) -> "Entered":
        """The session's user and tokens."""
        tokens = entered.tokens
        return cls(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in=tokens.expires_in,
            user=Creator.of(entered.user),
        )


class ProviderLogin(BaseModel):
    """Where to send the browser, and the state that it must come back with."""

    authorization_url: str
    state: str


class ProviderReturn(Request):
    """What a provider has sent back with the browser; `mfa_code` is of who has a second factor here."""

    code: Annotated[str, Field(min_length=1, max_length=CODE_LENGTH)]
    state: Annotated[str, Field(min_length=1, max_length=oauth.STATE_LENGTH)]
    mfa_code: Annotated[str | None, Field(max_length=second_factor.CODE_LENGTH)] = None


class EnteredByProvider(Entered):
    """The session, and the provider's tokens: sealed, so that they are of use here alone, and to this user."""

    oauth_tokens: str

    @classmethod
    def by(cls, entrance: model.Entrance) -> "EnteredByProvider":
        """The session and the tokens."""
        return cls(**Entered.begun(entrance).model_dump(), oauth_tokens=entrance.sealed_tokens)


class StudioRefresh(Request):
    """The refresh token of the last answer; it is good once."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=64)]


class LogOutRequest(Request):
    """A refresh token of the same user may be named, whose session then ends too."""

    refresh_token: Annotated[str | None, Field(min_length=1, max_length=8192)] = None


class PasswordChange(Request):
    """The password that is good now, and the one that shall be."""

    current_password: Password
    new_password: NewPassword


MOST_SESSIONS = 100
"""That are shown."""


class Message(BaseModel):
    """That it was done."""

    message: str


class ShownSession(BaseModel):
    """A session: when it was begun, from which address and program, when it was last refreshed and when it ends."""

    id: str
    created_at: str
    last_used_at: str
    expires_at: str
    address: str
    user_agent: str
    edition: str
    current: bool


class Sessions(BaseModel):
    """The sessions that live, the newest first."""

    sessions: Annotated[list[ShownSession], Field(max_length=MOST_SESSIONS)]
