"""The audit trail: who did what, as whom, on what, from where. Functions can add to it, and no more.

An entry is written in the transaction of what it tells, so that neither is there without the other. Entries of a
month lie together, by time.
"""

from enum import StrEnum
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.context import current
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering

TABLE_VARIABLE = "AUDIT_TABLE"
DONE, BEGUN = "done", "begun"
MONTH_LENGTH = len("2026-01")


class Action(StrEnum):
    """What can be done that is kept in the trail."""

    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_ERASED = "account.erased"
    ACCOUNT_LOCKED = "account.locked"
    ADDRESS_CONFIRMED = "account.address_confirmed"
    API_KEY_CREATED = "api_key.created"
    API_KEY_DELETED = "api_key.deleted"
    API_KEY_ROTATED = "api_key.rotated"
    CHANNEL_CHANGED = "channel.changed"
    CHANNEL_CREATED = "channel.created"
    CHANNEL_DELETED = "channel.deleted"
    CHANNEL_PURGED = "channel.purged"
    COMMENT_REMOVED = "comment.removed"
    EXPORT_ASKED = "export.asked"
    IDENTITY_LINKED = "identity.linked"
    IMPERSONATED = "impersonation.begun"
    IMPERSONATED_CALL = "impersonation.call"
    MAINTENANCE_CHANGED = "maintenance.changed"
    MFA_DISABLED = "mfa.disabled"
    MFA_ENABLED = "mfa.enabled"
    PASSWORD_CHANGED = "password.changed"
    PASSWORD_RESET = "password.reset"
    REPORTS_DISMISSED = "reports.dismissed"
    ROLE_CHANGED = "role.changed"
    SESSION_BEGUN = "session.begun"
    SESSION_ENDED = "session.ended"
    STAGE_RESTORED = "stage.restored"
    TOKEN_REUSED = "session.token_reused"


def entry(action: Action, target: str, *, actor: str = "", result: str = DONE, **details: str) -> dict[str, Any]:
    """The write that adds an entry, as TransactWriteItems takes it. Needs AUDIT.put.

    target   what it was done to, for example a user's id
    actor    who did it, where the request itself does not say (a login); else it is who is calling
    details  never secrets
    """
    now, context = clock.now(), current()
    fields = {
        "month": clock.timestamp(now)[:MONTH_LENGTH],
        "entry_id": new_id(now),
        "at": clock.timestamp(now),
        "action": str(action),
        "target": target,
        "actor": actor or context.actor,
        "acting_as": context.acting_as,
        "key_id": context.key_id,
        "address": context.address,
        "route": context.route,
        "request_id": context.request_id,
        "result": result,
    }
    item: dict[str, Any] = {name: {"S": value} for name, value in fields.items() if value}
    item["details"] = {"M": {name: {"S": value} for name, value in details.items()}}
    return {
        "Put": {
            "TableName": setting(TABLE_VARIABLE),
            "Item": item,
            "ConditionExpression": "attribute_not_exists(entry_id)",
        }
    }


def record(action: Action, target: str, **more: Any) -> None:
    """Add an entry by itself, of what no transaction tells; `more` as for `entry`. UnavailableError when it cannot."""
    table = client("dynamodb", READ_SECONDS)
    with answering("The audit trail"):
        try:
            table.put_item(**entry(action, target, **more)["Put"])
        except table.exceptions.ConditionalCheckFailedException:
            return  # the SDK asked again since the first answer was lost: no other entry has this id
