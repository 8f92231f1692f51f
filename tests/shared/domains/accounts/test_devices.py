"""Logins from new devices: the owner is told of each once, and of no other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pyotp
import pytest

from shared.base import aws, tokens
from shared.base.errors import UnavailableError
from shared.base.transactions import Refusal
from shared.contract.resources import SESSIONS, USERS
from shared.domains.accounts.errors import WrongCodeError
from shared.domains.accounts.model import Device, Edition, Registration
from shared.domains.accounts.rules.devices import MOST, SEEN_DAYS, mark_of
from shared.domains.accounts.rules.mailed import NEW_DEVICE, Purpose
from shared.domains.accounts.service import mailing
from shared.domains.accounts.service.entering import AccountService
from shared.domains.accounts.service.passwords import PasswordService
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.accounts.service.recovery import RecoveryService
from shared.domains.accounts.service.second_factor import SecondFactorService
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.accounts.store import users, writes
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.mailbox import Mailbox
from tests.shared.domains.accounts.agents import CHROME, FIREFOX, IPHONE
from tests.shared.domains.accounts.conftest import PASSWORD, Register
from tests.shared.http.test_clerk_accounts import verify_address

HOME, NEXT_DOOR, AWAY = "203.0.113.7", "203.0.200.1", "198.51.100.1"
LAPTOP = Device(HOME, FIREFOX)
NEW = "Another horse 2!"


@pytest.fixture
def ada(stage: Stage, mailbox: Mailbox, accounts: AccountService, quick_hashes: None) -> str:
    """The id of somebody who has registered from a laptop and confirmed their address."""
    made = accounts.register(Registration("ada", "ada@example.com", PASSWORD), LAPTOP)
    verify_address(stage, f"user#{made.user.id}", "username#ada", "email#ada@example.com")
    mailbox.asked.clear()
    return made.user.id


def enter(device: Device = LAPTOP, login: str = "ada", password: str = PASSWORD, **more: Any) -> str:
    """Log in; the id of the session."""
    entered = AccountService.open().log_in(login, password, device, **more)
    return tokens.verify(entered.tokens.access_token, "access").session_id


def known(stage: Stage) -> list[str]:
    """What all rows of the only user say of their devices."""
    [stored] = {row["known_devices"]["S"] for row in stage.rows(USERS)}
    return list(AccountStore.open().devices(stage.rows(USERS)[0]["user_id"]["S"])) if stored else []


@pytest.mark.usefixtures("ada")
def test_the_device_of_the_registration_is_known(mailbox: Mailbox, stage: Stage) -> None:
    assert known(stage) == ["Firefox on Linux in 203.0.0.0/16"]
    for login in ("ada", "ada@example.com"):
        for edition in Edition:
            enter(login=login, edition=edition)
    assert mailbox.asked == []


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("login", ["ada", "ada@example.com"])
def test_a_new_device_is_told_once_by_either_name(mailbox: Mailbox, stage: Stage, login: str) -> None:
    session = enter(Device(AWAY, CHROME), login)
    assert mailbox.asked == [{"purpose": NEW_DEVICE, "email": "ada@example.com", "asked_id": session}]
    for again in ("ada", "ada@example.com"):
        enter(Device(AWAY, CHROME.replace("141", "142")), again)
    assert len(mailbox.asked) == 1
    assert known(stage) == ["Firefox on Linux in 203.0.0.0/16", "Chrome on Windows in 198.51.0.0/16"]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("device", "is_told"),
    [
        (Device(NEXT_DOOR, FIREFOX), False),
        (Device(HOME, FIREFOX.replace("140.0", "145.0")), False),
        (Device(AWAY, FIREFOX), True),
        (Device(HOME, CHROME), True),
        (Device("unknown", FIREFOX), True),
    ],
)
def test_what_is_told(mailbox: Mailbox, device: Device, is_told: bool) -> None:
    enter(device)
    assert len(mailbox.asked) == is_told


@pytest.mark.usefixtures("ada")
def test_a_phone_may_go_anywhere(mailbox: Mailbox) -> None:
    for address in (HOME, AWAY, "2001:db8:1:2::/64"):
        enter(Device(address, IPHONE))
    assert len(mailbox.asked) == 1


@pytest.mark.usefixtures("ada")
def test_a_known_device_costs_no_call_and_writes_nothing_of_users(stage: Stage) -> None:
    enter()  # reads the keys that verify its token
    before = stage.rows(USERS)
    usual = ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert stage.calls_of(enter) == usual
    assert stage.rows(USERS) == before
    assert stage.calls_of(lambda: enter(Device(AWAY, CHROME))) == usual, "and the mail"


@pytest.mark.usefixtures("ada")
def test_what_is_in_use_is_noted_again_and_stays(stage: Stage, mailbox: Mailbox, turned_clock: TurnedClock) -> None:
    for number in range(MOST + 5):
        turned_clock.advance((SEEN_DAYS + 1) * 86400)
        enter()
        enter(Device(f"10.{number}.0.1", CHROME))
    assert len(mailbox.asked) == MOST + 5
    assert known(stage) == [
        *(mark_of(Device(f"10.{number}.0.1", CHROME)) for number in range(6, MOST + 4)),
        mark_of(LAPTOP),
        mark_of(Device(f"10.{MOST + 4}.0.1", CHROME)),
    ]
    enter(Device("10.0.0.1", CHROME))
    assert len(mailbox.asked) == MOST + 6, "the first one had to make room"


def test_an_address_that_is_not_confirmed_gets_none(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    made = register()
    mailbox.asked.clear()
    session = enter(Device(AWAY, CHROME), "alice")
    assert mailbox.asked == []
    assert "Chrome on Windows in 198.51.0.0/16" in known(stage)
    asked = {"purpose": NEW_DEVICE, "email": made.user.email, "asked_id": session}
    assert not mailbox.deliver(asked), "nor whoever asks for one"


def test_an_account_that_has_noted_none_begins_without_a_mail(mailbox: Mailbox, ada: str, stage: Stage) -> None:
    with stage.unrecorded():
        for key in (f"user#{ada}", "username#ada", "email#ada@example.com"):
            row = {"TableName": real_name(USERS), "Key": {"pk": {"S": key}}}
            aws.client("dynamodb").update_item(**row, UpdateExpression="REMOVE known_devices")
    enter(Device(AWAY, CHROME))
    assert mailbox.asked == []
    assert known(stage) == ["Chrome on Windows in 198.51.0.0/16"]
    enter()
    assert len(mailbox.asked) == 1


@pytest.mark.usefixtures("ada")
def test_logins_at_once_from_one_new_device_send_one_mail(mailbox: Mailbox, stage: Stage) -> None:
    with ThreadPoolExecutor(6) as pool:
        sessions = list(pool.map(lambda _: enter(Device(AWAY, CHROME)), range(6)))
    assert len(set(sessions)) == 6
    assert len(mailbox.asked) == 1
    assert len(known(stage)) == 2


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("login", ["ada", "ada@example.com"])
def test_a_device_that_another_login_notes_meanwhile_stays(
    mailbox: Mailbox, stage: Stage, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    real, met = writes.write_together, list[Refusal | None]()

    def meanwhile(*made: dict[str, Any]) -> Refusal | None:
        if not met:
            met.append(None)
            enter(Device(AWAY, CHROME))
        met.append(real(*made))
        return met[-1]

    monkeypatch.setattr(writes, "write_together", meanwhile)
    enter(Device(AWAY, IPHONE), login)
    assert [refusal is None for refusal in met] == [True, True, False, True]
    assert known(stage)[1:] == ["Chrome on Windows in 198.51.0.0/16", "Safari on an iPhone"]
    assert len(mailbox.asked) == 2


def test_a_code_is_good_once_also_where_a_device_is_noted(
    mailbox: Mailbox, ada: str, stage: Stage, turned_clock: TurnedClock
) -> None:
    factors = SecondFactorService.open()
    made = factors.enrol(ada, "ada")
    app, recovery = pyotp.TOTP(made.secret), made.recovery_codes[0]
    factors.confirm(ada, "ada", app.at(int(turned_clock.seconds)), HOME)
    turned_clock.advance(90)
    for number, code in enumerate((recovery, app.at(int(turned_clock.seconds)))):
        new = Device(f"10.{number}.0.1", CHROME)
        enter(new, mfa_code=code)
        assert len(mailbox.asked) == number + 1
        for device in (new, Device(f"10.{number + 100}.0.1", CHROME)):
            with pytest.raises(WrongCodeError):
                enter(device, mfa_code=code)
    assert len(mailbox.asked) == 2
    assert len(known(stage)) == 3, "nobody who was refused has noted a device"


@pytest.mark.usefixtures("ada")
def test_who_cannot_be_told_is_logged_in(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    fired = []

    def refuse(variable: str, payload: dict[str, Any]) -> None:
        fired.append(payload["purpose"])
        raise UnavailableError("not now")

    monkeypatch.setattr(mailing, "hand_over", refuse)
    session = enter(Device(AWAY, CHROME))
    with pytest.raises(AssertionError):
        assert mailbox.asked
    assert fired == [NEW_DEVICE]
    monkeypatch.setattr(mailing, "hand_over", mailbox.hand_over)
    mailbox.tell_again()
    assert session in [one["asked_id"] for one in mailbox.asked], "and told of by the next try"
    before = len(mailbox.asked)
    monkeypatch.delenv("MAIL_FROM")
    enter(Device(AWAY, IPHONE))
    assert len(mailbox.asked) == before, "a stage that sends no mail asks for none"
    assert len(known(stage)) == 3


@pytest.mark.usefixtures("ada")
def test_the_mail_is_sent_once_also_for_a_session_that_has_ended(mailbox: Mailbox, ada: str, stage: Stage) -> None:
    session = enter(Device(AWAY, CHROME))
    SessionService.open().end(ada, session)
    mailbox.faults = [ConnectionError("SES is gone")]
    with pytest.raises(ConnectionError):
        mailbox.deliver()
    assert mailbox.faults == []
    assert [mailbox.deliver() for _ in range(3)] == [True, False, False]
    [mail] = mailbox.sent
    assert mail.to == "ada@example.com"
    assert "Chrome on Windows" in mail.paragraphs[1]
    assert "198.51.100.*" in mail.paragraphs[1]
    assert f"DELETE https://api.showreel.example/api/v1/auth/sessions/{session}" in mail.paragraphs[-1]
    [row] = [row for row in stage.rows(SESSIONS) if row["session_id"]["S"] == session]
    assert {"told_at", "ended_at"} <= set(row)


@pytest.mark.usefixtures("ada")
def test_a_session_that_is_not_there_is_told_to_nobody(mailbox: Mailbox) -> None:
    for email in ("ada@example.com", "nobody@example.com"):
        assert not mailbox.deliver({"purpose": NEW_DEVICE, "email": email, "asked_id": "gone"})
    assert mailbox.sent == []


def test_another_password_makes_an_intruders_device_new_again(mailbox: Mailbox, ada: str, stage: Stage) -> None:
    intruder = Device(AWAY, CHROME)
    enter(intruder)
    own = enter()
    PasswordService.open().change("ada@example.com", own, LAPTOP, PASSWORD, NEW)
    assert known(stage) == ["Firefox on Linux in 203.0.0.0/16"]
    enter(intruder, password=NEW)
    assert len(mailbox.asked) == 2
    assert {session.id for session in SessionStore.open().all_live(ada)} >= {own}


@pytest.mark.usefixtures("ada")
def test_a_reset_forgets_all_devices(mailbox: Mailbox, stage: Stage) -> None:
    token = mailbox.token_for(Purpose.RESET_PASSWORD, "ada@example.com")
    RecoveryService.open().reset_password(token, NEW, HOME)
    assert not [row for row in stage.rows(USERS) if "known_devices" in row]
    mailbox.asked.clear()
    enter(password=NEW)
    assert mailbox.asked == []
    enter(Device(AWAY, CHROME), password=NEW)
    assert len(mailbox.asked) == 1


def test_devices_follow_another_username(mailbox: Mailbox, ada: str, stage: Stage) -> None:
    ProfileService.open().rename(ada, "countess", None)
    enter(login="countess")
    assert mailbox.asked == []
    assert known(stage) == ["Firefox on Linux in 203.0.0.0/16"]


def test_a_renaming_does_not_undo_a_device(ada: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    store, real, met = AccountStore.open(), users.write_together, list[str]()
    before = store.user(ada)
    assert before

    def late(*made: dict[str, Any]) -> Refusal | None:
        met.append(enter(Device(AWAY, CHROME)))
        return real(*made)

    monkeypatch.setattr(users, "write_together", late)
    assert not store.rename(before, replace(before, username="countess"))
    assert met
    assert len(known(stage)) == 2
