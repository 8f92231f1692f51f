"""What somebody has set, as their row keeps it."""

from dataclasses import replace
from typing import Any

from shared.domains.accounts.model import Notifications, Privacy, Settings, Visibility


def to_settings(stored: dict[str, Any] | None) -> Settings:
    """The settings that a row holds; what it does not name is as by default."""
    found = stored or {}
    privacy = Privacy(**found.get("privacy", {}))
    return Settings(
        Notifications(**found.get("notifications", {})),
        replace(privacy, profile_visibility=Visibility(privacy.profile_visibility)),
    )
