"""A stage in this process: moto with the tables, buckets, secrets and parameters that the product declares.

`from tests.aws import stage` in a conftest makes the fixture known to a folder. What it gives out speaks of AWS calls
and rows, so that a test can say how many calls an operation makes and what is left at rest.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

from shared.base import aws, queues, sealing
from shared.base.tables import READ_SECONDS
from shared.contract.needs import Table
from shared.contract.resources import MEDIA, PUBLIC_KEYS, QUEUES, SEALING, SEALS, SECRETS, TABLES
from shared.domains.videos.store.uploads import COMPLETE_SECONDS
from tests.dynamodb import know_tokens
from tests.forgetting import forget
from tests.resources import REGION, STAGE, create_all, parse_keys_once, real_name

SOCKETS_URL = "https://sockets.execute-api.eu-central-1.amazonaws.com/ws"

SETTINGS = {
    "STAGE": STAGE,
    "TOKEN_ISSUER": f"showreel-{STAGE}",
    "TOKEN_AUDIENCE": "showreel-users",
    "CDN_BASE_URL": "https://media.showreel.example",
    "CORS_ORIGINS": "https://showreel.example",
    "RATE_SCALE": "1",
    "ENCODER": "ours",
    "RENDERER": "ours",
    "SOCKETS_URL": SOCKETS_URL,
    "WEBSOCKET_URL": "wss://sockets.showreel.example/ws",
}


@dataclass(frozen=True)
class Call:
    """One call of the product to AWS, as the caller saw it: retries of the SDK are not counted."""

    service: str
    operation: str
    parameters: dict[str, Any]

    def __str__(self) -> str:
        """For example dynamodb:GetItem."""
        return f"{self.service}:{self.operation}"


@dataclass
class Stage:
    """A running stage. `calls` grows with each call to AWS that the product makes."""

    calls: list[Call] = field(default_factory=list)
    _quiet: bool = False

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """What the test itself asks of AWS is no call of the product."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def note(self, call: Call) -> None:
        """Keep a call."""
        if not self._quiet:
            self.calls.append(call)

    def calls_of(self, what: Callable[[], Any]) -> list[str]:
        """The calls that `what` makes, for example ["dynamodb:GetItem"]."""
        before = len(self.calls)
        what()
        return [str(call) for call in self.calls[before:]]

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table, in DynamoDB's JSON."""
        with self.unrecorded():
            found: list[dict[str, Any]] = aws.client("dynamodb").scan(TableName=real_name(table))["Items"]
        return found

    def restart(self) -> None:
        """Forget what a process keeps between requests, as a cold function has."""
        forget()

    @contextmanager
    def refusing(
        self, service: str, operation: str, code: str, *, times: int = 1000, **more: Any
    ) -> Iterator[list[str]]:
        """AWS answers the next calls of an operation with an error and does nothing else.

        `more` is what the error carries besides its code, for example CancellationReasons. Yields the list of faults
        that fired, so that a test can assert that it tested one.
        """
        fired: list[str] = []

        def refuse(**_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
            if len(fired) >= times:
                return None
            fired.append(code)
            head = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RequestId": "refused"}
            body = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": head, **more}
            return AWSResponse("https://aws.example", 400, HTTPHeaders(), None), body

        with _listening(service, f"before-call.{service}.{operation}", refuse, first=True):
            yield fired

    @contextmanager
    def cut_off(
        self,
        service: str,
        operation: str,
        error: Any = ConnectionClosedError,
        *,
        times: int = 1000,
        after: bool,
    ) -> Iterator[list[str]]:
        """The network fails requests of an operation, `after` AWS has done its part or before. The SDK tries again.

        Yields the list of faults that fired.
        """
        fired: list[str] = []

        def cut(event_name: str, **_: Any) -> None:
            if event_name.endswith(f".{operation}") and len(fired) < times:
                fired.append(error.__name__)
                raise error(endpoint_url="https://aws.example")

        # AWS does its part in a handler of all services, and handlers of one operation run before those of all
        with _listening(service, "before-send", cut, first=not after):
            yield fired


@contextmanager
def _listening(service: str, event: str, handler: Callable[..., Any], *, first: bool) -> Iterator[None]:
    name = {"secretsmanager": "secrets-manager"}.get(service, service)
    event = event.replace(f".{service}.", f".{name}.")
    other_seconds = {
        "dynamodb": [READ_SECONDS],
        "kms": [sealing.READ_SECONDS],
        "s3": [60, COMPLETE_SECONDS],
        "sqs": [queues.READ_SECONDS],
    }.get(service, [])
    clients = [aws.client(service), *(aws.client(service, seconds) for seconds in other_seconds)]
    for client in clients:
        (client.meta.events.register_first if first else client.meta.events.register_last)(event, handler)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister(event, handler)


@functools.cache
def _botocore_session() -> Any:
    """One session for all tests: it keeps the parsed descriptions of the services, the dearest part of a client."""
    import botocore.session

    return botocore.session.get_session()


@functools.cache
def _key_that_nobody_uses(spec: str) -> Any:
    """What moto makes anew for every key of KMS, a symmetric one too: a quarter of the time that a stage takes."""
    from moto.kms.utils import generate_private_key

    return generate_private_key(spec)


def _record(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Note every call, and let them go one at a time: moto's state is not made for threads, DynamoDB's is."""
    original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it
    one_at_a_time = threading.RLock()

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        stage.note(Call(client.meta.service_model.service_name, operation, parameters))
        with one_at_a_time:
            return original(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch, *, prepared: bool = True) -> Iterator[Stage]:
    """A stage for as long as the context lasts."""
    from moto import mock_aws

    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for resource in (*TABLES, *QUEUES, MEDIA, SEALS, *SECRETS, PUBLIC_KEYS, SEALING):
        monkeypatch.setenv(resource.variable, real_name(resource))
    forget()
    monkeypatch.setattr(aws, "_session", functools.cache(_botocore_session))
    monkeypatch.setattr("moto.kms.models.generate_private_key", _key_that_nobody_uses)
    know_tokens(monkeypatch)
    parse_keys_once(monkeypatch)
    with mock_aws():
        create_all(prepared=prepared)
        made = Stage()
        _record(made, monkeypatch)
        yield made
    forget()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A prepared stage: settings in the environment, empty tables, a key that signs."""
    with running(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def lasting_stage() -> Iterator[Stage]:
    """A prepared stage for a whole module, for tests that write nothing."""
    with pytest.MonkeyPatch.context() as monkeypatch, running(monkeypatch) as made:
        yield made


@pytest.fixture
def bare_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage right after CloudFormation made it: no signing key yet."""
    with running(monkeypatch, prepared=False) as made:
        yield made
