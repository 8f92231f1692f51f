"""Lists for everybody: the videos of an index, and the numbers of their parts. Reading is one call of DynamoDB."""

from collections import Counter
from typing import Any

from shared.base import counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.videos.model import Video
from shared.domains.videos.rules.public_lists import PublicList, lists_of, part_of, sort_key
from shared.domains.videos.store.rows import Listed, to_listed


def count_in_lists(before: Video, after: Video) -> tuple[dict[str, Any], ...]:
    """The parts of a transaction that count in lists what becomes of a video. Needs COUNTS.update.

    Its author's list is not among them: it is counted in their collection.
    """
    changes: Counter[tuple[str, str]] = Counter()
    changes.update((one.subject, part_of(after)) for one in lists_of(after))
    changes.subtract((one.subject, part_of(before)) for one in lists_of(before))
    return tuple(
        counts.adding(subject, after.id, {part: change}) for (subject, part), change in changes.items() if change
    )


class PublicListStore:
    """Three indexes of the table `videos`."""

    def latest(self, which: PublicList, part: str, count: int, after: str = "") -> Listed:
        """The latest `count` videos of a part, or fewer when they do not fit into the megabyte of an answer.

        after  the place of the video before the first one, whether or not it is in the list still; "" from the start
        """
        index, key = which.index
        condition, values = "#key = :key", {":key": {"S": which.partition(part)}}
        if after:
            condition, values = f"{condition} AND public_since < :after", {**values, ":after": {"S": sort_key(after)}}
        with answering("Videos"):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=setting("VIDEOS_TABLE"),
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames={"#key": key},
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=count,
            )
        return Listed([to_listed(item) for item in found["Items"]], "LastEvaluatedKey" in found)
