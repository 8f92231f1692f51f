"""Mailed tokens: one row a purpose, among the sessions of its user, so that one query finds all that a reset ends.

Rows that ask for a mail lie there too.
"""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.failures import Lock, pardon
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import write_together
from shared.domains.accounts.rules.mailed import PAUSE_SECONDS, MailedToken, Purpose
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.accounts.store.rows import MAILED, user_key, user_update
from shared.domains.accounts.store.sessions import ending

MOST_TOGETHER = 80
"""Sessions that end in the transaction of a reset; DynamoDB takes 100 writes."""

_DUE, _TO = "mail_due", "mail_to"
"""Attributes of a row that asks for a mail: what it is about, and the address. A session's row may have them too."""

_FIELDS = ("hash", "asked_id", "username", "email", "password_hash")
_NEWER = "asked_id < :asked AND (attribute_not_exists(sent_at) OR sent_at < :paused)"
_AGAIN = "asked_id = :asked AND attribute_not_exists(sent_at)"


class MailedTokenStore:
    """Mailed tokens, and what they do."""

    @classmethod
    def open(cls) -> "MailedTokenStore":
        """The stage's."""
        return cls()

    def issue(self, token: MailedToken) -> bool:
        """Keep a token in place of the one before; False when its mail was sent, or another one just now or later."""
        table = client("dynamodb", READ_SECONDS)
        values = {":asked": {"S": token.asked_id}, ":paused": {"N": str(int(clock.now()) - PAUSE_SECONDS)}}
        item = {name: {"S": getattr(token, name)} for name in _FIELDS}
        try:
            with answering("Accounts"):
                table.put_item(
                    TableName=setting("SESSIONS_TABLE"),
                    Item=_key(token.user_id, token.purpose) | item | {"expires_at": {"N": str(token.expires_at)}},
                    ConditionExpression=f"attribute_not_exists(asked_id) OR ({_NEWER}) OR ({_AGAIN})",
                    ExpressionAttributeValues=values,
                )
        except table.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def mark_sent(self, token: MailedToken) -> None:
        """Remember that its mail was handed over, unless a newer one has taken its place."""
        table = client("dynamodb", READ_SECONDS)
        try:
            with answering("Accounts"):
                table.update_item(
                    TableName=setting("SESSIONS_TABLE"),
                    Key=_key(token.user_id, token.purpose),
                    UpdateExpression="SET sent_at = :now",
                    ConditionExpression="#hash = :hash",
                    ExpressionAttributeNames={"#hash": "hash"},
                    ExpressionAttributeValues={":now": {"N": str(int(clock.now()))}, ":hash": {"S": token.hash}},
                )
        except table.exceptions.ConditionalCheckFailedException:
            return

    def find(self, user_id: str, purpose: Purpose) -> MailedToken | None:
        """The token that is good now; None when there is none."""
        with answering("Accounts"):
            item = client("dynamodb", READ_SECONDS).get_item(
                TableName=setting("SESSIONS_TABLE"), Key=_key(user_id, purpose), ConsistentRead=True
            )
        return _token(item.get("Item"), user_id, purpose)

    def find_among_sessions(self, user_id: str, purpose: Purpose) -> tuple[MailedToken | None, list[str]]:
        """The token that is good now, and the ids of all live sessions of its user."""
        pages = (
            client("dynamodb", READ_SECONDS)
            .get_paginator("query")
            .paginate(
                TableName=setting("SESSIONS_TABLE"),
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues={":user": {"S": user_id}},
                ConsistentRead=True,
            )
        )
        with answering("Accounts"):
            items = {item["session_id"]["S"]: item for page in pages for item in page["Items"]}
        token = _token(items.get(f"{MAILED}{purpose}"), user_id, purpose)
        return token, [name for name, item in items.items() if name < MAILED and _is_live(item)]

    def confirm_email(self, token: MailedToken, *more: dict[str, Any]) -> bool:
        """Spend a token, and mark the address as its user's; False when it was spent, or the user has other names.

        more  writes that are made with it
        """
        with answering("Accounts"):
            return write_together(_spend(token), *_changes(token, "SET email_verified = :yes"), *more) is None

    def reset_password(
        self,
        token: MailedToken,
        password_hash: str,
        sessions: list[str],
        locks: list[Lock],
        *more: dict[str, Any],
    ) -> bool:
        """Spend a token, set the password, end sessions, forget devices and open locks, all or nothing.

        False as for `confirm_email`.

        More sessions than fit into a transaction are ended before it, for whoever has the token could end them anyway.
        """
        first, rest = sessions[:MOST_TOGETHER], sessions[MOST_TOGETHER:]
        with answering("Accounts"):
            while rest:
                write_together(*(ending(token.user_id, session) for session in rest[:MOST_TOGETHER]))
                rest = rest[MOST_TOGETHER:]
            refusal = write_together(
                _spend(token),
                *_changes(token, "SET email_verified = :yes", password_hash, " REMOVE known_devices"),
                *(pardon(lock) for lock in locks),
                *(ending(token.user_id, session) for session in first),
                *more,
            )
        return refusal is None


