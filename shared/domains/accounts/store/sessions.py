"""Sessions, in the table that they alone live in: those of a user together, so that they can be listed and ended."""

from typing import Any

from pynamodb.exceptions import DoesNotExist

from shared.base import clock
from shared.base.aws import client
from shared.base.payments import overdrawn, payment
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, bind
from shared.base.tables import answering as reachable
from shared.base.transactions import past_conflicts, write_together
from shared.contract.limits import Limit
from shared.domains.accounts.model import Edition, Session
from shared.domains.accounts.rules.sessions import GRACE_SECONDS
from shared.domains.accounts.store.rows import (
    MAILED,
    RefreshRow,
    SessionRow,
    answering,
    is_live,
    refresh_row,
    session_row,
    to_session,
)
from shared.domains.accounts.store.writes import TAKEN, Write, write_all

TABLE_VARIABLE = "SESSIONS_TABLE"
TOGETHER = 90
"""Sessions that can be ended in one transaction, which takes 100 writes."""


class SessionStore:
    """Sessions."""

    @classmethod
    def open(cls) -> "SessionStore":
        """The stage's sessions."""
        bind(SessionRow, TABLE_VARIABLE)
        bind(RefreshRow, TABLE_VARIABLE)
        return cls()

    def begin(self, session: Session, *more: Write, told: str = "") -> str:
        """Keep a new session with the writes that must be made with it; the word of the one refused, "" for none.

        told  the address that gets a mail about the session's device, "" for none
        """
        return write_all([*((TAKEN, write) for write in additions(session, told)), *more])

    def rotate(self, user_id: str, session_id: str, old_hash: str, new_hash: str) -> bool:
        """Replace the one good refresh token; False when the old one is not it, or no more.

        A repeat that comes soon, since the first reply was lost, finds its own hash and is a success.
        """
        change = _rotation(user_id, session_id, old_hash, new_hash)
        table = client("dynamodb", READ_SECONDS)
        with reachable("Accounts"):
            try:
                past_conflicts(lambda: table.update_item(**change))
            except table.exceptions.ConditionalCheckFailedException:
                return self._is_rotated(user_id, session_id, new_hash)
        return True

    def rotate_opaque(self, session: Session, new_hash: str, limit: Limit) -> bool:
        """The same for a refresh token that says nothing by itself: the new one leads to the session from now on.

        limit  of refreshes of a user, paid in the same transaction; RateLimitedError when it is used up
        """
        change = _rotation(session.user_id, session.id, session.refresh_hash, new_hash)
        lead = _put(refresh_row(session, new_hash))
        with reachable("Accounts"):
            refusal = write_together(payment(limit, session.user_id), {"Update": change}, lead)
        if refusal is not None and refusal.number == 0:
            raise overdrawn(limit)
        return refusal is None or self._is_rotated(session.user_id, session.id, new_hash)

    def led_to(self, refresh_hash: str) -> Session | None:
        """The session that a Studio refresh token leads to, with that token's hash; None when it leads nowhere."""
        with answering():
            try:
                row = RefreshRow.get(f"refresh#{refresh_hash}", "-", consistent_read=True)
            except DoesNotExist:
                return None
        if row.expires_at <= clock.now():
            return None
        return Session(row.held_id, row.holder_id, refresh_hash, "", int(row.expires_at), Edition.STUDIO)

    def _is_rotated(self, user_id: str, session_id: str, new_hash: str) -> bool:
        row = self._get(user_id, session_id)
        if row is None or not is_live(row) or row.refresh_hash != new_hash or not row.rotated_at:
            return False
        return clock.now() - clock.seconds(row.rotated_at) <= GRACE_SECONDS

    def end(self, user_id: str, session_id: str, *more: dict[str, Any]) -> bool:
        """End a session that lives, with the writes that tell of it; False when there is none (any more)."""
        live = "attribute_exists(session_id) AND attribute_not_exists(ended_at)"
        with reachable("Accounts"):
            return write_together(ending(user_id, session_id, live), *more) is None

    def exists(self, user_id: str, session_id: str) -> bool:
        """Whether there is such a session, live or not."""
        return self._get(user_id, session_id) is not None

    def endings(self, sessions: list[Session]) -> list[dict[str, Any]]:
        """The writes that end sessions, to be made with others; what exceeds `TOGETHER` is ended at once, before."""
        for session in sessions[TOGETHER:]:
            self.end(session.user_id, session.id)
        return [ending(session.user_id, session.id) for session in sessions[:TOGETHER]]

    def live(self, user_id: str, session_id: str) -> Session | None:
        """A session that has neither ended nor grown older than its 7 days; None when there is none."""
        row = self._get(user_id, session_id)
        return to_session(row) if row and is_live(row) else None

    def untold(self, user_id: str, session_id: str) -> Session | None:
        """A session, live or not, of whose device nobody has been told; None when there is none."""
        row = self._get(user_id, session_id)
        return to_session(row) if row and not row.told_at else None

    def mark_told(self, session: Session) -> None:
        """Remember that the mail about a session's device was handed over."""
        table = client("dynamodb", READ_SECONDS)
        change = {
            "TableName": setting(TABLE_VARIABLE),
            "Key": {"user_id": {"S": session.user_id}, "session_id": {"S": session.id}},
            "UpdateExpression": "SET told_at = if_not_exists(told_at, :now)",
            "ConditionExpression": "attribute_exists(session_id)",
            "ExpressionAttributeValues": {":now": {"S": clock.timestamp()}},
        }
        with reachable("Accounts"):
            past_conflicts(lambda: table.update_item(**change))

    def all_live(self, user_id: str) -> list[Session]:
        """All live sessions of a user, the newest first."""
        with answering():
            ids = SessionRow.session_id < MAILED
            rows = list(SessionRow.query(user_id, ids, consistent_read=True, scan_index_forward=False))
        return [to_session(row) for row in rows if is_live(row)]

    def _get(self, user_id: str, session_id: str) -> SessionRow | None:
        with answering():
            try:
                return SessionRow.get(user_id, session_id, consistent_read=True)
            except DoesNotExist:
                return None


