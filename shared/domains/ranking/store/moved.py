"""What moved: a row for each video and window, and how far it has been looked at. Rows go by themselves after a day."""

from collections.abc import Iterator

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, queried
from shared.contract.limits import DAY
from shared.domains.ranking.model import Moved
from shared.domains.ranking.rules.lists import WINDOW_SECONDS

WINDOWS_KEPT = DAY // WINDOW_SECONDS
WHAT = "Ranked lists"

_PROGRESS = {"list": {"S": "progress"}, "generation": {"S": "windows"}}


class MovedStore:
    """Rows of the table `rankings`. Each method is one call of DynamoDB, but for `of`, which is one a megabyte."""

    def note(self, window: int, moved: Moved) -> None:
        """Note that a video moved in a window, once or again. Needs RANKINGS.put."""
        item = {
            "list": {"S": _name(window)},
            "generation": {"S": f"{moved.video_id}#{moved.left}"},
            "expires_at": {"N": str(int(clock.now()) + DAY)},
        }
        with answering(WHAT):
            client("dynamodb", READ_SECONDS).put_item(TableName=setting("RANKINGS_TABLE"), Item=item)

    def of(self, window: int) -> Iterator[Moved]:
        """What moved in a window; a video may come several times. Needs RANKINGS.query."""
        with answering(WHAT):
            for item in queried(
                TableName=setting("RANKINGS_TABLE"),
                KeyConditionExpression="#list = :list",
                ExpressionAttributeNames={"#list": "list"},
                ExpressionAttributeValues={":list": {"S": _name(window)}},
                ConsistentRead=True,
            ):
                video_id, _, left = item["generation"]["S"].partition("#")
                yield Moved(video_id, left)

    def progress(self) -> int:
        """The first window to look at, 0 before the first run. Needs RANKINGS.get."""
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=setting("RANKINGS_TABLE"), Key=_PROGRESS, ConsistentRead=True
            )
        return int(found["Item"]["window"]["N"]) if "Item" in found else 0

    def advance(self, window: int) -> None:
        """Note the first window to look at from now on. Needs RANKINGS.put."""
        item = {**_PROGRESS, "window": {"N": str(window)}}
        with answering(WHAT):
            client("dynamodb", READ_SECONDS).put_item(TableName=setting("RANKINGS_TABLE"), Item=item)


def _name(window: int) -> str:
    return f"moved#{window}"
