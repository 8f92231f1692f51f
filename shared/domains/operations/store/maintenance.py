"""The row of the table `operations` that says whether the stage is maintained."""

from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS
from shared.base.tables import answering as reachable
from shared.base.transactions import write_together
from shared.contract.resources import MAINTENANCE
from shared.domains.operations.model import Maintenance
from shared.domains.operations.store.answers import answering

_KEY = {"pk": {"S": "maintenance"}}


class MaintenanceStore:
    """One row, absent until the first maintenance."""

    def read(self) -> Maintenance:
        """The state as of now, one call. NoAnswerError when the table does not answer."""
        names = {f"#{name}": name for name in MAINTENANCE.split()}
        with answering():
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=setting("OPERATIONS_TABLE"),
                Key=_KEY,
                ProjectionExpression=", ".join(names),
                ExpressionAttributeNames=names,
                ConsistentRead=True,
            )
        return _state(found["Item"]) if found.get("Item") else Maintenance()

    def write(self, state: Maintenance, *more: dict[str, Any]) -> None:
        """Keep another state, with other writes, or nothing of it. UnavailableError when it cannot be kept."""
        minutes = {} if state.estimated_time is None else {"minutes": {"N": str(state.estimated_time)}}
        item = {
            **_KEY,
            "enabled": {"BOOL": state.enabled},
            "message": {"S": state.message},
            "since": {"N": str(int(state.since))},
            **minutes,
        }
        with reachable("The state of the stage"):
            write_together({"Put": {"TableName": setting("OPERATIONS_TABLE"), "Item": item}}, *more)


def _state(item: dict[str, Any]) -> Maintenance:
    minutes = int(item["minutes"]["N"]) if "minutes" in item else None
    return Maintenance(item["enabled"]["BOOL"], item["message"]["S"], minutes, float(item["since"]["N"]))
