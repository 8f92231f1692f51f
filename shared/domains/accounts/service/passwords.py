"""Changing a password."""

import functools

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.failures import count
from shared.domains.accounts.errors import InvalidPasswordError, SessionEndedError
from shared.domains.accounts.model import Device, Edition
from shared.domains.accounts.rules import passwords
from shared.domains.accounts.rules.devices import noted
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import email_key
from shared.domains.accounts.service.entering import refuse_locked
from shared.domains.accounts.service.issuing import peppers
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore


class PasswordService:
    """Passwords of people who are logged in."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions

    @classmethod
    def open(cls) -> "PasswordService":
        """The accounts and sessions of the stage."""
        return cls(AccountStore.open(), SessionStore.open())

    def change(self, email: str, session_id: str, device: Device, current: str, new: str) -> None:
        """Set another password, end all other sessions and forget all other devices, in one transaction.

        email       of the account, as its token says: it never changes
        session_id  the session that stays; SessionEndedError when it does not live
        InvalidPasswordError names what is wrong with either; wrong current ones are counted, and lock, like logins.
        """
        locks = locks_of(email_key(email), device.address)
        found, counts = self._accounts.for_login(email, locks)
        if found is None:
            raise SessionEndedError
        refuse_locked(counts, functools.partial(self._sessions.all_live, found.user.id), device)
        if problems := passwords.password_problems(new, Edition.STUDIO):
            raise InvalidPasswordError("new_password", problems)
        is_right = passwords.password_matches(current, found.password_hash, peppers())
        hashed = passwords.hash_password(new, peppers()) if is_right else ""
        sessions = self._sessions.all_live(found.user.id)  # after what takes long, so that none begins meanwhile
        if not any(session.id == session_id for session in sessions):
            raise SessionEndedError
        if not is_right:
            count(counts)
            raise InvalidPasswordError("current_password", ["This is not your password"])
        if new == current:
            raise InvalidPasswordError("new_password", ["Choose another than the present one"])
        others = [session for session in sessions if session.id != session_id]
        changed = audit.entry(Action.PASSWORD_CHANGED, found.user.id, sessions_ended=str(len(others)))
        own = noted(None, device, clock.now()) or {}
        if not self._accounts.set_password(found, hashed, own, [changed, *self._sessions.endings(others)]):
            raise InvalidPasswordError("current_password", ["This is not your password any more"])
