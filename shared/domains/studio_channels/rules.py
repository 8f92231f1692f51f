"""Rules of channels: what their fields may be, what is to be set up, and how one is deleted."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Any

from shared.base import clock
from shared.contract.limits import MINUTE
from shared.domains.studio_channels.model import RESTORABLE_SECONDS, Settings, Status, StudioChannel

NAME_LENGTH = 100
NICHE_LENGTH = 100
DESCRIPTION_LENGTH = 1000
MOST_A_DAY = 10
YOUTUBE_CHANNEL = r"^UC[A-Za-z0-9_-]{22}$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CONFIRM_SECONDS = 10 * MINUTE
"""So long a confirmation is good."""

CHOSEN = (Status.ACTIVE, Status.PAUSED)
"""What its owner may make of a channel; of a deleted one too."""


@dataclass(frozen=True)
class SetupTask:
    """Something to be set up before a channel works by itself."""

    id: str
    title: str
    done: bool


def setup_tasks(channel: StudioChannel) -> list[SetupTask]:
    """What a channel needs, and whether it has it. That it is connected to YouTube nobody has proven yet."""
    return [
        SetupTask("connect_youtube", "Connect the channel to YouTube", done=False),
        SetupTask("describe", "Describe what the channel is about", done=bool(channel.description)),
        SetupTask("schedule", "Choose when videos are published", done=bool(channel.settings.publish_times)),
    ]


def tidied(settings: Settings) -> Settings:
    """The same with each time once, in order."""
    return replace(settings, publish_times=tuple(sorted(set(settings.publish_times))))


def changed(channel: StudioChannel, wish: dict[str, Any]) -> StudioChannel:
    """The channel with what is wished: fields, and some of its settings under `settings`."""
    settings = replace(channel.settings, **wish.get("settings", {}))
    fields: dict[str, Any] = {name: value for name, value in wish.items() if name != "settings"}
    if fields.get("status") in CHOSEN:
        fields["deleted_at"] = ""
    return replace(channel, settings=tidied(settings), **fields)


def differences(before: StudioChannel, after: StudioChannel) -> str:
    """The names of what differs, for the trail; settings by their own names."""
    names = "name niche description youtube_channel_id status".split()
    settings = "auto_publish videos_per_day publish_times language".split()
    found = [name for name in names if getattr(before, name) != getattr(after, name)]
    found += [name for name in settings if getattr(before.settings, name) != getattr(after.settings, name)]
    return " ".join(found)


def restorable_until(channel: StudioChannel) -> str:
    """Until when a deleted channel can be had back; "" of one that is not deleted."""
    return clock.timestamp(clock.seconds(channel.deleted_at) + RESTORABLE_SECONDS) if channel.deleted_at else ""


def is_gone(channel: StudioChannel) -> bool:
    """Whether it was deleted too long ago, and only waits for who removes it."""
    return bool(channel.deleted_at) and clock.now() >= clock.seconds(channel.deleted_at) + RESTORABLE_SECONDS


def new_confirmation() -> str:
    """A text that nobody guesses."""
    return secrets.token_urlsafe(32)


def hash_of(confirmation: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(confirmation.encode()).hexdigest()
