"""Users, in the table that they alone live in."""

import random
import time

from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from shared.base.errors import UnavailableError
from shared.base.failures import TABLE_VARIABLE, Count, Lock, counted
from shared.base.settings import setting
from shared.base.tables import answering as reachable
from shared.base.tables import bind, read_together
from shared.domains.accounts.errors import TakenError
from shared.domains.accounts.model import Credentials, Session, User
from shared.domains.accounts.rules.names import login_key
from shared.domains.accounts.store.rows import (
    SessionRow,
    UserRow,
    answering,
    name_keys,
    session_row,
    to_user,
    user_row,
)

CONFLICT_TRIES = 6
CONFLICT_WAIT = 0.05
_FAILED = "ConditionalCheckFailed"
_CONFLICTS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


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

    def create(self, user: User, password_hash: str, session: Session | None = None) -> None:
        """Add a user and a first session, all or nothing. TakenError when username or address is somebody's."""
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

    def _try_create(self, user: User, password_hash: str, session: Session | None) -> list[str]:
        """Why the transaction was cancelled, per row ("" for rows without fault); [] when it was not.

        The user's id makes a repeat of the request harmless, also one that the SDK makes after a lost reply.
        """
        absent = UserRow.pk.does_not_exist()
        connection = UserRow._get_connection().connection
        try:
            with answering(), TransactWrite(connection=connection, client_request_token=user.id) as transaction:
                transaction.save(user_row(f"user#{user.id}", user), condition=absent)
                for key in name_keys(user):
                    transaction.save(user_row(key, user, password_hash), condition=absent)
                if session:
                    transaction.save(session_row(session), condition=SessionRow.session_id.does_not_exist())
        except TransactWriteError as error:
            reasons = [reason.code if reason else "" for reason in error.cancellation_reasons]
            if not {_FAILED, *_CONFLICTS} & set(reasons):
                raise
            return reasons
        return []

    def credentials(self, login: str) -> Credentials | None:
        """User and password hash for a username or an e-mail address; None when nobody has it."""
        row = self._get(login_key(login))
        return _credentials(row)

    def user(self, user_id: str) -> User | None:
        """A user by id; None when there is none."""
        row = self._get(f"user#{user_id}")
        return to_user(row) if row else None

    def for_login(self, login: str, locks: tuple[Lock, Lock]) -> tuple[Credentials | None, dict[Lock, Count]]:
        """What a login is judged by: who it names, None when nobody has it, and its failures. One call."""
        users, counters = UserRow.Meta.table_name, setting(TABLE_VARIABLE)
        with reachable("Accounts"):
            found = read_together(
                {
                    users: [{"pk": {"S": login_key(login)}}],
                    counters: [lock.key for lock in locks],
                }
            )
        items = {item["bucket"]["S"]: item for item in found[counters]}
        counts = {lock: counted(items.get(lock.key["bucket"]["S"])) for lock in locks}
        row = UserRow.from_raw_data(found[users][0]) if found[users] else None
        return _credentials(row), counts

    def change(self, user: User, shared: list[Action], own: list[Action], *, names: list[Action] | None = None) -> bool:
        """Change a user in all their rows or in none; False when they are gone, or have other names by now.

        shared  what changes in every row
        own     what changes besides in `user#<id>` alone
        names   what changes besides in the rows that a login reads, for example the password
        """
        connection = UserRow._get_connection().connection
        rows = [(f"user#{user.id}", own), *((key, names or []) for key in name_keys(user))]
        try:
            with answering(), TransactWrite(connection=connection) as transaction:
                for key, more in rows:
                    if shared or more:
                        transaction.update(UserRow(key), actions=[*shared, *more], condition=UserRow.user_id == user.id)
        except TransactWriteError as error:
            if not any(reason and reason.code == _FAILED for reason in error.cancellation_reasons):
                raise
            return False
        return True

    def set_avatar(self, user: User, path: str) -> None:
        """Set the picture of a user."""
        self.change(user, [UserRow.avatar_url.set(path)], [])

    def _get(self, key: str) -> UserRow | None:
        with answering():
            try:
                return UserRow.get(key, consistent_read=True)
            except DoesNotExist:
                return None


def _credentials(row: UserRow | None) -> Credentials | None:
    if row is None or not row.password_hash:
        return None
    return Credentials(to_user(row), row.password_hash, row.mfa_secret or "")
