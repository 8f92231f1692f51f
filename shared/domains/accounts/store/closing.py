"""The rows of a closed account: nobody gets in by any of them, and its names stay taken until all is erased."""

from typing import Any

from shared.base import clock
from shared.base.settings import setting
from shared.domains.accounts.model import Credentials
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.accounts.rules.second_factor import Proof
from shared.domains.accounts.store.rows import name_keys, user_key


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
