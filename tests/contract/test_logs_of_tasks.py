"""No secret reaches a log of what runs without HTTP: what CloudFormation, the deployer and endpoints have done."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from infra.parts.discovery import tasks
from shared.base import aws, clock, running
from shared.base.ids import new_id
from shared.contract.resources import EDGE_WEB_ACL, ORIGIN_DIGESTS, WEB_ACL
from shared.domains.accounts.rules.mailed import Purpose
from tests.aws import real_name
from tests.canaries import everything_written
from tests.contract.watched import Watched, broken_aws, here
from tests.issuer import Issuer, issuer_on_loopback

__all__ = ["here"]


@pytest.fixture
def clerk(here: Watched, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An issuer whose users the stage takes."""
    with issuer_on_loopback() as issuer:
        monkeypatch.setenv("CLERK_ISSUER", issuer.address)
        monkeypatch.setenv("CLERK_AUTHORIZED_PARTIES", "https://app.showreel.example")
        yield issuer


def _mail(here: Watched, _: Issuer) -> dict[str, Any]:
    with here.stage.unrecorded():
        sender = aws.client("sesv2")
        with suppress(sender.exceptions.AlreadyExistsException):
            sender.create_email_identity(EmailIdentity="showreel.example")
    return {"purpose": Purpose.RESET_PASSWORD, "email": here.register()["user"]["email"], "asked_id": new_id()}


def _clerk_token(here: Watched, clerk: Issuer) -> dict[str, Any]:
    now = int(clock.now())
    token = clerk.token(f"user_{new_id()[-8:]}", iat=now, nbf=now - 10, exp=now + 60)
    here.canaries.add(token, "session token of Clerk")
    return {"token": token}


TASKS: dict[str, Callable[[Watched, Issuer], dict[str, Any]]] = {
    "admit_clerk_user": _clerk_token,
    "check_media_tools": lambda here, clerk: {},
    "issue_service_token": lambda here, clerk: {"name": "metrics", "permissions": ["internal:metrics"]},
    "send_account_mail": _mail,
    "set_role": lambda here, clerk: {"login": here.user.email, "role": "user"},
    "verify_audit": lambda here, clerk: {"after": ""},
}
"""What a task is told."""


def _properties(here: Watched, _: Issuer) -> dict[str, Any]:
    return {"Key": "config/media-key.json", "Generation": new_id()}


DEPLOYMENT = ("prepare_edge", "prepare_media", "prepare_stage")
"""Tasks that CloudFormation runs."""


@pytest.fixture
def edged(here: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parameters of an edge that is being made."""
    for resource in (ORIGIN_DIGESTS, EDGE_WEB_ACL, WEB_ACL):
        monkeypatch.setenv(resource.variable, real_name(resource))
        with here.stage.unrecorded():
            store = aws.client("ssm", region=resource.region)
            store.put_parameter(Name=real_name(resource), Value="none", Type="String", Overwrite=True)


def test_every_task_is_run_here() -> None:
    assert sorted(TASKS) + sorted(DEPLOYMENT) == sorted(TASKS) + sorted({room.name for room, _ in tasks()} - set(TASKS))


@pytest.mark.usefixtures("edged")
@pytest.mark.parametrize("fault", [None, broken_aws(), RuntimeError("a defect")], ids=["well", "AWS fails", "a defect"])
@pytest.mark.parametrize("name", [*TASKS, *DEPLOYMENT])
def test_tasks_log_no_secret(here: Watched, clerk: Issuer, name: str, fault: Exception | None) -> None:
    told = TASKS.get(name, _properties)(here, clerk)
    [function] = [room.function for room, _ in tasks() if room.name == name]
    run = running.serve(function)
    with everything_written() as text:
        if fault is None:
            here.canaries.add_answer(name, json.dumps(run(told, None)))
        else:
            with here.failing(fault), suppress(Exception):
                run(told, None)
            assert here.fired or name == "check_media_tools", "the fault was met"
    assert f'"{name}' in text.getvalue(), "it said that it ran, or failed"
    assert here.canaries.leaks(text.getvalue()) == []
