"""What the endpoints of channels say and hear."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.domains.studio_channels.model import Language, Settings, StudioChannel
from shared.domains.studio_channels.rules import (
    DESCRIPTION_LENGTH,
    MOST_A_DAY,
    NAME_LENGTH,
    NICHE_LENGTH,
    TIME_OF_DAY,
    YOUTUBE_CHANNEL,
    restorable_until,
)
from shared.domains.videos.rules.text import plain, plain_lines
from shared.http.framework import BaseModel

Name = Annotated[str, AfterValidator(plain), StringConstraints(min_length=1, max_length=NAME_LENGTH)]
Niche = Annotated[str, AfterValidator(plain), StringConstraints(min_length=1, max_length=NICHE_LENGTH)]
ChannelDescription = Annotated[str, AfterValidator(plain_lines), StringConstraints(max_length=DESCRIPTION_LENGTH)]
YouTubeChannelId = Annotated[str, StringConstraints(pattern=YOUTUBE_CHANNEL)]
PublishTimes = Annotated[
    list[Annotated[str, StringConstraints(pattern=TIME_OF_DAY)]],
    Field(max_length=MOST_A_DAY, description='Times of the day in UTC, "18:30"'),
]
VideosPerDay = Annotated[int, Field(ge=1, le=MOST_A_DAY)]


class ChannelSettings(BaseModel):
    """How videos of a channel are made and published."""

    model_config = ConfigDict(extra="forbid")

    auto_publish: bool = True
    videos_per_day: VideosPerDay = 1
    publish_times: PublishTimes = Field(default_factory=list)
    language: Language = Language.EN

    def sent(self) -> dict[str, Any]:
        """What was sent, in the words of the domain."""
        found = self.model_dump(exclude_unset=True)
        return found | ({"publish_times": tuple(found["publish_times"])} if "publish_times" in found else {})

    @classmethod
    def of(cls, settings: Settings) -> "ChannelSettings":
        """The settings of the domain, in the words of the API."""
        return cls(
            auto_publish=settings.auto_publish,
            videos_per_day=settings.videos_per_day,
            publish_times=list(settings.publish_times),
            language=settings.language,
        )


class Channel(BaseModel):
    """A channel. A deleted one can be had back until `restorable_until`. No video belongs to a channel yet."""

    id: str
    user_id: str
    name: str
    niche: str
    description: str
    youtube_channel_id: str | None
    status: str
    settings: ChannelSettings
    total_videos: int = 0
    total_cost: float = 0.0
    created_at: str
    updated_at: str
    deleted_at: str | None
    restorable_until: str | None

    @classmethod
    def of(cls, channel: StudioChannel) -> "Channel":
        """The channel of the domain, in the words of the API."""
        return cls(
            id=channel.id,
            user_id=channel.owner_id,
            name=channel.name,
            niche=channel.niche,
            description=channel.description,
            youtube_channel_id=channel.youtube_channel_id or None,
            status=channel.status,
            settings=ChannelSettings.of(channel.settings),
            created_at=channel.created_at,
            updated_at=channel.updated_at,
            deleted_at=channel.deleted_at or None,
            restorable_until=restorable_until(channel) or None,
        )
