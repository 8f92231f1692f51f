"""The second factor: turned on, asked for at login, turned off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.errors import ConflictError, InvalidTokenError
from shared.base.failures import Count, Lock, count, forgiveness, locked_seconds
from shared.base.sealing import seal, unseal
from shared.base.transactions import Refusal
from shared.domains.accounts.errors import CodeMissingError, LockedError, WrongCodeError, WrongCredentialsError
from shared.domains.accounts.model import Credentials
from shared.domains.accounts.rules import second_factor as rules
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import username_key
from shared.domains.accounts.rules.passwords import password_matches
from shared.domains.accounts.service.issuing import peppers
from shared.domains.accounts.store.second_factor import SecondFactorStore, spending
from shared.domains.accounts.store.users import AccountStore


@dataclass(frozen=True)
class Enrolment:
    """What somebody is shown once: the secret, the same as an address for apps, and codes for when the app is lost."""

    secret: str
    otpauth_uri: str
    recovery_codes: list[str]


def check(found: Credentials, code: str | None) -> list[dict[str, Any]]:
    """The writes that a login must make with its session, so that its code is good once; [] without a second factor.

    Needs SEALING.decrypt("mfa") and USERS.update. Call it after the password proved right: CodeMissingError without a
    code, WrongCodeError for one that cannot be good. When a write is refused, the code was used before.
    """
    proof = prove(found, code)
    return [spending(found.user.id, found.mfa_secret, proof)] if proof else []


def prove(found: Credentials, code: str | None) -> rules.Proof | None:
    """What the row of a user must still allow for the code to be good; None without a second factor. As `check`."""
    if not found.mfa_secret:
        return None
    if not code:
        raise CodeMissingError
    return _proof(found, code)


@contextmanager
def counting(counts: dict[Lock, Count], *more: dict[str, Any]) -> Iterator[None]:
    """A wrong code counts as a wrong password does; `more` are writes that are made with it."""
    try:
        yield
    except WrongCodeError:
        count(counts, *more)
        raise


def _proof(found: Credentials, code: str) -> rules.Proof:
    user_id = found.user.id
    if by_recovery := rules.proof_by_recovery(code, user_id):
        return by_recovery
    step = rules.matching_step(unseal(found.mfa_secret, rules.place(user_id)), code, clock.now())
    if step is None:
        raise WrongCodeError
    return rules.proof_of(step)


class SecondFactorService:
    """Turns second factors on and off."""

    def __init__(self, factors: SecondFactorStore, accounts: AccountStore) -> None:
        """Use `open()`."""
        self._factors = factors
        self._accounts = accounts

    @classmethod
    def open(cls) -> "SecondFactorService":
        """The stage's."""
        return cls(SecondFactorStore.open(), AccountStore.open())

    def enrol(self, user_id: str, username: str) -> Enrolment:
        """A new secret, which does nothing until it is confirmed. ConflictError for who has a second factor."""
        secret, codes = rules.new_secret(), rules.new_recovery_codes()
        hashes = [rules.recovery_hash(code, user_id) for code in codes]
        if not self._factors.propose(user_id, seal(secret, rules.place(user_id)), hashes):
            raise ConflictError("You have a second factor: turn it off first")
        return Enrolment(secret, rules.address_for_apps(secret, username), codes)

    def confirm(self, user_id: str, username: str, code: str, address: str) -> None:
        """Turn the second factor on by a code of its app; ConflictError without one that waits for it.

        WrongCodeError counts as a failure to log in, LockedError after too many.
        """
        locks = locks_of(username_key(username), address)
        user, pending, counts = self._factors.proposed(user_id, locks)
        _refuse_locked(counts)
        if user is None or not pending:
            raise ConflictError("There is nothing to confirm: enrol first")
        step = rules.matching_step(unseal(pending, rules.place(user_id)), code, clock.now())
        enabled = audit.entry(Action.MFA_ENABLED, user_id)
        with counting(counts):
            if step is None:
                raise WrongCodeError
            refusal = self._factors.confirm(user, pending, step, forgiveness(locks[0]), enabled)
            _check_done(refusal, locks[0])

    def disable(self, user_id: str, username: str, password: str, code: str, address: str) -> None:
        """Turn the second factor off, by the password and a code. ConflictError without one.

        A wrong password or code counts as a failure to log in, LockedError after too many.
        """
        locks = locks_of(username_key(username), address)
        found, counts = self._accounts.for_login(username, locks)
        _refuse_locked(counts)
        if found is None or found.user.id != user_id:
            raise InvalidTokenError("Your name has changed: refresh your token")
        if not password_matches(password, found.password_hash, peppers()):
            count(counts)
            raise WrongCredentialsError
        if not found.mfa_secret:
            raise ConflictError("You have no second factor")
        disabled = audit.entry(Action.MFA_DISABLED, user_id)
        with counting(counts):
            proof = _proof(found, code)
            refusal = self._factors.remove(found.user, found.mfa_secret, proof, forgiveness(locks[0]), disabled)
            _check_done(refusal, locks[0])


def _refuse_locked(counts: dict[Lock, Count]) -> None:
    if locked := locked_seconds(*next(iter(counts.items()))):
        raise LockedError(locked)


def _check_done(refusal: Refusal | None, lock: Lock) -> None:
    """Of what was written together, the first is refused where it is locked, the others where the code was used."""
    if refusal is None:
        return
    if refusal.number == 0:
        raise LockedError(lock.seconds)
    raise WrongCodeError
