"""How the rows that a login reads have a copy of how many follow a user, and whom they follow: in one short text.

    2026-01-31T12:00:00.000Z 1200 40

The moment at which they were read comes first, so that a later copy sorts after an earlier one.
"""

from shared.domains.accounts.model import Numbers


def packed(numbers: Numbers, as_of: str) -> str:
    """The text."""
    return f"{as_of} {numbers.followers} {numbers.following}"


def unpacked(text: str) -> Numbers:
    """What a text tells; "" is what nobody has counted yet."""
    _, followers, following = text.split(" ") if text else ("", "0", "0")
    return Numbers(int(followers), int(following))
