"""Settings of the stage, read from the environment at the moment they are needed and never at import."""

import os


class SettingMissingError(RuntimeError):
    """The deployment did not tell this function something that it must know."""


def setting(name: str, default: str | None = None) -> str:
    """The value of an environment variable; an unset or empty one gives the default, or fails by name."""
    value = os.environ.get(name) or default
    if value is None:
        raise SettingMissingError(f"the environment variable {name} is not set: declare the need that provides it")
    return value


def stage() -> str:
    """The stage that this function belongs to, for example "dev"."""
    return setting("STAGE")