def additions(session: Session, told: str = "") -> list[dict[str, Any]]:
    """The writes that keep a session; a refresh token of Studio has a row that leads to it. `told` as for `begin`."""
    rows: list[SessionRow | RefreshRow] = [session_row(session, told)]
    if session.edition is Edition.STUDIO:
        rows.append(refresh_row(session, session.refresh_hash))
    return [_put(row) for row in rows]


def _put(row: SessionRow | RefreshRow) -> dict[str, Any]:
    return {"Put": {"TableName": setting(TABLE_VARIABLE), "Item": row.serialize()}}


def ending(user_id: str, session_id: str, condition: str = "attribute_exists(session_id)") -> dict[str, Any]:
    """The write that ends a session, which is refused unless the condition holds."""
    return {
        "Update": {
            "TableName": setting(TABLE_VARIABLE),
            "Key": {"user_id": {"S": user_id}, "session_id": {"S": session_id}},
            "UpdateExpression": "SET ended_at = if_not_exists(ended_at, :time)",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":time": {"S": clock.timestamp()}},
        }
    }


def living(user_id: str, session_id: str) -> dict[str, Any]:
    """What holds in a transaction while a session lives. Needs SESSIONS.check."""
    return {
        "ConditionCheck": {
            "TableName": setting(TABLE_VARIABLE),
            "Key": {"user_id": {"S": user_id}, "session_id": {"S": session_id}},
            "ConditionExpression": "attribute_not_exists(ended_at) AND expires_at > :now",
            "ExpressionAttributeValues": {":now": {"N": str(int(clock.now()))}},
        }
    }


def _rotation(user_id: str, session_id: str, old_hash: str, new_hash: str) -> dict[str, Any]:
    values = {":old": {"S": old_hash}, ":new": {"S": new_hash}, ":time": {"S": clock.timestamp()}}
    return {
        "TableName": setting(TABLE_VARIABLE),
        "Key": {"user_id": {"S": user_id}, "session_id": {"S": session_id}},
        "UpdateExpression": "SET refresh_hash = :new, rotated_at = :time",
        "ConditionExpression": "refresh_hash = :old AND attribute_not_exists(ended_at) AND expires_at > :now",
        "ExpressionAttributeValues": values | {":now": {"N": str(int(clock.now()))}},
    }