def owing(user_id: str, purpose: str, email: str, asked_id: str, until: int) -> dict[str, Any]:
    """The write that asks for a mail, for its transaction; the table's stream tells `on_mail_due`. Needs SESSIONS.put.

    until  epoch seconds: when the row, which nobody reads, may go
    """
    item = {"user_id": {"S": user_id}, "session_id": {"S": f"{MAILED}{asked_id}"}, "expires_at": {"N": str(until)}}
    return {"Put": {"TableName": setting("SESSIONS_TABLE"), "Item": item | {_DUE: {"S": purpose}, _TO: {"S": email}}}}


def owed(key: dict[str, Any], item: dict[str, Any]) -> tuple[str, str, str]:
    """What a row asks for: the mail's purpose, its address, and the id of the request; a session's is its own."""
    return item[_DUE]["S"], item[_TO]["S"], key["session_id"]["S"].removeprefix(MAILED)


def _is_live(item: dict[str, Any]) -> bool:
    return "ended_at" not in item and float(item["expires_at"]["N"]) > clock.now()


def _key(user_id: str, purpose: Purpose) -> dict[str, Any]:
    return {"user_id": {"S": user_id}, "session_id": {"S": f"{MAILED}{purpose}"}}


def _token(item: dict[str, Any] | None, user_id: str, purpose: Purpose) -> MailedToken | None:
    if item is None or not _is_live(item):
        return None
    found = {name: item[name]["S"] for name in _FIELDS}
    return MailedToken(user_id=user_id, purpose=purpose, expires_at=int(item["expires_at"]["N"]), **found)


def _spend(token: MailedToken) -> dict[str, Any]:
    values = {":hash": {"S": token.hash}, ":now": {"N": str(int(clock.now()))}}
    return {
        "Delete": {
            "TableName": setting("SESSIONS_TABLE"),
            "Key": _key(token.user_id, token.purpose),
            "ConditionExpression": "#hash = :hash AND expires_at > :now",
            "ExpressionAttributeNames": {"#hash": "hash"},
            "ExpressionAttributeValues": values,
        }
    }


def _changes(token: MailedToken, change: str, password_hash: str = "", gone: str = "") -> list[dict[str, Any]]:
    """The change of the user's rows, as long as names, and the password where it is set, are what they were."""
    names = (username_key(token.username), email_key(token.email))
    is_same = "user_id = :user AND email = :email"
    values: dict[str, Any] = {":yes": {"BOOL": True}, ":user": {"S": token.user_id}, ":email": {"S": token.email}}
    own = user_update(user_key(token.user_id), change + gone, is_same, values)
    if password_hash:
        was = "password_hash = :old" if token.password_hash else "attribute_not_exists(password_hash)"
        change, is_same = f"{change}, password_hash = :new", f"{is_same} AND {was}"
        values = values | {":new": {"S": password_hash}}
        values = values | ({":old": {"S": token.password_hash}} if token.password_hash else {})
    return [own, *(user_update(name, change + gone, is_same, values) for name in names)]
