"""Channels that were deleted 30 days ago go for good."""

from dataclasses import dataclass

from shared.base import audit
from shared.base.audit import Action
from shared.base.running import each
from shared.domains.studio_channels.store import ChannelStore, Deleted

AT_ONCE = 500


@dataclass(frozen=True)
class PurgeService:
    """One round."""

    channels: ChannelStore

    @classmethod
    def open(cls) -> "PurgeService":
        """On the stage's table."""
        return cls(ChannelStore.open())

    def run(self) -> None:
        """Forget them; one that fails keeps no other waiting."""
        each(self.channels.over(AT_ONCE), self._purge)

    def _purge(self, channel: Deleted) -> None:
        told = audit.entry(Action.CHANNEL_PURGED, channel.id, owner=channel.owner_id)
        self.channels.purge(channel, told)
