"""Sessions while they live: refreshed, listed, ended; and whether one does."""

import uuid
from collections import OrderedDict
from functools import cached_property

from shared.base import audit, clock, tokens
from shared.base.audit import Action
from shared.base.errors import InvalidTokenError, NotFoundError
from shared.base.logs import log
from shared.base.provisos import Proviso
from shared.contract.limits import REFRESH
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.model import Edition, Session, Tokens
from shared.domains.accounts.rules.sessions import refresh_hash, successor
from shared.domains.accounts.service.issuing import successor_key, tokens_of, with_avatar
from shared.domains.accounts.store.sessions import SessionStore, living
from shared.domains.accounts.store.users import AccountStore

LIVE_SECONDS = 60
LIVE_KEPT = 2000

_seen: OrderedDict[str, tuple[float, str]] = OrderedDict()
"""Session -> when it was read, and when it began, "" when it did not live; for this process."""


class SessionService:
    """Whether a session lives. It is asked at every request, so what was read serves for a minute."""

    @classmethod
    def open(cls) -> "SessionService":
        """The sessions of the stage."""
        return cls()

    @cached_property
    def _sessions(self) -> SessionStore:
        """Opened when it is read: most requests find what they ask among what was."""
        return SessionStore.open()

    @staticmethod
    def forget() -> None:
        """Drop what was read (tests)."""
        _seen.clear()

    def live_since(self, user_id: str, session_id: str, *, fresh: bool = False) -> str:
        """When a session began whose tokens are good, "" when they are not: as of now if `fresh`, else of a minute ago.

        The moment is ISO 8601: at that time its user proved who they are.
        """
        now = clock.now()
        seen = _seen.get(session_id)
        if seen and not fresh and now - seen[0] < LIVE_SECONDS:
            return seen[1]
        session = self._sessions.live(user_id, session_id)
        began = session.created_at if session else ""
        _seen[session_id] = (now, began)
        _seen.move_to_end(session_id)
        if len(_seen) > LIVE_KEPT:
            _seen.popitem(last=False)
        return began

    def proviso(self, user_id: str, session_id: str) -> Proviso:
        """That a session lives, as of now."""
        return Proviso(
            check=living(user_id, session_id),
            holds=lambda: bool(self.live_since(user_id, session_id, fresh=True)),
            refused=lambda: self._over(session_id),
        )

    @staticmethod
    def _over(session_id: str) -> SessionEndedError:
        _seen.pop(session_id, None)
        return SessionEndedError()

    def list(self, user_id: str) -> list[Session]:  # pragma: no mutate block - its copies would come after its name
        """All sessions of a user that live, the newest first."""
        return self._sessions.all_live(user_id)

    def end(self, user_id: str, session_id: str) -> None:
        """End one session of a user. NotFoundError when they never had it."""
        if not self._end(user_id, session_id) and not self._sessions.exists(user_id, session_id):
            raise NotFoundError("You have no such session")

    def log_out(self, user_id: str, session_id: str, refresh_token: str | None = None) -> None:
        """End the session of a token, and that of a refresh token of the same user, if it is another."""
        named = self._named(refresh_token) if refresh_token else None
        for one in dict.fromkeys((session_id, named.id if named and named.user_id == user_id else session_id)):
            self._end(user_id, one)

    def _end(self, user_id: str, session_id: str) -> bool:
        """End a session that lives, and say so in the audit trail."""
        ended = audit.entry(Action.SESSION_ENDED, user_id, session=session_id)
        _seen.pop(session_id, None)
        return self._sessions.end(user_id, session_id, ended)

    def _named(self, refresh_token: str) -> Session | None:
        try:
            return _signed(refresh_token)[0]
        except InvalidTokenError:
            return self._sessions.led_to(refresh_hash(refresh_token))


class RefreshService:
    """New tokens for old ones."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions

    @classmethod
    def open(cls) -> "RefreshService":
        """The accounts and sessions of the stage."""
        return cls(AccountStore.open(), SessionStore.open())

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a Watch refresh token. Each is good once: one that was used before ends its whole session."""
        return self._renew(*_signed(refresh_token))

    def refresh_opaque(self, refresh_token: str) -> Tokens:
        """New tokens for a Studio refresh token, under the same rules; RateLimitedError after 20 in a minute."""
        session = self._sessions.led_to(refresh_hash(refresh_token)) if _is_uuid4(refresh_token) else None
        if session is None:
            raise SessionEndedError
        return self._renew(session, refresh_token)

    def _renew(self, session: Session, jti: str) -> Tokens:
        user = self._accounts.user(session.user_id)
        if user is None:
            raise SessionEndedError
        following = successor(jti, session.id, successor_key())
        renewed = tokens_of(with_avatar(user), session, following)  # before the old one is spent
        if not self._rotate(session, refresh_hash(following)):
            reused = audit.entry(Action.TOKEN_REUSED, user.id, session=session.id)
            self._sessions.end(session.user_id, session.id, reused)
            log("WARNING", "refresh token refused, its session ended", user_id=user.id, session_id=session.id)
            raise SessionEndedError
        return renewed

    def _rotate(self, session: Session, new_hash: str) -> bool:
        if session.edition is Edition.STUDIO:
            return self._sessions.rotate_opaque(session, new_hash, REFRESH)
        return self._sessions.rotate(session.user_id, session.id, session.refresh_hash, new_hash)


def _signed(refresh_token: str) -> tuple[Session, str]:
    """The session that a Watch refresh token names, as far as it tells, and its `jti`. InvalidTokenError for none."""
    claims = tokens.verify(refresh_token, "refresh")
    hashed = refresh_hash(claims.token_id)
    return Session(claims.session_id, claims.subject, hashed, "", claims.expires_at), claims.token_id


def _is_uuid4(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4
    except ValueError:
        return False
