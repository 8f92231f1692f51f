"""Mail about accounts: what asks for it, and what sends it.

Whoever asks learns nothing: a request for mail only leaves its words to a function that runs later, whether or not
anybody has the address, so that status, answer and time are the same and a slow provider slows nobody. Mail that
follows from what is written is written down with it, and whoever hears of that leaves the words.
"""

from typing import Any

from shared.base import clock
from shared.base.aws import hand_over
from shared.base.consuming import Change
from shared.base.errors import InvalidInputError, UnavailableError
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.domains.accounts.model import Credentials, User
from shared.domains.accounts.rules.letters import letter, link_to
from shared.domains.accounts.rules.mailed import LIFE_SECONDS, MailedToken, Purpose, new_token, token_hash
from shared.domains.accounts.rules.names import email_problems
from shared.domains.accounts.store.mailed import MailedTokenStore, owed, owing
from shared.domains.accounts.store.users import AccountStore
from shared.providers.mail.port import Mailer
from shared.providers.mail.ses import SesMailer

NO_MAIL = "This stage sends no mail"
NO_MAIL_SECONDS = 3600


class MailRequestService:
    """Asks for mail. Needs SEND_ACCOUNT_MAIL.invoke."""

    @classmethod
    def open(cls) -> "MailRequestService":
        """The stage's."""
        return cls()

    def ask(self, purpose: Purpose, email: str) -> None:
        """Have the mail of a purpose sent to whoever has an address, if anybody has.

        InvalidInputError for what is no address, UnavailableError in a stage that sends none.
        """
        if problems := email_problems(email):
            raise InvalidInputError.of("email", problems[0])
        if not sends_mail():
            raise UnavailableError(NO_MAIL, NO_MAIL_SECONDS)
        _leave(purpose, email, new_id())

    def hear(self, change: Change) -> None:
        """Have the mail sent that a row asks for. Safe to run again, as `asked_id` is the same."""
        _leave(*owed(change.key, change.after or {}))


def sends_mail() -> bool:
    """Whether the stage does."""
    return bool(setting("MAIL_FROM", ""))


def welcoming(user: User) -> list[dict[str, Any]]:
    """The writes that have a newcomer's address confirmed, to be made with those of the account."""
    if not sends_mail():
        return []
    purpose = Purpose.VERIFY_EMAIL
    return [owing(user.id, purpose, user.email, new_id(), int(clock.now()) + LIFE_SECONDS[purpose])]


def _leave(purpose: str, email: str, asked_id: str) -> None:
    hand_over("SEND_ACCOUNT_MAIL_FUNCTION", {"purpose": purpose, "email": email, "asked_id": asked_id})


class MailService:
    """Sends the mail that was asked for."""

    def __init__(self, accounts: AccountStore, tokens: MailedTokenStore, mailer: Mailer) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._tokens = tokens
        self._mailer = mailer

    @classmethod
    def open(cls) -> "MailService":
        """The accounts and the provider of the stage."""
        return cls(AccountStore.open(), MailedTokenStore.open(), SesMailer.open())

    def send(self, purpose: Purpose, email: str, asked_id: str) -> bool:
        """Send one mail for each `asked_id`, the latest alone; whether one was sent now.

        Safe to run again at any point: a token that nobody got is replaced, a mail that was sent is not sent again.
        """
        found = self._accounts.credentials(email)
        if found is None or (purpose is Purpose.VERIFY_EMAIL and found.user.email_verified):
            return False
        token = new_token(found.user.id)
        kept = _kept(token, purpose, found, asked_id)
        if not self._tokens.issue(kept):
            return False
        link = link_to(purpose, token, api=setting("API_URL"), frontend=setting("FRONTEND_URL", ""))
        self._mailer.send(letter(purpose, found.user.email, link))
        self._tokens.mark_sent(kept)
        return True


def _kept(token: str, purpose: Purpose, found: Credentials, asked_id: str) -> MailedToken:
    return MailedToken(
        user_id=found.user.id,
        purpose=purpose,
        hash=token_hash(token, purpose),
        asked_id=asked_id,
        username=found.user.username,
        email=found.user.email,
        password_hash=found.password_hash if purpose is Purpose.RESET_PASSWORD else "",
        expires_at=int(clock.now()) + LIFE_SECONDS[purpose],
    )
