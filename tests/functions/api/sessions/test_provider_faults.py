"""What is wrong with a login with a provider, or with the provider: nothing comes of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.sessions.finish_provider_login import handler
from shared.contract.resources import USERS
from shared.domains.accounts.rules.oauth import STATE_SECONDS
from shared.providers.oauth import google
from tests.api import call, call_in_a_thread
from tests.aws import Stage
from tests.callers import account
from tests.clock import TurnedClock
from tests.functions.api.sessions.logins import (
    begin,
    email_of,
    enter,
    nothing_came_of_it,
    post,
    returned,
    sessions,
    verified_account,
)
from tests.provider import FAULTS, Provider


def test_case_27_a_state_is_good_once_under_ten_posts_at_once(
    provider: Provider, stage: Stage, quick_rates: None
) -> None:
    back = returned(provider)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(*back, ask=call_in_a_thread), range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9
    assert sessions(stage) == 1
    assert provider.fired == ["code used before"] * 9


def test_case_27_a_state_that_was_used_is_refused_with_another_code(provider: Provider, stage: Stage) -> None:
    first = begin()
    code, state = provider.log_in(first.json["authorization_url"])
    assert post(code, state).status == 200
    again, _ = provider.log_in(first.json["authorization_url"], "eve")
    before = stage.rows(USERS), sessions(stage)
    answer = post(again, state)
    assert (answer.status, answer.error["code"]) == (401, "INVALID_CREDENTIALS")
    assert provider.fired == [], "the provider finds nothing wrong with it"
    assert (stage.rows(USERS), sessions(stage)) == before


@pytest.mark.parametrize("change", ["", "x", "a.1.b", "{}"])
def test_case_27_a_state_that_is_none_asks_nobody(provider: Provider, stage: Stage, change: str) -> None:
    code, state = returned(provider)
    asked = list(provider.asked)
    nothing_came_of_it(stage, post(code, change or state[:-2] + ("AA" if state[-2:] != "AA" else "BB")))
    longer = state.split(".")
    longer[1] = str(int(longer[1]) + 600)
    nothing_came_of_it(stage, post(code, ".".join(longer)))
    assert provider.asked == asked


@pytest.mark.parametrize("body", [{}, {"code": "a"}, {"state": "b"}, {"code": "a", "state": ""}], ids=str)
def test_case_27_a_missing_state_is_a_mistake(provider: Provider, stage: Stage, body: dict[str, str]) -> None:
    answer = call(handler, "POST", "/api/v1/auth/oauth/google", body, parameters={"provider": "google"})
    nothing_came_of_it(stage, answer, 400)


def test_case_27_a_state_is_good_for_whom_it_was_given_to_alone(provider: Provider, stage: Stage) -> None:
    ada, eve = account(stage), account(stage)
    before = stage.rows(USERS), sessions(stage)
    adas, nobodys = returned(provider, token=ada.token), returned(provider)
    asked = list(provider.asked)
    for back, token in ((adas, eve.token), (adas, ""), (nobodys, ada.token)):
        answer = post(*back, token=token)
        assert (answer.status, answer.error["code"]) == (401, "INVALID_CREDENTIALS")
    assert post(*adas, name="youtube", token=ada.token).status == 401, "nor for another provider"
    assert provider.asked == asked
    assert (stage.rows(USERS), sessions(stage)) == before


def test_case_27_a_state_ends_after_ten_minutes(provider: Provider, stage: Stage, turned_clock: TurnedClock) -> None:
    back = returned(provider)
    turned_clock.advance(STATE_SECONDS - 1)
    late = returned(provider)
    assert post(*back).status == 200
    turned_clock.advance(STATE_SECONDS)
    assert post(*late).status == 401


def test_case_27_an_address_that_is_allowed_no_more_ends_a_login(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = returned(provider)
    monkeypatch.setenv("OAUTH_REDIRECTS", "https://app.showreel.example/new")
    nothing_came_of_it(stage, post(*back))


def test_case_27_a_code_of_another_login_fails_for_pkce(provider: Provider, stage: Stage) -> None:
    (stolen, _), (_, own) = returned(provider), returned(provider, "eve")
    nothing_came_of_it(stage, post(stolen, own))
    assert provider.fired == ["PKCE mismatch"]


def test_case_27_a_code_is_good_for_one_address(provider: Provider, stage: Stage) -> None:
    code, state = returned(provider)
    known = provider.codes[code]
    provider.codes[code] = type(known)(known.query | {"redirect_uri": "https://evil.example/"}, known.claims)
    nothing_came_of_it(stage, post(code, state))
    assert provider.fired == ["redirect_uri mismatch"]


def test_case_27_an_unknown_code(provider: Provider, stage: Stage) -> None:
    nothing_came_of_it(stage, post("made up", returned(provider)[1]))
    assert provider.fired == ["unknown code"]


@pytest.mark.parametrize("fault", FAULTS)
def test_case_27_a_provider_that_misbehaves_is_503(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(google, "EXCHANGE_SECONDS", 0.5)
    provider.fault, provider.slow_seconds = fault, 2
    back = returned(provider)
    answer = post(*back)
    nothing_came_of_it(stage, answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert provider.fired == [fault]
    assert "/elsewhere" not in provider.asked, "redirects are not followed"
    provider.fault = ""
    assert post(*back).status == 200, "what did not arrive can be sent again"


def test_case_27_a_provider_that_is_gone_is_503(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = returned(provider)
    endpoints = json.loads(provider.settings["GOOGLE_ENDPOINTS"]) | {"token": "http://127.0.0.1:1/token"}
    monkeypatch.setenv("GOOGLE_ENDPOINTS", json.dumps(endpoints))
    nothing_came_of_it(stage, post(*back), 503)


WRONG: list[dict[str, Any]] = [
    {"iss": "https://accounts.evil.example"},
    {"iss": None},
    {"aud": "a-youtube-client"},
    {"aud": ["a-google-client", "another"]},
    {"aud": None},
    {"azp": "another"},
    {"nonce": "another"},
    {"nonce": None},
    {"nonce": 7},
    {"exp": 1},
    {"exp": None},
    {"exp": "9999999999"},
    {"iat": 2**40},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "a" * 256},
    {"email": ["ada@example.com"]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_case_27_an_id_token_that_is_wrong_in_one_respect(
    provider: Provider, stage: Stage, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    nothing_came_of_it(stage, enter(provider))
    assert provider.fired == [f"wrong ID token: {sorted(wrong)}"]


def test_case_27_an_id_token_by_another_key(provider: Provider, stage: Stage) -> None:
    provider.key = 1
    nothing_came_of_it(stage, enter(provider))
    assert provider.fired == ["wrong ID token: key"]


def test_case_27_our_own_secret_being_wrong_is_no_fault_of_the_person(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = returned(provider)
    monkeypatch.setattr("tests.provider.CLIENT_SECRET", {"google": "another", "youtube": "another"})
    nothing_came_of_it(stage, post(*back), 503)
    assert provider.fired == ["invalid_client"]


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [(False, True, "link the provider"), (True, False, "not verified"), (False, False, "not verified")],
)
def test_case_27_an_address_that_is_not_proven_on_both_sides_links_nothing(
    provider: Provider, stage: Stage, ours: bool, theirs: bool, says: str
) -> None:
    known, email = verified_account(stage) if ours else (account(stage), "")
    before = stage.rows(USERS), sessions(stage)
    answer = enter(provider, email=email or email_of(known), email_verified=theirs)
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert says in answer.error["message"]
    assert (stage.rows(USERS), sessions(stage)) == before
