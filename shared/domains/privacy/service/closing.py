"""Closing an account because its user wants it deleted."""

import functools
from dataclasses import dataclass
from typing import Any

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.errors import ConflictError, InvalidInputError, InvalidTokenError, StepUpError
from shared.base.failures import Count, Lock, count, forgiveness
from shared.contract.limits import HOUR
from shared.domains.accounts.errors import (
    InvalidPasswordError,
    LockedError,
    SessionEndedError,
    WrongCodeError,
)
from shared.domains.accounts.model import Credentials, Device, Session
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import email_key
from shared.domains.accounts.rules.passwords import password_matches
from shared.domains.accounts.service.entering import refuse_locked
from shared.domains.accounts.service.issuing import peppers
from shared.domains.accounts.service.second_factor import counting, prove
from shared.domains.accounts.store.closing import closing
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore
from shared.domains.privacy.model import Erasure, Farewell, Leaver
from shared.domains.privacy.store.erasures import ErasureStore

RECENT_SECONDS = HOUR
_LOCK, _USER = 0, 1
"""Which write is refused when too many guesses were counted, or the user changed or the code was used, meanwhile."""


@dataclass(frozen=True)
class ClosingService:
    """Closes accounts."""

    accounts: AccountStore
    sessions: SessionStore
    erasures: ErasureStore

    @classmethod
    def open(cls) -> "ClosingService":
        """The accounts of the stage."""
        return cls(AccountStore.open(), SessionStore.open(), ErasureStore.open())

    def close(self, leaver: Leaver, device: Device, said: Farewell) -> None:
        """Close an account and end its sessions, in one transaction; all that was its user's is erased from then on.

        InvalidInputError unless `confirmation` is the username. Where there is a password it is asked for, else a login
        of the last hour (StepUpError); where there is a second factor, a code (CodeMissingError). Wrong passwords and
        codes are counted, and lock, like logins.
        """
        email = leaver.email or self._address_of(leaver.user_id)
        locks = locks_of(email_key(email), device.address)
        found, counts = self.accounts.for_login(email, locks)
        if found is None or found.user.id != leaver.user_id:
            raise InvalidTokenError("This account is gone")
        refuse_locked(counts, functools.partial(self.sessions.all_live, leaver.user_id), device)
        is_right = _is_right(found, said)
        sessions = self.sessions.all_live(leaver.user_id)  # after what takes long, so that none begins meanwhile
        own = _own_session(leaver, sessions)
        if said.confirmation != found.user.username:
            raise InvalidInputError.of("confirmation", "This is not your username")
        _check_entered(found, own, said, counts, is_right=is_right)
        with counting(counts):
            proof = prove(found, said.mfa_code)
        writes = [forgiveness(locks[0]), *closing(found, proof), *self._told(found, sessions)]
        refusal = self.erasures.begin(_erasure(found), *writes)
        if refusal is None:
            return
        if refusal.number == _LOCK:
            raise LockedError(locks[0].seconds)
        if refusal.number == _USER and proof:
            count(counts)
            raise WrongCodeError
        raise ConflictError("This account was changed by another request: try again")

    def _address_of(self, user_id: str) -> str:
        user = self.accounts.user(user_id)
        if user is None:
            raise InvalidTokenError("This account is gone")
        return user.email

    def _told(self, found: Credentials, sessions: list[Session]) -> list[dict[str, Any]]:
        told = audit.entry(Action.ACCOUNT_CLOSED, found.user.id, sessions_ended=str(len(sessions)))
        return [told, *self.sessions.endings(sessions)]


def _own_session(leaver: Leaver, sessions: list[Session]) -> Session | None:
    """The session of the request; None for one of Clerk's, at which the guards have looked."""
    if not leaver.email:
        return None
    own = next((session for session in sessions if session.id == leaver.session_id), None)
    if own is None:
        raise SessionEndedError
    return own


def _is_right(found: Credentials, said: Farewell) -> bool:
    return bool(found.password_hash and said.password) and password_matches(
        said.password, found.password_hash, peppers()
    )


def _check_entered(
    found: Credentials, own: Session | None, said: Farewell, counts: dict[Lock, Count], *, is_right: bool
) -> None:
    """That it is they, beside the token: by their password, where they have one, else by a login of the last hour."""
    if not found.password_hash:
        if own and clock.now() - clock.seconds(own.created_at) > RECENT_SECONDS:
            raise StepUpError
    elif not said.password:
        raise InvalidPasswordError("password", ["Send your password"])
    elif not is_right:
        count(counts)
        raise InvalidPasswordError("password", ["This is not your password"])


def _erasure(found: Credentials) -> Erasure:
    return Erasure(found.user.id, found.user.username, found.user.email, clock.timestamp())
