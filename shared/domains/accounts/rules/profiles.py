"""Rules of profiles: what people may say of themselves, and what their subscription allows."""

from shared.domains.accounts.errors import InvalidProfileError
from shared.domains.accounts.rules.names import DISPLAY_NAME_LENGTH, display_name_problems, is_text, username_problems

BIO_LENGTH = 500
ADDRESS_LENGTH = 500
"""Of a picture: it stands in every access token."""
HIGHEST_BUDGET = 1_000_000.0

CHANNELS = {"free": 10, "pro": 50, "enterprise": 200}
"""Channels that somebody may have, by subscription."""


def check_profile(name_field: str, **said: str | None) -> None:
    """Raise InvalidProfileError that names each field that breaks a rule; None is a field that stays as it is.

    name_field  what the edition calls the display name, which `said` has as `display_name`
    """
    checks = {
        "username": username_problems,
        "display_name": display_name_problems,
        "bio": _bio_problems,
        "avatar_url": _address_problems,
    }
    found = {name: checks[name](value) for name, value in said.items() if value is not None}
    problems = {name_field if name == "display_name" else name: told for name, told in found.items() if told}
    if problems:
        raise InvalidProfileError(problems)


def _bio_problems(bio: str) -> list[str]:
    is_good = len(bio) <= BIO_LENGTH and is_text(bio) and "\x00" not in bio
    return [] if is_good else [f"Use at most {BIO_LENGTH} characters of text"]


def _address_problems(address: str) -> list[str]:
    is_good = not address or (
        address.startswith(("https://", "http://")) and len(address) <= ADDRESS_LENGTH and address.isprintable()
    )
    return [] if is_good else ["Name the address of a picture, or nothing for none"]


def shown_name(name: str) -> str:
    """What another service calls somebody, cut to what can be shown; "" when nothing can."""
    return name.strip()[:DISPLAY_NAME_LENGTH].strip() if is_text(name) else ""


def shown_picture(address: str) -> str:
    """Where another service says that somebody's picture is; "" for what is no such address."""
    return address if address.startswith("https://") and len(address) <= ADDRESS_LENGTH else ""
