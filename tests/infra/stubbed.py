"""An account that answers what a test has told it."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

NUMBER = "123456789012"


class StubbedSession(boto3.Session):
    """A session whose clients answer what a test has told them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.stubs: dict[str, Stubber] = {}

    def client(self, service: Any, **options: Any) -> Any:  # pyrefly: ignore[bad-override]
        """The one client of a service."""
        if service not in self.stubs:
            self.stubs[service] = Stubber(super().client(service, **options))
            self.stubs[service].activate()
        return self.stubs[service].client

    def answers(self, service: str) -> Stubber:
        """Where to say what the service's client answers."""
        self.client(service)
        return self.stubs[service]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> StubbedSession:
    """A session of an account that answers; the commands use it."""
    stubbed = StubbedSession(region_name="eu-central-1")
    identity = {"Account": NUMBER, "UserId": "U", "Arn": "arn:aws:iam::123456789012:user/deployer"}
    stubbed.answers("sts").add_response("get_caller_identity", identity, {})
    monkeypatch.setattr(boto3, "Session", lambda: stubbed)
    return stubbed


def invoked(function: str, event: dict[str, Any], answer: Any, error: str = "") -> Any:
    """A Lambda client that takes one invocation of a function of stage dev, and answers it so."""
    client = boto3.client("lambda", region_name="eu-central-1")
    stubber = Stubber(client)
    more = {"FunctionError": error} if error else {}
    payload = io.BytesIO(json.dumps(answer).encode())
    expected = {"FunctionName": f"showreel-dev-{function}", "Payload": json.dumps(event).encode()}
    stubber.add_response("invoke", {"StatusCode": 200, "Payload": payload, **more}, expected)
    stubber.activate()
    return client
