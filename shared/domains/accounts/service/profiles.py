"""What people show of themselves, and what they have set."""

from dataclasses import replace
from typing import Any

from shared.base import clock
from shared.base.errors import ConflictError, InvalidTokenError
from shared.base.settings import setting
from shared.domains.accounts.model import Profile, User
from shared.domains.accounts.rules.pictures import avatar_path, avatar_picture
from shared.domains.accounts.rules.profiles import check_profile
from shared.domains.accounts.service.issuing import with_avatar
from shared.domains.accounts.store.users import AccountStore

Others = dict[str, list[dict[str, Any]]]
Found = dict[str, list[dict[str, Any]]]


class ProfileService:
    """Profiles."""

    def __init__(self, accounts: AccountStore) -> None:
        """Use `open()`."""
        self._accounts = accounts

    @classmethod
    def open(cls) -> "ProfileService":
        """The accounts of the stage."""
        return cls(AccountStore.open())

    def get(self, user_id: str) -> Profile:
        """The profile of who holds a token, without numbers. InvalidTokenError when they are gone."""
        return _shown(self._accounts.profile(user_id))

    def counted(self, user_id: str) -> Profile:
        """The same with numbers."""
        return _shown(self._accounts.profile_with(user_id)[0])

    def counted_with(self, user_id: str, others: Others) -> tuple[Profile, Found]:
        """The same, and items of other tables, in one call; `others` as for `read_together`."""
        profile, found = self._accounts.profile_with(user_id, others)
        return _shown(profile), found

    def edit(
        self,
        user_id: str,
        *,
        display_name: str | None = None,
        bio: str | None = None,
        avatar_url: str | None = None,
        settings: dict[str, dict[str, Any]] | None = None,
    ) -> Profile:
        """Change what is named of a profile; None stays. InvalidProfileError names what breaks a rule. It has numbers.

        settings  group -> name -> value, as in Settings: what is not named stays
        """
        check_profile("display_name", display_name=display_name, bio=bio, avatar_url=avatar_url)
        found = self._accounts.profile_with(user_id)[0]
        if found is None:
            raise InvalidTokenError("This account is gone")
        said: dict[str, Any] = {}
        if display_name is not None:
            said["display_name"] = display_name.strip()
        if bio is not None:
            said["bio"] = bio
        if avatar_url is not None:
            said["avatar_url"] = avatar_picture(avatar_url, setting("CDN_BASE_URL"))
        groups = {name: replace(getattr(found.settings, name), **values) for name, values in (settings or {}).items()}
        wanted = replace(found, user=self._changed(found.user, said), settings=replace(found.settings, **groups))
        if wanted != found and not self._accounts.save_profile(found.user, wanted):
            raise ConflictError("This account was changed by another request: read it and try again")
        return replace(wanted, user=with_avatar(wanted.user))

    def rename(
        self,
        user_id: str,
        username: str | None,
        full_name: str | None,
        *,
        together: tuple[dict[str, Any], ...] = (),
        **more: Any,
    ) -> User:
        """Change what Studio lets people change of their account; None stays.

        together  writes of others that are made with the change
        more      `monthly_budget`, where it is named: None takes the bound away
        TakenError when the username is somebody's.
        """
        check_profile("full_name", username=username, display_name=full_name)
        user = self._accounts.user(user_id)
        if user is None:
            raise InvalidTokenError("This account is gone")
        said = dict(more)
        if full_name is not None:
            said["display_name"] = full_name.strip()
        if username is not None:
            said["username"] = username
        wanted = self._changed(user, said)
        if (wanted != user or together) and not self._accounts.rename(user, wanted, together):
            raise ConflictError("This account was changed by another request: read it and try again")
        return with_avatar(wanted)

    def set_avatar(self, user_id: str, picture_id: str) -> bool:
        """Show a picture, whose file lies at `avatar_path`.

        False when there is nobody to show it, or a picture of a later request is shown.
        """
        user = self._accounts.user(user_id)
        path = avatar_path(user_id, picture_id)
        shown = user.avatar_url if user else ""
        is_own = shown.startswith(avatar_path(user_id, "").removesuffix(".jpg"))
        if user is None or (is_own and shown >= path):
            return shown == path
        self._accounts.set_avatar(user, path)
        return True

    @staticmethod
    def _changed(user: User, said: dict[str, Any]) -> User:
        """The user with what is said; its moment changes when something does."""
        wanted = replace(user, **said)
        return wanted if wanted == user else replace(wanted, updated_at=clock.timestamp())


def _shown(found: Profile | None) -> Profile:
    if found is None:
        raise InvalidTokenError("This account is gone")
    return replace(found, user=with_avatar(found.user))
