"""Sessions as they are kept: which are listed, how many end together, and of which somebody was told."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from shared.base.errors import UnavailableError
from shared.base.transactions import write_together
from shared.contract.limits import REFRESH
from shared.contract.resources import SESSIONS
from shared.domains.accounts.model import Device, Edition, Session
from shared.domains.accounts.rules.mailed import MailedToken, Purpose
from shared.domains.accounts.rules.sessions import GRACE_SECONDS
from shared.domains.accounts.store import sessions as sessions_store
from shared.domains.accounts.store.mailed import MailedTokenStore
from shared.domains.accounts.store.sessions import SessionStore
from tests.aws import Stage
from tests.clock import TurnedClock

START = 1_800_000_000.0
ENDS = int(START) + 1000
OLD, NEXT, OTHER = "0" * 64, "1" * 64, "2" * 64
ADAS = Session("1", "ada", OLD, "2027-01-15T08:00:00.000Z", ENDS, device=Device("203.0.113.7", "Laptop"))
BARE = replace(ADAS, id="2", edition=Edition.STUDIO)


@pytest.fixture
def sessions(stage: Stage, turned_clock: TurnedClock) -> SessionStore:
    turned_clock.seconds = START
    return SessionStore.open()


def begin(sessions: SessionStore, *names: str, user_id: str = "ada") -> list[Session]:
    begun = [replace(ADAS, id=name, user_id=user_id) for name in names]
    for session in begun:
        assert sessions.begin(session) == ""
    return begun


def test_the_sessions_of_a_user_are_listed_and_nothing_else_of_theirs(sessions: SessionStore) -> None:
    first, ended, last = begin(sessions, "1", "2", "3")
    begin(sessions, "4", user_id="bob")
    sessions.begin(replace(ADAS, id="5", expires_at=int(START)))
    sessions.end("ada", ended.id)
    mailed = MailedToken("ada", Purpose.RESET_PASSWORD, "hash", "1", "ada", "ada@example.com", "", ENDS)
    assert MailedTokenStore.open().issue(mailed)
    assert sessions.all_live("ada") == [last, first], "the newest first"


def test_what_a_session_is_asked_for_is_what_was_written_last(stage: Stage, sessions: SessionStore) -> None:
    """The cheaper reads of DynamoDB still find for a while what has ended."""
    sessions.begin(BARE)
    before = len(stage.calls)
    assert sessions.live("ada", BARE.id)
    assert sessions.exists("ada", BARE.id)
    assert sessions.all_live("ada")
    assert sessions.led_to(OLD)
    reads = [call.parameters for call in stage.calls[before:]]
    assert [read["ConsistentRead"] for read in reads] == [True] * 4


def test_however_many_sessions_there_are_all_of_them_end(
    stage: Stage, sessions: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_store, "TOGETHER", 2)
    begun = begin(sessions, *(f"{number}" for number in range(5)))
    writes = sessions.endings(begun)
    assert len(writes) == 2
    assert sessions.all_live("ada") == [begun[1], begun[0]], "what does not fit has ended before"
    assert write_together(*writes) is None
    assert sessions.all_live("ada") == []
    assert len(stage.rows(SESSIONS)) == 5


def test_a_session_has_ended_when_it_first_did(stage: Stage, sessions: SessionStore, turned_clock: TurnedClock) -> None:
    begun = begin(sessions, "1")
    assert sessions.end("ada", "1")
    before = stage.rows(SESSIONS)
    turned_clock.advance(10)
    assert write_together(*sessions.endings(begun)) is None
    assert stage.rows(SESSIONS) == before


def test_ending_what_never_was_is_refused_with_all_that_goes_with_it(stage: Stage, sessions: SessionStore) -> None:
    begun = begin(sessions, "1")
    nobodys = replace(ADAS, id="2")
    assert write_together(*sessions.endings([*begun, nobodys])) is not None
    assert sessions.all_live("ada") == begun
    assert len(stage.rows(SESSIONS)) == 1


def test_of_a_device_somebody_is_told_once_though_its_session_has_ended(
    stage: Stage, sessions: SessionStore, turned_clock: TurnedClock
) -> None:
    begin(sessions, "1", "2")
    sessions.end("ada", "1")
    assert sessions.untold("ada", "1") == ADAS
    sessions.mark_told(ADAS)
    told = stage.rows(SESSIONS)
    assert sessions.untold("ada", "1") is None
    assert sessions.untold("ada", "2")
    assert sessions.untold("ada", "nobody's") is None
    turned_clock.advance(10)
    sessions.mark_told(ADAS)
    assert stage.rows(SESSIONS) == told, "told when it first was"


def test_what_was_told_of_a_session_that_is_gone_makes_none(stage: Stage, sessions: SessionStore) -> None:
    with pytest.raises(ClientError):
        sessions.mark_told(ADAS)
    assert stage.rows(SESSIONS) == []
    with (
        stage.refusing("dynamodb", "UpdateItem", "ThrottlingException") as fired,
        pytest.raises(UnavailableError, match="Accounts"),
    ):
        sessions.mark_told(ADAS)
    assert fired


@pytest.mark.parametrize(("passed", "is_good"), [(GRACE_SECONDS, True), (GRACE_SECONDS + 0.001, False)])
def test_a_repeat_is_a_repeat_for_as_long_as_the_grace(
    sessions: SessionStore, turned_clock: TurnedClock, passed: float, is_good: bool
) -> None:
    for session in (ADAS, BARE):
        sessions.begin(session)
    assert sessions.rotate("ada", ADAS.id, OLD, NEXT)
    assert sessions.rotate_opaque(BARE, NEXT, REFRESH)
    turned_clock.advance(passed)
    assert sessions.rotate("ada", ADAS.id, OLD, NEXT) is is_good
    assert sessions.rotate_opaque(BARE, NEXT, REFRESH) is is_good
    assert not sessions.rotate("ada", ADAS.id, OLD, OTHER), "only with the same successor"
    assert not sessions.rotate_opaque(BARE, OTHER, REFRESH)


def test_a_bare_token_leads_to_its_session_until_the_second_in_which_that_ends(
    sessions: SessionStore, turned_clock: TurnedClock
) -> None:
    sessions.begin(BARE)
    turned_clock.advance(999.5)
    found = sessions.led_to(OLD)
    assert found
    assert (found.id, found.user_id, found.refresh_hash, found.expires_at) == (BARE.id, "ada", OLD, ENDS)
    turned_clock.advance(0.5)
    assert sessions.led_to(OLD) is None
    assert not sessions.rotate_opaque(BARE, NEXT, REFRESH)


def test_an_outage_is_said_to_be_one(stage: Stage, sessions: SessionStore) -> None:
    for session in (ADAS, BARE):
        sessions.begin(session)
    with stage.refusing("dynamodb", "TransactWriteItems", "ThrottlingException") as fired:
        with pytest.raises(UnavailableError, match="Accounts"):
            sessions.end("ada", ADAS.id)
        with pytest.raises(UnavailableError, match="Accounts"):
            sessions.rotate_opaque(BARE, NEXT, REFRESH)
    assert fired
    assert len(sessions.all_live("ada")) == 2
