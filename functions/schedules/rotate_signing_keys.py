"""Keeps the keys that sign tokens young: looks once a day, changes them every 90 days."""

from typing import Any

from shared.base import signing_keys
from shared.base.running import serve
from shared.contract.declare import every
from shared.contract.needs import unseen
from shared.contract.resources import PUBLIC_KEYS, SIGNING_KEYS

_YOUNG = "no stage that a test deploys is 90 days old"


@every(
    minutes=24 * 60,
    needs=(
        SIGNING_KEYS.read,
        unseen(SIGNING_KEYS.write, _YOUNG),
        PUBLIC_KEYS.read,
        unseen(PUBLIC_KEYS.write, _YOUNG),
    ),
)
def rotate_signing_keys(event: dict[str, Any]) -> dict[str, bool]:
    """Publish the next key when the newest is 90 days old; drop keys whose tokens have all died."""
    return {"made": signing_keys.rotate()}


handler = serve(rotate_signing_keys)
