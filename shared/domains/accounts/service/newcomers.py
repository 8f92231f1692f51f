"""Users who have just come, by whichever door."""

import secrets

from shared.base import clock
from shared.base.ids import new_id
from shared.domains.accounts.model import User
from shared.domains.accounts.rules.names import made_username

MADE_NUMBERS = 10_000


def newcomer(
    email: str,
    username: str = "",
    *,
    name: str = "",
    company: str = "",
    picture: str = "",
    email_verified: bool = False,
) -> User:
    """A user with a new id; without a username one is made up, and without a name that is what they are called."""
    called = username or made_username(email, secrets.randbelow(MADE_NUMBERS))
    return User(
        id=new_id(),
        username=called,
        email=email.strip(),
        display_name=name.strip() or called,
        company=company.strip(),
        created_at=clock.timestamp(),
        avatar_url=picture,
        email_verified=email_verified,
    )
