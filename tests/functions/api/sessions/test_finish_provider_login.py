"""POST /api/v1/auth/oauth/{provider}."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from functions.api.credentials import confirm_mfa, enroll_mfa
from functions.api.sessions import renew_session
from shared.base import aws, clock, tokens
from shared.base.sealing import SealError, unseal
from shared.contract.resources import AUDIT, SESSIONS, USERS
from shared.domains.accounts.rules.oauth import place_of_tokens
from shared.domains.accounts.store.identities import IdentityStore
from tests.api import call, call_in_a_thread
from tests.aws import Stage, real_name
from tests.callers import account
from tests.clock import TurnedClock
from tests.functions.api.sessions.logins import (
    begin,
    enter,
    nothing_came_of_it,
    post,
    returned,
    rows,
    sessions,
    verified_account,
)
from tests.mailbox import Mailbox
from tests.provider import Provider
from tests.shared.domains.accounts.agents import CHROME, FIREFOX, IPHONE


def test_who_is_new_gets_an_account_and_a_session(provider: Provider, stage: Stage) -> None:
    answer = enter(provider)
    assert answer.status == 200, answer.body
    told = answer.json
    assert set(told) == {"access_token", "refresh_token", "token_type", "expires_in", "user", "oauth_tokens"}
    assert (told["user"]["email"], told["user"]["full_name"]) == ("ada@example.com", "Ada Lovelace")
    assert re.fullmatch(r"ada_\d{4}", told["user"]["username"])
    assert tokens.verify(told["access_token"], "access").user_id == told["user"]["id"]
    assert call(renew_session.handler, "POST", "/api/v1/auth/refresh", {"refresh_token": told["refresh_token"]}).json
    assert "password_hash" not in json.dumps(stage.rows(USERS))
    assert {row["email_verified"]["BOOL"] for row in rows(stage, "user#")} == {True}
    acts = [(row["action"]["S"], row["actor"]["S"]) for row in stage.rows(AUDIT)]
    assert sorted(acts) == [("identity.linked", told["user"]["id"]), ("session.begun", told["user"]["id"])]


def test_who_was_here_before_enters_the_same_account(provider: Provider, stage: Stage) -> None:
    first = enter(provider).json
    again = enter(provider, email="new@example.com").json
    assert again["user"] == first["user"], "the address may change at the provider, the subject does not"
    assert again["access_token"] != first["access_token"]
    assert len(rows(stage, "user#")) == 1
    assert sessions(stage) == 2


def test_a_provider_whose_subject_is_another_ones_is_another_identity(provider: Provider, stage: Stage) -> None:
    enter(provider)
    assert post(*returned(provider, name="youtube"), name="youtube").status == 200
    assert len(rows(stage, "user#")) == 1, "the address is verified on both sides"
    assert {row["pk"]["S"] for row in rows(stage, "identity#")} == {"identity#google#ada", "identity#youtube#ada"}
    assert rows(stage, "user#")[0]["identities"] == {"SS": ["google#ada", "youtube#ada"]}


def test_twenty_first_logins_at_once_are_one_account(provider: Provider, stage: Stage, quick_rates: None) -> None:
    back = [returned(provider) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda one: post(*one, ask=call_in_a_thread), back))
    assert {answer.status for answer in answers} == {200}, [answer.body for answer in answers]
    assert len({answer.json["user"]["id"] for answer in answers}) == 1
    assert (len(rows(stage, "user#")), len(rows(stage, "identity#"))) == (1, 1)
    assert sessions(stage) == 20


def test_nobody_enters_an_account_that_is_closed_at_this_moment(
    provider: Provider, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(provider)
    [user] = rows(stage, "user#")
    before, original, fired = sessions(stage), IdentityStore.known, []

    def then_closed(store: IdentityStore, *asked: Any) -> Any:
        found = original(store, *asked)
        if not fired:
            fired.append(found)
            aws.client("dynamodb").delete_item(TableName=real_name(USERS), Key={"pk": user["pk"]})
            [kept] = rows(stage, "email#")
            kept |= {"closed_at": {"S": clock.timestamp()}}
            aws.client("dynamodb").put_item(TableName=real_name(USERS), Item=kept)
        return found

    monkeypatch.setattr(IdentityStore, "known", then_closed)
    assert post(*returned(provider)).status == 401
    assert fired
    assert sessions(stage) == before


@pytest.mark.parametrize("email", ["ada@example.com", "new@example.com"])
def test_a_new_device_is_told_once(
    provider: Provider, stage: Stage, mailbox: Mailbox, quick_rates: None, email: str
) -> None:
    for agent in (FIREFOX, CHROME, FIREFOX, CHROME):
        code, state = returned(provider, email=email if agent == CHROME else "ada@example.com")
        assert post(code, state, headers={"user-agent": agent}).status == 200
    [told] = mailbox.asked
    [session] = [row for row in stage.rows(SESSIONS) if row["session_id"]["S"] == told["asked_id"]]
    assert (told["purpose"], told["email"]) == ("new-device", "ada@example.com")
    assert session["agent"]["S"] == CHROME
    assert len({row["known_devices"]["S"] for row in stage.rows(USERS) if "known_devices" in row}) == 1
    with ThreadPoolExecutor(4) as pool:
        comings = [returned(provider) for _ in range(4)]
        more = {"ask": call_in_a_thread, "headers": {"user-agent": IPHONE}}
        answers = list(pool.map(lambda coming: post(*coming, **more), comings))
    assert {answer.status for answer in answers} == {200}
    assert len(mailbox.asked) == 2


def test_who_is_logged_in_links_whatever_the_address_is(provider: Provider, stage: Stage) -> None:
    known = account(stage)
    back = returned(provider, token=known.token, email="other@example.com", email_verified=False)
    answer = post(*back, token=known.token)
    assert answer.status == 200, answer.body
    assert answer.json["user"]["id"] == known.user_id
    linked = [row for row in stage.rows(AUDIT) if row["action"]["S"] == "identity.linked"]
    assert [row["actor"]["S"] for row in linked] == [known.user_id]
    assert enter(provider, email="other@example.com").json["user"]["id"] == known.user_id
    repeated = post(*returned(provider, token=known.token), token=known.token)
    assert repeated.status == 200, "it is theirs"
    assert len(rows(stage, "user#")) == 1


def test_an_identity_belongs_to_one_account(provider: Provider, stage: Stage) -> None:
    owner = enter(provider).json["user"]["id"]
    stranger = account(stage)
    before = stage.rows(USERS), sessions(stage)
    answer = post(*returned(provider, token=stranger.token), token=stranger.token)
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert (stage.rows(USERS), sessions(stage)) == before
    assert enter(provider).json["user"]["id"] == owner


def test_an_address_that_both_have_verified_links(provider: Provider, stage: Stage) -> None:
    known, email = verified_account(stage)
    answer = enter(provider, email=email.upper())
    assert answer.json["user"]["id"] == known.user_id
    assert len(rows(stage, "user#")) == 1


@pytest.mark.parametrize("claims", [{"email": None}, {"email": "no address"}, {"email_verified": "true"}], ids=str)
def test_who_is_new_needs_a_verified_address(provider: Provider, stage: Stage, claims: dict[str, Any]) -> None:
    assert enter(provider, **claims).status == 409
    assert stage.rows(USERS) == stage.rows(SESSIONS) == []


def test_case_29_tokens_open_in_their_users_row_alone(provider: Provider, stage: Stage) -> None:
    told = enter(provider).json
    [grant] = rows(stage, "grant#google#ada")
    sealed = grant["tokens"]["S"]
    assert sealed == told["oauth_tokens"]
    opened = json.loads(unseal(sealed, place_of_tokens(told["user"]["id"], "google")))
    assert [opened["access_token"], opened["refresh_token"]] == [provider.tokens[0], ""]
    for user_id, name in ((account(stage).user_id, "google"), (told["user"]["id"], "youtube")):
        with pytest.raises(SealError):
            unseal(sealed, place_of_tokens(user_id, name))
    everything = json.dumps([stage.rows(table) for table in (USERS, SESSIONS, AUDIT)])
    assert not [token for token in provider.tokens if token in everything or token in json.dumps(told)]


def test_case_29_tokens_that_do_not_last_take_the_place_of_none_that_do(provider: Provider, stage: Stage) -> None:
    def kept(name: str) -> dict[str, str]:
        [grant] = rows(stage, f"grant#{name}#ada")
        opened: dict[str, str] = json.loads(unseal(grant["tokens"]["S"], place_of_tokens(grant["user_id"]["S"], name)))
        return opened

    for _ in range(2):
        assert post(*returned(provider, name="youtube"), name="youtube").status == 200
    assert kept("youtube")["refresh_token"] == provider.tokens[3], "the newest of those that last"
    url = begin("youtube").json["authorization_url"].replace("prompt=consent", "prompt=none")
    assert post(*provider.log_in(url), name="youtube").status == 200
    assert kept("youtube")["refresh_token"] == provider.tokens[3]


def test_nothing_secret_is_logged(provider: Provider, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    back = returned(provider)
    told = post(*back).json
    provider.fault = "invalid JSON"
    post(*returned(provider))
    provider.fault, provider.wrong = "", {"nonce": "another"}
    post(*returned(provider))
    written = "".join(capsys.readouterr())
    assert "ID token proves nothing" in written
    secrets = [*back, *provider.tokens, *provider.codes, told["access_token"], told["refresh_token"], "a secret of"]
    assert not [secret for secret in secrets if secret in written]


def with_factor(provider: Provider) -> tuple[str, pyotp.TOTP]:
    """Somebody who logs in with the provider, and has a second factor since the step before this one."""
    told = enter(provider).json
    token = told["access_token"]
    made = call(enroll_mfa.handler, "POST", "/api/v1/auth/mfa/enroll", token=token).json
    app = pyotp.TOTP(made["secret"])
    body = {"mfa_code": app.at(int(clock.now()) - 30)}
    answer = call(confirm_mfa.handler, "POST", "/api/v1/auth/mfa/confirm", body, token=token)
    assert answer.status == 200, answer.body
    return told["user"]["id"], app


def test_a_second_factor_is_asked_for(provider: Provider, stage: Stage, turned_clock: TurnedClock) -> None:
    user_id, app = with_factor(provider)
    before = sessions(stage)
    missing = enter(provider)
    assert (missing.status, missing.error["details"][0]["code"]) == (401, "MFA_REQUIRED")
    wrong = post(*returned(provider), mfa_code="000000")
    assert (wrong.status, wrong.error["code"]) == (401, "INVALID_CREDENTIALS")
    assert sessions(stage) == before
    code = app.at(int(clock.now()))
    entered = post(*returned(provider), mfa_code=code)
    assert entered.json["user"]["id"] == user_id
    assert post(*returned(provider), mfa_code=code).status == 401, "a code is good once"
    assert sessions(stage) == before + 1


def test_a_second_factor_is_asked_for_before_an_address_links(
    provider: Provider, stage: Stage, turned_clock: TurnedClock
) -> None:
    user_id, app = with_factor(provider)
    missing = post(*returned(provider, name="youtube"), name="youtube")
    assert missing.status == 401
    assert rows(stage, "identity#youtube") == rows(stage, "grant#youtube") == []
    entered = post(*returned(provider, name="youtube"), name="youtube", mfa_code=app.at(int(clock.now())))
    assert entered.json["user"]["id"] == user_id


def test_five_wrong_codes_lock(provider: Provider, stage: Stage, turned_clock: TurnedClock) -> None:
    _, app = with_factor(provider)
    wrong = [post(*returned(provider), mfa_code="000000").status for _ in range(5)]
    assert wrong == [401] * 5
    locked = post(*returned(provider), mfa_code=app.at(int(clock.now())))
    assert (locked.status, locked.error["code"]) == (423, "ACCOUNT_LOCKED")


def test_twenty_a_minute_from_one_address(provider: Provider, turned_clock: TurnedClock) -> None:
    statuses = [post("a", "b").status for _ in range(21)]
    assert statuses == [401] * 20 + [429]


def test_a_warm_login_makes_three_calls(provider: Provider, stage: Stage, turned_clock: TurnedClock) -> None:
    enter(provider)
    back = returned(provider)
    calls = stage.calls_of(lambda: post(*back))
    assert calls == ["dynamodb:UpdateItem", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert provider.asked.count("/keys") == 1


def test_a_transaction_that_fails_leaves_nothing_and_can_be_tried_again(provider: Provider, stage: Stage) -> None:
    back = returned(provider)
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired:
        nothing_came_of_it(stage, post(*back), 503)
    assert fired
