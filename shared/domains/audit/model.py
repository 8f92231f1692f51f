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
class EntryPage:
    """Entries, the latest first, and the cursor of the page after."""

    entries: list[Entry]
    next_cursor: str | None
    has_prev: bool
