"""A video in a list, as callers see it (the Studio edition)."""

from pydantic import BaseModel

from shared.domains.videos.model import Card, Status, Visibility
from shared.domains.videos.rules.addresses import MediaAddresses
from shared.domains.videos.rules.answers import picture_address
from shared.domains.videos.rules.status import studio_word


class StudioCard(BaseModel):
    """A video in a list; GET /api/v1/videos/{video_id} tells the rest. `thumbnail_url` is null until it is completed.

    `duration` is in seconds; `youtube_video_id` and `channel_id` are null for what belongs to no channel.
    """

    id: str
    job_id: str | None
    channel_id: str | None
    title: str
    status: str
    visibility: Visibility
    youtube_video_id: str | None
    duration: float | None
    thumbnail_url: str | None
    created_at: str
    updated_at: str
    published_at: str | None


def card_answer(card: Card, addresses: MediaAddresses | None) -> StudioCard:
    """The answer about a card; `addresses` are None for one whose media nobody can fetch yet."""
    shown = addresses if card.status is Status.READY else None
    return StudioCard(
        id=card.id,
        job_id=card.job_id or None,
        channel_id=None,
        title=card.title,
        status=studio_word(card.status),
        visibility=card.visibility,
        youtube_video_id=None,
        duration=card.duration,
        thumbnail_url=picture_address(card, shown) if shown else None,
        created_at=card.created_at,
        updated_at=card.updated_at,
        published_at=card.published_at or None,
    )
