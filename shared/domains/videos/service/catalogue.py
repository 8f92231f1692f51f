"""Videos as people see, edit and delete them."""

from dataclasses import dataclass
from typing import Any

from shared.base import aws, clock
from shared.base.settings import setting
from shared.domains.videos.errors import EditConflictError, VideoNotFoundError
from shared.domains.videos.model import Card, Numbers, OpenState, Status, Video
from shared.domains.videos.rules.addresses import MediaAddresses
from shared.domains.videos.rules.answers import VideoAnswer, answer
from shared.domains.videos.rules.cards import StudioCard, card_answer
from shared.domains.videos.rules.edits import edited, unchanged
from shared.domains.videos.rules.seeing import owned, seen
from shared.domains.videos.rules.status import PRESENT, is_playable
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected

MEDIA_KEY_VARIABLE = "MEDIA_KEY_SECRET"
EDIT_TRIES = 2


@dataclass(frozen=True)
class CatalogueService:
    """Reading, editing and deleting videos."""

    store: VideoStore

    @classmethod
    def open(cls) -> "CatalogueService":
        """The service on the stage's table."""
        return cls(VideoStore.open())

    def view(self, video_id: str, viewer_id: str) -> VideoAnswer:
        """A video as `viewer_id` ("" for anybody) may see it; VideoNotFoundError when they may not."""
        video, numbers, _ = self.store.get_counted(video_id, consistent=bool(viewer_id))
        return show(seen(video, viewer_id), numbers)

    def edit(self, video_id: str, owner_id: str, wish: dict[str, Any]) -> VideoAnswer:
        """Change what the owner wishes, and show the video as `view` does. Calls and errors as of `change`."""
        video, numbers, _ = self.store.get_counted(video_id)
        return show(self._changed(video, owner_id, wish), numbers)

    def change(self, video_id: str, owner_id: str, wish: dict[str, Any]) -> Video:
        """Change what the owner wishes (see rules.edits): a read and a write, and one more write after a collision.

        Raises VideoNotFoundError, InvalidInputError, EditConflictError.
        """
        return self._changed(self.store.get(video_id), owner_id, wish)

    def _changed(self, found: Video | None, owner_id: str, wish: dict[str, Any]) -> Video:
        video = owned(found, owner_id)
        for _ in range(EDIT_TRIES):
            changes = edited(video, wish, setting("CDN_BASE_URL"), clock.timestamp())
            if not changes:
                return video
            expected = Expected(PRESENT, {"owner_id": owner_id, **unchanged(video, changes)})
            change = self.store.edit(video, expected, **changes)
            video = owned(change.video, owner_id)
            if change.made:
                return video
        raise EditConflictError

    def delete(self, video_id: str, owner_id: str) -> None:
        """Delete a video: nobody sees it any more, and its objects are left to the sweep. A repeat is fine.

        Two calls, one for a repeat.
        """
        now = clock.timestamp()
        change = self.store.move(
            video_id,
            Expected(PRESENT, {"owner_id": owner_id}),
            Status.DELETED,
            open_state=OpenState.DELETING,
            touched_at=now,
            updated_at=now,
        )
        if not change.made and (change.video is None or change.video.owner_id != owner_id):
            raise VideoNotFoundError

    def finish_delete(self, video_id: str) -> None:
        """Remove the row of a deleted video, once all objects under rules.keys.prefixes and its upload are gone."""
        self.store.forget(video_id)

    def finish_move(self, video_id: str, from_version: int, to_version: int, *, known: Video | None = None) -> bool:
        """The objects are copied: the video's addresses lead to the new media version from now on.

        known  the video, when it has just been read
        The row stays open work until `close_move`. False when the move is void (the video is deleted, or another move
        is on): then the copies are to be removed. A repeat answers the same.
        """
        found = known or self.store.get(video_id)
        if found is None:
            return False
        expected = Expected((Status.READY,), {"version": from_version, "moving_to": to_version})
        change = self.store.edit(found, expected, version=to_version, touched_at=clock.timestamp())
        video = change.video
        return change.made or (video is not None and video.status is Status.READY and video.version == to_version)

    def close_move(self, video_id: str, to_version: int) -> bool:
        """All other media versions are deleted and invalidated: the move is over. False when there was none such."""
        change = self.store.change(
            video_id,
            Expected((Status.READY,), {"version": to_version, "moving_to": to_version}),
            moving_to=0,
            open_state="",
            touched_at="",
        )
        video = change.video
        return change.made or (video is not None and video.version == to_version and not video.moving_to)


def show(video: Video, numbers: Numbers) -> VideoAnswer:
    """The answer about a video, with addresses that can be fetched from now on."""
    return answer(video, numbers, _addresses(video) if is_playable(video) else None, setting("CDN_BASE_URL"))


def show_card(card: Card) -> StudioCard:
    """The same about a card."""
    return card_answer(card, _addresses(card) if card.status is Status.READY else None)


def _addresses(video: Video | Card) -> MediaAddresses:
    return MediaAddresses(setting("CDN_BASE_URL"), aws.secret(MEDIA_KEY_VARIABLE), video, clock.now())
