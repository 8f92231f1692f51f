"""Where accounts live: the tables of users and of sessions. The only code that touches them.

The users table holds three rows for a user: `user#<id>`, `username#<lower case>` and `email#<normalised>`. The latter
two make names unique and are what a login reads, so they alone carry the password's hash, with a copy of the user. The
rows of a user change in one transaction.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.tables import bind, is_outage
from shared.domains.accounts.errors import TakenError
from shared.domains.accounts.model import Credentials, Session, User
from shared.domains.accounts.rules import normalise_email, normalise_username

CONFLICT_TRIES = 6
CONFLICT_WAIT = 0.05
_FAILED = "ConditionalCheckFailed"
_CONFLICTS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class UserRow(Model):
    """A user under one of their three keys. `password_hash` is absent from `user#<id>`."""

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    username = UnicodeAttribute()
    email = UnicodeAttribute()
    display_name = UnicodeAttribute()
    avatar_url = UnicodeAttribute(default="")
    bio = UnicodeAttribute(default="")
    role = UnicodeAttribute()
    verified = BooleanAttribute(default=False)
    created_at = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)


class SessionRow(Model):
    """A session. DynamoDB removes it some time after `expires_at` (epoch seconds), so that is compared here as well."""

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    session_id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    refresh_hash = UnicodeAttribute()
    created_at = UnicodeAttribute()
    rotated_at = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


@contextmanager
def _answering() -> Iterator[None]:
    """Turn "DynamoDB does not answer" into 503; other faults are ours and stay what they are."""
    try:
        yield
    except PynamoDBException as error:
        if not is_outage(error):
            raise
        raise UnavailableError("Accounts cannot be reached at the moment") from error


class AccountStore:
    """Users."""

    @classmethod
    def open(cls) -> "AccountStore":
        """The stage's users, with sessions, since an account begins with one."""
        bind(SessionRow, "SESSIONS_TABLE")
        return cls.open_users()

    @classmethod
    def open_users(cls) -> "AccountStore":
        """The stage's users, for all but `create`."""
        bind(UserRow, "USERS_TABLE")
        return cls()

    def create(self, user: User, password_hash: str, session: Session) -> None:
        """Add a user and their first session, all or nothing. TakenError when username or address is somebody's."""
        for attempt in range(CONFLICT_TRIES):
            reasons = self._try_create(user, password_hash, session)
            if not reasons:
                return
            names = zip(("username", "email"), reasons[1:3], strict=True)
            taken = [name for name, reason in names if reason == _FAILED]
            if taken:
                raise TakenError(taken)
            time.sleep(random.uniform(0, CONFLICT_WAIT * 2**attempt))
        raise UnavailableError("Too many people register at this moment")

    def _try_create(self, user: User, password_hash: str, session: Session) -> list[str]:
        """Why the transaction was cancelled, per row ("" for rows without fault); [] when it was not.

        The session's id makes a repeat of the request harmless, also one that the SDK makes after a lost reply.
        """
        absent = UserRow.pk.does_not_exist()
        connection = UserRow._get_connection().connection
        try:
            with _answering(), TransactWrite(connection=connection, client_request_token=session.id) as transaction:
                transaction.save(_user_row(f"user#{user.id}", user), condition=absent)
                for key in (_username_key(user.username), _email_key(user.email)):
                    transaction.save(_user_row(key, user, password_hash), condition=absent)
                transaction.save(_session_row(session), condition=SessionRow.session_id.does_not_exist())
        except TransactWriteError as error:
            reasons = [reason.code if reason else "" for reason in error.cancellation_reasons]
            if not {_FAILED, *_CONFLICTS} & set(reasons):
                raise
            return reasons
        return []

    def credentials(self, login: str) -> Credentials | None:
        """User and password hash for a username or an e-mail address; None when nobody has it."""
        row = self._get(_login_key(login))
        return Credentials(_user(row), row.password_hash) if row and row.password_hash else None

    def user(self, user_id: str) -> User | None:
        """A user by id; None when there is none."""
        row = self._get(f"user#{user_id}")
        return _user(row) if row else None

    def set_avatar(self, user: User, path: str) -> None:
        """Set the picture in all three rows of a user, or in none."""
        keys = (f"user#{user.id}", _username_key(user.username), _email_key(user.email))
        connection = UserRow._get_connection().connection
        with _answering(), TransactWrite(connection=connection) as transaction:
            for key in keys:
                transaction.update(
                    UserRow(key), actions=[UserRow.avatar_url.set(path)], condition=UserRow.user_id == user.id
                )

    def _get(self, key: str) -> UserRow | None:
        with _answering():
            try:
                return UserRow.get(key, consistent_read=True)
            except DoesNotExist:
                return None


