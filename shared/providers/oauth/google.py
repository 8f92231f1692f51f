"""Google's protocol: OAuth 2.0 with PKCE and OpenID Connect. `google` and `youtube` differ in client and scopes.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from shared.base import base64url, clock, logs
from shared.base.asking import UnansweredError, ask
from shared.base.aws import secret
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.providers.oauth import id_tokens
from shared.providers.oauth.port import Flow, Person, RefusedError, Tokens

EXCHANGE_SECONDS = 8
LONGEST_TOKEN = 8192
"""Google announces tokens of up to 2048 bytes, and an ID token is a few times that at most."""

_API = "https://www.googleapis.com/auth/"
SCOPES = {
    "google": ("openid", "email", "profile", f"{_API}youtube.upload", f"{_API}youtube.readonly"),
    "youtube": ("openid", "email", "profile", f"{_API}youtube", f"{_API}yt-analytics.readonly"),
}
PROMPTS = {"google": "select_account", "youtube": "consent"}
"""Only who is asked for consent again gets another refresh token: with YouTube we act when nobody is there."""
NAMES = tuple(SCOPES)

_REFUSALS = ("invalid_grant", "invalid_request", "access_denied")
"""What is wrong with a code or its verifier; everything else is wrong with our client, or with Google."""
_UNREADABLE = "The provider does not answer sensibly at the moment: try again"


@dataclass(frozen=True)
class Endpoints:
    """Where the provider is, and who it says it is."""

    authorize: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"
    keys: str = "https://www.googleapis.com/oauth2/v3/certs"
    issuer: str = "https://accounts.google.com"

    @classmethod
    def open(cls) -> "Endpoints":
        """Google's, unless the stage has others."""
        return replace(cls(), **json.loads(setting("GOOGLE_ENDPOINTS", "{}")))

    @property
    def issuers(self) -> list[str]:
        """Google names itself with and without the scheme."""
        return [self.issuer, self.issuer.removeprefix("https://")]


@dataclass(frozen=True)
class Google:
    """A client of Google's that the stage has."""

    name: str
    client_id: str
    endpoints: Endpoints

    @classmethod
    def open(cls, name: str) -> "Google | None":
        """The client of that name; None in a stage that has none. Needs OAUTH_CLIENTS.read for what follows."""
        client_id = setting(f"{name.upper()}_CLIENT_ID", "none") if name in NAMES else "none"
        return None if client_id == "none" else cls(name, client_id, Endpoints.open())

    @property
    def client_secret(self) -> str:
        """UnavailableError while the stage's secret does not hold it."""
        try:
            found = json.loads(secret("OAUTH_CLIENTS_SECRET"))[self.name]
        except (ValueError, TypeError, KeyError) as error:
            logs.log_exception("the secret oauth-clients does not hold the client's secret", error, provider=self.name)
            raise UnavailableError("This way to log in is not set up yet") from error
        return str(found)

    def authorization_url(self, flow: Flow) -> str:
        """Where to send the browser."""
        digest = hashlib.sha256(flow.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": flow.redirect_uri,
            "scope": " ".join(SCOPES[self.name]),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64url.encode(digest),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": PROMPTS[self.name],
        }
        return f"{self.endpoints.authorize}?{urlencode(query)}"

    def exchange(self, code: str, flow: Flow) -> tuple[Person, Tokens]:
        """Who came back with a code, and what we may do for them."""
        told = self._asked(
            {
                "grant_type": "authorization_code",
                "code": code,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "redirect_uri": flow.redirect_uri,
                "code_verifier": flow.verifier,
            }
        )
        tokens, id_token = _read(told)
        at = self.endpoints
        person = id_tokens.verify(
            id_token, keys_at=at.keys, issuers=at.issuers, client_id=self.client_id, nonce=flow.nonce
        )
        return person, tokens

    def _asked(self, form: dict[str, str]) -> dict[str, Any]:
        try:
            answered = ask(self.endpoints.token, EXCHANGE_SECONDS, form)
            told = json.loads(answered.body)
            if not isinstance(told, dict):
                raise TypeError("no object")
        except (UnansweredError, ValueError, TypeError, RecursionError) as error:
            logs.log_exception("the token endpoint does not answer sensibly", error, provider=self.name)
            raise UnavailableError(_UNREADABLE) from error
        if answered.status == 200:
            return told
        reason = str(told.get("error"))[:100]
        if 400 <= answered.status < 500 and reason in _REFUSALS:
            raise RefusedError(f"the token endpoint says {answered.status} {reason}")
        logs.log("ERROR", "the token endpoint fails", provider=self.name, status=answered.status, reason=reason)
        raise UnavailableError(_UNREADABLE)


def _read(told: dict[str, Any]) -> tuple[Tokens, str]:
    """The tokens of an answer, and its ID token. UnavailableError for an answer that has them not."""
    refresh, lives = told.get("refresh_token") or "", told.get("expires_in")
    texts = (told.get("access_token"), told.get("id_token"), told.get("scope") or "", refresh)
    are_texts = all(isinstance(text, str) and len(text) <= LONGEST_TOKEN for text in texts)
    if not are_texts or not texts[0] or not texts[1] or type(lives) is not int or not 0 < lives < 10**9:
        logs.log("ERROR", "the token endpoint leaves something out", names=sorted(map(str, told))[:20])
        raise UnavailableError(_UNREADABLE)
    access, id_token, scope, refresh = map(str, texts)
    return Tokens(access, refresh, int(clock.now()) + lives, scope), id_token
