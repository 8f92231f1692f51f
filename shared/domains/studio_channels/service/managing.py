"""What people do with their channels."""

from dataclasses import dataclass, field, replace
from typing import Any

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.ids import new_id
from shared.domains.accounts.rules.profiles import CHANNELS
from shared.domains.studio_channels.errors import (
    ChannelChangedError,
    ChannelLimitError,
    ChannelNotFoundError,
    ConfirmationError,
)
from shared.domains.studio_channels.model import Settings, Status, StudioChannel
from shared.domains.studio_channels.rules import (
    CONFIRM_SECONDS,
    changed,
    differences,
    hash_of,
    is_gone,
    new_confirmation,
    tidied,
)
from shared.domains.studio_channels.store import ChannelStore

TRIES = 3
_LIMIT = 1
"""Which write is refused when there are too many channels."""


@dataclass(frozen=True)
class ChannelWish:
    """A channel that somebody wants to have."""

    name: str
    niche: str
    description: str = ""
    youtube_channel_id: str = ""
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class ChannelService:
    """The channels of somebody who asks for them."""

    channels: ChannelStore

    @classmethod
    def open(cls) -> "ChannelService":
        """On the stage's table."""
        return cls(ChannelStore.open())

    def list_channels(self, owner_id: str, status: Status | None) -> list[StudioChannel]:
        """Channels of an owner, the latest first: those of a status, or all that are not deleted. One call."""
        found = [channel for channel in reversed(self.channels.of(owner_id)) if not is_gone(channel)]
        return [one for one in found if (one.status is status if status else one.status is not Status.DELETED)]

    def get(self, owner_id: str, channel_id: str) -> StudioChannel:
        """A channel, deleted ones too as long as they can be had back. ChannelNotFoundError when there is none."""
        channel = self.channels.get(owner_id, channel_id)
        if channel is None or is_gone(channel):
            raise ChannelNotFoundError
        return channel

    def create(self, owner_id: str, tier: str, wish: ChannelWish) -> StudioChannel:
        """Make a channel; ChannelLimitError when its owner has as many as their tier allows. One call."""
        now, most = clock.timestamp(), CHANNELS[tier]
        channel = StudioChannel(
            owner_id=owner_id,
            id=new_id(),
            name=wish.name,
            niche=wish.niche,
            description=wish.description,
            youtube_channel_id=wish.youtube_channel_id,
            settings=tidied(wish.settings),
            created_at=now,
            updated_at=now,
        )
        told = audit.entry(Action.CHANNEL_CREATED, channel.id, name=channel.name)
        if not self.channels.add(channel, most, told):
            raise ChannelLimitError(most)
        return channel

    def change(self, owner_id: str, tier: str, channel_id: str, wish: dict[str, Any]) -> StudioChannel:
        """Change what is wished; a status brings a deleted channel back. Two calls, none but the first for nothing.

        ChannelNotFoundError, ChannelLimitError when it would be one too many, ChannelChangedError after collisions.
        """
        most = CHANNELS[tier]
        for _ in range(TRIES):
            before = self.get(owner_id, channel_id)
            if before.status is Status.DELETED and "status" not in wish:
                raise ChannelNotFoundError
            after = changed(before, wish)
            what = differences(before, after)
            if not what:
                return before
            after = replace(after, updated_at=_later_than(before.updated_at))
            told = audit.entry(Action.CHANNEL_CHANGED, channel_id, fields=what, status=after.status)
            back = int(before.status is Status.DELETED)
            refusal = self.channels.change(before, after, told, live=back, most=most)
            if refusal is None:
                return after
            if refusal.all == (_LIMIT,):
                raise ChannelLimitError(most)
        raise ChannelChangedError

    def ask_to_delete(self, owner_id: str, channel_id: str) -> str:
        """What confirms that a channel be deleted, once, within ten minutes. It replaces the one before. One call."""
        confirmation = new_confirmation()
        if not self.channels.ask(owner_id, channel_id, hash_of(confirmation), clock.now() + CONFIRM_SECONDS):
            raise ChannelNotFoundError
        return confirmation

    def delete(self, owner_id: str, channel_id: str, confirmation: str) -> None:
        """Delete a channel, which can be had back for 30 days. One call.

        ConfirmationError when the confirmation is not good, ChannelNotFoundError when there is no channel, any more.
        """
        told = audit.entry(Action.CHANNEL_DELETED, channel_id)
        refusal = self.channels.delete(owner_id, channel_id, hash_of(confirmation), told)
        if refusal is None:
            return
        if refusal.item is None or "deleted_at" in refusal.item:
            raise ChannelNotFoundError
        raise ConfirmationError


def _later_than(moment: str) -> str:
    """Now, or as soon after that moment as times can be told apart: of two changes the later one is told by it."""
    return max(clock.timestamp(), clock.timestamp(clock.seconds(moment) + 0.001))
