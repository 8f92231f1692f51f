"""Keeping postings as the videos are. What is told of a change is only which video it was: its row says the rest."""

from dataclasses import dataclass
from zlib import crc32

from shared.domains.search.model import Posting
from shared.domains.search.rules.postings import posting_of, settled, terms_of
from shared.domains.search.store.directory import Directory, DirectoryStore
from shared.domains.search.store.postings import PostingStore
from shared.domains.videos.model import Video
from shared.domains.videos.store.videos import VideoStore

SAMPLED = 32
"""Of so many postings of a term one is counted."""


@dataclass(frozen=True)
class IndexService:
    """The writer of postings. Changes of one video come one after the other, so that it never meets itself."""

    directories: DirectoryStore
    postings: PostingStore

    @classmethod
    def open(cls) -> "IndexService":
        """On the stage's tables."""
        return cls(DirectoryStore(VideoStore.open()), PostingStore())

    def follow(self, video_id: str, before: Video | None, after: Video | None) -> None:
        """Index a video that has changed for search. None is one that is not there. Without a call where it has not."""
        if after is None or (posting_of(before) if before else None) != posting_of(after):
            self.index(video_id)

    def index(self, video_id: str) -> None:
        """Bring a video's postings to what its row says now. To do so twice, or late, changes nothing.

        One call where nothing has changed for search, else three, one for each 25 rows, and one for each sample.
        """
        video, written = self.directories.read(video_id)
        wanted = posting_of(video) if video else None
        if wanted and written.posting:
            wanted = settled(wanted, written.posting)
        if written.is_done and written.posting == wanted:
            return
        if written.posting and wanted and written.posting.place != wanted.place:
            written = self._bring(video_id, written, None)
        self._bring(video_id, written, wanted)

    def _bring(self, video_id: str, written: Directory, wanted: Posting | None) -> Directory:
        there = wanted or written.posting
        if there is None:
            return written
        terms = terms_of(wanted) if wanted else frozenset()
        gone = written.terms - terms
        self.directories.note(video_id, Directory(there, written.terms | terms, is_done=False))
        self.directories.write(there, terms, gone)
        for term, change in (*((term, 1) for term in terms - written.terms), *((term, -1) for term in gone)):
            if is_sample(term, video_id):
                self.postings.sample(term, change)
        done = Directory(wanted, terms)
        self.directories.note(video_id, done)
        return done


def is_sample(term: str, video_id: str) -> bool:
    """Whether a video counts among the samples of a term."""
    return crc32(f"{term} {video_id}".encode()) % SAMPLED == 0
