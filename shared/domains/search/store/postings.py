"""The table `postings`: a row for each term of a video, by term and the video's place, and what belongs to them.

A video has one more row, which says under which terms it may be found. A term has one, which says how many videos have
it: of a tag all are counted, of others some (rules.postings.is_counted).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.counters import adding_to
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.search.model import Posting
from shared.domains.search.rules.postings import frequency

WHAT = "The search"

COUNT = "seen#"
"""Before a term, the key of how many videos are counted of it."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """Postings of a term, the latest first, and whether there are more."""

    postings: list[Posting]
    goes_on: bool


class PostingStore:
    """Reading is one call of DynamoDB."""

    def latest(self, term: str, count: int, before: str = "") -> Found:
        """The latest `count` postings of a term, of places before one. Needs POSTINGS.query."""
        condition, values = "term = :term", {":term": {"S": term}}
        if before:
            condition, values = f"{condition} AND place < :before", {**values, ":before": {"S": before}}
        with answering(WHAT):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=table(),
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=count,
            )
        return Found([to_posting(item) for item in found["Items"]], "LastEvaluatedKey" in found)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many videos have each of some terms, roughly but for tags. Needs POSTINGS.batch_get."""
        with answering(WHAT):
            counted = counted_among(read_together(count_keys(terms), consistent=False))
        return {term: frequency(term, counted.get(term, 0)) for term in terms}


def table() -> str:
    """The real name of the table `postings`."""
    return setting("POSTINGS_TABLE")


def row(term: str, posting: Posting) -> Item:
    """A posting under a term."""
    return {**row_key(term, posting.place), **content(posting)}


def row_key(term: str, place: str) -> Item:
    """Its key."""
    return {"term": {"S": term}, "place": {"S": place}}


def content(posting: Posting) -> Item:
    """What a posting says besides its key."""
    return {
        "words": {"S": "\n".join(map(" ".join, posting.words))},
        "labels": {"S": " ".join(posting.labels)},
        "heat": {"N": str(posting.heat)},
    }


def to_posting(item: Item, place: str = "") -> Posting:
    """The posting of a row; `place` is where another attribute than the key has it."""
    return Posting(
        place=place or item["place"]["S"],
        words=tuple(tuple(field.split()) for field in item["words"]["S"].split("\n")),
        labels=tuple(item["labels"]["S"].split()),
        heat=int(item["heat"]["N"]),
    )


def count_keys(terms: Iterable[str]) -> dict[str, list[Item]]:
    """What to read, with whatever else, for how many videos are counted of terms: as `read_together` takes it."""
    return {table(): [_count_key(term) for term in terms]}


def counted_among(found: dict[str, list[Item]]) -> dict[str, int]:
    """Term -> videos that are counted, of what was read by `count_keys`; a term of which none ever was is left out."""
    return {item["term"]["S"].removeprefix(COUNT): int(item["seen"]["N"]) for item in found[table()]}


def counting(term: str, change: int) -> Item:
    """The part of a transaction that counts one video more of a term, or one less. Needs POSTINGS.update."""
    return adding_to(table(), _count_key(term), {"seen": change})


def _count_key(term: str) -> Item:
    return row_key(f"{COUNT}{term}", "-")
