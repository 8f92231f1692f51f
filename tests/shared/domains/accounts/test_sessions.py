"""Refreshing, and when a session is over."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base import tokens
from shared.base.errors import InvalidTokenError, UnavailableError
from shared.contract.resources import SESSIONS
from shared.domains.accounts import service
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.service import AccountService, SessionService
from shared.domains.accounts.store import SessionStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.accounts.conftest import PASSWORD, Register

DAY = 86400


def session_of(access_token: str) -> str:
    return tokens.verify(access_token, "access").session_id


def live(session_id: str) -> bool:
    return SessionService.open().is_live(session_id, fresh=True)


def test_refreshing_gives_new_tokens_of_the_same_session(register: Register, accounts: AccountService) -> None:
    made = register()
    fresh = accounts.refresh(made.tokens.refresh_token)
    old, new = (tokens.verify(token, "refresh") for token in (made.tokens.refresh_token, fresh.refresh_token))
    assert (new.session_id, new.user_id, new.expires_at) == (old.session_id, old.user_id, old.expires_at)
    assert new.token_id != old.token_id
    claims = tokens.verify(fresh.access_token, "access")
    assert (claims.username, claims.session_id) == ("alice", old.session_id)
    accounts.refresh(fresh.refresh_token)


def test_refreshing_is_one_read_and_one_update(stage: Stage, register: Register, accounts: AccountService) -> None:
    made = register()
    calls = stage.calls_of(lambda: accounts.refresh(made.tokens.refresh_token))
    assert [call for call in calls if call != "ssm:GetParameter"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]


def test_a_reused_token_ends_its_family_and_no_other(
    register: Register, accounts: AccountService, capsys: pytest.CaptureFixture[str]
) -> None:
    made = register()
    other = accounts.log_in("alice", PASSWORD)
    second = accounts.refresh(made.tokens.refresh_token)
    third = accounts.refresh(second.refresh_token)
    with pytest.raises(SessionEndedError) as caught:
        accounts.refresh(made.tokens.refresh_token)
    assert caught.value.status == 401
    for token in (second.refresh_token, third.refresh_token):
        with pytest.raises(SessionEndedError):
            accounts.refresh(token)
    assert not live(session_of(third.access_token))
    assert live(session_of(other.tokens.access_token))
    accounts.refresh(other.tokens.refresh_token)
    told = capsys.readouterr().out
    assert "its session ended" in told
    assert made.tokens.refresh_token not in told


def test_of_ten_uses_at_once_at_most_one_gets_tokens(register: Register, accounts: AccountService) -> None:
    made = register()

    def attempt(_: int) -> bool:
        try:
            accounts.refresh(made.tokens.refresh_token)
        except SessionEndedError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(10)))
    assert sum(outcomes) == 1
    assert not live(session_of(made.tokens.access_token))


def test_a_lost_reply_is_no_reuse(stage: Stage, register: Register, accounts: AccountService) -> None:
    """The SDK sends the update again after a lost reply; that repeat must not look like a thief."""
    made = register()
    with stage.cut_off("dynamodb", "UpdateItem", times=1, after=True) as fired:
        fresh = accounts.refresh(made.tokens.refresh_token)
    assert fired == ["ConnectionClosedError"]
    assert live(session_of(fresh.access_token))
    accounts.refresh(fresh.refresh_token)


def test_an_outage_costs_nobody_their_session(stage: Stage, register: Register, accounts: AccountService) -> None:
    made = register()
    for operation in ("GetItem", "UpdateItem"):
        with stage.refusing("dynamodb", operation, "ThrottlingException") as fired, pytest.raises(UnavailableError):
            accounts.refresh(made.tokens.refresh_token)
        assert fired
    accounts.refresh(made.tokens.refresh_token)


def test_seven_days_are_seven_days_whatever_is_refreshed(
    stage: Stage, turned_clock: TurnedClock, register: Register, accounts: AccountService
) -> None:
    refresh_token = register().tokens.refresh_token
    session = tokens.verify(refresh_token, "refresh").session_id
    for _ in range(6):
        turned_clock.advance(DAY)
        fresh = accounts.refresh(refresh_token)
        refresh_token = fresh.refresh_token
    turned_clock.advance(DAY - 60)
    fresh = accounts.refresh(refresh_token)
    assert tokens.verify(fresh.access_token, "access").expires_at - turned_clock() <= 60
    turned_clock.advance(60)
    with pytest.raises(InvalidTokenError):
        accounts.refresh(fresh.refresh_token)
    assert len(stage.rows(SESSIONS)) == 1  # DynamoDB has not removed it yet
    assert not live(session)


def test_the_row_of_an_expired_session_is_compared_in_code(
    turned_clock: TurnedClock, register: Register, accounts: AccountService, stage: Stage
) -> None:
    claims = tokens.verify(register().tokens.refresh_token, "refresh")
    turned_clock.advance(7 * DAY)
    sessions = SessionStore.open()
    assert not sessions.rotate(claims.session_id, claims.user_id, "0" * 64, "1" * 64)
    assert not sessions.is_live(claims.session_id)


def test_a_row_says_when_dynamodb_may_remove_it(stage: Stage, turned_clock: TurnedClock, register: Register) -> None:
    register()
    (row,) = stage.rows(SESSIONS)
    assert row["expires_at"] == {"N": str(int(turned_clock()) + 7 * DAY)}
    assert len(row["refresh_hash"]["S"]) == 64


def test_the_life_of_a_session_is_a_setting(
    register: Register, monkeypatch: pytest.MonkeyPatch, turned_clock: TurnedClock
) -> None:
    monkeypatch.setenv("REFRESH_TOKEN_EXPIRE_DAYS", "1")
    assert tokens.verify(register().tokens.refresh_token, "refresh").expires_at == int(turned_clock()) + DAY


def test_other_tokens_do_not_refresh(register: Register, accounts: AccountService, stage: Stage) -> None:
    made = register()
    service_token = tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))
    for token in (made.tokens.access_token, service_token, "", "x.y.z"):
        with pytest.raises(InvalidTokenError):
            accounts.refresh(token)
    accounts.refresh(made.tokens.refresh_token)


def test_a_token_of_a_session_or_user_that_is_gone_does_not_refresh(accounts: AccountService, stage: Stage) -> None:
    more: dict[str, Any] = {"user_id": "gone", "session_id": "gone", "session_ends": 2**33}
    with pytest.raises(SessionEndedError):
        accounts.refresh(tokens.issue_refresh_token("a-token", **more))
    assert stage.rows(SESSIONS) == []


def test_another_users_session_is_out_of_reach(register: Register, accounts: AccountService) -> None:
    alice, bob = register(), register("bob")
    session = session_of(alice.tokens.access_token)
    jti = tokens.verify(alice.tokens.refresh_token, "refresh").token_id
    assert not SessionStore.open().rotate(session, bob.user.id, service.rules.refresh_hash(jti), "1" * 64)
    assert live(session)


def test_what_was_read_serves_for_a_minute(
    stage: Stage, turned_clock: TurnedClock, register: Register, accounts: AccountService
) -> None:
    session = session_of(register().tokens.access_token)
    sessions = SessionService.open()
    assert stage.calls_of(lambda: sessions.is_live(session)) == ["dynamodb:GetItem"]
    SessionStore.open().end(session)
    turned_clock.advance(59)
    assert sessions.is_live(session)
    turned_clock.advance(1)
    assert not sessions.is_live(session)


def test_who_asks_afresh_learns_at_once(stage: Stage, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    sessions = SessionService.open()
    assert sessions.is_live(session, fresh=True)
    SessionStore.open().end(session)
    assert sessions.is_live(session)
    assert stage.calls_of(lambda: sessions.is_live(session, fresh=True)) == ["dynamodb:GetItem"]
    assert not sessions.is_live(session)  # what was learned holds for the others too


def test_a_session_that_never_was_does_not_live(stage: Stage) -> None:
    assert not SessionService.open().is_live("01900000-0000-7000-8000-000000000001")
    assert not SessionService.open().is_live("x" * 1000)


def test_ending_twice_is_ending_once_and_makes_no_row(stage: Stage, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    sessions = SessionStore.open()
    sessions.end(session)
    (before,) = stage.rows(SESSIONS)
    sessions.end(session)
    sessions.end("nobody's")
    assert stage.rows(SESSIONS) == [before]


def test_what_is_kept_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LIVE_KEPT", 3)
    for number in range(5):
        SessionService.open().is_live(f"session-{number}")
    assert len(service._seen_live) == 3
