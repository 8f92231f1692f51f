"""Every endpoint against six callers: the routes are those of the OpenAPI document, the answers of callers.yaml."""

import importlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml

from bench.calls import REQUESTS
from bench.world import World, world
from infra.openapi import document
from infra.parts.discovery import ROOT
from shared.domains.jobs.errors import JobOverError
from shared.http.credentials import is_key
from tests.api import Answer, call
from tests.callers import account, api_key, revive

CALLERS = ("anonymous", "stranger", "owner", "viewer", "administrator", "key")
TABLE: dict[str, list[int]] = yaml.safe_load((ROOT / "tests/contract/callers.yaml").read_text())
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"].partition("_alias")[0]: operation
    for item in document()["paths"].values()
    for operation in item.values()
}
OTHERS = "publishing:write"
"""A scope that no endpoint which is served asks for yet, so that a key with it lacks every other one."""


class Seen(World):
    """A world whose requests are sent as somebody else, whatever comes of them."""

    shown: str | None = None
    answer: Answer | None = None

    def ask(self, name: str, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send a request, as `shown` once that is set; what newcomers ask about themselves their owner asks as they."""
        if self.shown is None:
            return super().ask(name, method, path, body, **more)
        handler = importlib.import_module(f"functions.api.{name}").handler
        proof = self.shown
        if proof == self.token and more.get("token") in self.newcomers:
            proof = more["token"]
        self.answer = call(handler, method, path, body, **{**more, "token": proof})
        return self.answer

    def close_jobs(self) -> None:
        """Cancel what the owner has ordered; what a refused request left failed is over as it is."""
        with suppress(JobOverError):
            super().close_jobs()

    def order(self, name: str, path: str, body: Any) -> None:
        """Order a render of a configuration, which may be refused."""
        if self.shown is None:
            super().order(name, path, body)
        else:
            self.own(name, "POST", path, body)


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """The world of all tests here; each makes what it asks for anew."""
    with world(Seen) as made:
        yield made


@pytest.fixture(scope="module")
def proofs(seen: Seen) -> dict[str, str]:
    """What each caller shows."""
    others = {"stranger": "user", "viewer": "viewer", "administrator": "admin"}
    tokens = {who: account(seen.stage, role).token for who, role in others.items()}
    key = api_key(seen.stage, seen.user.id, OTHERS)
    return {"anonymous": "", "owner": seen.token, **tokens, "key": key}


def asked_as(seen: Seen, name: str, proof: str) -> Answer:
    """What the endpoint's main path answers to whoever shows the proof; its owner makes first what it is about."""
    seen.shown, seen.answer = None, None
    for token in {seen.token, proof} - {""}:
        if not is_key(token):
            revive(seen.stage, token)
    request = REQUESTS[name](seen)
    seen.shown = proof
    try:
        request()
    finally:
        seen.shown = None
    answer = seen.answer
    assert answer is not None, f"{name} was not asked"
    return answer


def test_every_endpoint_has_its_row() -> None:
    assert sorted(TABLE) == sorted(OPERATIONS)
    assert {len(row) for row in TABLE.values()} == {len(CALLERS)}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_case_30_each_caller_gets_what_is_theirs(seen: Seen, proofs: dict[str, str], name: str, who: str) -> None:
    answer = asked_as(seen, name, proofs[who])
    assert answer.status == TABLE[name][CALLERS.index(who)], answer.body[:300]
    if answer.status >= 400:
        assert str(answer.status) in OPERATIONS[name]["responses"]
