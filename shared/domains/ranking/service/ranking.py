"""Making ranked lists: from what moved since they were made, and from nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.base import clock
from shared.base.ids import new_id
from shared.base.kept import Kept
from shared.base.running import seconds_left
from shared.domains.ranking.model import Entry, Moved, Order, Ranking
from shared.domains.ranking.rules.lists import WINDOW_SECONDS, list_name, merged, window_of
from shared.domains.ranking.rules.scores import entry
from shared.domains.ranking.store.lists import RankingStore
from shared.domains.ranking.store.moved import WINDOWS_KEPT, MovedStore
from shared.domains.videos.model import Video
from shared.domains.videos.rules.public_lists import is_listed
from shared.domains.videos.store.videos import VideoStore

MARGIN_SECONDS = 60
"""With less time left no other window is begun: the next run goes on there."""

LATE_SECONDS = 60
"""So long after its end a window may still be written to."""

TRIES = 3

TOGETHER = 100
"""Videos that one call reads."""

_noted: Kept[bool] = Kept(WINDOW_SECONDS)

Changes = dict[str, dict[str, Entry | None]]
"""Name of a list -> video -> where it belongs in it; None is nowhere."""


@dataclass(frozen=True)
class RankingService:
    """Notes what moved, and ranks it."""

    moved: MovedStore
    lists: RankingStore
    videos: VideoStore

    @classmethod
    def open(cls) -> "RankingService":
        """On the stage's tables."""
        return cls(MovedStore(), RankingStore(), VideoStore.open())

    def follow(self, video_id: str, before: Video | None, after: Video | None) -> None:
        """Note that a video is to be ranked anew, if it has changed for that. None is one that is not there.

        One call, none when this process has noted it in this window.
        """
        was, stands = (
            (video.category, video.counted) if video and is_listed(video) else None for video in (before, after)
        )
        if was == stands:
            return
        moved = Moved(video_id, was[0] if was and (stands is None or was[0] != stands[0]) else "")
        window = window_of(clock.now())
        name = f"{window}#{moved.video_id}#{moved.left}"
        if not _noted.peek(name):
            self.moved.note(window, moved)
            _noted.keep(name, value=True, asked_at=clock.now())

    def run(self) -> dict[str, int]:
        """Rank what moved, window by window, and say how many videos that were.

        A window that is not over yet, or has just ended, is looked at again by the next run. To rank twice
        changes nothing.
        """
        now, ended = window_of(clock.now()), window_of(clock.now() - LATE_SECONDS)
        done, ranked = self.moved.progress(), 0
        for window in range(max(done, now - WINDOWS_KEPT), now + 1):
            ranked += self._rank(self.moved.of(window))
            if min(window, ended) > done:
                done = min(window, ended)
                self.moved.advance(done)
            if seconds_left() < MARGIN_SECONDS:
                break
        return {"ranked": ranked}

    def _rank(self, moved: Iterable[Moved]) -> int:
        left: dict[str, set[str]] = defaultdict(set)
        for one in moved:
            left[one.video_id].add(one.left)
        if not any(self._are_replaced(self._changes(left)) for _ in range(TRIES)):
            raise RuntimeError("ranked lists are made by somebody else all along")
        return len(left)

    def _changes(self, left: dict[str, set[str]]) -> Changes:
        """Where videos belong, as they are now."""
        changes: Changes = defaultdict(dict)
        for video_id, video in self._read(list(left)):
            for name, place in _places(video, left[video_id]).items():
                changes[name][video_id] = place
        return changes

    def _read(self, video_ids: list[str]) -> Iterator[tuple[str, Video | None]]:
        """Videos, None for one that is not there or that lists do not show. A call for each hundred."""
        for first in range(0, len(video_ids), TOGETHER):
            some = video_ids[first : first + TOGETHER]
            found = {video.id: video for video in self.videos.many(some, consistent=False) if is_listed(video)}
            yield from ((one, found.get(one)) for one in some)

    def _are_replaced(self, changes: Changes) -> bool:
        """Make lists anew; False when somebody else has made some at the same time."""
        refused = 0
        for before in self.lists.read(changes):
            after = merged(before.entries, changes[before.name])
            if after == before.entries:
                continue
            made = f"{clock.timestamp()}#{new_id()}"
            refused += not self.lists.replace(before, Ranking(before.name, made, after))
        return not refused


def _places(video: Video | None, left: set[str]) -> dict[str, Entry | None]:
    """List -> a video's place in it, of all lists that it is in or was in."""
    places: dict[str, Entry | None] = {}
    for order in Order:
        places |= {list_name(order, category): None for category in ("", *left)}
        if video:
            places |= {list_name(order, category): entry(order, video) for category in ("", video.category)}
    return places
