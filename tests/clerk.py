"""A stage that takes session tokens of an issuer on the loopback address.

`from tests.clerk import clerk` in a conftest makes the fixture known to a folder.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from botocore.client import BaseClient

from functions.tasks import admit_clerk_user
from shared.contract.resources import ADMIT_CLERK_USER
from tests.aws import Stage
from tests.issuer import FRONTEND, Issuer, issuer_on_loopback

NAME = "showreel-test-admit_clerk_user"


@pytest.fixture
def clerk(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The issuer; the function that makes accounts runs in this process, under nobody's eyes."""
    original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "Invoke":
            return original(client, operation, parameters)
        assert parameters["FunctionName"] == NAME
        told = admit_clerk_user.handler(json.loads(parameters["Payload"]), None)
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(told).encode())}

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    monkeypatch.setenv(ADMIT_CLERK_USER.variable, NAME)
    monkeypatch.setenv("RATE_SCALE", "1000")
    with issuer_on_loopback() as issuer:
        monkeypatch.setenv("CLERK_ISSUER", issuer.address)
        monkeypatch.setenv("CLERK_AUTHORIZED_PARTIES", f"https://other.showreel.example,{FRONTEND}")
        yield issuer
