"""`make mail`."""

import json
import socket
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import mail
from infra.local.settings import MAIL_FROM, REGION
from infra.local.stack import LocalStack
from tests.local_stack import settings_for


def outputs(folder: Path, endpoint: str) -> Path:
    path = folder / "mail-outputs.json"
    path.write_text(json.dumps({"Endpoint": endpoint, "showreel-dev-tasks": {}}))
    return path


def send(client: Any, to: str, subject: str, sender: str = MAIL_FROM) -> None:
    text = "Confirm:\nhttps://abc123.execute-api.us-east-1.amazonaws.com/api/v1/auth/verify-email?token=t\n"
    client.send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}},
    )


def test_without_a_stack_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"http://127.0.0.1:{server.getsockname()[1]}"
    assert mail.main(outputs(tmp_path, closed)) == 1
    assert "make up" in capsys.readouterr().err


def test_mails_are_shown_the_newest_last(
    tmp_path: Path, emulator: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    where, client = outputs(tmp_path, emulator.settings.endpoint), emulator.clients("sesv2")
    assert mail.main(where) == 0
    assert capsys.readouterr().out == f"{mail.NOTHING}\n"
    emulator.clients("ses").verify_domain_identity(Domain="showreel.example")
    send(client, "ada@example.com", "The first")
    send(client, "bob@example.com", "The second")
    assert mail.main(where) == 0
    told = capsys.readouterr().out
    assert told.index("Subject: The first") < told.index("Subject: The second")
    assert "To: ada@example.com" in told
    link = f"{emulator.settings.endpoint}/_aws/execute-api/abc123/$default/api/v1/auth/verify-email?token=t"
    assert link in told


def test_a_role_sends_as_the_identity_that_it_names(emulator: LocalStack) -> None:
    emulator.clients("ses").verify_domain_identity(Domain="showreel.example")
    emulator.clients("ses").verify_domain_identity(Domain="other.example")
    client = emulator_as(emulator, f"arn:aws:ses:{REGION}:000000000000:identity/showreel.example")
    send(client, "ada@example.com", "Allowed")
    with pytest.raises(ClientError, match="not authorized"):
        send(client, "ada@example.com", "Refused", "no-reply@other.example")


def emulator_as(emulator: LocalStack, resource: str) -> Any:
    """A client with a role that may send as one identity."""
    iam, name = emulator.clients("iam"), "sender"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    grant = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": resource}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": [grant]}))
    role = iam.get_role(RoleName=name)["Role"]["Arn"]
    found = emulator.clients("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url=emulator.settings.endpoint,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An emulator on which nothing is deployed."""
    stack = LocalStack(settings_for(tmp_path_factory.mktemp("mail-stack")), say=lambda _: None)
    stack.start()
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.stop()
