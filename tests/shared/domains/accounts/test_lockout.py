"""Guessing passwords: who guesses waits, and nobody else does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base import tokens
from shared.base.errors import UnavailableError
from shared.contract.resources import AUDIT, LIMITS, SESSIONS
from shared.domains.accounts.errors import LockedError, WrongCredentialsError
from shared.domains.accounts.model import Device
from shared.domains.accounts.rules.lockout import (
    ADDRESS_SECONDS,
    ALL_SECONDS,
    MOST_FROM_ADDRESS,
    MOST_IN_ALL,
    locks_of,
)
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.passwords import PasswordService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.accounts.conftest import PASSWORD, Register

HOME, AWAY = Device("203.0.113.7", "browser"), Device("198.51.100.1", "script")
WRONG = "Wrong horse 1"


def guess(accounts: AccountService, login: str = "alice", password: str = WRONG, device: Device = AWAY) -> str:
    try:
        accounts.log_in(login, password, device)
    except (WrongCredentialsError, LockedError) as error:
        return error.code
    return "in"


@pytest.mark.parametrize("login", ["alice", "ALICE@example.com", "nobody", "nobody@example.com", "a@b@c"])
def test_case_17_after_five_wrong_guesses_the_right_one_is_refused(
    register: Register, accounts: AccountService, turned_clock: TurnedClock, login: str
) -> None:
    register()
    assert [guess(accounts, login) for _ in range(7)] == ["UNAUTHORIZED"] * 5 + ["ACCOUNT_LOCKED"] * 2
    with pytest.raises(LockedError) as caught:
        accounts.log_in(login, PASSWORD, AWAY)
    assert (caught.value.status, caught.value.studio_code) == (423, "ACCOUNT_LOCKED")
    assert 0 < caught.value.retry_after <= ADDRESS_SECONDS + 1
    turned_clock.advance(ADDRESS_SECONDS)
    known = login.lower().startswith("alice")
    assert guess(accounts, login, PASSWORD) == ("in" if known else "UNAUTHORIZED")


def test_a_lock_is_of_one_login(register: Register, accounts: AccountService) -> None:
    """From one address and from all of them together."""
    register()
    register("bob")
    assert [guess(accounts) for _ in range(6)][-1] == "ACCOUNT_LOCKED"
    assert guess(accounts, "bob", PASSWORD) == "in"
    for number in range(MOST_IN_ALL - MOST_FROM_ADDRESS):
        assert guess(accounts, device=Device(f"198.51.100.{100 + number}")) == "UNAUTHORIZED"
    elsewhere = Device("192.0.2.1")
    assert guess(accounts, password=PASSWORD, device=elsewhere) == "ACCOUNT_LOCKED"
    assert guess(accounts, "bob", PASSWORD, elsewhere) == "in"


def test_the_trail_tells_that_somebody_is_locked_out(
    stage: Stage, register: Register, accounts: AccountService
) -> None:
    made = register()
    for _ in range(6):
        guess(accounts)
    locked = [row for row in stage.rows(AUDIT) if row["action"]["S"] == "account.locked"]
    assert [row["target"]["S"] for row in locked] == [made.user.id]


def test_a_failure_takes_one_write_as_long_as_what_is_known_holds(
    stage: Stage, register: Register, accounts: AccountService, turned_clock: TurnedClock
) -> None:
    register()
    for _ in range(2):
        for _ in range(3):
            assert stage.calls_of(lambda: guess(accounts)).count("dynamodb:TransactWriteItems") == 1
        turned_clock.advance(ALL_SECONDS)


def test_what_was_known_of_failures_may_hold_no_more(
    stage: Stage, register: Register, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's guess is counted, or a success forgets them all, between the look and the count."""
    register()
    read = accounts._accounts.for_login
    for before, meanwhile, after in ((0, WRONG, "2"), (2, PASSWORD, "1")):
        for _ in range(before):
            guess(accounts)

        def slowly(*arguments: object, password: str = meanwhile) -> object:
            found = read(*arguments)  # type: ignore[arg-type]
            monkeypatch.setattr(accounts._accounts, "for_login", read)
            guess(accounts, password=password)
            return found

        monkeypatch.setattr(accounts._accounts, "for_login", slowly)
        assert guess(accounts) == "UNAUTHORIZED"
        of_address = [row for row in stage.rows(LIMITS) if row["bucket"]["S"].endswith(AWAY.address)]
        assert [row["failures"]["N"] for row in of_address] == [after]
        assert guess(accounts, password=PASSWORD) == "in"


def test_success_resets_the_count(register: Register, accounts: AccountService) -> None:
    register()
    for _ in range(2):
        assert [guess(accounts) for _ in range(4)] == ["UNAUTHORIZED"] * 4
        assert guess(accounts, password=PASSWORD) == "in"


