"""Ranked lists: each is one item, and one of its beginning, that are replaced together.

The old one stays a day, for those who read on in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import write_together
from shared.contract.limits import DAY
from shared.domains.ranking.model import Ranking
from shared.domains.ranking.rules.lists import TOP, packed, unpacked
from shared.domains.ranking.store.moved import WHAT

CURRENT, BEGINNING = _NOW = "current", "beginning"
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
        if before.entries:
            ends = {"expires_at": {"N": str(int(clock.now()) + READING_SECONDS)}}
            item = {**key(before.name, before.generation), **_content(before), **ends}
            with answering(WHAT):
                client("dynamodb", READ_SECONDS).put_item(TableName=setting("RANKINGS_TABLE"), Item=item)
        with answering(WHAT):
            return write_together(*(_standing(before, after) if after.entries else _gone(before))) is None


def _standing(before: Ranking, after: Ranking) -> tuple[Key, Key]:
    """The writes that have a list take the place of another one."""
    first = replace(after, entries=after.entries[:TOP], left_out=len(after.entries[TOP:]))
    table = setting("RANKINGS_TABLE")
    whole = {"TableName": table, "Item": {**key(after.name), **_content(after)}, **_stands(before)}
    return {"Put": whole}, {"Put": {"TableName": table, "Item": {**key(after.name, BEGINNING), **_content(first)}}}


def _gone(before: Ranking) -> tuple[Key, Key]:
    """The writes that leave no list, since nothing is in it any more."""
    whole, first = ({"TableName": setting("RANKINGS_TABLE"), "Key": key(before.name, one)} for one in _NOW)
    return {"Delete": {**whole, **_stands(before)}}, {"Delete": first}


def key(name: str, generation: str = CURRENT) -> Key:
    """The key of a list as it stands, or as it was made at some time."""
    return {"list": {"S": name}, "generation": {"S": generation}}


def to_ranking(item: dict[str, Any]) -> Ranking:
    """The list of an item."""
    left_out = int(item.get("left_out", {"N": "0"})["N"])
    return Ranking(item["list"]["S"], item["made"]["S"], unpacked(item["entries"]["B"]), left_out)


def _content(ranking: Ranking) -> dict[str, Any]:
    content = {"made": {"S": ranking.generation}, "entries": {"B": packed(ranking.entries)}}
    return {**content, "left_out": {"N": str(ranking.left_out)}} if ranking.left_out else content


def _stands(before: Ranking) -> dict[str, Any]:
    if not before.generation:
        return {"ConditionExpression": "attribute_not_exists(#made)", "ExpressionAttributeNames": {"#made": "made"}}
    return {
        "ConditionExpression": "#made = :made",
        "ExpressionAttributeNames": {"#made": "made"},
        "ExpressionAttributeValues": {":made": {"S": before.generation}},
    }
