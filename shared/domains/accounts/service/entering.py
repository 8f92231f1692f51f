"""How people get in: they register, or log in."""

import functools
from collections.abc import Callable
from typing import Any

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.errors import UnavailableError
from shared.base.failures import Count, Lock, count, forgiveness, locked_seconds
from shared.domains.accounts.errors import LockedError, TakenError, WrongCodeError, WrongCredentialsError
from shared.domains.accounts.model import Credentials, Device, Devices, Edition, LoggedIn, Registration, Session, User
from shared.domains.accounts.rules import passwords
from shared.domains.accounts.rules.devices import noted
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import login_key
from shared.domains.accounts.rules.registration import check_registration
from shared.domains.accounts.service import noticing, second_factor
from shared.domains.accounts.service.issuing import logged_in, new_session, peppers
from shared.domains.accounts.service.mailing import welcoming
from shared.domains.accounts.service.newcomers import newcomer
from shared.domains.accounts.service.second_factor import counting
from shared.domains.accounts.store.sessions import SessionStore, additions
from shared.domains.accounts.store.users import AccountStore
from shared.domains.accounts.store.writes import CODE, DEVICES, GONE, LOCKED, PASSWORD, TAKEN, Write

NAME_TRIES = 5
TRIES = 8
SOMEWHERE = Device()


class CreatorService:
    """Accounts by the rules of Studio, where registering begins no session."""

    def __init__(self, accounts: AccountStore) -> None:
        """Use `open()`."""
        self._accounts = accounts

    @classmethod
    def open(cls) -> "CreatorService":
        """The accounts of the stage."""
        return cls(AccountStore.open())

    def register(self, wish: Registration, device: Device = SOMEWHERE) -> User:
        """Make an account that knows its first device; without a username one is made up.

        Raises as `AccountService.register` does.
        """
        check_registration(wish, Edition.STUDIO)
        hashed = passwords.hash_password(wish.password, peppers())
        for tries_left in reversed(range(NAME_TRIES)):
            user = _wanted(wish)
            try:
                self._accounts.create(user, hashed, *welcoming(user), devices=_first(device))
            except TakenError as taken:
                if wish.username or "email" in taken.field_errors or not tries_left:
                    raise
            else:
                break
        return user


class AccountService:
    """Accounts and how one gets into them."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions

    @classmethod
    def open(cls) -> "AccountService":
        """The accounts of the stage."""
        return cls(AccountStore.open(), SessionStore.open())

    def register(self, wish: Registration, device: Device = SOMEWHERE) -> LoggedIn:
        """Make an account and log it in. InvalidRegistrationError for broken rules, TakenError for a taken name."""
        check_registration(wish, Edition.WATCH)
        user = _wanted(wish)
        session, jti = new_session(user.id, Edition.WATCH, device)
        entered = logged_in(user, session, jti)  # before anything is written, since the key may be out of reach
        begun = audit.entry(Action.SESSION_BEGUN, user.id, actor=user.id, session=session.id)
        hashed = passwords.hash_password(wish.password, peppers())
        self._accounts.create(user, hashed, *additions(session), begun, *welcoming(user), devices=_first(device))
        return entered

    def log_in(
        self,
        login: str,
        password: str,
        device: Device = SOMEWHERE,
        edition: Edition = Edition.WATCH,
        mfa_code: str | None = None,
    ) -> LoggedIn:
        """Begin a session; who has confirmed their address gets a mail when it is from a device that is new.

        How many follow them is a copy, which may be a minute old.

        WrongCredentialsError, equal in all, for an unknown login and for a wrong password; LockedError after too many.
        CodeMissingError and WrongCodeError after a right password, where the account has a second factor.
        """
        locks = locks_of(login_key(login), device.address)
        found, counts = self._accounts.for_login(login, locks)
        refuse_locked(counts, functools.partial(self._sessions.all_live, found.user.id) if found else list, device)
        stored = found.password_hash if found else passwords.NOBODYS_HASH
        if not passwords.password_matches(password, stored, peppers()) or found is None:
            count(counts, *_locking(counts, found))
            raise WrongCredentialsError
        with counting(counts, *_locking(counts, found)):
            code_spent = second_factor.check(found, mfa_code)
        session, jti = new_session(found.user.id, edition, device)
        entered = logged_in(found.user, session, jti)
        begun = audit.entry(Action.SESSION_BEGUN, found.user.id, actor=found.user.id, session=session.id)
        still = self._accounts.still(login, found)
        writes = [(LOCKED, forgiveness(locks[0])), (PASSWORD, still), (TAKEN, begun)]
        refused = self._begin(login, found, session, [*writes, *((CODE, write) for write in code_spent)])
        if not refused:
            return entered
        if refused == LOCKED:
            raise LockedError(locks[0].seconds)
        count(counts, *_locking(counts, found))
        raise WrongCodeError if refused == CODE else WrongCredentialsError

    def _begin(self, login: str, found: Credentials, session: Session, writes: list[Write]) -> str:
        """Keep a session, and its device with those that the account knows; the word of what was refused, "" for none.

        Of logins at once from one device, which is new, one notes it, and it alone has a mail sent.
        """
        now: Credentials | None = found
        for _ in range(TRIES):
            if now is None:
                return GONE
            remembered = noticing.remembered(now, session.device, login_key(login))
            refused = self._sessions.begin(session, *writes, *remembered, told=noticing.told(now, session.device))
            if refused != DEVICES:
                return refused
            now, _ = self._accounts.for_login(login, locks_of(login_key(login), session.device.address))
        raise UnavailableError("Too many people log in at this moment")


def refuse_locked(counts: dict[Lock, Count], sessions: Callable[[], list[Session]], device: Device) -> None:
    """LockedError while this address has guessed too often, or all have and the account is not used from this one.

    Thus nobody keeps others out by guessing wrong. `sessions` gives those of the account that live.
    """
    own, everybody = counts.items()
    locked = locked_seconds(*own)
    if not locked and (locked := locked_seconds(*everybody)):
        locked *= not any(session.device.address == device.address for session in sessions())
    if locked:
        raise LockedError(locked)


def _locking(counts: dict[Lock, Count], found: Credentials | None) -> list[dict[str, Any]]:
    """The entry of the failure that locks somebody's account for the address it came from."""
    own, counted = next(iter(counts.items()))
    if found is None or counted.failures + 1 != own.most:
        return []
    return [audit.entry(Action.ACCOUNT_LOCKED, found.user.id)]


def _first(device: Device) -> Devices | None:
    """What an account knows at first."""
    return noted(None, device, clock.now())


def _wanted(wish: Registration) -> User:
    return newcomer(wish.email, wish.username, name=wish.display_name or "", company=wish.company)
