"""A login from a new device, from the request over SES to the mail that tells its owner."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra import mail
from tests.journeys.creator import PASSWORD, Creator, registered
from tests.journeys.test_mail import mails_to
from tests.journeys.traveller import Traveller, until
from tests.shared.domains.accounts.agents import CHROME, FIREFOX

SUBJECT = "new device"


@pytest.fixture
def creator(traveller: Traveller) -> Iterator[Creator]:
    """Somebody who has confirmed their address."""
    with registered(traveller, "owner") as found:
        [sent] = until(lambda: mails_to(traveller, found.email, "Confirm"), "the mail that confirms")
        [token] = re.findall(r"token=([A-Za-z0-9_-]+)", sent["BodyText"])
        assert found.post("/api/v1/auth/verify-email", {"token": token}).status_code == 200
        yield found


def enter(creator: Creator, agent: str) -> None:
    """By the other edition."""
    body = {"login": creator.email, "password": PASSWORD}
    answer = creator.post("/api/auth/login", body, headers={"user-agent": agent})
    assert answer.status_code == 200, answer.text


def test_the_owner_is_told_of_each_new_device_once(traveller: Traveller, creator: Creator) -> None:
    creator.enter(agent=CHROME)
    enter(creator, FIREFOX)
    for agent in (FIREFOX, CHROME):
        creator.enter(agent=agent)
        enter(creator, agent)
    found = until(lambda: _two(mails_to(traveller, creator.email, SUBJECT)), "two mails about devices")
    texts = [mail.shown(one, traveller.stack.settings.endpoint) for one in found]
    for kind in ("Chrome on Windows", "Firefox on Linux"):
        assert sorted(kind in text for text in texts) == [False, True]
    assert all("127.0.0.*" in text for text in texts)
    shown = creator.api.get("/api/v1/auth/sessions").json()["sessions"]
    named = [one["id"] for text in texts for one in shown if f"/api/v1/auth/sessions/{one['id']} ends" in text]
    assert len(named) == 2
    for session in named:
        again = {"purpose": "new-device", "email": creator.email, "asked_id": session}
        assert traveller.invoke("send_account_mail", again) == {"sent": False}, "it was sent"
        assert creator.api.delete(f"/api/v1/auth/sessions/{session}").status_code == 200


def _two(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return found if len(found) > 1 else []
