"""The rows of a closed account: nobody gets in by any of them, and its names stay taken until all is erased."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.failures import TABLE_VARIABLE, Count, Lock, counted
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.accounts.model import Credentials
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.accounts.rules.second_factor import Proof
from shared.domains.accounts.store.rows import UserRow, name_keys, to_user, user_key


@dataclass(frozen=True)
class Holder:
    """Somebody who wants their account closed; `credentials` have no hash where there is no password."""

    credentials: Credentials
    counts: dict[Lock, Count]


def holder(user_id: str, email: str, locks: tuple[Lock, Lock]) -> Holder | None:
    """A user by id and address, and what was counted against them; None when there is none. One call."""
    users, counters = setting("USERS_TABLE"), setting(TABLE_VARIABLE)
    keys = [{"pk": {"S": key}} for key in (user_key(user_id), email_key(email))]
    with answering("Accounts"):
        found = read_together({users: keys, counters: [lock.key for lock in locks]})
    rows = {item["pk"]["S"]: UserRow.from_raw_data(item) for item in found[users]}
    own, named = rows.get(user_key(user_id)), rows.get(email_key(email))
    if own is None or named is None or named.user_id != user_id:
        return None
    items = {item["bucket"]["S"]: item for item in found[counters]}
    counts = {lock: counted(items.get(lock.key["bucket"]["S"])) for lock in locks}
    return Holder(Credentials(to_user(own), named.password_hash or "", own.mfa_secret or ""), counts)


def closing(found: Credentials, proof: Proof | None) -> list[dict[str, Any]]:
    """The writes that close an account, the row by its id first; refused when it is not as it was read.

    proof  what the second factor's row must still allow, where there is one
    """
    user, now = found.user, clock.timestamp()
    secret = "mfa_secret = :secret" if found.mfa_secret else "attribute_not_exists(mfa_secret)"
    values: dict[str, Any] = {":username": {"S": user.username}, ":email": {"S": user.email}}
    values |= {":secret": {"S": found.mfa_secret}} if found.mfa_secret else {}
    values |= proof.condition_values if proof else {}
    parts = ["username = :username", "email = :email", secret, *([proof.condition] if proof else [])]
    own = {
        "TableName": setting("USERS_TABLE"),
        "Key": {"pk": {"S": user_key(user.id)}},
        "ConditionExpression": " AND ".join(parts),
        "ExpressionAttributeValues": values,
    }
    return [{"Delete": own}, *(_taken(key, found, now) for key in name_keys(user))]


def _taken(key: str, found: Credentials, now: str) -> dict[str, Any]:
    """A name that nobody else gets, and that nobody enters by."""
    password = "password_hash = :hash" if found.password_hash else "attribute_not_exists(password_hash)"
    values = {":user": {"S": found.user.id}, **({":hash": {"S": found.password_hash}} if found.password_hash else {})}
    return {
        "Put": {
            "TableName": setting("USERS_TABLE"),
            "Item": {"pk": {"S": key}, "user_id": {"S": found.user.id}, "closed_at": {"S": now}},
            "ConditionExpression": f"user_id = :user AND {password}",
            "ExpressionAttributeValues": values,
        }
    }


def releasing(user_id: str, username: str, email: str) -> list[dict[str, Any]]:
    """The writes that give the names of a closed account free."""
    return [
        {
            "Delete": {
                "TableName": setting("USERS_TABLE"),
                "Key": {"pk": {"S": key}},
                "ConditionExpression": "user_id = :user AND attribute_exists(closed_at)",
                "ExpressionAttributeValues": {":user": {"S": user_id}},
            }
        }
        for key in (username_key(username), email_key(email))
    ]
