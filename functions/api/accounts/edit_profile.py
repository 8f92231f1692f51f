"""PATCH /api/user/profile: change what the caller shows of themselves and has set."""

from typing import Annotated, Any

from pydantic import Field

from functions.api.accounts._models import OwnProfile, Request
from shared.contract.declare import patch
from shared.contract.permissions import user
from shared.contract.resources import COUNTS, USERS
from shared.domains.accounts.model import Visibility
from shared.domains.accounts.rules import names, profiles
from shared.domains.accounts.service.profiles import ProfileService
from shared.http.caller import Caller
from shared.http.serve import serve


class NotificationWish(Request):
    """What is not named stays as it is."""

    email: bool | None = None
    push: bool | None = None
    comments: bool | None = None
    followers: bool | None = None


class PrivacyWish(Request):
    """What is not named stays as it is."""

    profile_visibility: Visibility | None = None
    show_following: bool | None = None
    show_followers: bool | None = None


class SettingsWish(Request):
    """What is not named stays as it is."""

    notifications: NotificationWish | None = None
    privacy: PrivacyWish | None = None


class ProfileRequest(Request):
    """What is not named stays as it is. An empty `avatar_url` takes the picture away."""

    display_name: Annotated[
        str | None, Field(json_schema_extra={"minLength": 1, "maxLength": names.DISPLAY_NAME_LENGTH})
    ] = None
    bio: Annotated[str | None, Field(json_schema_extra={"maxLength": profiles.BIO_LENGTH})] = None
    avatar_url: Annotated[str | None, Field(json_schema_extra={"maxLength": profiles.ADDRESS_LENGTH})] = None
    settings: SettingsWish | None = None


@patch(
    "/api/user/profile",
    caller=user(by_hand=True),
    errors=((409, "CONFLICT"),),
    needs=(USERS.batch_get, USERS.update, COUNTS.batch_get),
)
async def edit_profile(wish: ProfileRequest, caller: Caller, profiles: ProfileService) -> OwnProfile:
    """Change the caller's profile or settings, all that is named or nothing."""
    said: dict[str, Any] = wish.model_dump(exclude_none=True)
    return OwnProfile.of(profiles.edit(caller.require_user(), **said))


handler = serve(edit_profile)
