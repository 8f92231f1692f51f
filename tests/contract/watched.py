"""A world whose requests are watched: all that they show and are told, all that AWS tells, and what goes wrong."""

import base64
import importlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.world import World, world
from shared.domains.jobs.errors import JobOverError
from shared.domains.jobs.rules import quotas
from tests.api import Answer, call
from tests.canaries import ASKED, Canaries

Spoil = Callable[[dict[str, Any]], None]
"""Makes a request a bad one: its members are `body`, `token`, `headers` and `query`."""


class Watched(World):
    """Requests go as they are, or spoiled once `spoil` is set: then whatever is answered is an answer."""

    canaries: Canaries
    spoil: Spoil | None = None
    answer: Answer | None = None
    fault: Exception | None = None
    """What the product's calls of AWS end in."""
    fired: int = 0

    def ask(self, name: str, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send a request, and keep what it must not leave in a log."""
        request: dict[str, Any] = {"token": "", "headers": {}, "query": "", **more, "body": body}
        if self.spoil:
            self.spoil(request)
        operation, shown = name.rpartition(".")[2], dict(request["headers"])
        if request["token"]:
            shown["authorization"] = f"Bearer {request['token']}"
        self.canaries.add_request(operation, shown, request["query"], request["body"])
        sent = {**more, **{key: request[key] for key in ("token", "headers", "query")}}
        if self.spoil or self.fault:
            handler = importlib.import_module(f"functions.api.{name}").handler
            self.answer = call(handler, method, path, request["body"], **sent)
        else:
            self.answer = super().ask(name, method, path, request["body"], **sent)
        self.canaries.add_answer(operation, self.answer.body)
        return self.answer

    def order(self, name: str, path: str, body: Any) -> None:
        """Order a render, which may be refused."""
        if self.spoil or self.fault:
            self.own(name, "POST", path, body)
        else:
            super().order(name, path, body)

    def close_jobs(self) -> None:
        """Cancel what the user has ordered; what a refused request left failed is over as it is."""
        with suppress(JobOverError):
            super().close_jobs()

    @contextmanager
    def failing(self, fault: Exception) -> Iterator[None]:
        """A cold function whose every call of AWS fails."""
        self.stage.restart()
        self.fault, self.fired = fault, 0
        try:
            yield
        finally:
            self.fault = None


@pytest.fixture(scope="module")
def here() -> Iterator[Watched]:
    """The world of all tests of a module; what it has seen of secrets grows."""
    canaries = Canaries()
    with world(Watched) as made, pytest.MonkeyPatch.context() as patch:
        made.canaries = canaries
        patch.setitem(quotas.DAILY_VIDEOS, made.user.tier, 10_000)  # one user orders for all tests of a module
        original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it

        def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if made.fault:
                made.fired += 1
                raise made.fault
            told = original(client, operation, parameters)
            _keep(canaries, operation, parameters, told)
            return told

        patch.setattr(BaseClient, "_make_api_call", make_api_call)
        made.stage.restart()
        yield made


def _keep(canaries: Canaries, operation: str, parameters: dict[str, Any], told: dict[str, Any]) -> None:
    """What AWS gives in confidence, and what is written into it."""
    for holder in (parameters, told):
        if "SecretString" in holder:
            canaries.add_stored(holder["SecretString"], f"secret of {operation}")
        if isinstance(holder.get("Plaintext"), bytes):
            canaries.add(base64.b64encode(holder["Plaintext"]).decode(), f"data key of {operation}")
    if operation == "SendEmail":
        canaries.add_answer("send_account_mail", str(parameters))


def broken_aws() -> Exception:
    """An answer of AWS that says that it has failed."""
    return ClientError({"Error": {"Code": "InternalServerError", "Message": "It failed"}}, "Anything")


def canary(name: str) -> str:
    """A secret that nobody has issued."""
    return f"canary-{name}-{secrets.token_hex(16)}"


def invalid(request: dict[str, Any]) -> None:
    """Have the body be refused: secrets in lists, and more of them where nothing belongs."""
    body = request["body"]
    if isinstance(body, str):
        request["body"] = body + "}"
    elif isinstance(body, list):
        request["body"] = [*body, {"secret": canary("surplus")}]
    else:
        told = {name: [value] if ASKED.search(name) else value for name, value in (body or {}).items()}
        request["body"] = {**told, "password": [canary("password")], "secret": canary("surplus")}
    request["query"] = "&".join(filter(None, (request["query"], f"token={canary('query')}&state={canary('query')}")))


def with_bad_token(request: dict[str, Any]) -> None:
    """Show a token that somebody else has signed."""
    head, _, _ = (request["token"] or "e30.e30.e30").rpartition(".")
    request["token"] = f"{head}.{secrets.token_urlsafe(256)}"


def with_bad_key(request: dict[str, Any]) -> None:
    """Show an API key that nobody has."""
    request["token"] = ""
    request["headers"] = {**request["headers"], "x-api-key": f"srk_{secrets.token_urlsafe(32)}"}


def with_cookies(request: dict[str, Any]) -> None:
    """Come as a browser does, with what it keeps, and with a guess at what it must say besides."""
    request["token"] = ""
    more = {"cookie": f"session={canary('cookie')}", "x-csrf-token": canary("csrf"), "x-origin-secret": canary("edge")}
    request["headers"] = {**request["headers"], **more, "authorization": f"Basic {canary('basic')}"}
