"""Users, in the table that they alone live in."""

import random
import time
from dataclasses import asdict
from typing import Any

from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from shared.base.errors import UnavailableError
from shared.base.failures import TABLE_VARIABLE, Count, Lock, counted
from shared.base.settings import setting
from shared.base.tables import answering as reachable
from shared.base.tables import bind, read_together
from shared.base.transactions import write_together
from shared.domains.accounts.errors import TakenError
from shared.domains.accounts.model import Credentials, Profile, Session, User
from shared.domains.accounts.rules.names import email_key, login_key, username_key
from shared.domains.accounts.store.rows import (
    SessionRow,
    UserRow,
    answering,
    name_keys,
    session_row,
    to_settings,
    to_user,
    user_key,
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
                transaction.save(user_row(user_key(user.id), user), condition=absent)
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
        row = self._get(user_key(user_id))
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

    def still(self, login: str, found: Credentials) -> dict[str, Any]:
        """What must hold in the transaction that lets somebody in: password and role are those that were read."""
        return {
            "ConditionCheck": {
                "TableName": UserRow.Meta.table_name,
                "Key": {"pk": {"S": login_key(login)}},
                "ConditionExpression": "password_hash = :hash AND #role = :role",
                "ExpressionAttributeNames": {"#role": "role"},
                "ExpressionAttributeValues": {":hash": {"S": found.password_hash}, ":role": {"S": found.user.role}},
            }
        }

    def change(self, user: User, shared: list[Action], own: list[Action], *, names: list[Action] | None = None) -> bool:
        """Change a user in all their rows or in none; False when they are gone, or have other names by now.

        shared  what changes in every row
        own     what changes besides in `user#<id>` alone
        names   what changes besides in the rows that a login reads, for example the password
        """
        connection = UserRow._get_connection().connection
        rows = [(user_key(user.id), own), *((key, names or []) for key in name_keys(user))]
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

    def profile(self, user_id: str) -> Profile | None:
        """A user and their settings; None when there is none."""
        row = self._get(user_key(user_id))
        return Profile(to_user(row), to_settings(row.settings)) if row else None

    def save_profile(self, before: User, profile: Profile) -> bool:
        """Keep what a user shows and has set; False when they are gone."""
        own: list[Action] = [UserRow.bio.set(profile.user.bio), UserRow.settings.set(asdict(profile.settings))]
        return self.change(before, _shown(profile.user), own)

    def rename(self, before: User, wanted: User) -> bool:
        """Keep what a user is called and their budget; False when they were renamed by another request meanwhile.

        TakenError when the username is somebody's.
        """
        budget = UserRow.monthly_budget
        own: list[Action] = [budget.remove() if wanted.monthly_budget is None else budget.set(wanted.monthly_budget)]
        old, new = username_key(before.username), username_key(wanted.username)
        if old == new:
            return self.change(before, [*_shown(wanted), UserRow.username.set(wanted.username)], own)
        row = self._get(old)
        return row is not None and row.user_id == before.id and self._move(row, before, wanted, own)

    def _move(self, row: UserRow, before: User, wanted: User, own: list[Action]) -> bool:
        """Put a user's row by name under another name, with the changes of the other rows, or nothing."""
        unchanged = (UserRow.user_id == before.id) & (UserRow.username == before.username)
        shared = [*_shown(wanted), UserRow.username.set(wanted.username)]
        moved = _user_row_like(row, wanted)
        try:
            with answering(), TransactWrite(connection=UserRow._get_connection().connection) as transaction:
                transaction.delete(row, condition=unchanged & _as_read(row))
                transaction.save(moved, condition=UserRow.pk.does_not_exist())
                transaction.update(UserRow(user_key(before.id)), actions=[*shared, *own], condition=unchanged)
                transaction.update(UserRow(email_key(before.email)), actions=shared, condition=unchanged)
        except TransactWriteError as error:
            codes = [reason.code if reason else "" for reason in error.cancellation_reasons]
            if codes[1] == _FAILED:  # deletions come first
                raise TakenError(["username"]) from error
            if _FAILED not in codes:
                raise
            return False
        return True

    def set_password(self, of: Credentials, password_hash: str, more: list[dict[str, Any]]) -> bool:
        """Replace the hash of a password, with other writes; False when it is not the one that was read any more."""
        change = ("password_hash", of.password_hash, password_hash)
        writes = [_replacement(key, of.user.id, *change) for key in name_keys(of.user)]
        with reachable("Accounts"):
            return write_together(*writes, *more) is None

    def set_role(self, user: User, role: str, more: list[dict[str, Any]]) -> bool:
        """Give a user another role in all their rows, with other writes; False when they changed since they were read.

        A password that changes meanwhile does not matter.
        """
        keys = (user_key(user.id), *name_keys(user))
        with reachable("Accounts"):
            return write_together(*(_replacement(key, user.id, "role", user.role, role) for key in keys), *more) is None

    def set_avatar(self, user: User, path: str) -> None:
        """Set the picture of a user."""
        self.change(user, [UserRow.avatar_url.set(path)], [])

    def show_as(self, user: User, name: str, picture: str) -> bool:
        """Set what others see of a user; False when they are gone, or have other names by now."""
        return self.change(user, [UserRow.display_name.set(name), UserRow.avatar_url.set(picture)], [])

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


def _shown(user: User) -> list[Action]:
    """What changes in every row with what a user shows of themselves."""
    return [
        UserRow.display_name.set(user.display_name),
        UserRow.avatar_url.set(user.avatar_url),
        UserRow.updated_at.set(user.updated_at),
    ]


def _as_read(row: UserRow) -> Condition:
    """That what proves who somebody is has not changed since a row was read: a copy of it would bring it back."""
    proofs = ((UserRow.password_hash, row.password_hash), (UserRow.mfa_secret, row.mfa_secret))
    password, secret = (one == kept if kept else one.does_not_exist() for one, kept in proofs)
    return password & secret


def _user_row_like(row: UserRow, wanted: User) -> UserRow:
    """The same row under the key of another username."""
    moved = UserRow.from_raw_data(row.serialize())
    moved.pk, moved.username = username_key(wanted.username), wanted.username
    moved.display_name, moved.updated_at = wanted.display_name, wanted.updated_at
    return moved


def _replacement(key: str, user_id: str, attribute: str, old: str, new: str) -> dict[str, Any]:
    """The write that replaces one attribute in a user's row, if it is still theirs and as it was read."""
    return {
        "Update": {
            "TableName": UserRow.Meta.table_name,
            "Key": {"pk": {"S": key}},
            "UpdateExpression": "SET #attribute = :new",
            "ConditionExpression": "user_id = :user AND #attribute = :old",
            "ExpressionAttributeNames": {"#attribute": attribute},
            "ExpressionAttributeValues": {":old": {"S": old}, ":new": {"S": new}, ":user": {"S": user_id}},
        }
    }
