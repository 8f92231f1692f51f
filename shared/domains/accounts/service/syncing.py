"""Taking over what Clerk says of somebody."""

from dataclasses import dataclass, replace

from shared.base import clerk_tokens
from shared.base.errors import InvalidTokenError
from shared.domains.accounts.model import User
from shared.domains.accounts.rules.profiles import shown_name, shown_picture
from shared.domains.accounts.service.issuing import with_avatar
from shared.domains.accounts.store.users import AccountStore


@dataclass(frozen=True)
class SyncService:
    """Accounts of people who come with Clerk."""

    accounts: AccountStore

    @classmethod
    def open(cls) -> "SyncService":
        """On the stage's users."""
        return cls(AccountStore.open())

    def sync(self, user_id: str, token: str) -> User:
        """The account with its numbers, after it took over the name and the picture that a Clerk token tells.

        The username and the address stay: others know the former, and both are unique.
        """
        profile, _ = self.accounts.profile_with(user_id)
        if profile is None:
            raise InvalidTokenError("This account is gone")
        user = profile.user
        if not clerk_tokens.names_clerk(token):
            return with_avatar(user)
        claims = clerk_tokens.verify(token)
        name = shown_name(claims.name) or user.display_name
        picture = shown_picture(claims.image_url) or user.avatar_url
        is_same = (name, picture) == (user.display_name, user.avatar_url)
        if not is_same and not self.accounts.show_as(user, name, picture):
            raise InvalidTokenError("This account is gone")
        return with_avatar(replace(user, display_name=name, avatar_url=picture))
