"""Ranked lists: each is one item that is replaced whole, and stays a day under its own time, for those who read on."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import past_conflicts
from shared.domains.ranking.model import Ranking
from shared.domains.ranking.rules.lists import packed, unpacked
from shared.domains.ranking.store.moved import WHAT

CURRENT = "current"
READING_SECONDS = 24 * 3600
"""So long a cursor of a list is good after the list was made."""

MOST_TOGETHER = 25
"""Lists that one call reads: 24 kB each, of 16 MB."""

_REFUSED = "ConditionalCheckFailedException"

Key = dict[str, Any]


class RankingStore:
    """Rows of the table `rankings`."""

    def read(self, names: Iterable[str]) -> Iterator[Ranking]:
        """Lists as they stand; one that is not there is empty. A call for each 25. Needs RANKINGS.batch_get."""
        wanted, table = list(names), setting("RANKINGS_TABLE")
        for first in range(0, len(wanted), MOST_TOGETHER):
            some = wanted[first : first + MOST_TOGETHER]
            with answering(WHAT):
                found = {one.name: one for one in map(to_ranking, read_together({table: list(map(key, some))})[table])}
            yield from (found.get(name, Ranking(name)) for name in some)

    def replace(self, before: Ranking, after: Ranking) -> bool:
        """Replace a list that stands as it was read; False when it does not any more.

        Two calls, one for a list that is empty from now on. Needs RANKINGS.put and RANKINGS.delete.
        """
        table, dynamodb = setting("RANKINGS_TABLE"), client("dynamodb", READ_SECONDS)
        if not after.entries:
            return self._unless_refused(
                lambda: dynamodb.delete_item(TableName=table, Key=key(before.name), **_stands(before))
            )
        item = {"made": {"S": after.generation}, "entries": {"B": packed(after.entries)}}
        ends = {"expires_at": {"N": str(int(clock.now()) + READING_SECONDS)}}
        with answering(WHAT):
            dynamodb.put_item(TableName=table, Item={**key(after.name, after.generation), **item, **ends})
        return self._unless_refused(
            lambda: dynamodb.put_item(TableName=table, Item={**key(after.name), **item}, **_stands(before))
        )

    @staticmethod
    def _unless_refused(write: Any) -> bool:
        from botocore.exceptions import ClientError

        try:
            with answering(WHAT):
                past_conflicts(write)
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise
            return False
        return True


def key(name: str, generation: str = CURRENT) -> Key:
    """The key of a list as it stands, or as it was made at some time."""
    return {"list": {"S": name}, "generation": {"S": generation}}


def to_ranking(item: dict[str, Any]) -> Ranking:
    """The list of an item."""
    return Ranking(item["list"]["S"], item["made"]["S"], unpacked(item["entries"]["B"]))


def _stands(before: Ranking) -> dict[str, Any]:
    if not before.generation:
        return {"ConditionExpression": "attribute_not_exists(#made)", "ExpressionAttributeNames": {"#made": "made"}}
    return {
        "ConditionExpression": "#made = :made",
        "ExpressionAttributeNames": {"#made": "made"},
        "ExpressionAttributeValues": {":made": {"S": before.generation}},
    }
