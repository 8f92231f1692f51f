"""Watching: a view is left to be counted together with others, so that many at once do not write one item."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.aws import secret
from shared.base.queues import leave
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import Video
from shared.domains.videos.rules.seeing import seen
from shared.domains.videos.rules.status import is_playable
from shared.domains.videos.store.videos import VideoStore
from shared.domains.views.model import View
from shared.domains.views.rules.tally import step_of
from shared.domains.views.rules.viewers import time_mark, viewer_mark, window_of
from shared.domains.views.rules.watched import step_seconds, steps_of
from shared.domains.views.store import WHAT

MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Viewer:
    """Who watches: a user by their id, or "" and where they come from."""

    user_id: str
    address: str
    agent: str


@dataclass(frozen=True)
class Report:
    """What a player tells: seconds watched so far, None for nothing; a rung or ""; ranges of seconds of the video."""

    seconds: int | None = None
    quality: str = ""
    watched: tuple[tuple[float, float], ...] = ()


_told: dict[int, int] = {}
"""Mark -> the number of views that whoever has it was told: this instance has left that to be counted."""


def forget() -> None:
    """Drop what is remembered of viewers."""
    _told.clear()


@dataclass(frozen=True)
class WatchingService:
    """Views of videos."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "WatchingService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def watch(self, video_id: str, viewer: Viewer, report: Report) -> int:
        """Have a view counted, and tell how many there are, the viewer's among them: two calls.

        One when this instance has left the same to be counted before. Raises VideoNotFoundError, UnavailableError.
        """
        found, numbers, _ = self.videos.get_counted(video_id, consistent=bool(viewer.user_id))
        video = seen(found, viewer.user_id)
        if not is_playable(video):
            raise VideoNotFoundError
        view = _view(video, viewer, report)
        mark = view.viewer if view.seconds is None else time_mark(view.viewer)
        views = max(numbers.views + (view.viewer not in _told), _told.get(view.viewer, 0))
        if mark not in _told:
            leave("WATCHED_QUEUE", view.message(), WHAT)
            if len(_told) >= MOST_REMEMBERED:
                forget()
            _told[mark] = views
        _told[view.viewer] = views
        return views


def _view(video: Video, viewer: Viewer, report: Report) -> View:
    duration = video.duration or 0
    ranges = steps_of(report.watched, duration) if duration else ()
    seconds = report.seconds
    if seconds is None and ranges:
        seconds = step_seconds(duration) * sum(last - first for first, last in ranges)
    watched = min(seconds or 0, int(duration)) if duration else seconds or 0
    window = window_of(clock.now(), watched)
    mark = viewer_mark(secret("CURSOR_KEY_SECRET"), video.id, window, viewer.user_id, viewer.address, viewer.agent)
    told = None if seconds is None else watched
    step = None if seconds is None else step_of(watched, duration)
    rungs = {variant.name for variant in video.variants}
    return View(video.id, window, mark, told, step, report.quality if report.quality in rungs else "", ranges)
