"""What people show of themselves."""

from shared.domains.accounts.rules.pictures import avatar_path
from shared.domains.accounts.store.users import AccountStore


class ProfileService:
    """What people show of themselves."""

    def __init__(self, accounts: AccountStore) -> None:
        """Use `open()`."""
        self._accounts = accounts

    @classmethod
    def open(cls) -> "ProfileService":
        """The accounts of the stage."""
        return cls(AccountStore.open_users())

    def set_avatar(self, user_id: str, picture_id: str) -> bool:
        """Show a picture, whose file lies at `avatar_path`.

        False when there is nobody to show it, or a picture of a later request is shown.
        """
        user = self._accounts.user(user_id)
        path = avatar_path(user_id, picture_id)
        if user is None or user.avatar_url >= path:
            return user is not None and user.avatar_url == path
        self._accounts.set_avatar(user, path)
        return True
