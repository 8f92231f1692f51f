"""What may be read of other people, by functions that may read no more of them: see USER_LISTED and USER_PROFILE."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shared.base.settings import setting
from shared.contract.resources import USER_LISTED, USER_PROFILE, USER_SETTINGS
from shared.domains.accounts.model import Notifications, Person, Settings
from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.accounts.rules.settings import to_settings

LISTED = tuple(USER_LISTED.split())
PROFILE = tuple(USER_PROFILE.split())
SETTINGS = tuple(USER_SETTINGS.split())


def table() -> str:
    """The real name of the table."""
    return setting("USERS_TABLE")


def key(user_id: str) -> dict[str, Any]:
    """The key of a user's row, for `read_together`."""
    return {"pk": {"S": f"user#{user_id}"}}


def people(items: Iterable[dict[str, Any]]) -> dict[str, Person]:
    """Id -> person, of rows of which these attributes were read; whose account is closed has none."""
    found = (_person(item) for item in items)
    base = setting("CDN_BASE_URL")
    return {one.id: replace(one, avatar_url=avatar_address(one.avatar_url, base)) for one in found}


def notified(items: Iterable[dict[str, Any]]) -> dict[str, Notifications]:
    """Id -> what somebody wants to be told of, of rows of which SETTINGS were read; a closed account has none."""
    return {item["user_id"]["S"]: _settings(item).notifications for item in items}


def _settings(item: dict[str, Any]) -> Settings:
    return to_settings(json.loads(item["settings"]["S"]) if "settings" in item else None)


def _person(item: dict[str, Any]) -> Person:
    texts = {name: item.get(name, {"S": ""})["S"] for name in ("username", "display_name", "avatar_url", "bio")}
    return Person(
        item["user_id"]["S"],
        privacy=_settings(item).privacy,
        verified=item.get("verified", {"BOOL": False})["BOOL"],
        created_at=item.get("created_at", {"S": ""})["S"],
        **texts,
    )
