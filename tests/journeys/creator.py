"""Somebody who uses Studio."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.journeys.traveller import Traveller

PASSWORD = "Journey-Horse-12"


class Creator:
    """Somebody who uses Studio."""

    def __init__(self, base: str, email: str) -> None:
        self.api = httpx.Client(base_url=base, timeout=30)
        self.email = email

    def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        return self.api.post(path, json=body, **more)

    def enter(self, password: str = PASSWORD, agent: str = "journey") -> dict[str, Any]:
        body = {"email": self.email, "password": password}
        answer = self.post("/api/v1/auth/login", body, headers={"user-agent": agent})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.api.headers["authorization"] = f"Bearer {told['access_token']}"
        return told


@contextmanager
def registered(traveller: Traveller, name: str) -> Iterator[Creator]:
    """A creator who has just registered."""
    found = Creator(traveller.stack.outputs["ApiUrl"], f"{name}@example.com")
    with found.api:
        body = {"email": found.email, "password": PASSWORD, "full_name": "A Creator", "company": "Films Ltd"}
        answer = found.post("/api/v1/auth/register", body)
        assert answer.status_code == 201, answer.text
        yield found


@contextmanager
def administrator(traveller: Traveller, name: str) -> Iterator[Creator]:
    """A creator whom the deployer has made an administrator."""
    with registered(traveller, name) as found:
        traveller.invoke("set_role", {"login": found.email, "role": "admin"})
        found.enter()
        yield found
