"""Mail in tests: what is asked for is kept until a test has it delivered, and so is what SES would be handed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.domains.accounts.rules.mailed import NEW_DEVICE, Purpose
from shared.domains.accounts.service import mailing
from shared.domains.accounts.service.mailing import MailRequestService, MailService
from shared.domains.accounts.service.noticing import DeviceNoticeService
from shared.domains.accounts.store.mailed import MailedTokenStore
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore
from shared.providers.mail.port import Mail
from tests.aws import Stage
from tests.streams import Streams, streamed

_TOKEN = re.compile(r"\?token=([A-Za-z0-9_-]{64})$")


@dataclass
class Mailbox:
    """All mail of a stage: `sent` was handed over, and `streams` lead rows that ask for some to who hears of them."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    """What the next sendings fail with; those that fired are taken out."""
    streams: Streams | None = None
    left: list[dict[str, Any]] = field(default_factory=list)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The words left for the function that sends, once the streams have told all."""
        if self.streams:
            self.streams.tell()
        return self.left

    def tell_again(self) -> None:
        """The streams tell all once more, as they do at times."""
        assert self.streams
        self.streams.rewind()
        self.streams.tell()

    def hand_over(self, variable: str, payload: dict[str, Any]) -> None:
        """In place of Lambda's asynchronous invocation."""
        assert variable == "SEND_ACCOUNT_MAIL_FUNCTION"
        self.asked.append(payload)  # after what was asked for before

    def send(self, mail: Mail) -> str:
        """In place of SES."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)
        return f"mail-{len(self.sent)}"

    def deliver(self, payload: dict[str, Any] | None = None) -> bool:
        """Run the function that sends: for the words given, or for the last ones that were left."""
        told = payload or self.asked[-1]
        if told["purpose"] == NEW_DEVICE:
            notices = DeviceNoticeService(AccountStore.open(), SessionStore.open(), self)
            return notices.send(told["email"], told["asked_id"])
        service = MailService(AccountStore.open(), MailedTokenStore.open(), self)
        return service.send(Purpose(told["purpose"]), told["email"], told["asked_id"])

    def token_for(self, purpose: Purpose, email: str = "alice@example.com") -> str:
        """Have a mail sent; its token."""
        MailRequestService.open().ask(purpose, email)
        assert self.deliver(), "a mail is due"
        return self.token()

    def token(self) -> str:
        """The token of the last mail."""
        found = _TOKEN.search(self.sent[-1].link)
        assert found, self.sent[-1].link
        return found[1]


@pytest.fixture
def mailbox(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The mail of a stage that sends some."""
    monkeypatch.setenv("MAIL_FROM", "no-reply@showreel.example")
    monkeypatch.setenv("API_URL", "https://api.showreel.example")
    monkeypatch.setenv("SEND_ACCOUNT_MAIL_FUNCTION", "showreel-test-send_account_mail")
    with streamed(stage, "on_mail_due") as streams:
        box = Mailbox(streams=streams)
        monkeypatch.setattr(mailing, "hand_over", box.hand_over)
        yield box
