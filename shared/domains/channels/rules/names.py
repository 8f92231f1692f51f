"""The names of channels, as clients write them, and how the rows of a channel are called."""

VIDEO, USER, JOB = "video", "user", "job"

STATE, SHARD = "state", "shard"
EVENT, SUBSCRIBER = "event#", "to#"


def channel_of(kind: str, id_: str) -> str:
    """The channel about a video, a user's account, or a job."""
    return f"{kind}:{id_}"


def shard_of(channel: str, shard: int) -> str:
    """The partition that holds the subscribers of a part of a channel."""
    return f"{channel}#{shard}"


def event_row(last: int) -> str:
    """The row of events that were published together, by the seq of the last of them: rows sort as seqs do."""
    return f"{EVENT}{last:016}"


def subscriber_row(connection_id: str) -> str:
    """The row of a subscriber."""
    return f"{SUBSCRIBER}{connection_id}"
