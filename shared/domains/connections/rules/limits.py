"""How much a client may ask for."""

from shared.contract.limits import HOUR, MINUTE

OPEN_OF_USER = 20
OPEN_OF_ADDRESS = 100
"""Connections at once; of an address those of people who are not logged in."""

CHANNELS = 50
"""Of one connection."""

MESSAGE_BYTES = 4096
MESSAGES, SECONDS = 20, 10
"""So many messages in so many seconds, or all at once after a pause of so many."""

WARNINGS = 10
"""Messages beyond that which are answered by an error; with the next one the connection ends."""

LIFE_SECONDS = 2 * HOUR
"""API Gateway ends a connection after that."""

KEPT_SECONDS = LIFE_SECONDS + 10 * MINUTE
"""So long rows of connections are kept, since nobody need tell us of an end."""

TICKET_SECONDS = 30


def most_open(user_id: str) -> int:
    """Connections that somebody may have open at once; of an address when nobody is known."""
    return OPEN_OF_USER if user_id else OPEN_OF_ADDRESS
