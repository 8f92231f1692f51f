"""The table `operations`: what the media function found of FFmpeg, and how many jobs are in which status."""

from typing import Any

from shared.base import jobs
from shared.base.aws import client
from shared.base.settings import setting
from shared.domains.operations.model import Finding, State
from shared.domains.operations.store.answers import answering

READ_SECONDS = 2
KEPT_SECONDS = 24 * 3600

_TOOLS = "media-tools"


class FindingStore:
    """Findings and counts. Every method raises NoAnswerError when the table does not answer."""

    def read(self) -> tuple[Finding | None, dict[str, int]]:
        """What is known of FFmpeg, and jobs by status; one call."""
        table = setting("OPERATIONS_TABLE")
        keys = [{"pk": {"S": key}} for key in (_TOOLS, *jobs.KEYS)]
        with answering():
            answer = client("dynamodb", READ_SECONDS).batch_get_item(RequestItems={table: {"Keys": keys}})
        items = {item["pk"]["S"]: item for item in answer["Responses"].get(table, [])}
        return _finding(items.pop(_TOOLS, None)), jobs.sum_jobs(items.values())

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
