"""What happens to who guesses passwords.

Five wrong ones from one address lock that address out of that account for a quarter of an hour. Somebody else's wrong
guesses lock nobody out: those of many addresses together close an account only to addresses it is not logged in from.
A login that nobody has is counted like any other.
"""

import hashlib

from shared.base.failures import Lock

MOST_FROM_ADDRESS = 5
ADDRESS_SECONDS = 15 * 60
MOST_IN_ALL = 50
ALL_SECONDS = 60 * 60


def locks_of(login: str, address: str) -> tuple[Lock, Lock]:
    """The lock of a login for one address, and the one for all addresses. `login` is the key of the row it names."""
    named = hashlib.sha256(login.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return (
        Lock(f"{named}#{address}", MOST_FROM_ADDRESS, ADDRESS_SECONDS),
        Lock(named, MOST_IN_ALL, ALL_SECONDS),
    )
