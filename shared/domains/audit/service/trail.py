"""Reading the audit trail in pages."""

from shared.base import clock
from shared.base.audit import MONTH_LENGTH
from shared.base.errors import InvalidInputError
from shared.base.pages import seal, unseal
from shared.domains.audit.model import Entry, EntryPage
from shared.domains.audit.rules import FIRST_MONTH, month_before
from shared.domains.audit.store.trail import AuditStore


class AuditService:
    """The trail, for administrators."""

    def __init__(self, store: AuditStore) -> None:
        """Use `open()`."""
        self._store = store

    @classmethod
    def open(cls) -> "AuditService":
        """The stage's trail."""
        return cls(AuditStore.open())

    def page(self, reader: str, *, limit: int, cursor: str = "", actor: str = "", target: str = "") -> EntryPage:
        """Entries, the latest first: all, or those of one actor, or those on one target.

        reader  whose list it is: a cursor is good for them alone
        InvalidInputError for both filters at once, InvalidCursorError.
        """
        if actor and target:
            raise InvalidInputError.of("target", "Ask for an actor or for a target")
        scope = ("audit", reader, actor, target)
        month, _, after = unseal(cursor, *scope).partition(" ") if cursor else ("", "", "")
        if actor or target:
            found = self._store.of("actor" if actor else "target", actor or target, after, limit + 1)
        else:
            found = self._by_month(month or clock.timestamp()[:MONTH_LENGTH], after, limit + 1)
        shown = found[:limit]
        more = len(found) > limit
        position = f"{shown[-1].at[:MONTH_LENGTH]} {shown[-1].id}" if more else ""
        return EntryPage(shown, seal(position, *scope) if more else None, bool(cursor))

    def _by_month(self, month: str, after: str, count: int) -> list[Entry]:
        """From a month backwards: one call for each that is begun."""
        found: list[Entry] = []
        while len(found) < count and month >= FIRST_MONTH:
            found += self._store.of_month(month, after, count - len(found))
            month = month_before(month)
        return found
