"""A provider on the loopback address that people log in with: Google's protocol, and bad behaviour on request.

`from tests.provider import provider` in a conftest makes a stage with it known to a folder.
It remembers the codes that it gave out, whom for and under which PKCE challenge, and what it did wrong when asked to.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest

from shared.base import aws, clock
from shared.contract.resources import OAUTH_CLIENTS
from shared.providers.oauth.google import Endpoints
from tests.aws import Stage, real_name
from tests.issuer import Issuer, issuers_key

REDIRECT = "https://app.showreel.example/oauth"
OTHER_REDIRECT = "https://app.showreel.example/linked"
CLIENT_ID = {"google": "a-google-client", "youtube": "a-youtube-client"}
CLIENT_SECRET = {"google": "a secret of google", "youtube": "a secret of youtube"}

Reply = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Code:
    """What a code stands for."""

    query: dict[str, str]
    claims: dict[str, Any]


@dataclass
class Provider:
    """Where it is, who is at its login page, and what it does wrong.

    person   claims of whoever says yes at the login page
    fault    of the token endpoint: a name in `_FAULTS`
    wrong    claims of ID tokens that are not as they should be; None takes one out
    fired    the faults that were seen, in words
    asked    paths that were asked for
    """

    address: str
    person: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    wrong: dict[str, Any] = field(default_factory=dict)
    key: int = 0
    slow_seconds: float = 30
    fired: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    @property
    def endpoints(self) -> Endpoints:
        """As the stage's setting names them."""
        return Endpoints(f"{self.address}/authorize", f"{self.address}/token", f"{self.address}/keys", self.address)

    @property
    def settings(self) -> dict[str, str]:
        """What a stage is told that has it."""
        return {
            "GOOGLE_CLIENT_ID": CLIENT_ID["google"],
            "YOUTUBE_CLIENT_ID": CLIENT_ID["youtube"],
            "OAUTH_REDIRECTS": f"{REDIRECT},{OTHER_REDIRECT}",
            "GOOGLE_ENDPOINTS": json.dumps(asdict(self.endpoints)),
        }

    def log_in(self, authorization_url: str, subject: str = "ada", **claims: Any) -> tuple[str, str]:
        """Somebody says yes at the login page, as a browser would have it: code and state of the address it goes to."""
        self.person = {"sub": subject, "email": f"{subject}@example.com", "email_verified": True} | claims
        answer = httpx.get(authorization_url, timeout=10)
        assert answer.status_code == 302, answer.text
        back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        return back["code"], back["state"]

    def authorize(self, query: dict[str, str]) -> Reply:
        """Send the browser back with a code."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(query, self.person)
        back = urlencode({"code": code, "state": query["state"], "scope": query["scope"]})
        return 302, {"location": f"{query['redirect_uri']}?{back}"}, b""

    def token(self, form: dict[str, str]) -> Reply:
        """Trade a code for tokens, once."""
        if self.fault:
            self.fired.append(self.fault)
            return self._misbehave()
        with self._lock:
            reason = self._refusal(form)
            self.used.add(form["code"])
        if reason:
            self.fired.append(reason)
            status = 401 if reason == "invalid_client" else 400
            error = "invalid_client" if status == 401 else "invalid_grant"
            return status, {}, json.dumps({"error": error, "error_description": reason}).encode()
        return 200, {}, json.dumps(self._tokens(self.codes[form["code"]])).encode()

    def _refusal(self, form: dict[str, str]) -> str:
        code = self.codes.get(form["code"])
        clients = {CLIENT_ID[name]: CLIENT_SECRET[name] for name in CLIENT_ID}
        if clients.get(form["client_id"]) != form["client_secret"]:
            return "invalid_client"
        if code is None or code.query["client_id"] != form["client_id"]:
            return "unknown code"
        if form["code"] in self.used:
            return "code used before"
        if code.query["redirect_uri"] != form["redirect_uri"]:
            return "redirect_uri mismatch"
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return "" if challenge == code.query["code_challenge"] else "PKCE mismatch"

    def _tokens(self, code: Code) -> dict[str, Any]:
        now = int(clock.now())
        claims = {
            "iss": self.address,
            "aud": code.query["client_id"],
            "azp": code.query["client_id"],
            "iat": now,
            "exp": now + 3600,
            "nonce": code.query["nonce"],
            "name": "Ada Lovelace",
            "picture": "https://pictures.example/ada",
            **code.claims,
            **self.wrong,
        }
        if self.wrong or self.key:
            self.fired.append(f"wrong ID token: {sorted(self.wrong) or 'key'}")
        claims = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode(claims, issuers_key(self.key), algorithm="RS256", headers={"kid": "ins_0"})
        access, refresh = (f"{kind}-{secrets.token_urlsafe(24)}" for kind in ("access", "refresh"))
        self.tokens += [access, refresh]
        told = {"access_token": access, "expires_in": 3599, "id_token": id_token, "scope": code.query["scope"]}
        return told | ({"refresh_token": refresh} if code.query["prompt"] == "consent" else {})

    def _misbehave(self) -> Reply:
        if self.fault == "slow":
            time.sleep(self.slow_seconds)
        if self.fault == "redirect":
            return 302, {"location": f"{self.address}/elsewhere"}, b""
        return _FAULTS[self.fault]


_FAULTS: dict[str, Reply] = {
    "error page": (200, {"content-type": "text/html"}, b"<html>Something went wrong</html>"),
    "500": (500, {}, b'{"error": "internal_failure"}'),
    "429": (429, {}, b'{"error": "rate_limit_exceeded"}'),
    "no object": (200, {}, b"[]"),
    "invalid JSON": (200, {}, b'{"access_token": "a'),
    "nothing inside": (200, {}, b"{}"),
    "too large": (200, {}, b'{"access_token": "' + b"a" * 100_000 + b'"}'),
    "slow": (200, {}, b"{}"),
    "redirect": (302, {}, b""),
}
FAULTS = tuple(_FAULTS)
"""What the token endpoint does on request."""


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            provider.asked.append(where.path)
            if where.path == "/keys":
                self._reply((200, {}, Issuer("").jwks()))
            else:
                self._reply(provider.authorize(_flat(where.query)) if where.path == "/authorize" else (404, {}, b""))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            form = _flat(self.rfile.read(int(self.headers["content-length"])).decode())
            self._reply(provider.token(form) if self.path == "/token" else (404, {}, b""))

        def _reply(self, reply: Reply) -> None:
            status, headers, body = reply
            with suppress(OSError):  # whoever asked may have had enough
                self.send_response(status)
                for name, value in (headers | {"content-length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return Answers


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def provider_on_loopback() -> Iterator[Provider]:
    """A provider for as long as the context lasts."""
    issuers_key(0)  # made now, since threads that ask for it at once would each make one
    provider = Provider("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    server.daemon_threads, server.block_on_close = True, False
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def with_provider(stage: Stage, patch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A stage in this process whose people log in with it."""
    with provider_on_loopback() as made:
        for name, value in made.settings.items():
            patch.setenv(name, value)
        with stage.unrecorded():
            secret = json.dumps(CLIENT_SECRET)
            aws.client("secretsmanager").put_secret_value(SecretId=real_name(OAUTH_CLIENTS), SecretString=secret)
        yield made


@pytest.fixture
def provider(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider of the stage."""
    with with_provider(stage, monkeypatch) as made:
        yield made
