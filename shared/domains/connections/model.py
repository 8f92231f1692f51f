"""Connections of clients that want to be told of what happens, and tickets that lead to one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Client:
    """Who connects.

    user_id     "" for anybody
    session_id  of a login that we keep, else ""
    address     where they come from (IPv6 as its /64)
    ends_at     when the token ends that says who they are, in epoch seconds; 0 for anybody
    """

    user_id: str = ""
    session_id: str = ""
    address: str = ""
    ends_at: int = 0

    @property
    def holder(self) -> str:
        """Whose open connections are counted together."""
        return f"user#{self.user_id}" if self.user_id else f"address#{self.address}"


@dataclass(frozen=True)
class Connection:
    """A connection that is open, as far as we know.

    holder    whose connections it counts among
    ends_at   when it is to end, in epoch seconds
    channels  what it is subscribed to: channel -> the shard that it is told of
    """

    id: str
    user_id: str
    session_id: str
    holder: str
    ends_at: int
    channels: dict[str, int] = field(default_factory=dict)
