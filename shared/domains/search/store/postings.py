"""The table `postings`: a row for each term of a video, by term and the video's place, and what belongs to them.

A video has one more row, which says under which terms it may be found; a term that many videos have, one that says how
many these are, roughly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.search.model import Posting

WHAT = "The search"

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
        """How many samples there are of terms. Needs POSTINGS.batch_get."""
        with answering(WHAT):
            found = read_together({table(): [_frequency(term) for term in terms]}, consistent=False)[table()]
        counted = {item["term"]["S"].partition("#")[2]: int(item["seen"]["N"]) for item in found}
        return {term: counted.get(term, 0) for term in terms}

    def sample(self, term: str, change: int) -> None:
        """Count a sample of a term, or one less. Needs POSTINGS.update."""
        with answering(WHAT):
            client("dynamodb", READ_SECONDS).update_item(
                TableName=table(),
                Key=_frequency(term),
                UpdateExpression="ADD seen :change",
                ExpressionAttributeValues={":change": {"N": str(change)}},
            )


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


def _frequency(term: str) -> Item:
    return row_key(f"seen#{term}", "-")