class SessionStore:
    """Sessions."""

    @classmethod
    def open(cls) -> "SessionStore":
        """The stage's sessions."""
        bind(SessionRow, "SESSIONS_TABLE")
        return cls()

    def add(self, session: Session) -> None:
        """Keep a new session."""
        with _answering():
            _session_row(session).save()

    def rotate(self, session_id: str, user_id: str, old_hash: str, new_hash: str) -> bool:
        """Replace the one good refresh token, in one conditional update; False when the old one is not it or no more.

        A repeat that the SDK makes after a lost reply finds its own hash and is a success.
        """
        row = SessionRow(session_id)
        condition = (SessionRow.refresh_hash == old_hash) & (SessionRow.user_id == user_id)
        condition &= SessionRow.ended_at.does_not_exist() & (SessionRow.expires_at > int(clock.now()))
        changes: list[Action] = [SessionRow.refresh_hash.set(new_hash), SessionRow.rotated_at.set(clock.timestamp())]
        return self._update(row, changes, condition) or self._is_rotated(session_id, new_hash)

    def _is_rotated(self, session_id: str, new_hash: str) -> bool:
        row = self._get(session_id)
        return row is not None and _is_live(row) and row.refresh_hash == new_hash

    def end(self, session_id: str) -> None:
        """End a session for good; what comes of it is refused from now on. Ending it twice is ending it once."""
        row = SessionRow(session_id)
        ended = SessionRow.ended_at.set(SessionRow.ended_at | clock.timestamp())
        self._update(row, [ended], SessionRow.session_id.exists())

    def is_live(self, session_id: str) -> bool:
        """Whether a session exists, has not ended and is not older than its 7 days."""
        row = self._get(session_id)
        return row is not None and _is_live(row)

    def _get(self, session_id: str) -> SessionRow | None:
        with _answering():
            try:
                return SessionRow.get(session_id, consistent_read=True)
            except DoesNotExist:
                return None

    @staticmethod
    def _update(row: SessionRow, changes: list[Action], condition: Condition) -> bool:
        """Whether the condition held."""
        try:
            with _answering():
                row.update(changes, condition=condition)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _is_live(row: SessionRow) -> bool:
    return row.ended_at is None and row.expires_at > clock.now()


def _username_key(username: str) -> str:
    return f"username#{normalise_username(username)}"


def _email_key(email: str) -> str:
    return f"email#{normalise_email(email)}"


def _login_key(login: str) -> str:
    """The row that a login names; one that cannot be an address names a row that cannot exist, and costs the same."""
    if "@" not in login:
        return _username_key(login)
    try:
        return _email_key(login)
    except ValueError:
        return f"email#{login}"


def _user_row(key: str, user: User, password_hash: str | None = None) -> UserRow:
    return UserRow(
        key,
        user_id=user.id,
        username=user.username,
        email=user.email,
        display_name=user.display_name,
        avatar_url=user.avatar_url,
        bio=user.bio,
        role=user.role,
        verified=user.verified,
        created_at=user.created_at,
        password_hash=password_hash,
    )


def _user(row: UserRow) -> User:
    return User(
        id=row.user_id,
        username=row.username,
        email=row.email,
        display_name=row.display_name,
        created_at=row.created_at,
        avatar_url=row.avatar_url,
        bio=row.bio,
        role=row.role,
        verified=row.verified,
    )


def _session_row(session: Session) -> SessionRow:
    return SessionRow(
        session.id,
        user_id=session.user_id,
        refresh_hash=session.refresh_hash,
        created_at=session.created_at,
        expires_at=session.expires_at,
    )
