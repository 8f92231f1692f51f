"""What the product asks of somebody with whom people can log in, and who lets us act for them there."""

from dataclasses import dataclass


class RefusedError(Exception):
    """The provider does not stand for this login, or what it says of it is not proven; the message is for logs."""


@dataclass(frozen=True)
class Flow:
    """One login on its way through a browser. All but the state and the nonce stays with us and the provider.

    redirect_uri  where the provider sends the browser back to
    verifier      the secret of PKCE (RFC 7636), whose hash the provider is told at first
    nonce         stands in the ID token of this login alone
    """

    state: str
    redirect_uri: str
    verifier: str
    nonce: str


@dataclass(frozen=True)
class Tokens:
    """What a provider lets us act with. `refresh_token` is "" when it gave none; `expires_at` in epoch seconds."""

    access_token: str
    refresh_token: str
    expires_at: int
    scope: str


@dataclass(frozen=True)
class Person:
    """Who has logged in, as their provider proves it; what it does not say is "".

    subject  the provider's own name of the account, which never becomes another's
    """

    subject: str
    email: str
    email_verified: bool
    name: str
    picture: str
