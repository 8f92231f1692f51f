"""Mail about accounts, asked for and sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base.errors import InvalidInputError, UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import SESSIONS, USERS
from shared.domains.accounts.errors import InvalidLinkError, TakenError
from shared.domains.accounts.model import Device, Edition, Registration
from shared.domains.accounts.rules import letters
from shared.domains.accounts.rules.mailed import LIFE_SECONDS, PAUSE_SECONDS, Purpose
from shared.domains.accounts.service import mailing
from shared.domains.accounts.service.entering import AccountService, CreatorService
from shared.domains.accounts.service.mailing import MailRequestService
from shared.domains.accounts.service.recovery import RecoveryService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.mailbox import Mailbox
from tests.shared.domains.accounts.conftest import PASSWORD, Register

NEW, STRONG = "Another horse 2!", "Correct horse battery 1"
VERIFY, RESET = Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD
HOME = Device("203.0.113.7", "browser")


def ask(purpose: Purpose, email: str = "alice@example.com") -> None:
    MailRequestService.open().ask(purpose, email)


def verify(token: str) -> None:
    RecoveryService.open().verify_email(token)


def reset(token: str, password: str = NEW, address: str = HOME.address) -> None:
    RecoveryService.open().reset_password(token, password, address)


USE: dict[Purpose, Callable[[str], None]] = {VERIFY: verify, RESET: reset}


def rows(stage: Stage) -> tuple[Any, Any]:
    """What both tables hold."""
    return stage.rows(USERS), stage.rows(SESSIONS)


def test_a_registration_has_the_address_confirmed(mailbox: Mailbox, register: Register, stage: Stage) -> None:
    register()
    assert [(one["purpose"], one["email"]) for one in mailbox.asked] == [(VERIFY, "alice@example.com")]
    assert mailbox.deliver()
    [mail] = mailbox.sent
    assert (mail.to, mail.paragraphs[0]) == ("alice@example.com", "Hello,")
    assert "alice" not in " ".join(mail.paragraphs), "whoever registers may give somebody else's address"
    verify(mailbox.token())
    assert [row["email_verified"] for row in stage.rows(USERS)] == [{"BOOL": True}] * 3


def test_a_mail_that_cannot_be_left_keeps_no_other_waiting(
    mailbox: Mailbox, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    def hand_over(_: str, payload: dict[str, Any]) -> None:
        if payload["email"].startswith("alice"):
            raise UnavailableError("Lambda is busy")
        left.append(payload["email"])

    monkeypatch.setattr(mailing, "hand_over", hand_over)
    for name in ("alice", "bob"):
        register(name)
    with pytest.raises(AssertionError):  # the one that failed comes again
        mailbox.tell_again()
    assert left == ["bob@example.com"]


def test_a_stage_that_sends_no_mail_says_so_and_registers_people(
    mailbox: Mailbox, register: Register, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FROM")
    register()
    assert not [row for row in stage.rows(SESSIONS) if "mail_due" in row]
    for purpose in Purpose:
        with pytest.raises(UnavailableError, match="sends no mail"):
            ask(purpose)
    assert mailbox.asked == []


def test_somebody_is_registered_though_mail_cannot_be_asked_for(
    mailbox: Mailbox, register: Register, monkeypatch: pytest.MonkeyPatch, accounts: AccountService
) -> None:
    fired = []

    def refuse(variable: str, payload: dict[str, Any]) -> None:
        fired.append(variable)
        raise UnavailableError("not now")

    monkeypatch.setattr(mailing, "hand_over", refuse)
    register()
    assert fired == []
    with pytest.raises(AssertionError):
        assert mailbox.asked
    assert len(fired) == 1
    assert accounts.log_in("alice", PASSWORD).user.username == "alice"
    monkeypatch.setattr(mailing, "hand_over", mailbox.hand_over)
    mailbox.tell_again()
    assert [(one["purpose"], one["email"]) for one in mailbox.asked] == [(VERIFY, "alice@example.com")]


@pytest.mark.parametrize("edition", Edition)
def test_a_registration_is_one_mail_however_often_it_is_told(
    mailbox: Mailbox, stage: Stage, edition: Edition, turned_clock: TurnedClock
) -> None:
    service = AccountService if edition is Edition.WATCH else CreatorService
    wish = Registration("ada", "ada@example.com", STRONG)
    assert "lambda:Invoke" not in stage.calls_of(lambda: service.open().register(wish))
    mailbox.faults = [ConnectionError("SES is gone")]
    with pytest.raises(ConnectionError):
        mailbox.deliver()
    for _ in range(2):
        mailbox.tell_again()
        turned_clock.advance(PAUSE_SECONDS + 1)
    told = mailbox.asked
    assert len(told) == 3
    assert [mailbox.deliver(one) for one in told] == [True, False, False]
    verify(mailbox.token())
    assert not mailbox.deliver()


def test_who_is_refused_gets_no_mail(mailbox: Mailbox, register: Register) -> None:
    register()
    for username, email in (("alice", "other@example.com"), ("other", "alice@example.com")):
        with pytest.raises(TakenError):
            register(username, email=email)
    assert [one["email"] for one in mailbox.asked] == ["alice@example.com"]


def test_what_asks_for_mail_holds_nothing_that_lets_in_and_goes_by_itself(
    mailbox: Mailbox, register: Register, stage: Stage, turned_clock: TurnedClock
) -> None:
    made = register()
    [row] = [row for row in stage.rows(SESSIONS) if "mail_due" in row]
    ends = str(int(turned_clock.seconds) + LIFE_SECONDS[VERIFY])
    assert row == {
        "user_id": {"S": made.user.id},
        "session_id": {"S": f"mail#{mailbox.asked[0]['asked_id']}"},
        "mail_due": {"S": "verify-email"},
        "mail_to": {"S": "alice@example.com"},
        "expires_at": {"N": ends},
    }


@pytest.mark.parametrize("purpose", Purpose)
def test_nobody_gets_mail_for_an_address_that_nobody_has(
    mailbox: Mailbox, register: Register, stage: Stage, purpose: Purpose
) -> None:
    register()
    before = rows(stage)
    ask(purpose, "nobody@example.com")
    assert not mailbox.deliver()
    assert (mailbox.sent, rows(stage)) == ([], before)


def test_what_is_no_address_is_refused(mailbox: Mailbox) -> None:
    for email in ("alice", "a@b", "a@b@c.example", "a b@example.com", "alice@example.com\nBcc: x@example.com"):
        with pytest.raises(InvalidInputError) as caught:
            ask(RESET, email)
        assert "email" in caught.value.field_errors
    assert mailbox.asked == []


def test_an_address_that_is_confirmed_gets_no_such_mail_again(
    mailbox: Mailbox, register: Register, turned_clock: TurnedClock
) -> None:
    register()
    verify(mailbox.token_for(VERIFY))
    turned_clock.advance(PAUSE_SECONDS + 1)
    ask(VERIFY)
    assert not mailbox.deliver()


def test_the_same_request_sends_one_mail(mailbox: Mailbox, register: Register) -> None:
    register()
    ask(RESET)
    assert [mailbox.deliver() for _ in range(3)] == [True, False, False]
    reset(mailbox.token())


def test_a_mail_that_was_not_taken_is_sent_by_the_next_try(mailbox: Mailbox, register: Register) -> None:
    register()
    ask(RESET)
    mailbox.faults = [ConnectionError("SES is gone")]
    with pytest.raises(ConnectionError):
        mailbox.deliver()
    assert mailbox.faults == []
    assert mailbox.deliver()
    reset(mailbox.token())


def test_a_late_try_does_not_end_a_newer_token(mailbox: Mailbox, register: Register, turned_clock: TurnedClock) -> None:
    register()
    ask(RESET)
    late = mailbox.asked[-1]
    turned_clock.advance(1)
    token = mailbox.token_for(RESET)
    turned_clock.advance(PAUSE_SECONDS + 1)
    assert not mailbox.deliver(late)
    reset(token)


def test_many_requests_are_one_mail_a_minute(mailbox: Mailbox, register: Register, turned_clock: TurnedClock) -> None:
    register()
    sent = []
    for _ in range(4):
        turned_clock.advance(PAUSE_SECONDS / 2)
        ask(RESET)
        sent.append(mailbox.deliver())
    assert sent == [True, False, False, True]


def test_concurrent_tries_leave_one_good_token(mailbox: Mailbox, register: Register) -> None:
    register()
    asked = [{"purpose": RESET, "email": "alice@example.com", "asked_id": new_id()} for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(mailbox.deliver, asked))
    assert any(sent)
    links = [mail.link.partition("=")[2] for mail in mailbox.sent]
    good = []
    for token in links:
        try:
            reset(token)
        except InvalidLinkError:
            continue
        good.append(token)
    assert len(good) == 1


def test_case_26_links_lead_where_the_stage_says(
    mailbox: Mailbox, register: Register, monkeypatch: pytest.MonkeyPatch, turned_clock: TurnedClock
) -> None:
    register()
    pages = {VERIFY: "/api/v1/auth/verify-email", RESET: "/api/v1/auth/password-reset/confirm"}
    for purpose, page in pages.items():
        mailbox.token_for(purpose)
        assert mailbox.sent[-1].link.partition("?")[0] == f"https://api.showreel.example{page}"
    monkeypatch.setenv("FRONTEND_URL", "https://app.showreel.example")
    turned_clock.advance(PAUSE_SECONDS + 1)
    for purpose, page in {VERIFY: "/verify-email", RESET: "/reset-password"}.items():
        mailbox.token_for(purpose)
        assert mailbox.sent[-1].link.partition("?")[0] == f"https://app.showreel.example{page}"


def test_letters_say_how_long_a_link_is_good() -> None:
    for purpose, seconds in LIFE_SECONDS.items():
        assert 15 <= seconds / 60 <= 60
        assert f"for {seconds // 60} minutes" in letters.letter(purpose, "ada@example.com", "x").paragraphs[-1]
