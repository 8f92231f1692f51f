"""Which rows of the table `postings` are a video's: known before any is written, until the last is gone.

Videos are counted by what is known so: a term's count is how many directories name it.
"""

from dataclasses import dataclass, field

from shared.base.errors import UnavailableError
from shared.base.tables import answering, write_each
from shared.base.transactions import write_together
from shared.domains.search.model import Posting
from shared.domains.search.rules.postings import is_counted
from shared.domains.search.store.postings import WHAT, Item, content, counting, row, row_key, table, to_posting
from shared.domains.videos.model import Video
from shared.domains.videos.store.videos import VideoStore


@dataclass(frozen=True)
class Directory:
    """What is written of a video.

    posting  what its rows say, or will say; None when there are none
    terms    all terms under which there may be a row, in the posting's place
    is_done  all rows are written as the posting says, and no others are there
    """

    posting: Posting | None = None
    terms: frozenset[str] = field(default=frozenset())
    is_done: bool = True


class DirectoryStore:
    """A row for each video, beside its postings."""

    def __init__(self, videos: VideoStore) -> None:
        """`videos`: read together with the directory."""
        self._videos = videos

    def read(self, video_id: str) -> tuple[Video | None, Directory]:
        """A video, and what is written of it, as of now: one call. Needs VIDEOS.batch_get and POSTINGS.batch_get."""
        with answering(WHAT):
            video, found = self._videos.get_with(video_id, {table(): [_key(video_id)]})
        return video, _directory(found[table()][0]) if found[table()] else Directory()

    def note(self, video_id: str, before: Directory, after: Directory) -> None:
        """Write what is written, or is to be, in the place of what was read, and count that: one transaction.

        Raises UnavailableError when somebody else has noted other terms meanwhile.
        Needs POSTINGS.put, POSTINGS.delete and POSTINGS.update.
        """
        changes = [(term, 1) for term in after.terms - before.terms]
        changes += [(term, -1) for term in before.terms - after.terms]
        counts = (counting(term, change) for term, change in changes if is_counted(term, video_id))
        with answering(WHAT):
            if write_together(_replacing(video_id, before, after), *counts):
                raise UnavailableError("Somebody else writes under which terms this video is found")

    def write(self, posting: Posting, terms: frozenset[str], gone: frozenset[str]) -> None:
        """Write a posting under terms, and remove it under others: a call for each 25 rows.

        Needs POSTINGS.batch_write.
        """
        requests: list[Item] = [{"DeleteRequest": {"Key": row_key(term, posting.place)}} for term in sorted(gone)]
        requests += [{"PutRequest": {"Item": row(term, posting)}} for term in sorted(terms)]
        with answering(WHAT):
            write_each(table(), requests)


def _key(video_id: str) -> Item:
    return row_key(f"video#{video_id}", "-")


def _replacing(video_id: str, before: Directory, after: Directory) -> Item:
    """The write of a directory, on condition that it is what was read, so far as it is counted."""
    held = (
        {
            "ConditionExpression": "terms = :terms",
            "ExpressionAttributeValues": {":terms": {"S": _joined(before.terms)}},
        }
        if before.posting
        else {"ConditionExpression": "attribute_not_exists(term)"}
    )
    if after.posting is None:
        return {"Delete": {"TableName": table(), "Key": _key(video_id), **held}}
    item = {
        **_key(video_id),
        **content(after.posting),
        "at": {"S": after.posting.place},
        "terms": {"S": _joined(after.terms)},
        "is_done": {"BOOL": after.is_done},
    }
    return {"Put": {"TableName": table(), "Item": item, **held}}


def _joined(terms: frozenset[str]) -> str:
    return " ".join(sorted(terms))


def _directory(item: Item) -> Directory:
    posting = to_posting(item, place=item["at"]["S"])
    return Directory(posting, frozenset(item["terms"]["S"].split()), item["is_done"]["BOOL"])
