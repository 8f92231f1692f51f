"""Tickets: with one a browser connects, which cannot send a header with a WebSocket's handshake."""

import secrets
from dataclasses import dataclass

from shared.base import clock
from shared.domains.connections.errors import BadTicketError
from shared.domains.connections.model import Client
from shared.domains.connections.rules.limits import TICKET_SECONDS
from shared.domains.connections.store import tickets

SECRET_BYTES = 32
LONGEST = 100


@dataclass(frozen=True)
class Ticket:
    """What connects once, until `expires_at` (ISO 8601)."""

    text: str
    expires_at: str


class TicketService:
    """Tickets."""

    @classmethod
    def open(cls) -> "TicketService":
        """On the stage's table."""
        return cls()

    def issue(self, who: Client) -> Ticket:
        """A ticket for somebody, which lives 30 s. One call."""
        text, ends = secrets.token_urlsafe(SECRET_BYTES), int(clock.now()) + TICKET_SECONDS
        tickets.add(text, who, ends)
        return Ticket(text, clock.timestamp(ends))

    def redeem(self, text: str, address: str) -> Client:
        """Who comes with a ticket, from an address. One call. Raises BadTicketError."""
        who = tickets.take(text, address) if text and len(text) <= LONGEST else None
        if who is None:
            raise BadTicketError
        return who
