"""Ranked lists: each is one item that is replaced whole. The old one stays a day, for those who read on in it."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.contract.limits import DAY
from shared.domains.ranking.model import Ranking
from shared.domains.ranking.rules.lists import packed, unpacked
from shared.domains.ranking.store.moved import WHAT

CURRENT = "current"
READING_SECONDS = DAY
"""So long a cursor of a list is good after another list has taken its place."""

MOST_TOGETHER = 25
"""Lists that one call reads: 24 kB each, of 16 MB."""

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

        Two calls: the old one stays a while under its own time. One where there was none.
        Needs RANKINGS.put and RANKINGS.delete.
        """
        table, dynamodb = setting("RANKINGS_TABLE"), client("dynamodb", READ_SECONDS)
        if before.entries:
            ends = {"expires_at": {"N": str(int(clock.now()) + READING_SECONDS)}}
            item = {**key(before.name, before.generation), **_content(before), **ends}
            with answering(WHAT):
                dynamodb.put_item(TableName=table, Item=item)
        try:
            with answering(WHAT):
                if after.entries:
                    item = {**key(after.name), **_content(after)}
                    dynamodb.put_item(TableName=table, Item=item, **_stands(before))
                else:
                    dynamodb.delete_item(TableName=table, Key=key(before.name), **_stands(before))
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True


def key(name: str, generation: str = CURRENT) -> Key:
    """The key of a list as it stands, or as it was made at some time."""
    return {"list": {"S": name}, "generation": {"S": generation}}


def to_ranking(item: dict[str, Any]) -> Ranking:
    """The list of an item."""
    return Ranking(item["list"]["S"], item["made"]["S"], unpacked(item["entries"]["B"]))


def _content(ranking: Ranking) -> dict[str, Any]:
    return {"made": {"S": ranking.generation}, "entries": {"B": packed(ranking.entries)}}


def _stands(before: Ranking) -> dict[str, Any]:
    if not before.generation:
        return {"ConditionExpression": "attribute_not_exists(#made)", "ExpressionAttributeNames": {"#made": "made"}}
    return {
        "ConditionExpression": "#made = :made",
        "ExpressionAttributeNames": {"#made": "made"},
        "ExpressionAttributeValues": {":made": {"S": before.generation}},
    }
