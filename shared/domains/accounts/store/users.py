"""Users, in the table that they alone live in."""

from dataclasses import asdict
from typing import Any

from pynamodb.exceptions import DoesNotExist

from shared.base import counts
from shared.base.failures import TABLE_VARIABLE, Count, Lock, counts_of
from shared.base.settings import setting
from shared.base.tables import answering as reachable
from shared.base.tables import bind, read_together
from shared.base.transactions import write_together
from shared.domains.accounts.errors import TakenError
from shared.domains.accounts.model import Credentials, Devices, Profile, User
from shared.domains.accounts.rules.names import email_key, login_key, username_key
from shared.domains.accounts.rules.settings import to_settings
from shared.domains.accounts.store import numbers
from shared.domains.accounts.store.rows import (
    UserRow,
    answering,
    name_keys,
    to_credentials,
    to_user,
    user_key,
    user_row,
)

Values = dict[str, Any]
"""Attributes of a user's row and their values, as the row has them in Python."""

Writes = tuple[dict[str, Any], ...]

_ABSENT = "attribute_not_exists(pk)"


class AccountStore:
    """Users."""

    @classmethod
    def open(cls) -> "AccountStore":
        """The stage's users."""
        bind(UserRow, "USERS_TABLE")
        return cls()

    def create(self, user: User, password_hash: str, *more: dict[str, Any], devices: Devices | None = None) -> None:
        """Add a user, with other writes, all or nothing. TakenError when username or address is somebody's."""
        named = [user_row(key, user, password_hash, devices) for key in name_keys(user)]
        own = user_row(user_key(user.id), user, devices=devices)
        with reachable("Accounts"):
            refusal = write_together(*(_put(row) for row in (*named, own)), *more)
        if refusal is not None:
            names = enumerate(("username", "email"))
            raise TakenError([name for number, name in names if number in refusal.all])

    def credentials(self, login: str) -> Credentials | None:
        """Who has a username or an e-mail address, with or without a password; None when nobody has."""
        row = self._get(login_key(login))
        return to_credentials(row) if row else None

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
        counts = counts_of(locks, found[counters])
        row = _open(UserRow.from_raw_data(found[users][0])) if found[users] else None
        return to_credentials(row) if row else None, counts

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

    def change(self, user: User, shared: Values, own: Values | None = None, more: Writes = ()) -> bool:
        """Change a user in all their rows or in none; False when they are gone, or have other names by now.

        shared  what changes in every row
        own     what changes besides in `user#<id>` alone
        more    other writes of the same transaction, which have no condition
        """
        rows = ((user_key(user.id), shared | (own or {})), *((key, shared) for key in name_keys(user)))
        with reachable("Accounts"):
            return write_together(*(_change(key, user.id, values) for key, values in rows), *more) is None

    def devices(self, user_id: str) -> Devices:
        """The devices that an account knows."""
        row = self._get(user_key(user_id))
        return (row.known_devices if row else None) or {}

    def profile(self, user_id: str) -> Profile | None:
        """A user and their settings; None when there is none."""
        row = self._get(user_key(user_id))
        return Profile(to_user(row), to_settings(row.settings)) if row else None

    def profile_with(
        self, user_id: str, others: dict[str, list[dict[str, Any]]] | None = None
    ) -> tuple[Profile | None, dict[str, list[dict[str, Any]]]]:
        """A user, their settings and their numbers, and items of other tables, in one call. Needs COUNTS.batch_get.

        others  table name -> keys, as for `read_together`
        """
        users = UserRow.Meta.table_name
        wanted = {users: [{"pk": {"S": user_key(user_id)}}], counts.table(): counts.keys(numbers.subject(user_id))}
        with reachable("Accounts"):
            found = read_together({**wanted, **(others or {})})
        row = _open(UserRow.from_raw_data(found[users][0])) if found[users] else None
        if row is None:
            return None, found
        known = numbers.of(user_id, found[counts.table()])
        user = numbers.shown_with(to_user(row), known)
        return Profile(user, to_settings(row.settings), known.views, known.likes), found

    def save_profile(self, before: User, profile: Profile) -> bool:
        """Keep what a user shows and has set; False when they are gone."""
        return self.change(
            before, _shown(profile.user), {"bio": profile.user.bio, "settings": asdict(profile.settings)}
        )

    def rename(self, before: User, wanted: User, more: Writes = ()) -> bool:
        """Keep what a user is called and their budget; False when they were renamed by another request meanwhile.

        more  other writes of the same transaction, which have no condition
        TakenError when the username is somebody's.
        """
        own: Values = {"monthly_budget": wanted.monthly_budget}
        shared = _shown(wanted) | {"username": wanted.username}
        old, new = username_key(before.username), username_key(wanted.username)
        if old == new:
            return self.change(before, shared, own, more)
        row = self._get(old)
        return row is not None and row.user_id == before.id and self._move(row, before, wanted, shared | own, more)

    def _move(self, row: UserRow, before: User, wanted: User, values: Values, more: Writes) -> bool:
        """Put a user's row by name under another name, with the changes of the other rows, or nothing.

        A copy of the row must not bring back a password, a second factor, devices or numbers that changed meanwhile.
        """
        own, email = user_key(before.id), email_key(before.email)
        shared = {name: value for name, value in values.items() if name != "monthly_budget"}
        moved = _user_row_like(row, wanted)
        with reachable("Accounts"):
            refusal = write_together(
                _put(moved),
                _deletion(row),
                _change(own, before.id, values, username=before.username),
                _change(email, before.id, shared, username=before.username),
                *more,
            )
        if refusal is not None and refusal.number == 0:
            raise TakenError(["username"])
        return refusal is None

    def set_password(self, of: Credentials, password_hash: str, devices: Devices, more: list[dict[str, Any]]) -> bool:
        """Replace the hash of a password, with other writes; False when it is not the one that was read any more.

        devices  those that the account knows from then on
        """
        values = {"password_hash": password_hash, "known_devices": devices}
        writes = [
            *(_change(key, of.user.id, values, password_hash=of.password_hash) for key in name_keys(of.user)),
            _change(user_key(of.user.id), of.user.id, {"known_devices": devices}),
        ]
        with reachable("Accounts"):
            return write_together(*writes, *more) is None

    def set_role(self, user: User, role: str, more: list[dict[str, Any]]) -> bool:
        """Give a user another role in all their rows, with other writes; False when they changed since they were read.

        A password that changes meanwhile does not matter.
        """
        keys = (user_key(user.id), *name_keys(user))
        with reachable("Accounts"):
            writes = (_change(key, user.id, {"role": role}, role=user.role) for key in keys)
            return write_together(*writes, *more) is None

    def set_avatar(self, user: User, path: str) -> None:
        """Set the picture of a user."""
        self.change(user, {"avatar_url": path})

    def show_as(self, user: User, name: str, picture: str) -> bool:
        """Set what others see of a user; False when they are gone, or have other names by now."""
        return self.change(user, {"display_name": name, "avatar_url": picture})

    def _get(self, key: str) -> UserRow | None:
        with answering():
            try:
                return _open(UserRow.get(key, consistent_read=True))
            except DoesNotExist:
                return None