def test_old_failures_are_forgotten_though_dynamodb_still_has_them(
    stage: Stage, register: Register, accounts: AccountService, turned_clock: TurnedClock
) -> None:
    register()
    for _ in range(3):
        assert [guess(accounts) for _ in range(2)] == ["UNAUTHORIZED"] * 2
        turned_clock.advance(ALL_SECONDS)
    assert len(stage.rows(LIMITS)) == 2
    assert guess(accounts) == "UNAUTHORIZED"
    assert {row["failures"]["N"] for row in stage.rows(LIMITS)} == {"1"}


def test_case_19_wrong_guesses_elsewhere_lock_nobody_out(register: Register, accounts: AccountService) -> None:
    register()
    assert [guess(accounts) for _ in range(6)][-1] == "ACCOUNT_LOCKED"
    assert guess(accounts, password=PASSWORD, device=HOME) == "in"


def test_each_login_has_its_lock_for_each_address_and_one_for_all_of_them() -> None:
    own, everybody = locks_of("username#alice", "203.0.113.7")
    assert locks_of("username#alice", "198.51.100.1")[1] == everybody
    others = [
        *locks_of("username#bob", "203.0.113.7"),
        *locks_of("username#\ud800", "203.0.113.7"),  # no UTF-8 has it
        locks_of("username#alice", "198.51.100.1")[0],
    ]
    assert len({lock.subject for lock in (own, everybody, *others)}) == 7
    assert (own.most, own.seconds) == (5, 15 * 60)
    assert (everybody.most, everybody.seconds) == (50, 60 * 60)


def test_many_addresses_together_close_an_account_but_not_to_where_it_is_used(
    register: Register, accounts: AccountService, turned_clock: TurnedClock
) -> None:
    register()
    assert guess(accounts, password=PASSWORD, device=HOME) == "in"
    for number in range(MOST_IN_ALL):
        assert guess(accounts, device=Device(f"198.51.100.{number // (MOST_FROM_ADDRESS - 1)}")) == "UNAUTHORIZED"
    assert guess(accounts, password=PASSWORD, device=Device("192.0.2.1")) == "ACCOUNT_LOCKED"
    assert guess(accounts, password=PASSWORD, device=HOME) == "in"
    turned_clock.advance(ALL_SECONDS)
    assert guess(accounts, password=PASSWORD, device=Device("192.0.2.1")) == "in"


def test_guesses_at_the_same_time_all_count(register: Register, accounts: AccountService) -> None:
    register()
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: guess(accounts), range(10)))
    assert told.count("UNAUTHORIZED") >= MOST_FROM_ADDRESS
    assert guess(accounts, password=PASSWORD) == "ACCOUNT_LOCKED"


def test_a_right_guess_that_began_before_the_lock_is_refused_after_it(
    stage: Stage, register: Register, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the counters, is slow, and meanwhile the fifth wrong one is counted."""
    register()
    begun = len(stage.rows(SESSIONS))
    read = accounts._accounts.for_login

    def slowly(*arguments: object) -> object:
        found = read(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(accounts._accounts, "for_login", read)
        for _ in range(MOST_FROM_ADDRESS):
            guess(accounts)
        return found

    monkeypatch.setattr(accounts._accounts, "for_login", slowly)
    assert guess(accounts, password=PASSWORD) == "ACCOUNT_LOCKED"
    assert len(stage.rows(SESSIONS)) == begun


def test_a_guess_that_cannot_be_counted_is_not_answered(
    stage: Stage, register: Register, accounts: AccountService
) -> None:
    register()
    throttled = ("dynamodb", "TransactWriteItems", "ThrottlingException")
    with stage.refusing(*throttled) as fired, pytest.raises(UnavailableError):
        guess(accounts)
    assert fired


def test_counters_do_not_say_whose_they_are(stage: Stage, register: Register, accounts: AccountService) -> None:
    register()
    guess(accounts, "alice@example.com")
    assert "alice" not in str(stage.rows(LIMITS))


def test_a_login_that_began_with_a_password_that_was_changed_meanwhile_is_refused(
    stage: Stage, register: Register, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = register()
    begun = len(stage.rows(SESSIONS))
    session_id = tokens.verify(made.tokens.access_token, "access").session_id
    read = accounts._accounts.for_login

    def slowly(*arguments: object) -> object:
        found = read(*arguments)  # type: ignore[arg-type]
        PasswordService.open().change(made.user.email, session_id, HOME, PASSWORD, "Another horse battery 2")
        return found

    monkeypatch.setattr(accounts._accounts, "for_login", slowly)
    assert guess(accounts, password=PASSWORD) == "UNAUTHORIZED"
    assert len(stage.rows(SESSIONS)) == begun
