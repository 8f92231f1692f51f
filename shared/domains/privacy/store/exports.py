"""Exports in the table `data-requests`: a row of each, and one that says which of a user's is being made."""

from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.payments import overdrawn, payment
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import write_together
from shared.contract.limits import EXPORTS
from shared.domains.privacy.model import Export, OpenState, Status
from shared.domains.privacy.rules.archives import KEPT_SECONDS, LEASE_SECONDS
from shared.domains.privacy.store.requests import open_requests, opened, request_key, table

_WHAT = "Exports"
_EXPORT = "export#"
_BEING_MADE = "export#being-made"


class ExportStore:
    """Exports. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "ExportStore":
        """The stage's."""
        return cls()

    def begin(self, user_id: str, export_id: str, tier: str, *more: dict[str, Any]) -> str:
        """Keep a new export, with other writes; the id of the one that is being made already, if there is one.

        RateLimitedError when the user has had as many today as they may.
        """
        mark = {**request_key(user_id, _BEING_MADE), "export_id": {"S": export_id}}
        row = {
            **request_key(user_id, _EXPORT + export_id),
            **opened(OpenState.EXPORTING),
            "status": {"S": Status.PENDING},
            "tries": _number(0),
            "expires_at": _number(clock.now() + KEPT_SECONDS),
        }
        kept = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        with answering(_WHAT):
            refusal = write_together(
                {"Put": {"TableName": table(), "Item": mark, "ConditionExpression": _ABSENT, **kept}},
                payment(EXPORTS, user_id, tier),
                {"Put": {"TableName": table(), "Item": row}},
                *more,
            )
        if refusal is None:
            return export_id
        if refusal.number == 0 and refusal.item:
            return str(refusal.item["export_id"]["S"])
        raise overdrawn(EXPORTS)

    def get(self, user_id: str, export_id: str) -> Export | None:
        """An export; None when there is none, any more."""
        with answering(_WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=table(), Key=request_key(user_id, _EXPORT + export_id), ConsistentRead=True
            )
        export = _to_export(found["Item"]) if "Item" in found else None
        return export if export and export.expires_at > clock.now() else None

    def claim(self, user_id: str, export_id: str) -> Export | None:
        """Begin to make an export; None while somebody else does, and when it is over or gone."""
        now = clock.now()
        change = "SET #status = :processing, busy_until = :until, touched_at = :at ADD tries :one"
        is_free = "attribute_not_exists(busy_until) OR busy_until < :now"
        values = {":processing": {"S": Status.PROCESSING}, ":at": {"S": clock.timestamp(now)}, ":one": _number(1)}
        values |= {":now": _number(now), ":until": _number(now + LEASE_SECONDS)}
        return self._change(user_id, export_id, change, f"attribute_exists(open_state) AND ({is_free})", values)

    def release(self, user_id: str, export_id: str) -> None:
        """Give up a try, so that the next one need not wait."""
        self._change(user_id, export_id, "REMOVE busy_until", "attribute_exists(open_state)", {})

    def _change(
        self, user_id: str, export_id: str, change: str, condition: str, values: dict[str, Any]
    ) -> Export | None:
        dynamodb = client("dynamodb", READ_SECONDS)
        try:
            with answering(_WHAT):
                changed = dynamodb.update_item(
                    TableName=table(),
                    Key=request_key(user_id, _EXPORT + export_id),
                    UpdateExpression=change,
                    ConditionExpression=condition,
                    ReturnValues="ALL_NEW",
                    **({"ExpressionAttributeValues": values} if values else {}),
                    **({"ExpressionAttributeNames": _STATUS} if "#status" in change else {}),
                )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return _to_export(changed["Attributes"])

    def end(self, export: Export, status: Status) -> bool:
        """The export is made, or never will be; False when it is gone with its user, or another try has it."""
        ended = {
            "TableName": table(),
            "Key": request_key(export.user_id, _EXPORT + export.id),
            "UpdateExpression": "SET #status = :status, expires_at = :ends REMOVE open_state, touched_at, busy_until",
            "ConditionExpression": "attribute_exists(open_state) AND tries = :tries",
            "ExpressionAttributeNames": _STATUS,
            "ExpressionAttributeValues": {
                ":status": {"S": status},
                ":ends": _number(clock.now() + KEPT_SECONDS),
                ":tries": _number(export.tries),
            },
        }
        mark = {"TableName": table(), "Key": request_key(export.user_id, _BEING_MADE)}
        with answering(_WHAT):
            return write_together({"Update": ended}, {"Delete": mark}) is None

    def open_work(self, limit: int) -> list[tuple[str, str]]:
        """User and id of exports that are to be made, the one first that was looked at longest ago."""
        found = open_requests(OpenState.EXPORTING, limit)
        return [(user_id, request_id.removeprefix(_EXPORT)) for user_id, request_id in found]

    def removals(self, user_id: str, most: int) -> list[dict[str, Any]]:
        """The writes that remove what is kept of a user's exports, `most` at most."""
        with answering(_WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                KeyConditionExpression="user_id = :user AND begins_with(request_id, :export)",
                ExpressionAttributeValues={":user": {"S": user_id}, ":export": {"S": _EXPORT}},
                ConsistentRead=True,
                Limit=most,
            )
        keys = (request_key(user_id, item["request_id"]["S"]) for item in found["Items"])
        return [{"Delete": {"TableName": table(), "Key": key}} for key in keys]


_ABSENT = "attribute_not_exists(user_id)"
_STATUS = {"#status": "status"}


def _number(value: float) -> dict[str, str]:
    return {"N": str(int(value))}


def _to_export(item: dict[str, Any]) -> Export:
    return Export(
        user_id=item["user_id"]["S"],
        id=item["request_id"]["S"].removeprefix(_EXPORT),
        status=Status(item["status"]["S"]),
        tries=int(item["tries"]["N"]),
        expires_at=int(item["expires_at"]["N"]),
    )
