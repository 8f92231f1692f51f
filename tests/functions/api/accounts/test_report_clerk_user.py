"""POST /api/webhooks/clerk."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.accounts import get_me
from functions.api.accounts.report_clerk_user import handler
from shared.base import aws, clock
from shared.base.webhooks import sign
from shared.contract.resources import CLERK_WEBHOOK, USERS
from shared.domains.accounts.service.clerk import LINK_SECONDS
from tests.api import Answer, call, call_in_a_thread, event
from tests.aws import Stage, real_name
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.issuer import Issuer

__all__ = ["clerk"]

PATH = "/api/webhooks/clerk"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldCB0ZXh0"


@pytest.fixture(autouse=True)
def secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1000")
    with stage.unrecorded():
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(CLERK_WEBHOOK), SecretString=SECRET)


def user(clerk_id: str = "user_ada", **changes: Any) -> dict[str, Any]:
    email = {"id": "idn_1", "email_address": f"{clerk_id}@example.com", "verification": {"status": "verified"}}
    whole = {
        "id": clerk_id,
        "object": "user",
        "username": clerk_id,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "image_url": "https://img.clerk.example/1",
        "primary_email_address_id": "idn_1",
        "email_addresses": [{**email, "id": "idn_0", "email_address": "other@example.com"}, email],
        "updated_at": 1000,
    }
    return {**whole, **changes}


def signed(
    body: str, secret: str = SECRET, identifier: str = "msg_1", at: float | None = None, brand: str = "svix"
) -> dict[str, str]:
    moment = str(int(clock.now() if at is None else at))
    signature = sign(secret, identifier, moment, body.encode())
    return {f"{brand}-id": identifier, f"{brand}-timestamp": moment, f"{brand}-signature": signature}


def report(kind: str, data: Any, ask: Any = call, headers: dict[str, str] | None = None, **more: Any) -> Answer:
    body = json.dumps({"type": f"user.{kind}", "object": "event", "data": data})
    answer: Answer = ask(handler, "POST", PATH, body, headers={**signed(body, **more), **(headers or {})})
    return answer


def names(stage: Stage) -> set[str]:
    return {row["display_name"]["S"] for row in stage.rows(USERS) if "display_name" in row}


def test_a_report_makes_an_account_that_a_token_leads_to(clerk: Issuer, stage: Stage) -> None:
    answer = report("created", user())
    assert (answer.status, answer.json) == (200, {"received": True})
    assert names(stage) == {"Ada Lovelace"}
    me = call(get_me.handler, "GET", "/api/auth/me", token=clerk.token("user_ada")).json["user"]
    assert (me["display_name"], me["email"]) == ("Ada Lovelace", "user_ada@example.com")


def test_case_58_what_clerk_did_not_sign_is_401(stage: Stage) -> None:
    body = json.dumps({"type": "user.created", "data": user()})
    good = signed(body)
    wrong: list[dict[str, str]] = [
        {},
        {**good, "svix-signature": good["svix-signature"][:20]},
        {**good, "svix-signature": good["svix-signature"].upper()},
        {**good, "svix-signature": good["svix-signature"].replace("v1,", "v2,")},
        {**good, "svix-signature": ""},
        {**good, "svix-id": "msg_2"},
        {**good, "svix-id": "msg_1,msg_1"},
        {**good, "svix-timestamp": str(int(good["svix-timestamp"]) + 1)},
        signed(body, OTHER),
        signed(body + " "),
        signed(body, at=clock.now() - 302),
        signed(body, at=clock.now() + 302),
        {name: value for name, value in good.items() if name != "svix-timestamp"},
    ]
    for headers in wrong:
        assert call(handler, "POST", PATH, body, headers=headers).status == 401, headers
    assert call(handler, "POST", PATH, json.dumps(json.loads(body), indent=1), headers=good).status == 401
    assert call(handler, "POST", PATH, body.replace("Ada", "Adb"), headers=good).status == 401
    assert stage.rows(USERS) == []
    assert call(handler, "POST", PATH, body, headers=signed(body, brand="webhook")).status == 200


def test_case_58_raw_bytes_count_also_when_the_gateway_encodes_them(stage: Stage) -> None:
    import base64

    body = json.dumps({"type": "user.created", "data": user()})
    sent = event("POST", PATH, body, headers=signed(body))
    encoded = {**sent, "body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}
    assert handler(encoded, None)["statusCode"] == 200
    assert names(stage) == {"Ada Lovelace"}


def test_case_59_a_replay_has_no_second_effect(stage: Stage, turned_clock: TurnedClock) -> None:
    body = json.dumps({"type": "user.updated", "data": user()})
    headers = signed(body)
    assert call(handler, "POST", PATH, body, headers=headers).status == 200
    assert report("updated", user(first_name="Augusta", updated_at=2000)).status == 200
    after = stage.rows(USERS)
    turned_clock.advance(200)
    assert call(handler, "POST", PATH, body, headers=headers).status == 200
    turned_clock.advance(7000)
    assert call(handler, "POST", PATH, body, headers=headers).status == 401
    assert stage.rows(USERS) == after
    assert names(stage) == {"Augusta Lovelace"}


def test_case_60_the_same_report_fifty_times_at_once(stage: Stage) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: report("created", user(), call_in_a_thread), range(50)))
    assert {answer.status for answer in answers} == {200}
    assert len([row for row in stage.rows(USERS) if row["pk"]["S"].startswith("user#")]) == 1


def test_reports_in_any_order_end_in_the_same(clerk: Issuer, stage: Stage, turned_clock: TurnedClock) -> None:
    assert report("updated", user(first_name="New", updated_at=2000)).status == 200
    assert report("created", user(first_name="Old")).status == 200
    assert names(stage) == {"New Lovelace"}
    token = clerk.token("user_ada", exp=int(time.time()) + 3600)
    assert call(get_me.handler, "GET", "/api/auth/me", token=token).status == 200
    assert report("deleted", {"id": "user_ada", "object": "user", "deleted": True}).status == 200
    assert report("updated", user(first_name="Late", updated_at=3000)).status == 200
    assert names(stage) == {"New Lovelace"}
    turned_clock.advance(LINK_SECONDS)
    assert call(get_me.handler, "GET", "/api/auth/me", token=token).status == 401


def test_who_is_deleted_before_they_come_never_comes(clerk: Issuer, stage: Stage) -> None:
    assert report("deleted", {"id": "user_ada", "deleted": True}).status == 200
    assert report("created", user()).status == 200
    assert call(get_me.handler, "GET", "/api/auth/me", token=clerk.token("user_ada")).status == 401
    assert names(stage) == set()


def test_a_change_makes_two_calls_and_one_more_after_another_address(stage: Stage) -> None:
    assert report("created", user()).status == 200
    report("updated", user(first_name="Eve", updated_at=1500))  # clients and the secret are there from now on
    told = user(first_name="Grace", updated_at=2000)
    known = ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert stage.calls_of(lambda: report("updated", told)) == known
    assert names(stage) == {"Grace Lovelace"}
    other = {"id": "idn_1", "email_address": "new@example.com", "verification": {"status": "verified"}}
    moved = user(first_name="Ada", updated_at=3000, email_addresses=[other])
    assert stage.calls_of(lambda: report("updated", moved)) == [known[0], "dynamodb:GetItem", known[1]]
    assert names(stage) == {"Ada Lovelace"}


def test_an_address_of_somebody_elses_leads_to_nobody_else(stage: Stage) -> None:
    for clerk_id in ("user_ada", "user_eve"):
        assert report("created", user(clerk_id)).status == 200
    others = user("user_ada")["email_addresses"]
    changed = user("user_eve", first_name="Eve", email_addresses=others, updated_at=2000)
    assert report("updated", changed).status == 200
    called = {(row["username"]["S"], row["display_name"]["S"]) for row in stage.rows(USERS) if "username" in row}
    assert called == {("user_ada", "Ada Lovelace"), ("user_eve", "Eve Lovelace")}


def test_an_address_that_somebody_has_is_no_defect(stage: Stage) -> None:
    unproven = {**user()["email_addresses"][1], "verification": None}
    assert report("created", user(email_addresses=[unproven])).status == 200
    before = stage.rows(USERS)
    assert report("created", user("user_eve", email_addresses=user()["email_addresses"])).status == 200
    assert report("created", user("user_bob", email_addresses=[])).status == 200
    assert stage.rows(USERS) == before


def test_what_means_nothing_here_is_taken_and_what_breaks_the_form_is_not(stage: Stage) -> None:
    body = json.dumps({"type": "session.created", "data": {"id": "sess_1"}})
    assert call(handler, "POST", PATH, body, headers=signed(body)).json == {"received": True}
    for data in ({}, {"id": 7}, {"id": "user/../ada"}, user(updated_at="now"), user(email_addresses=[{}])):
        assert report("updated", data).status == 422
    assert call(handler, "POST", PATH, "{", headers=signed("{")).status == 400
    assert stage.rows(USERS) == []


def test_two_secrets_are_good_while_one_replaces_another(stage: Stage) -> None:
    with stage.unrecorded():
        both = f"{OTHER} {SECRET}"
        aws.client("secretsmanager").put_secret_value(SecretId=real_name(CLERK_WEBHOOK), SecretString=both)
    assert [report("created", user(), secret=one).status for one in (SECRET, OTHER)] == [200, 200]
