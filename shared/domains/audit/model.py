"""The audit trail as it is read."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One act: who did what, as whom, on what, from where, and what came of it. What does not apply is "".

    id   sorts by time
    at   ISO 8601 in UTC
    """

    id: str
    at: str
    action: str
    target: str
    actor: str
    acting_as: str = ""
    key_id: str = ""
    address: str = ""
    route: str = ""
    request_id: str = ""
    result: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """What a day of the trail was.

    day      2026-01-31, in UTC
    entries  so many
    before   hash of the seal of the day before; "" of the first
    hash     SHA-256 over `before`, the day and its entries, in hexadecimal digits
    """

    day: str
    entries: int
    before: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What became of looking at sealed days again.

    days      so many were looked at
    last      the last one of them, "" without any
    more      whether there are days after it
    problems  what is not as it was, in sentences
    late      days that were sealed more than two days after they ended: until then they could be changed
    """

    days: int
    last: str
    more: bool
    problems: list[str]
    late: list[str]


@dataclass(frozen=True)
class EntryPage:
    """Entries, the latest first, and the cursor of the page after."""

    entries: list[Entry]
    next_cursor: str | None
    has_prev: bool
