"""What people do with accounts: register, log in, stay logged in; and whether a session still lives."""

import uuid
from collections import OrderedDict
from dataclasses import replace

from shared.base import clock, tokens
from shared.base.aws import secret
from shared.base.errors import InvalidTokenError
from shared.base.ids import new_id
from shared.base.logs import log
from shared.base.settings import setting
from shared.domains.accounts import rules
from shared.domains.accounts.errors import SessionEndedError, WrongCredentialsError
from shared.domains.accounts.model import LoggedIn, Registration, Session, Tokens, User
from shared.domains.accounts.store import AccountStore, SessionStore

LIVE_SECONDS = 60
LIVE_KEPT = 2000


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

    def register(self, wish: Registration) -> LoggedIn:
        """Make an account and log it in. InvalidRegistrationError for broken rules, TakenError for a taken name."""
        rules.check_registration(wish)
        user = User(
            id=new_id(),
            username=wish.username,
            email=wish.email.strip(),
            display_name=(wish.display_name or wish.username).strip(),
            created_at=clock.timestamp(),
        )
        session, jti = _new_session(user.id)
        logged_in = _logged_in(user, session, jti)  # before anything is written, since the key may be out of reach
        self._accounts.create(user, rules.hash_password(wish.password, _peppers()), session)
        return logged_in

    def log_in(self, login: str, password: str) -> LoggedIn:
        """Begin a session. WrongCredentialsError, equal in all, for an unknown login and for a wrong password."""
        found = self._accounts.credentials(login)
        stored = found.password_hash if found else rules.NOBODYS_HASH
        if not rules.password_matches(password, stored, _peppers()) or found is None:
            raise WrongCredentialsError
        session, jti = _new_session(found.user.id)
        logged_in = _logged_in(found.user, session, jti)
        self._sessions.add(session)
        return logged_in

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token that is good once. One that was used before ends its whole session."""
        claims = tokens.verify(refresh_token, "refresh")
        user = self._accounts.user(claims.subject)
        if user is None:
            raise SessionEndedError
        jti = str(uuid.uuid4())
        renewed = _tokens(
            _with_avatar(user), claims.session_id, claims.expires_at, jti
        )  # or the old one would be spent
        old, new = rules.refresh_hash(claims.token_id), rules.refresh_hash(jti)
        if not self._sessions.rotate(claims.session_id, user.id, old, new):
            self._sessions.end(claims.session_id)
            log("WARNING", "refresh token refused, its session ended", user_id=user.id, session_id=claims.session_id)
            raise SessionEndedError
        return renewed

    def get(self, user_id: str) -> User:
        """A user who holds a token. InvalidTokenError when they are gone."""
        user = self._accounts.user(user_id)
        if user is None:
            raise InvalidTokenError("This account is gone")
        return _with_avatar(user)


class ProfileService:
    """What people show of themselves."""

    def __init__(self, accounts: AccountStore) -> None:
        """Use `open()`."""
        self._accounts = accounts

    @classmethod
    def open(cls) -> "ProfileService":
        """The accounts of the stage."""
        return cls(AccountStore.open_users())

    def set_avatar(self, user_id: str, picture_id: str) -> bool:
        """Show a picture, whose file lies at rules.avatar_path.

        False when there is nobody to show it, or a picture of a later request is shown.
        """
        user = self._accounts.user(user_id)
        path = rules.avatar_path(user_id, picture_id)
        if user is None or user.avatar_url >= path:
            return user is not None and user.avatar_url == path
        self._accounts.set_avatar(user, path)
        return True


_seen_live: OrderedDict[str, tuple[float, bool]] = OrderedDict()
"""Session -> when it was read and whether it lived then, for this process."""


class SessionService:
    """Whether a session lives. It is asked at every request, so what was read serves for a minute."""

    def __init__(self, sessions: SessionStore) -> None:
        """Use `open()`."""
        self._sessions = sessions

    @classmethod
    def open(cls) -> "SessionService":
        """The sessions of the stage."""
        return cls(SessionStore.open())

    @staticmethod
    def forget() -> None:
        """Drop what was read (tests)."""
        _seen_live.clear()

    def is_live(self, session_id: str, *, fresh: bool = False) -> bool:
        """Whether tokens of a session are good: as of now when `fresh`, else as of at most 60 seconds ago."""
        now = clock.now()
        seen = _seen_live.get(session_id)
        if seen and not fresh and now - seen[0] < LIVE_SECONDS:
            return seen[1]
        live = self._sessions.is_live(session_id)
        _seen_live[session_id] = (now, live)
        _seen_live.move_to_end(session_id)
        if len(_seen_live) > LIVE_KEPT:
            _seen_live.popitem(last=False)
        return live


def _peppers() -> list[str]:
    """The secret holds one pepper, or several parted by spaces, the one for new passwords first."""
    return secret("PASSWORD_PEPPER_SECRET").split()


def _new_session(user_id: str) -> tuple[Session, str]:
    """A session, and the `jti` of its first refresh token, of which only the hash is kept."""
    jti = str(uuid.uuid4())
    now = clock.now()
    ends = int(now) + 86400 * int(setting("REFRESH_TOKEN_EXPIRE_DAYS", "7"))
    return Session(new_id(), user_id, rules.refresh_hash(jti), clock.timestamp(now), ends), jti


def _logged_in(user: User, session: Session, jti: str) -> LoggedIn:
    shown = _with_avatar(user)
    return LoggedIn(shown, _tokens(shown, session.id, session.expires_at, jti))


def _with_avatar(user: User) -> User:
    """The user with the address of their picture, or of the one that stands for those who have none."""
    return replace(user, avatar_url=rules.avatar_address(user.avatar_url, setting("CDN_BASE_URL")))


def _tokens(user: User, session_id: str, session_ends: int, jti: str) -> Tokens:
    person = tokens.Person(user.id, user.username, user.email, user.display_name, user.avatar_url, user.role)
    return Tokens(
        tokens.issue_access_token(person, session_id, session_ends=session_ends),
        tokens.issue_refresh_token(jti, user_id=user.id, session_id=session_id, session_ends=session_ends),
    )
