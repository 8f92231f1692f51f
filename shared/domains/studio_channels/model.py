"""Channels of Studio: what its owner has videos made for, and published on YouTube."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.contract.limits import DAY

RESTORABLE_SECONDS = 30 * DAY
"""So long a deleted channel can be had back."""


class Status(StrEnum):
    """Where a channel stands. A paused one has nothing made by itself, a disabled one nothing at all."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    DELETED = "deleted"


class Language(StrEnum):
    """What a channel's videos speak."""

    EN = "en"
    ES = "es"
    FR = "fr"
    DE = "de"


@dataclass(frozen=True)
class Settings:
    """How a channel's videos are made and published.

    publish_times  times of the day in UTC, "18:30", in order
    """

    auto_publish: bool = True
    videos_per_day: int = 1
    publish_times: tuple[str, ...] = ()
    language: Language = Language.EN


@dataclass(frozen=True, kw_only=True)
class StudioChannel:
    """A channel as its row has it. Times are ISO 8601 in UTC.

    youtube_channel_id  the channel at YouTube that its owner names; "" while there is none
    deleted_at          "" unless it is deleted
    """

    owner_id: str
    id: str
    name: str
    niche: str
    created_at: str
    updated_at: str
    description: str = ""
    youtube_channel_id: str = ""
    status: Status = Status.ACTIVE
    settings: Settings = field(default_factory=Settings)
    deleted_at: str = ""
