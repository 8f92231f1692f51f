"""Whether what is counted of terms is what the rows of videos say."""

from collections import Counter

from shared.contract.resources import POSTINGS
from shared.domains.search.rules.postings import is_counted
from shared.domains.search.store.postings import COUNT
from tests.aws import Stage

VIDEO = "video#"


def counted(stage: Stage) -> dict[str, int]:
    """Term -> how many videos are counted of it, without those of which none is."""
    rows = [row for row in stage.rows(POSTINGS) if row["term"]["S"].startswith(COUNT)]
    found = {row["term"]["S"].removeprefix(COUNT): int(row["seen"]["N"]) for row in rows}
    return {term: number for term, number in found.items() if number}


def standing(stage: Stage) -> dict[str, int]:
    """The same, as postings have it."""
    keys = [(row["term"]["S"], row["place"]["S"]) for row in stage.rows(POSTINGS)]
    postings = [(term, place.partition("#")[2]) for term, place in keys if not term.startswith((COUNT, VIDEO))]
    return dict(Counter(term for term, video_id in postings if is_counted(term, video_id)))


def check_counts(stage: Stage) -> None:
    """All of them, once every video is written whole."""
    assert counted(stage) == standing(stage)
    assert all(row["is_done"]["BOOL"] for row in stage.rows(POSTINGS) if row["term"]["S"].startswith(VIDEO))
