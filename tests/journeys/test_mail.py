"""Mail, from a request over SES to the click on its link: addresses are confirmed, passwords reset."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from infra import mail
from infra.local.demo.playback import browser_path
from tests.journeys.traveller import Traveller, until

PROGRAM = browser_path()
VERIFY, RESET = "/api/v1/auth/verify-email", "/api/v1/auth/password-reset"
NEW = "Another horse 2!"


def mails(traveller: Traveller, subject: str) -> list[dict[str, Any]]:
    """Those to the traveller, the newest last."""
    return mails_to(traveller, traveller.client.call("GET", "/api/auth/me")["user"]["email"], subject)


def mails_to(traveller: Traveller, address: str, subject: str) -> list[dict[str, Any]]:
    """Those to anybody, the newest last."""
    sent = mail.messages(traveller.stack.settings.endpoint)
    return [one for one in sent if one["To"] == [address] and subject in one["Subject"]]


def link(traveller: Traveller, subject: str, number: int = 1) -> str:
    """Where the mail leads on this machine, once there are so many of them."""
    found = until(lambda: mails(traveller, subject)[number - 1 :], f"mail {number}, {subject}")[-1]
    [line] = [line for line in mail.shown(found, traveller.stack.settings.endpoint).splitlines() if "token=" in line]
    assert line.startswith(traveller.stack.outputs["ApiUrl"])
    assert line.replace("&", "&amp;").partition("?")[2] in found["BodyHtml"]
    return line


def row(traveller: Traveller) -> dict[str, Any]:
    key = {"pk": {"S": f"username#{traveller.name.lower()}"}}
    item: dict[str, Any] = traveller.aws("dynamodb").get_item(TableName="showreel-dev-users", Key=key)["Item"]
    return item


def asked(traveller: Traveller, path: str, email: str) -> httpx.Response:
    return httpx.post(traveller.stack.outputs["ApiUrl"] + path, json={"email": email}, timeout=60)


def test_case_26_a_link_confirms_the_address_once(newcomer: Traveller) -> None:
    where = link(newcomer, "Confirm")
    page = httpx.get(where, headers={"accept": "text/html"}, timeout=30)
    assert page.headers["content-type"].startswith("text/html")
    assert row(newcomer)["email_verified"] == {"BOOL": False}
    url, token = where.split("?token=")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: httpx.post(url, json={"token": token}, timeout=60), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    assert row(newcomer)["email_verified"] == {"BOOL": True}


def test_a_program_confirms_with_one_request(newcomer: Traveller) -> None:
    answer = httpx.get(link(newcomer, "Confirm"), headers={"accept": "application/json"}, timeout=30)
    assert answer.status_code == 200, answer.text
    assert row(newcomer)["email_verified"] == {"BOOL": True}


def test_case_26_a_reset_is_done_once_and_ends_every_session(newcomer: Traveller) -> None:
    email = newcomer.client.call("GET", "/api/auth/me")["user"]["email"]
    known, unknown = asked(newcomer, RESET, email), asked(newcomer, RESET, "nobody@example.com")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (202, unknown.text)
    where = link(newcomer, "Reset")
    assert httpx.get(where, timeout=30).headers["content-type"].startswith("text/html")
    url, token = where.split("?token=")

    def post(number: int) -> int:
        body = {"token": token, "new_password": f"{NEW}{number}"}
        return httpx.post(url, json=body, timeout=60).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(post, range(10)))
    assert sorted(statuses) == [200] + [401] * 9
    told = {"login": newcomer.name, "password": f"{NEW}{statuses.index(200)}"}
    assert httpx.post(newcomer.stack.outputs["ApiUrl"] + "/api/auth/login", json=told, timeout=60).status_code == 200
    key = {":user": {"S": row(newcomer)["user_id"]["S"]}}
    table = {"TableName": "showreel-dev-sessions", "KeyConditionExpression": "user_id = :user"}
    sessions = newcomer.aws("dynamodb").query(**table, ExpressionAttributeValues=key)["Items"]
    ended = sorted("ended_at" in session for session in sessions if not session["session_id"]["S"].startswith("mail#"))
    assert ended == [False, True]


def test_a_mail_is_sent_again_when_asked_for(newcomer: Traveller) -> None:
    before = link(newcomer, "Confirm")
    email = newcomer.client.call("GET", "/api/auth/me")["user"]["email"]
    key = {"user_id": row(newcomer)["user_id"], "session_id": {"S": "mail#verify-email"}}
    table = {"TableName": "showreel-dev-sessions", "Key": key}
    aws = newcomer.aws("dynamodb")
    until(lambda: "sent_at" in aws.get_item(**table)["Item"], "the function notes that the mail was sent")
    aws.update_item(
        **table,
        UpdateExpression="SET sent_at = :long_ago",
        ExpressionAttributeValues={":long_ago": {"N": "1"}},
    )
    assert asked(newcomer, f"{VERIFY}/resend", email).status_code == 202
    assert link(newcomer, "Confirm", 2) != before


def test_a_mail_that_cannot_be_sent_ends_among_the_lost(newcomer: Traveller) -> None:
    link(newcomer, "Confirm")
    payload = {"purpose": "no-such-purpose", "email": "a@example.com", "asked_id": "x"}
    name = "showreel-dev-send_account_mail"
    newcomer.aws("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))
    queue = newcomer.aws("sqs").get_queue_url(QueueName="showreel-dev-lost-tasks")["QueueUrl"]

    def look() -> Any:
        got = newcomer.aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        return [one for one in got if "no-such-purpose" in one["Body"]]

    assert until(look, "the lost mail", 60)


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine to open a page in")
def test_a_person_clicks_in_a_browser(newcomer: Traveller) -> None:
    from playwright.sync_api import sync_playwright

    confirm = link(newcomer, "Confirm")
    asked(newcomer, RESET, newcomer.client.call("GET", "/api/auth/me")["user"]["email"])
    reset = link(newcomer, "Reset")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM)
        try:
            page, faults = browser.new_page(), list[str]()
            page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

            def told(text: str) -> None:
                page.click("button")
                page.locator("[role=status]").filter(has_text=text).wait_for()

            page.goto(confirm)
            told("Your e-mail address is confirmed")
            assert "token" not in page.url
            page.goto(reset)
            page.fill("input", "weak")
            told("Use 12 to 256 characters")
            page.fill("input", NEW)
            told("Your password is set: log in with it")
            assert [fault for fault in faults if "status of 400" not in fault] == []
        finally:
            browser.close()
    account = {"login": newcomer.name, "password": NEW}
    assert newcomer.request("POST", "/api/auth/login", json=account).status_code == 200
