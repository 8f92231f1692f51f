"""An issuer of session tokens on the loopback address, as Clerk is one, that behaves badly on request."""

import functools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

FRONTEND = "https://app.showreel.example"


@functools.cache
def issuers_key(number: int = 0) -> Any:
    """A private key of the issuer's; the same for all tests of a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """Where it is, and what it does. `asked` grows with each request; `kids` are the numbers of its keys."""

    address: str
    asked: list[str] = field(default_factory=list)
    kids: list[int] = field(default_factory=lambda: [0])
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drips: bool = False

    def jwks(self) -> bytes:
        """Its keys, as it publishes them."""
        keys = []
        for number in self.kids:
            jwk = RSAAlgorithm.to_jwk(issuers_key(number).public_key(), as_dict=True)
            keys.append({**jwk, "kid": f"ins_{number}", "use": "sig", "alg": "RS256"})
        return json.dumps({"keys": keys}).encode()

    def claims(self, subject: str = "user_ada", **changes: Any) -> dict[str, Any]:
        """The claims of a session token for a minute; None takes one out."""
        now = int(time.time())
        whole = {
            "iss": self.address,
            "sub": subject,
            "sid": f"sess_{subject}",
            "azp": FRONTEND,
            "iat": now,
            "nbf": now - 10,
            "exp": now + 60,
            "fva": [0, -1],
            "v": 2,
            "email": f"{subject}@example.com",
            "email_verified": True,
            "username": subject,
            "name": subject.title(),
            "image_url": f"https://img.clerk.example/{subject}",
        }
        return {name: value for name, value in {**whole, **changes}.items() if value is not None}

    def token(
        self, subject: str = "user_ada", *, key: int = 0, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A session token."""
        headers = {"kid": f"ins_{key}", "cat": "cl_B7d4PD111AAA", **(header or {})}
        return jwt.encode(self.claims(subject, **changes), issuers_key(key), algorithm="RS256", headers=headers)


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            body = issuer.jwks() if issuer.body is None else issuer.body
            self.send_response(issuer.status)
            for name, value in issuer.headers.items():
                self.send_header(name, value)
            if not issuer.drips:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self._send(body)

        def _send(self, body: bytes) -> None:
            size = 1 if issuer.drips else len(body)
            with suppress(OSError):  # whoever asked may have had enough
                for place in range(0, len(body), size):
                    self.wfile.write(body[place : place + size])
                    time.sleep(0.05 * issuer.drips)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return Answers


@contextmanager
def issuer_on_loopback() -> Iterator[Issuer]:
    """An issuer for as long as the context lasts."""

    issuer = Issuer("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(issuer))
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
