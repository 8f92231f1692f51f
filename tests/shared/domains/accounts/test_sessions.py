"""Refreshing, and when a session is over."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base import tokens
from shared.base.errors import InvalidTokenError, UnavailableError
from shared.contract.resources import AUDIT, SESSIONS
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.rules.sessions import GRACE_SECONDS, refresh_hash
from shared.domains.accounts.service import sessions as sessions_service
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.sessions import RefreshService, SessionService
from shared.domains.accounts.store.sessions import SessionStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.accounts.conftest import PASSWORD, Register

DAY = 86400


Named = tuple[str, str]
"""A user and one of their sessions."""


def session_of(access_token: str) -> Named:
    claims = tokens.verify(access_token, "access")
    return claims.user_id, claims.session_id


def live(named: Named, *, fresh: bool = True) -> bool:
    return bool(SessionService.open().live_since(*named, fresh=fresh))


def trail(stage: Stage, action: str) -> list[Named]:
    """Whose sessions an action is told of, and which."""
    rows = [row for row in stage.rows(AUDIT) if row["action"]["S"] == action]
    return [(row["target"]["S"], row["details"]["M"]["session"]["S"]) for row in rows]


@pytest.fixture
def refreshing(stage: Stage) -> RefreshService:
    """Refreshing in the stage."""
    return RefreshService.open()


def test_refreshing_gives_new_tokens_of_the_same_session(register: Register, refreshing: RefreshService) -> None:
    made = register()
    fresh = refreshing.refresh(made.tokens.refresh_token)
    old, new = (tokens.verify(token, "refresh") for token in (made.tokens.refresh_token, fresh.refresh_token))
    assert (new.session_id, new.user_id, new.expires_at) == (old.session_id, old.user_id, old.expires_at)
    assert new.token_id != old.token_id
    claims = tokens.verify(fresh.access_token, "access")
    assert (claims.username, claims.session_id) == ("alice", old.session_id)
    refreshing.refresh(fresh.refresh_token)


def test_refreshing_is_one_read_and_one_update(stage: Stage, register: Register, refreshing: RefreshService) -> None:
    made = register()
    calls = stage.calls_of(lambda: refreshing.refresh(made.tokens.refresh_token))
    assert [call for call in calls if call != "ssm:GetParameter"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]


def test_refreshing_waits_for_a_request_that_checks_the_session(
    stage: Stage, register: Register, refreshing: RefreshService
) -> None:
    made = register()
    with stage.refusing("dynamodb", "UpdateItem", "TransactionConflictException", times=2) as fired:
        fresh = refreshing.refresh(made.tokens.refresh_token)
    assert len(fired) == 2
    refreshing.refresh(fresh.refresh_token)


def test_a_reused_token_ends_its_family_and_no_other(
    stage: Stage,
    register: Register,
    accounts: AccountService,
    refreshing: RefreshService,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = register()
    other = accounts.log_in("alice", PASSWORD)
    second = refreshing.refresh(made.tokens.refresh_token)
    third = refreshing.refresh(second.refresh_token)
    with pytest.raises(SessionEndedError) as caught:
        refreshing.refresh(made.tokens.refresh_token)
    assert caught.value.status == 401
    for token in (second.refresh_token, third.refresh_token):
        with pytest.raises(SessionEndedError):
            refreshing.refresh(token)
    assert not live(session_of(third.access_token))
    assert live(session_of(other.tokens.access_token))
    refreshing.refresh(other.tokens.refresh_token)
    told = capsys.readouterr().out
    warnings = [line for line in map(json.loads, told.splitlines()) if line["level"] == "WARNING"]
    ended = session_of(third.access_token)
    assert {(line["user_id"], line["session_id"]) for line in warnings} == {ended}
    assert made.tokens.refresh_token not in told
    assert trail(stage, "session.token_reused") == [ended]


def test_ten_uses_at_once_get_the_same_successor(register: Register, refreshing: RefreshService) -> None:
    made = register()
    with ThreadPoolExecutor(10) as pool:
        renewed = list(pool.map(lambda _: refreshing.refresh(made.tokens.refresh_token), range(10)))
    assert len({tokens.verify(one.refresh_token, "refresh").token_id for one in renewed}) == 1
    refreshing.refresh(renewed[0].refresh_token)
    with pytest.raises(SessionEndedError):
        refreshing.refresh(made.tokens.refresh_token)
    assert not live(session_of(made.tokens.access_token)), "its successor was used, so it is not a lost reply"


@pytest.mark.parametrize(("seconds", "is_good"), [(GRACE_SECONDS - 1, True), (GRACE_SECONDS + 1, False)])
def test_case_12_a_token_is_good_again_for_a_moment_only(
    register: Register, refreshing: RefreshService, turned_clock: TurnedClock, seconds: int, is_good: bool
) -> None:
    made, other = register(), register("bob")
    second = refreshing.refresh(made.tokens.refresh_token)
    turned_clock.advance(seconds)
    if is_good:
        again = refreshing.refresh(made.tokens.refresh_token)
        assert len({tokens.verify(one.refresh_token, "refresh").token_id for one in (second, again)}) == 1
    else:
        with pytest.raises(SessionEndedError):
            refreshing.refresh(made.tokens.refresh_token)
    assert live(session_of(second.access_token)) == is_good
    assert live(session_of(other.tokens.access_token))


def test_a_lost_reply_is_no_reuse(stage: Stage, register: Register, refreshing: RefreshService) -> None:
    """The SDK sends the update again after a lost reply; that repeat must not look like a thief."""
    made = register()
    with stage.cut_off("dynamodb", "UpdateItem", times=1, after=True) as fired:
        fresh = refreshing.refresh(made.tokens.refresh_token)
    assert fired == ["ConnectionClosedError"]
    assert live(session_of(fresh.access_token))
    refreshing.refresh(fresh.refresh_token)


def test_an_outage_costs_nobody_their_session(stage: Stage, register: Register, refreshing: RefreshService) -> None:
    made = register()
    for operation in ("GetItem", "UpdateItem"):
        with stage.refusing("dynamodb", operation, "ThrottlingException") as fired, pytest.raises(UnavailableError):
            refreshing.refresh(made.tokens.refresh_token)
        assert fired
    refreshing.refresh(made.tokens.refresh_token)


def test_seven_days_are_seven_days_whatever_is_refreshed(
    stage: Stage, turned_clock: TurnedClock, register: Register, refreshing: RefreshService
) -> None:
    made = register()
    refresh_token, session = made.tokens.refresh_token, session_of(made.tokens.access_token)
    for _ in range(6):
        turned_clock.advance(DAY)
        fresh = refreshing.refresh(refresh_token)
        refresh_token = fresh.refresh_token
    turned_clock.advance(DAY - 60)
    fresh = refreshing.refresh(refresh_token)
    assert tokens.verify(fresh.access_token, "access").expires_at - turned_clock() <= 60
    turned_clock.advance(60)
    with pytest.raises(InvalidTokenError):
        refreshing.refresh(fresh.refresh_token)
    assert len(stage.rows(SESSIONS)) == 1  # DynamoDB has not removed it yet
    assert not live(session)


def test_the_row_of_an_expired_session_is_compared_in_code(
    turned_clock: TurnedClock, register: Register, accounts: AccountService, stage: Stage
) -> None:
    claims = tokens.verify(register().tokens.refresh_token, "refresh")
    turned_clock.advance(7 * DAY)
    sessions = SessionStore.open()
    assert not sessions.rotate(claims.user_id, claims.session_id, refresh_hash(claims.token_id), "1" * 64)
    assert sessions.live(claims.user_id, claims.session_id) is None
    assert sessions.all_live(claims.user_id) == []


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


def test_other_tokens_do_not_refresh(register: Register, refreshing: RefreshService, stage: Stage) -> None:
    made = register()
    service_token = tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))
    for token in (made.tokens.access_token, service_token, "", "x.y.z"):
        with pytest.raises(InvalidTokenError):
            refreshing.refresh(token)
    refreshing.refresh(made.tokens.refresh_token)


def test_a_token_of_a_session_or_user_that_is_gone_does_not_refresh(refreshing: RefreshService, stage: Stage) -> None:
    more: dict[str, Any] = {"user_id": "gone", "session_id": "gone", "session_ends": 2**33}
    with pytest.raises(SessionEndedError):
        refreshing.refresh(tokens.issue_refresh_token("a-token", **more))
    assert stage.rows(SESSIONS) == []


def test_another_users_session_is_out_of_reach(register: Register) -> None:
    alice, bob = register(), register("bob")
    _, session = named = session_of(alice.tokens.access_token)
    jti = tokens.verify(alice.tokens.refresh_token, "refresh").token_id
    assert not SessionStore.open().rotate(bob.user.id, session, refresh_hash(jti), "1" * 64)
    assert not SessionStore.open().end(bob.user.id, session)
    assert live(named)


def test_what_was_read_serves_for_a_minute(stage: Stage, turned_clock: TurnedClock, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    assert stage.calls_of(lambda: live(session, fresh=False)) == ["dynamodb:GetItem"]
    SessionStore.open().end(*session)
    turned_clock.advance(59)
    assert live(session, fresh=False)
    turned_clock.advance(1)
    assert not live(session, fresh=False)


def test_who_asks_afresh_learns_at_once(stage: Stage, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    assert live(session)
    SessionStore.open().end(*session)
    assert live(session, fresh=False)
    assert stage.calls_of(lambda: live(session)) == ["dynamodb:GetItem"]
    assert not live(session, fresh=False)  # what was learned holds for the others too


def test_a_session_that_never_was_does_not_live(stage: Stage) -> None:
    assert not live(("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"))
    assert not live(("somebody", "x" * 1000))


def test_ending_twice_is_ending_once_and_makes_no_row(stage: Stage, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    sessions = SessionStore.open()
    assert sessions.end(*session)
    (before,) = stage.rows(SESSIONS)
    assert not sessions.end(*session)
    assert sessions.exists(*session)
    assert not sessions.end("somebody", "nobody's")
    assert not sessions.exists("somebody", "nobody's")
    assert stage.rows(SESSIONS) == [before]


def test_who_ends_a_session_here_is_believed_at_once_and_told_of_once(stage: Stage, register: Register) -> None:
    session = session_of(register().tokens.access_token)
    assert live(session, fresh=False)
    for _ in range(2):
        SessionService.open().end(*session)
        assert not live(session, fresh=False)
    assert trail(stage, "session.ended") == [session]


def test_who_logs_out_may_name_another_session_by_its_token(
    stage: Stage, register: Register, accounts: AccountService
) -> None:
    here, there = register().tokens, accounts.log_in("alice", PASSWORD).tokens
    SessionService.open().log_out(*session_of(here.access_token), there.refresh_token)
    ended = [session_of(one.access_token) for one in (here, there)]
    assert not any(live(session) for session in ended)
    assert sorted(trail(stage, "session.ended")) == sorted(ended)


def test_what_is_kept_is_bounded_and_what_was_read_last_is_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_service, "LIVE_KEPT", 3)
    asked = [("somebody", f"session-{number}") for number in range(5)]
    for session in asked:
        live(session)
    assert len(sessions_service._seen) == 3
    kept = [stage.calls_of(lambda session=session: live(session, fresh=False)) == [] for session in reversed(asked)]
    assert kept[:3] == [True] * 3
