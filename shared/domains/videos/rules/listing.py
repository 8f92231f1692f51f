"""Which of an owner's videos a list shows, and how far it reaches."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.base.errors import InvalidInputError
from shared.base.ids import bounds

NONE_YET = "published"
"""A status that the Studio edition knows, and no video has: it is one of a video that was published elsewhere."""

_DAY = timedelta(days=1)
_INSTANT = timedelta(milliseconds=1)
_EVER = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


@dataclass(frozen=True)
class Filter:
    """What a list is of: each field as it was asked for, "" where it was not.

    status      a word of the Studio edition; `ready` is another one for `completed`
    channel_id  videos of a channel
    date_from   ISO 8601, a day or a moment: made then or later
    date_to     the same: made then or before; a day counts whole
    """

    status: str = ""
    channel_id: str = ""
    date_from: str = ""
    date_to: str = ""

    @property
    def word(self) -> str:
        """The Studio edition's word of the videos' status, "" for any."""
        return "completed" if self.status == "ready" else self.status

    @property
    def is_empty(self) -> bool:
        """Whether no video can be in the list: none has a channel, and none was published elsewhere."""
        return bool(self.channel_id) or self.status == NONE_YET

    def between(self) -> tuple[str, str] | None:
        """What the ids of the list's videos lie between; None without dates. Raises InvalidInputError."""
        if not self.date_from and not self.date_to:
            return None
        first = _moment("date_from", self.date_from)[0] if self.date_from else _EVER[0]
        last = _moment("date_to", self.date_to)[1] if self.date_to else _EVER[1]
        if last < first:
            raise InvalidInputError.of("date_to", "This is before date_from")
        return bounds(first.timestamp(), last.timestamp())


def _moment(field: str, text: str) -> tuple[datetime, datetime]:
    """The first and the last instant of what a text names; a time without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
        first = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        return first, first + _DAY - _INSTANT if len(text) == len("2026-01-31") else first
    except (ValueError, OverflowError):
        raise InvalidInputError.of(field, "This is no date such as 2026-01-31 or 2026-01-31T12:00:00Z") from None
