"""Who follows whom, in the table `follows`, and how many, in the table `counts`. A row is one edge.

Those who follow somebody are counted in the first of their items, as lists read of many at once, until there are so
many that all of them are used; `spread` says so, and stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.base import clock, counts
from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import write_together
from shared.domains.accounts.model import Numbers, Person
from shared.domains.accounts.store import numbers, people
from shared.domains.accounts.store.numbers import subject
from shared.domains.follows.model import Edge, Side

SPREAD = "spread"
SPREAD_FROM = 1000
"""Followers whom one item can count, of as many transactions as come together for so few."""

WHAT = "Follows"
_INDEX = {Side.FOLLOWERS: "by_followed", Side.FOLLOWING: "by_follower"}
_OWN = {Side.FOLLOWERS: "followed_id", Side.FOLLOWING: "follower_id"}
_OTHER = {Side.FOLLOWERS: "follower_id", Side.FOLLOWING: "followed_id"}

Keys = dict[str, list[dict[str, Any]]]
Found = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Seen:
    """What is known of somebody before an act or a look, as of now.

    person   None when there is nobody
    follows  whether the reader follows them
    others   what else was read
    """

    person: Person | None
    follows: bool
    numbers: Numbers
    is_spread: bool
    others: Found


def edge_key(follower_id: str, followed_id: str) -> dict[str, Any]:
    """The key of an edge."""
    return {"follower_id": {"S": follower_id}, "followed_id": {"S": followed_id}}


class EdgeStore:
    """The table. Each method is one call."""

    def look(self, reader: str, user_id: str, attributes: tuple[str, ...], others: Keys | None = None) -> Seen:
        """Somebody, whether the reader follows them, and their numbers. Needs `batch_get` of three tables.

        reader      "" for an anonymous one
        attributes  what may be read of the person
        others      table name -> keys, as for `read_together`
        """
        edges = [edge_key(reader, user_id)] if reader and reader != user_id else []
        wanted = {people.table(): [people.key(user_id)], table(): edges, counts.table(): counts.keys(subject(user_id))}
        with answering(WHAT):
            found = read_together({**wanted, **(others or {})}, {people.table(): attributes})
        counted = found[counts.table()]
        return Seen(
            people.people(found[people.table()]).get(user_id),
            bool(found[table()]),
            numbers.of(user_id, counted),
            is_spread(user_id, counted),
            found,
        )

    def add(self, follower_id: str, followed_id: str, seen: Seen) -> bool:
        """Have somebody follow somebody, who was seen not to; False when they do by now."""
        item = {**edge_key(follower_id, followed_id), "followed_at": {"S": clock.timestamp()}}
        condition = "attribute_not_exists(follower_id)"
        put = {"Put": {"TableName": table(), "Item": item, "ConditionExpression": condition}}
        with answering(WHAT):
            return write_together(put, *_counting(follower_id, followed_id, seen, 1)) is None

    def remove(self, follower_id: str, followed_id: str, seen: Seen) -> bool:
        """The opposite."""
        gone = removal(follower_id, followed_id)
        with answering(WHAT):
            return write_together(gone, *_counting(follower_id, followed_id, seen, -1)) is None

    def page(
        self, side: Side, user_id: str, count: int, after: Edge | None = None, *, is_rising: bool = False
    ) -> list[Edge]:
        """The latest `count` of a list, or the earliest, a moment behind; `after` is the edge before the first one."""
        own = {_OWN[side]: {"S": user_id}}
        start = {"ExclusiveStartKey": {**own, **_position(side, after)}} if after else {}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                IndexName=_INDEX[side],
                KeyConditionExpression="#own = :own",
                ExpressionAttributeNames={"#own": _OWN[side]},
                ExpressionAttributeValues={":own": {"S": user_id}},
                ScanIndexForward=is_rising,
                Limit=count,
                **start,
            )
        return [Edge(item[_OTHER[side]]["S"], item["followed_at"]["S"]) for item in found["Items"]]

    def still(self, follower_ids: Iterable[str], followed_id: str) -> set[str]:
        """Those of at most 100 people who follow somebody, as of now. One call. Needs FOLLOWS.batch_get."""
        with answering(WHAT):
            found = read_together({table(): [edge_key(one, followed_id) for one in follower_ids]})
        return {item["follower_id"]["S"] for item in found[table()]}


def removal(follower_id: str, followed_id: str) -> dict[str, Any]:
    """The write that takes an edge away, refused when there is none."""
    return {
        "Delete": {
            "TableName": table(),
            "Key": edge_key(follower_id, followed_id),
            "ConditionExpression": "attribute_exists(follower_id)",
        }
    }


def erasures(side: Side, user_id: str, count: int) -> list[dict[str, Any]]:
    """The writes that take the latest `count` edges of a list away, and count that at their other ends: two for each.

    Its own user's numbers are left as they are, since they go too. Refused when an edge has gone meanwhile.
    """
    changed = {Side.FOLLOWERS: "following", Side.FOLLOWING: "followers"}[side]
    writes: list[dict[str, Any]] = []
    for edge in EdgeStore().page(side, user_id, count):
        ends = (edge.user_id, user_id) if side is Side.FOLLOWERS else (user_id, edge.user_id)
        writes += [removal(*ends), counts.adding_first(subject(edge.user_id), {changed: -1})]
    return writes


def all_of(side: Side, user_id: str, at_once: int) -> Iterator[Edge]:
    """All of a list, the latest first, read in pages."""
    after, page = None, EdgeStore().page
    while found := page(side, user_id, at_once, after):
        yield from found
        after = found[-1]


def is_spread(user_id: str, counted: list[dict[str, Any]]) -> bool:
    """Whether followers of somebody are counted in all of their items, of which these are some."""
    return bool(counts.total(counted).get(subject(user_id), {}).get(SPREAD))


def _counting(follower_id: str, followed_id: str, seen: Seen, change: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The writes that count an edge at both of its ends."""
    followed, follower = subject(followed_id), subject(follower_id)
    if seen.is_spread:
        counting = counts.adding(followed, follower_id, {"followers": change})
    else:
        begins = seen.numbers.followers >= SPREAD_FROM
        counting = counts.adding_first(followed, {"followers": change, SPREAD: int(begins)})
    return counting, counts.adding(follower, followed_id, {"following": change})


def _position(side: Side, edge: Edge) -> dict[str, Any]:
    return {_OTHER[side]: {"S": edge.user_id}, "followed_at": {"S": edge.followed_at}}


def table() -> str:
    """The table's name."""
    return setting("FOLLOWS_TABLE")
