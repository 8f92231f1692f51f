"""The table of channels of Studio: a partition for each owner, with a row for each channel and one that counts them.

What is deleted stays for 30 days, with `open_state`, by which the schedule finds it. The row that counts has `live`,
of those that are not deleted, and `rows`, of all. Each change has the moment of the one before as its condition.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.counters import adding_to
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, queried
from shared.base.transactions import Refusal, write_together
from shared.domains.studio_channels.model import RESTORABLE_SECONDS, Language, Settings, Status, StudioChannel

Item = dict[str, Any]

OPEN = "deleted"
"""The state in which the schedule looks for channels."""

_WHAT = "Channels"
_COUNT = "count"
"""The sort key of the row that counts; no id looks like it."""
_TEXTS = "name niche description youtube_channel_id created_at updated_at deleted_at".split()
_THERE, _ABSENT = "attribute_exists(channel_id)", "attribute_not_exists(channel_id)"


@dataclass(frozen=True)
class Deleted:
    """A channel that was deleted, and when."""

    owner_id: str
    id: str
    deleted_at: str


class ChannelStore:
    """Channels. Opening it costs nothing."""

    @classmethod
    def open(cls) -> "ChannelStore":
        """The stage's channels."""
        return cls()

    def get(self, owner_id: str, channel_id: str) -> StudioChannel | None:
        """A channel of an owner's, deleted ones too; None when there is none, or no more."""
        with answering(_WHAT):
            found = _table().get_item(TableName=_name(), Key=_key(owner_id, channel_id), ConsistentRead=True)
        return _to_channel(found["Item"]) if "Item" in found else None

    def of(self, owner_id: str) -> list[StudioChannel]:
        """All channels of an owner, deleted ones too, the oldest first. One call: there are 400 at most."""
        with answering(_WHAT):
            found = queried(
                TableName=_name(),
                KeyConditionExpression="owner_id = :owner",
                ExpressionAttributeValues={":owner": {"S": owner_id}},
                ConsistentRead=True,
            )
            return [_to_channel(item) for item in found if item["channel_id"]["S"] != _COUNT]

    def add(self, channel: StudioChannel, most: int, *more: Item) -> bool:
        """Keep a new channel, with other writes; False when its owner has `most`, or twice that with deleted ones."""
        new = {"Put": {"TableName": _name(), "Item": _to_item(channel), "ConditionExpression": _ABSENT}}
        with answering(_WHAT):
            return write_together(new, _counted(channel.owner_id, live=1, rows=1, most=most), *more) is None

    def change(
        self, before: StudioChannel, after: StudioChannel, *more: Item, live: int = 0, most: int = 0
    ) -> Refusal | None:
        """Write a channel anew, with other writes; the first is refused when it is not as it was read.

        live  how many more channels of the owner's are not deleted after it; the second is refused beyond `most`
        """
        put = {
            "TableName": _name(),
            "Item": _to_item(after),
            "ConditionExpression": "updated_at = :before",
            "ExpressionAttributeValues": {":before": {"S": before.updated_at}},
        }
        counted = [_counted(before.owner_id, live=live, most=most)] if live else []
        with answering(_WHAT):
            return write_together({"Put": put}, *counted, *more)

    def ask(self, owner_id: str, channel_id: str, confirmation: str, until: float) -> bool:
        """Keep the hash of what confirms that a channel be deleted, for one before; False when there is no channel."""
        table = _table()
        with answering(_WHAT):
            try:
                table.update_item(
                    TableName=_name(),
                    Key=_key(owner_id, channel_id),
                    UpdateExpression="SET confirmation = :hash, confirm_until = :until",
                    ConditionExpression=f"{_THERE} AND attribute_not_exists(deleted_at)",
                    ExpressionAttributeValues={":hash": {"S": confirmation}, ":until": {"N": str(int(until))}},
                )
            except table.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def delete(self, owner_id: str, channel_id: str, confirmation: str, *more: Item) -> Refusal | None:
        """Delete a channel whose deletion was confirmed, with other writes; a confirmation serves once.

        Of a refusal `item` is the channel's row, when there is one.
        """
        now = clock.timestamp()
        gone = {
            "TableName": _name(),
            "Key": _key(owner_id, channel_id),
            "UpdateExpression": "SET #status = :deleted, deleted_at = :now, updated_at = :now, open_state = :open, "
            "touched_at = :now REMOVE confirmation, confirm_until",
            "ConditionExpression": "confirmation = :hash AND confirm_until > :second",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":deleted": {"S": Status.DELETED},
                ":open": {"S": OPEN},
                ":now": {"S": now},
                ":hash": {"S": confirmation},
                ":second": {"N": str(int(clock.now()))},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with answering(_WHAT):
            return write_together({"Update": gone}, _counted(owner_id, live=-1), *more)

    def over(self, limit: int) -> list[Deleted]:
        """Deleted channels that nobody can have back any more, the one first that was deleted longest ago."""
        with answering(_WHAT):
            found = queried(
                limit,
                TableName=_name(),
                IndexName="by_state",
                KeyConditionExpression="open_state = :open AND touched_at <= :before",
                ExpressionAttributeValues={
                    ":open": {"S": OPEN},
                    ":before": {"S": clock.timestamp(clock.now() - RESTORABLE_SECONDS)},
                },
            )
            return [Deleted(*(item[name]["S"] for name in ("owner_id", "channel_id", "touched_at"))) for item in found]

    def purge(self, channel: Deleted, *more: Item) -> bool:
        """Forget a deleted channel, with other writes; False when it was had back, or is gone."""
        gone = {
            "TableName": _name(),
            "Key": _key(channel.owner_id, channel.id),
            "ConditionExpression": "deleted_at = :at",
            "ExpressionAttributeValues": {":at": {"S": channel.deleted_at}},
        }
        with answering(_WHAT):
            return write_together({"Delete": gone}, _counted(channel.owner_id, rows=-1), *more) is None

    def removals(self, owner_id: str, most: int) -> list[Item]:
        """Writes that leave nothing of an owner's channels, or the first `most` of them."""
        ids = [*(channel.id for channel in self.of(owner_id)), _COUNT]
        return [{"Delete": {"TableName": _name(), "Key": _key(owner_id, one)}} for one in ids[:most]]


def _counted(owner_id: str, *, live: int = 0, rows: int = 0, most: int = 0) -> Item:
    """The part of a transaction that counts channels; with `most`, on condition that there are not too many."""
    update = adding_to(_name(), _key(owner_id, _COUNT), {"live": live, "rows": rows})["Update"]
    if not most:
        return {"Update": update}
    fewer = {"live": most, "rows": 2 * most}
    names = update["ExpressionAttributeNames"]
    bounds = {f":most_{name}": {"N": str(fewer[name])} for name in names.values()}
    parts = [f"(attribute_not_exists({mark}) OR {mark} < :most_{name})" for mark, name in names.items()]
    values = update["ExpressionAttributeValues"] | bounds
    return {"Update": {**update, "ConditionExpression": " AND ".join(parts), "ExpressionAttributeValues": values}}


def _table() -> Any:
    return client("dynamodb", READ_SECONDS)


def _name() -> str:
    return setting("STUDIO_CHANNELS_TABLE")


def _key(owner_id: str, channel_id: str) -> Item:
    return {"owner_id": {"S": owner_id}, "channel_id": {"S": channel_id}}


def _to_item(channel: StudioChannel) -> Item:
    texts = {name: {"S": getattr(channel, name)} for name in _TEXTS if getattr(channel, name)}
    settings = dataclasses.asdict(channel.settings)
    kept = {
        "auto_publish": {"BOOL": settings["auto_publish"]},
        "videos_per_day": {"N": str(settings["videos_per_day"])},
        "publish_times": {"L": [{"S": one} for one in settings["publish_times"]]},
        "language": {"S": settings["language"]},
    }
    return {**_key(channel.owner_id, channel.id), **texts, "status": {"S": channel.status}, "settings": {"M": kept}}


def _to_channel(item: Item) -> StudioChannel:
    texts: Item = {name: item[name]["S"] for name in _TEXTS if name in item}
    kept = item["settings"]["M"]
    settings = Settings(
        kept["auto_publish"]["BOOL"],
        int(kept["videos_per_day"]["N"]),
        tuple(one["S"] for one in kept["publish_times"]["L"]),
        Language(kept["language"]["S"]),
    )
    ids = {"owner_id": item["owner_id"]["S"], "id": item["channel_id"]["S"]}
    return StudioChannel(**ids, status=Status(item["status"]["S"]), settings=settings, **texts)
