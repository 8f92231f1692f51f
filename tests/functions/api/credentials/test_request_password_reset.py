"""POST /api/v1/auth/password-reset and /verify-email/resend: they answer everybody alike."""

import time
from typing import Any

import pytest

from functions.api.credentials import request_password_reset, resend_verification
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.accounts.conftest import Register
from tests.mailbox import Mailbox

ROUTES = {
    "password-reset": (request_password_reset.handler, "/api/v1/auth/password-reset"),
    "verify-email": (resend_verification.handler, "/api/v1/auth/verify-email/resend"),
}
CHANGING = {"x-request-id", "ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset"}
EXTREME = 0.25
"""A share of pairs in which one side is slower, that equal times reach once in a million runs: 4.7 deviations."""


def ask(purpose: str, email: Any = "alice@example.com", **more: Any) -> Answer:
    handler, path = ROUTES[purpose]
    return call(handler, "POST", path, {"email": email}, **more)


@pytest.mark.parametrize("purpose", ROUTES)
def test_it_is_accepted_and_left_to_be_done(mailbox: Mailbox, register: Register, purpose: str) -> None:
    register()
    mailbox.asked.clear()
    answer = ask(purpose)
    assert (answer.status, list(answer.json)) == (202, ["message"])
    assert answer.headers["cache-control"] == "no-store"
    assert [(one["purpose"], one["email"]) for one in mailbox.asked] == [(purpose, "alice@example.com")]


@pytest.mark.parametrize("purpose", ROUTES)
def test_case_20_known_and_unknown_addresses_look_the_same(
    mailbox: Mailbox, register: Register, stage: Stage, purpose: str
) -> None:
    register()
    answers: list[Answer] = []
    emails = ("alice@example.com", "nobody@example.com")
    calls = [stage.calls_of(lambda email=email: answers.append(ask(purpose, email))) for email in emails]
    known, unknown = answers
    assert (known.status, known.body) == (unknown.status, unknown.body)
    headers = [{k: v for k, v in answer.headers.items() if k not in CHANGING} for answer in answers]
    assert headers[0] == headers[1]
    assert calls[0] == calls[1] == ["dynamodb:UpdateItem"]


@pytest.mark.parametrize("purpose", ROUTES)
def test_case_20_they_take_the_same_time(
    mailbox: Mailbox, register: Register, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    monkeypatch.setenv("RATE_SCALE", "1000")
    emails = ("alice@example.com", "nobody@example.com")
    taken: dict[str, list[float]] = {email: [] for email in emails}
    for number in range(120):
        email = emails[number % 2]
        began = time.perf_counter()
        assert ask(purpose, email).status == 202
        taken[email].append(time.perf_counter() - began)
    known, unknown = taken.values()
    slower = sum(one > other for one in known for other in unknown) / (len(known) * len(unknown))
    assert EXTREME < slower < 1 - EXTREME, "the Mann-Whitney statistic of 60 and 60"


@pytest.mark.parametrize("purpose", ROUTES)
def test_a_stage_without_mail_answers_everybody_503(
    mailbox: Mailbox, register: Register, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    monkeypatch.delenv("MAIL_FROM")
    answers = [ask(purpose, email) for email in ("alice@example.com", "nobody@example.com")]
    assert [(answer.status, answer.error["code"]) for answer in answers] == [(503, "SERVICE_UNAVAILABLE")] * 2


@pytest.mark.parametrize("purpose", ROUTES)
@pytest.mark.parametrize("email", [None, 7, "", "alice", "a@b", ["a@b.example"], "x" * 250 + "@example.com"])
def test_bad_input_is_named_and_asks_for_nothing(mailbox: Mailbox, purpose: str, email: Any) -> None:
    answer = ask(purpose, email)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == ["email"]
    assert mailbox.asked == []


@pytest.mark.parametrize("purpose", ROUTES)
def test_the_sixth_in_an_hour_waits(mailbox: Mailbox, purpose: str) -> None:
    statuses = [ask(purpose, f"nobody{number}@example.com").status for number in range(6)]
    assert statuses == [202] * 5 + [429]
    assert ask(purpose, address="198.51.100.9").status == 202


def test_a_function_that_does_not_take_its_work_is_503(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "no-reply@showreel.example")
    monkeypatch.setenv("SEND_ACCOUNT_MAIL_FUNCTION", "showreel-test-send_account_mail")
    with stage.refusing("lambda", "Invoke", "ServiceException") as fired:
        answer = ask("password-reset")
    assert fired
    assert answer.status == 503
