"""What mailed tokens are good for, and how long."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base.errors import UnavailableError
from shared.contract.resources import LIMITS, SESSIONS, USERS
from shared.domains.accounts.errors import (
    InvalidLinkError,
    InvalidRegistrationError,
    LockedError,
    WrongCredentialsError,
)
from shared.domains.accounts.model import Device
from shared.domains.accounts.rules.mailed import LIFE_SECONDS, PAUSE_SECONDS, Purpose, new_token
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.newcomers import newcomer
from shared.domains.accounts.service.recovery import RecoveryService
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.accounts.store import mailed
from shared.domains.accounts.store.clerk import ClerkStore
from shared.domains.accounts.store.users import AccountStore
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.mailbox import Mailbox
from tests.shared.domains.accounts.conftest import PASSWORD, Register

NEW = "Another horse 2!"
VERIFY, RESET = Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD
HOME = Device("203.0.113.7", "browser")


def verify(token: str) -> None:
    RecoveryService.open().verify_email(token)


def reset(token: str, password: str = NEW, address: str = HOME.address) -> None:
    RecoveryService.open().reset_password(token, password, address)


USE: dict[Purpose, Callable[[str], None]] = {VERIFY: verify, RESET: reset}


def rows(stage: Stage) -> tuple[Any, Any]:
    """What both tables hold."""
    return stage.rows(USERS), stage.rows(SESSIONS)


@pytest.mark.parametrize("purpose", Purpose)
def test_case_26_a_token_is_good_once_under_ten_parallel_posts(
    mailbox: Mailbox, register: Register, purpose: Purpose
) -> None:
    register()
    token = mailbox.token_for(purpose)

    def use(_: int) -> bool:
        try:
            USE[purpose](token)
        except InvalidLinkError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(use, range(10))) == [False] * 9 + [True]


@pytest.mark.parametrize("purpose", Purpose)
def test_case_26_a_token_dies_of_age(
    mailbox: Mailbox, register: Register, stage: Stage, purpose: Purpose, turned_clock: TurnedClock
) -> None:
    register()
    token = mailbox.token_for(purpose)
    turned_clock.advance(LIFE_SECONDS[purpose])
    before = rows(stage)
    with pytest.raises(InvalidLinkError):
        USE[purpose](token)
    assert rows(stage) == before


def test_case_26_a_newer_token_ends_the_older(mailbox: Mailbox, register: Register, turned_clock: TurnedClock) -> None:
    register()
    first = mailbox.token_for(RESET)
    turned_clock.advance(PAUSE_SECONDS + 1)
    second = mailbox.token_for(RESET)
    with pytest.raises(InvalidLinkError):
        reset(first)
    reset(second)


def test_case_26_a_token_is_good_for_its_purpose_and_its_user_alone(
    mailbox: Mailbox, register: Register, stage: Stage
) -> None:
    alice, bob = register().user, register("bob").user
    verifying, resetting = mailbox.token_for(VERIFY), mailbox.token_for(RESET)
    before = rows(stage)
    others = [(verify, resetting), (reset, verifying), (reset, new_token(alice.id)), (reset, new_token(bob.id))]
    others += [(use, new_token(bob.id)[:22] + token[22:]) for use, token in ((verify, verifying), (reset, resetting))]
    others += [(use, bad) for use in (verify, reset) for bad in ("", "x", resetting[:-1], resetting + "A", "é" * 64)]
    for use, token in others:
        with pytest.raises(InvalidLinkError):
            use(token)
    assert rows(stage) == before
    verify(verifying)
    reset(resetting)


def test_case_26_a_password_that_changed_meanwhile_ends_the_token(
    mailbox: Mailbox, register: Register, accounts: AccountService
) -> None:
    user = register().user
    token = mailbox.token_for(RESET)
    store = AccountStore.open()
    found = store.credentials(user.username)
    assert found
    assert store.set_password(found, "v1$other", {}, [])
    with pytest.raises(InvalidLinkError):
        reset(token)


@pytest.mark.parametrize("purpose", Purpose)
def test_case_26_an_address_that_changed_meanwhile_ends_the_token(
    mailbox: Mailbox, register: Register, purpose: Purpose
) -> None:
    user = register().user
    token = mailbox.token_for(purpose)
    assert AccountStore.open().change(user, {"email": "other@example.com"})
    with pytest.raises(InvalidLinkError):
        USE[purpose](token)


def test_case_16_a_token_at_rest_is_only_a_hash(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    register()
    for purpose in Purpose:
        token = mailbox.token_for(purpose)
        assert token not in str(rows(stage))
        assert token[22:] not in str(rows(stage))


def test_an_outage_spends_no_token(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    register()
    for purpose in Purpose:
        token = mailbox.token_for(purpose)
        outage = stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError")
        with outage as fired, pytest.raises(UnavailableError):
            USE[purpose](token)
        assert fired
        USE[purpose](token)


def test_a_lost_reply_is_a_success(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    register()
    token = mailbox.token_for(RESET)
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        reset(token)
    assert fired


def test_case_26_a_reset_ends_all_sessions_and_the_old_password(
    mailbox: Mailbox, register: Register, accounts: AccountService, stage: Stage
) -> None:
    user = register().user
    for _ in range(3):
        accounts.log_in("alice", PASSWORD, HOME)
    token = mailbox.token_for(RESET)
    assert len(SessionService.open().list(user.id)) == 4, "a token is no session"
    reset(token)
    assert SessionService.open().list(user.id) == []
    assert accounts.log_in("alice@example.com", NEW, HOME).user.id == user.id
    with pytest.raises(WrongCredentialsError):
        accounts.log_in("alice", PASSWORD, HOME)
    assert [row["email_verified"] for row in stage.rows(USERS)] == [{"BOOL": True}] * 3


def test_more_sessions_than_fit_into_one_transaction_end_too(
    mailbox: Mailbox, register: Register, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailed, "MOST_TOGETHER", 2)
    user = register().user
    for _ in range(6):
        accounts.log_in("alice", PASSWORD, HOME)
    reset(mailbox.token_for(RESET))
    assert SessionService.open().list(user.id) == []


@pytest.mark.parametrize("login", ["alice", "alice@example.com"])
def test_case_19_a_reset_opens_the_lock(
    mailbox: Mailbox, register: Register, accounts: AccountService, stage: Stage, login: str
) -> None:
    register()
    token = mailbox.token_for(RESET)
    for _ in range(5):
        with pytest.raises(WrongCredentialsError):
            accounts.log_in(login, "Wrong horse 1", HOME)
    with pytest.raises(LockedError):
        accounts.log_in(login, PASSWORD, HOME)
    reset(token)
    assert accounts.log_in(login, NEW, HOME)
    assert [row for row in stage.rows(LIMITS) if "failures" in row] == []


def test_a_weak_password_spends_no_token(mailbox: Mailbox, register: Register, accounts: AccountService) -> None:
    register()
    token = mailbox.token_for(RESET)
    for password in ("short", "alllowercase12!", "NOLOWERCASE12!", "NoDigitsHere!!", "NoSymbols12345", "A1!a" * 65):
        with pytest.raises(InvalidRegistrationError) as caught:
            reset(token, password)
        assert list(caught.value.field_errors) == ["new_password"]
    reset(token)
    assert accounts.log_in("alice", NEW)


def test_requests_to_aws(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    register()
    tokens = {purpose: mailbox.token_for(purpose) for purpose in Purpose}
    stage.calls_of(lambda: None)
    assert stage.calls_of(lambda: verify(tokens[VERIFY])) == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    calls = stage.calls_of(lambda: reset(tokens[RESET]))
    assert [call for call in calls if "secrets" not in call] == ["dynamodb:Query", "dynamodb:TransactWriteItems"]


def test_who_came_without_a_password_sets_one_by_a_mail(
    mailbox: Mailbox, accounts: AccountService, stage: Stage
) -> None:
    user = newcomer("ada@example.com", "ada")
    assert ClerkStore.open().create("user_ada", user) is None
    reset(mailbox.token_for(RESET, "ada@example.com"))
    assert accounts.log_in("ada", NEW).user.id == user.id
    assert sorted(row["pk"]["S"] for row in stage.rows(USERS) if "password_hash" in row) == [
        "email#ada@example.com",
        "username#ada",
    ]
