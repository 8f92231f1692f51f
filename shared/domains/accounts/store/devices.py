"""The devices that an account knows, the same in all rows of its user, so that a login has them with what it reads."""

from typing import Any

from shared.domains.accounts.model import Credentials, Devices
from shared.domains.accounts.store.rows import UserRow, name_keys, user_key, user_update
from shared.domains.accounts.store.writes import DEVICES, GONE, Write

_SET = "SET known_devices = :devices"


def remembering(found: Credentials, now: Devices, entered_by: str) -> list[Write]:
    """The writes that note which devices an account knows; refused with DEVICES when these changed meanwhile.

    entered_by  the key of the row that the login holds to what it was: its refusal says something else
    """
    user, values = found.user, {":devices": {"S": _stored(now)}, ":user": {"S": found.user.id}}
    watched = next(key for key in name_keys(user) if key != entered_by)
    writes = [
        (GONE, user_update(key, _SET, "user_id = :user", values))
        for key in (*name_keys(user), user_key(user.id))
        if key != watched
    ]
    before, more = "attribute_not_exists(known_devices)", dict[str, Any]()
    if found.devices is not None:
        before, more = "known_devices = :before", {":before": {"S": _stored(found.devices)}}
    return [*writes, (DEVICES, user_update(watched, _SET, f"user_id = :user AND {before}", values | more))]


def _stored(devices: Devices) -> str:
    return str(UserRow.known_devices.serialize(devices))
