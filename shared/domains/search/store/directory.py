"""Which rows of the table `postings` are a video's: known before any is written, until the last is gone."""

from dataclasses import dataclass, field

from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering, write_each
from shared.domains.search.model import Posting
from shared.domains.search.store.postings import WHAT, Item, content, row, row_key, table, to_posting
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

    def note(self, video_id: str, directory: Directory) -> None:
        """Write what is written, or is to be: one call. Needs POSTINGS.put and POSTINGS.delete."""
        dynamodb = client("dynamodb", READ_SECONDS)
        with answering(WHAT):
            if directory.posting is None:
                dynamodb.delete_item(TableName=table(), Key=_key(video_id))
                return
            item = {
                **_key(video_id),
                **content(directory.posting),
                "at": {"S": directory.posting.place},
                "terms": {"S": " ".join(sorted(directory.terms))},
                "is_done": {"BOOL": directory.is_done},
            }
            dynamodb.put_item(TableName=table(), Item=item)

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


def _directory(item: Item) -> Directory:
    posting = to_posting(item, place=item["at"]["S"])
    return Directory(posting, frozenset(item["terms"]["S"].split()), item["is_done"]["BOOL"])
