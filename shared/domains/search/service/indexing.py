"""Keeping postings as the videos are. What is told of a change is only which video it was: its row says the rest."""

from dataclasses import dataclass

from shared.domains.search.model import Posting
from shared.domains.search.rules.postings import posting_of, settled, terms_of
from shared.domains.search.store.directory import Directory, DirectoryStore
from shared.domains.videos.model import Video
from shared.domains.videos.store.videos import VideoStore


@dataclass(frozen=True)
class IndexService:
    """The writer of postings. Changes of one video come one after the other, so that it never meets itself."""

    directories: DirectoryStore

    @classmethod
    def open(cls) -> "IndexService":
        """On the stage's tables."""
        return cls(DirectoryStore(VideoStore.open()))

    def follow(self, video_id: str, before: Video | None, after: Video | None) -> None:
        """Index a video that has changed for search. None is one that is not there. Without a call where it has not."""
        if after is None or (posting_of(before) if before else None) != posting_of(after):
            self.index(video_id)

    def index(self, video_id: str) -> None:
        """Bring a video's postings to what its row says now. To do so twice, or late, changes nothing.

        One call where nothing has changed for search, else three, and one for each 25 rows.
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
        begun, done = Directory(there, written.terms | terms, is_done=False), Directory(wanted, terms)
        self.directories.note(video_id, written, begun)
        self.directories.write(there, terms, gone)
        self.directories.note(video_id, begun, done)
        return done
