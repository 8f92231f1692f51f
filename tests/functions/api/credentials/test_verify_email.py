"""GET and POST /api/v1/auth/verify-email: a link opens a page, and a click confirms."""

import base64
import hashlib
import re
from typing import Any

import pytest

from functions.api.credentials import open_email_verification, open_password_reset, verify_email
from shared.contract.resources import SESSIONS, USERS
from shared.http.page import wants_json
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.accounts.conftest import Register
from tests.mailbox import Mailbox

PATH = "/api/v1/auth/verify-email"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SCANNERS = [BROWSER, "*/*", "", "text/*", "image/png"]


@pytest.fixture
def token(mailbox: Mailbox, register: Register) -> str:
    """A good one."""
    register()
    assert mailbox.deliver()
    return mailbox.token()


def follow(token: str, accept: str = BROWSER) -> Answer:
    headers = {"accept": accept} if accept else {}
    return call(open_email_verification.handler, "GET", PATH, query=f"token={token}", headers=headers)


def post(token: Any, **more: Any) -> Answer:
    return call(verify_email.handler, "POST", PATH, {"token": token}, **more)


def is_verified(stage: Stage) -> bool:
    return {row.get("email_verified", {}).get("BOOL") for row in stage.rows(USERS)} == {True}


@pytest.mark.parametrize("accept", SCANNERS)
def test_a_link_that_a_program_follows_changes_nothing(stage: Stage, token: str, accept: str) -> None:
    before = stage.rows(USERS), stage.rows(SESSIONS)
    answer = follow(token, accept)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == before
    assert post(token).status == 200
    assert is_verified(stage)


def test_a_program_that_asks_for_json_confirms_at_once(stage: Stage, token: str) -> None:
    answer = follow(token, "application/json")
    assert (answer.status, list(answer.json)) == (200, ["message"])
    assert is_verified(stage)
    assert (follow(token, "application/json").status, post(token).status) == (401, 401)


def test_a_second_post_is_refused(stage: Stage, token: str) -> None:
    assert [post(token).status for _ in range(2)] == [200, 401]
    assert is_verified(stage)


@pytest.mark.parametrize("token", ["x", "A" * 64, "é" * 64, "../../etc"])
def test_a_token_that_is_not_ours_is_refused(stage: Stage, token: str) -> None:
    answer = post(token)
    assert (answer.status, answer.error["code"]) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("token", [None, "", 7, ["a"], "A" * 129])
def test_bad_input_is_named(stage: Stage, token: Any) -> None:
    answer = post(token)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == ["token"]


@pytest.mark.parametrize(
    ("handler", "path"),
    [(open_email_verification.handler, PATH), (open_password_reset.handler, "/api/v1/auth/password-reset/confirm")],
)
def test_a_page_runs_its_own_script_alone_and_repeats_nothing(stage: Stage, handler: Any, path: str) -> None:
    hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    answer = call(handler, "GET", path, query=f"token={hostile}", headers={"accept": BROWSER})
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", answer.body, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy.pop(kind) == f"'sha256-{digest}'"
    assert policy == {
        **dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'"),
        "connect-src": "'self'",
    }
    assert "alert" not in answer.body
    assert (answer.headers["referrer-policy"], answer.headers["x-frame-options"]) == ("no-referrer", "DENY")
    assert not re.search(r"<[^>]*\s(src|on\w+|style)=", answer.body)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", True),
        ("application/problem+json, application/json;q=0.5", True),
        ("application/json, */*", True),
        ("text/html, application/json", False),
        ("*/*", False),
        ("", False),
        ("application/*", False),
        ("Application/JSON", True),
    ],
)
def test_who_asks_for_json(accept: str, expected: bool) -> None:
    assert wants_json(accept) is expected


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://api.showreel.example", 401),
        ("https://showreel.example", 401),
        ("https://evil.example", 403),
        ("https://api.showreel.example.evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_case_49_pages_of_the_api_itself_may_post(stage: Stage, origin: str, status: int) -> None:
    assert post("x", headers={"origin": origin}).status == status
