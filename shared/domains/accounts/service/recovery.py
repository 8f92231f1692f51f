"""What mailed tokens are good for: an address is confirmed, a forgotten password replaced."""

import hmac

from shared.base import audit, logs
from shared.base.audit import Action
from shared.domains.accounts.errors import InvalidLinkError, InvalidRegistrationError
from shared.domains.accounts.model import Edition
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.mailed import MailedToken, Purpose, token_hash, user_of
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.accounts.rules.passwords import hash_password, password_problems
from shared.domains.accounts.service.issuing import peppers
from shared.domains.accounts.store.mailed import MailedTokenStore


class RecoveryService:
    """Spends mailed tokens, each once."""

    def __init__(self, tokens: MailedTokenStore) -> None:
        """Use `open()`."""
        self._tokens = tokens

    @classmethod
    def open(cls) -> "RecoveryService":
        """The tokens of the stage."""
        return cls(MailedTokenStore.open())

    def verify_email(self, token: str) -> None:
        """Confirm an address. InvalidLinkError when the token is not good, or no more."""
        purpose = Purpose.VERIFY_EMAIL
        found = _proven(self._tokens.find(user_of(token), purpose), token, purpose)
        confirmed = audit.entry(Action.ADDRESS_CONFIRMED, found.user_id, actor=found.user_id)
        if not self._tokens.confirm_email(found, confirmed):
            raise InvalidLinkError
        logs.log("INFO", "e-mail address confirmed", user_id=found.user_id)

    def reset_password(self, token: str, password: str, address: str) -> None:
        """Set a new password, end all sessions, and open the locks of whoever comes from this address.

        InvalidRegistrationError when the password breaks the rules, InvalidLinkError when the token is not good.
        """
        if problems := password_problems(password, Edition.STUDIO):
            raise InvalidRegistrationError({"new_password": problems})
        purpose = Purpose.RESET_PASSWORD
        user_id = user_of(token)
        hashed = hash_password(password, peppers())  # before sessions are listed, so that none begins meanwhile
        kept, sessions = self._tokens.find_among_sessions(user_id, purpose)
        found = _proven(kept, token, purpose)
        locks = [
            lock for name in (username_key(found.username), email_key(found.email)) for lock in locks_of(name, address)
        ]
        ended = str(len(sessions))
        done = audit.entry(Action.PASSWORD_RESET, found.user_id, actor=found.user_id, sessions_ended=ended)
        if not self._tokens.reset_password(found, hashed, sessions, locks, done):
            raise InvalidLinkError
        logs.log("INFO", "password reset", user_id=found.user_id, sessions_ended=len(sessions))


def _proven(kept: MailedToken | None, token: str, purpose: Purpose) -> MailedToken:
    """What is kept of a token, when it is this one."""
    if kept is None or not hmac.compare_digest(kept.hash, token_hash(token, purpose)):
        raise InvalidLinkError
    return kept
