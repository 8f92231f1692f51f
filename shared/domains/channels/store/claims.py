"""Who sends a part of a channel: one at a time, and once a second at most. Each method is one call of DynamoDB."""

from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.tables import READ_SECONDS, answering
from shared.base.transactions import past_conflicts
from shared.domains.channels.model import Channel
from shared.domains.channels.rules.names import shard_of, subscriber_row
from shared.domains.channels.store.rows import PART_KEPT, WHAT, changed, key, number, progress_key, table, to_channel
from shared.domains.channels.store.waking import INTERVAL

LEASE = 20
"""Seconds after which somebody else may send: the functions that send are ended before."""


@dataclass(frozen=True)
class Word:
    """That a part of a channel is to be sent.

    due    the name of the word that was left, 0 for one part of what the channel is sent
    upto   the seq that such a part is to come to
    since  where a part begins of which it is not known how far it was sent
    """

    channel: str
    shard: int = 0
    due: float = 0.0
    upto: int = 0
    since: int = 0

    @classmethod
    def of(cls, body: Any) -> "Word":
        """The word in a message. TypeError or ValueError for what is none."""
        word = cls(**body)
        if not isinstance(word.channel, str) or not all(
            isinstance(value, int | float) for value in (word.shard, word.due, word.upto, word.since)
        ):
            raise ValueError("a word has parts that are none")
        return word

    def message(self) -> dict[str, Any]:
        """As it lies in the queue."""
        return {name: value for name, value in vars(self).items() if value}

    def is_for(self, progress: Channel) -> bool:
        """Whether it is still to be sent, by what the row says."""
        if self.due:
            return self.due in (progress.due, progress.sending)
        return progress.position < self.upto


@dataclass(frozen=True)
class Claim:
    """What came of it: the row as it was taken; or, not taken, whether to ask again in a second."""

    progress: Channel | None
    is_early: bool = False


class ClaimStore:
    """Rows that say how far a part of a channel has been sent."""

    @classmethod
    def open(cls) -> "ClaimStore":
        """The stage's."""
        return cls()

    def take(self, word: Word) -> Claim:
        """Begin to send, if the word is still good, nobody is sending, and the last frame is old enough.

        Needs CHANNELS.update.
        """
        now = clock.now()
        values = {":now": number(now), ":before": number(now - INTERVAL), ":until": number(now + LEASE)}
        values |= {":word": number(word.due)} if word.due else {":word": number(word.upto)}
        is_good = "(due = :word OR sending = :word)" if word.due else "(attribute_not_exists(#at) OR #at < :word)"
        change = "SET sent_at = :now, sending_until = :until"
        if word.due:
            change += ", sending = :word"
        if word.shard:
            change += ", expires_at = :kept"
            values[":kept"] = number(int(now) + PART_KEPT)
        asked: dict[str, Any] = {
            "TableName": table(),
            "Key": progress_key(word.channel, word.shard),
            "UpdateExpression": f"{change} REMOVE due",
            "ConditionExpression": (
                f"{is_good} AND (attribute_not_exists(sent_at) OR sent_at <= :before)"
                " AND (attribute_not_exists(sending_until) OR sending_until <= :now)"
            ),
            "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **({} if word.due else {"ExpressionAttributeNames": {"#at": "position"}}),
        }
        calls = client("dynamodb", READ_SECONDS)
        try:
            with answering(WHAT):
                answer = past_conflicts(lambda: calls.update_item(**asked))
        except calls.exceptions.ConditionalCheckFailedException as error:
            found = error.response.get("Item")
            return Claim(None, is_early=bool(found) and word.is_for(to_channel(found)))
        return Claim(to_channel(answer["Attributes"]))

    def finish(self, word: Word, claimed: Channel, position: int) -> None:
        """Write down how far it was sent, and let others send. Needs CHANNELS.update."""
        changed(
            progress_key(word.channel, word.shard),
            "SET #at = :at REMOVE sending, sending_until",
            "sending_until = :mine",
            {"#at": "position"},
            at=position,
            mine=claimed.sending_until,
        )

    def fall_behind(self, word: Word, connection_id: str, seen: int, *, failed: bool = True) -> int:
        """Note that a subscriber was not sent what comes after `seen`; how often in a row that has failed.

        failed  it was tried, and there was time left for it
        Needs CHANNELS.update.
        """
        place = key(shard_of(word.channel, word.shard), subscriber_row(connection_id))
        change = "SET seen = if_not_exists(seen, :seen) ADD failures :one"
        found = changed(place, change, "attribute_exists(channel)", seen=seen, one=int(failed))
        return int(found["failures"]["N"]) if found else 0

    def catch_up(self, word: Word, connection_id: str, seen: int, now_seen: int | None) -> None:
        """Note that a subscriber who had seen so much has been sent what follows up to `now_seen`; None is all.

        Needs CHANNELS.update.
        """
        place = key(shard_of(word.channel, word.shard), subscriber_row(connection_id))
        if now_seen is None:
            changed(place, "REMOVE seen, failures", "seen = :seen", seen=seen)
        else:
            changed(place, "SET seen = :more REMOVE failures", "seen = :seen", seen=seen, more=now_seen)
