"""The table `operations`: what the media function found of FFmpeg, and how many jobs are in which status.

Counts lie in SHARDS items, since one item takes a thousand writes a second at most.
"""

from typing import Any
from zlib import crc32

from shared.base.aws import client
from shared.base.settings import setting
from shared.domains.operations.model import Finding, State
from shared.domains.operations.store.answers import answering

READ_SECONDS = 2
SHARDS = 4
KEPT_SECONDS = 24 * 3600

_TOOLS = "media-tools"
_SHARDS = tuple(f"jobs#{number}" for number in range(SHARDS))
_PREFIX = "status_"


class FindingStore:
    """Findings and counts. Every method raises NoAnswerError when the table does not answer."""

    def read(self) -> tuple[Finding | None, dict[str, int]]:
        """What is known of FFmpeg, and jobs by status; one call."""
        table = setting("OPERATIONS_TABLE")
        keys = [{"pk": {"S": key}} for key in (_TOOLS, *_SHARDS)]
        with answering():
            answer = client("dynamodb", READ_SECONDS).batch_get_item(RequestItems={table: {"Keys": keys}})
        items = {item["pk"]["S"]: item for item in answer["Responses"].get(table, [])}
        counts: dict[str, int] = {}
        for key in _SHARDS:
            for name, value in items.get(key, {}).items():
                if name.startswith(_PREFIX):
                    status = name.removeprefix(_PREFIX)
                    counts[status] = counts.get(status, 0) + int(value["N"])
        return _finding(items.get(_TOOLS)), counts

    def put_tools(self, finding: Finding) -> None:
        """Remember what was found of FFmpeg."""
        item = {
            "pk": {"S": _TOOLS},
            "state": {"S": finding.state},
            "detail": {"S": finding.detail},
            "checked_at": {"N": str(int(finding.checked_at))},
            "expires_at": {"N": str(int(finding.checked_at) + KEPT_SECONDS)},
        }
        with answering():
            client("dynamodb", READ_SECONDS).put_item(TableName=setting("OPERATIONS_TABLE"), Item=item)


def _finding(item: dict[str, Any] | None) -> Finding | None:
    if item is None:
        return None
    return Finding(State(item["state"]["S"]), item["detail"]["S"], float(item["checked_at"]["N"]))


def count_job(job_id: str, before: str, after: str) -> dict[str, Any]:
    """The part of a DynamoDB transaction that counts a job's move from one status to another; "" is nowhere.

    It belongs into the transaction that changes the job itself, so that each move counts once. Needs OPERATIONS.update.
    """
    moves = {name: change for name, change in ((before, -1), (after, 1)) if name}
    if before == after or not moves:
        raise ValueError(f"no move from {before!r} to {after!r}")
    aliases = {f"#{number}": _PREFIX + name for number, name in enumerate(moves)}
    values = {f":{number}": {"N": str(change)} for number, change in enumerate(moves.values())}
    return {
        "Update": {
            "TableName": setting("OPERATIONS_TABLE"),
            "Key": {"pk": {"S": _SHARDS[crc32(job_id.encode()) % SHARDS]}},
            "UpdateExpression": "ADD " + ", ".join(f"#{number} :{number}" for number in range(len(moves))),
            "ExpressionAttributeNames": aliases,
            "ExpressionAttributeValues": values,
        }
    }
