"""Issues the tokens with which our own services call the API; only who may invoke functions of the stage gets one."""

import re
from typing import Any

from shared.base import logs, tokens
from shared.base.running import serve
from shared.contract.declare import task
from shared.contract.permissions import ROLE_PERMISSIONS, allows
from shared.contract.resources import SIGNING_KEYS

_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
_PERMISSION = re.compile(r"[a-z]+:[a-z_]+")


@task(needs=(SIGNING_KEYS.read,))
def issue_service_token(event: dict[str, Any]) -> dict[str, Any]:
    """A service token for an hour: {"name", "permissions"} -> {"token", "expires_in"}; ValueError for bad ones."""
    name, permissions = event.get("name"), event.get("permissions")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("name: 2 to 32 lower case letters, digits and hyphens, a letter first")
    token = tokens.issue_service_token(name, _checked(permissions))
    logs.log("INFO", "service token issued", name=name, permissions=permissions)
    return {"token": token, "expires_in": tokens.SERVICE_SECONDS}


def _checked(permissions: Any) -> frozenset[str]:
    if not isinstance(permissions, list) or not permissions:
        raise ValueError("permissions: at least one, for example internal:metrics")
    for permission in permissions:
        if not isinstance(permission, str) or not _PERMISSION.fullmatch(permission):
            raise ValueError("permissions: each reads <area>:<what>")
        if not allows(ROLE_PERMISSIONS["service"], permission):
            raise ValueError(f"permissions: a service cannot have {permission}")
    return frozenset(permissions)


handler = serve(issue_service_token)