def _open(row: UserRow) -> UserRow | None:
    """A row as it is; None for a name of a closed account, which nobody has."""
    return None if row.closed_at else row


def _shown(user: User) -> Values:
    """What changes in every row with what a user shows of themselves."""
    return {"display_name": user.display_name, "avatar_url": user.avatar_url, "updated_at": user.updated_at}


def _put(row: UserRow) -> dict[str, Any]:
    return {"Put": {"TableName": _table(), "Item": row.serialize(), "ConditionExpression": _ABSENT}}


def _table() -> str:
    return str(UserRow.Meta.table_name)


def _change(key: str, user_id: str, values: Values, **expected: str) -> dict[str, Any]:
    """The write that sets attributes of a user's row, as long as it is theirs and `expected`; None takes one away."""
    kinds = UserRow.get_attributes()
    held = {
        name: {kinds[name].attr_type: kinds[name].serialize(values[name])}
        for name in values
        if values[name] is not None
    }
    gone = [name for name in values if values[name] is None]
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in held)
    change += " REMOVE " + ", ".join(f"#{name}" for name in gone) if gone else ""
    wanted = {"user_id": user_id, **expected}
    return {
        "Update": {
            "TableName": _table(),
            "Key": {"pk": {"S": key}},
            "UpdateExpression": change,
            "ConditionExpression": " AND ".join(f"#{name} = :is_{name}" for name in wanted),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*values, *wanted)},
            "ExpressionAttributeValues": {f":{name}": value for name, value in held.items()}
            | {f":is_{name}": {"S": value} for name, value in wanted.items()},
        }
    }


def _deletion(row: UserRow) -> dict[str, Any]:
    """The write that takes a user's row by name away, as long as it is as it was read."""
    kept = {"user_id": row.user_id, "username": row.username}
    kept |= {"password_hash": row.password_hash, "mfa_secret": row.mfa_secret, "counted": row.counted}
    kept |= {"known_devices": row.serialize().get("known_devices", {}).get("S")}
    parts = [f"#{name} = :{name}" if value else f"attribute_not_exists(#{name})" for name, value in kept.items()]
    return {
        "Delete": {
            "TableName": _table(),
            "Key": {"pk": {"S": row.pk}},
            "ConditionExpression": " AND ".join(parts),
            "ExpressionAttributeNames": {f"#{name}": name for name in kept},
            "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in kept.items() if value},
        }
    }


def _user_row_like(row: UserRow, wanted: User) -> UserRow:
    """The same row under the key of another username."""
    moved = UserRow.from_raw_data(row.serialize())
    moved.pk, moved.username = username_key(wanted.username), wanted.username
    moved.display_name, moved.updated_at = wanted.display_name, wanted.updated_at
    return moved
