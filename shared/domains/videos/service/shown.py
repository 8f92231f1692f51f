"""Videos of lists that were made beforehand, as they are now: what is hidden since is not in them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from shared.domains.videos.model import Video
from shared.domains.videos.rules.public_lists import is_listed, summary
from shared.domains.videos.service.public_lists import ListedVideo, listed
from shared.domains.videos.store.videos import Items, VideoStore


def still_listed(store: VideoStore, video_ids: Iterable[str], belongs: Callable[[Video], bool]) -> list[Video]:
    """Those of at most 100 videos that everybody may see now, in this order: one call, none when none is asked for.

    belongs  whether one is still what the list is of
    Needs VIDEOS.batch_get.
    """
    return still_listed_with(store, video_ids, {}, belongs)[0]


def still_listed_with(
    store: VideoStore, video_ids: Iterable[str], others: Items, belongs: Callable[[Video], bool]
) -> tuple[list[Video], Items]:
    """The same, and items of other tables, in one call. `others` are as for `read_together`."""
    wanted = list(video_ids)
    found, items = store.many_with(wanted, others, consistent=False)
    videos = {video.id: video for video in found}
    there = [videos[one] for one in wanted if one in videos]
    return [video for video in there if is_listed(video) and belongs(video)], items


def shown(videos: Iterable[Video]) -> list[ListedVideo]:
    """Videos that were read whole, as lists show them."""
    return [listed(replace(video, description=summary(video.description))) for video in videos]
