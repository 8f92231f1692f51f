"""Makes the accounts of users of Clerk when they are first seen: the functions that see them may not."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import task
from shared.contract.resources import AUDIT, USERS
from shared.domains.accounts.service.clerk import REFUSALS, ClerkService


@task(needs=(USERS.get, USERS.put, USERS.check, AUDIT.put))
def admit_clerk_user(event: dict[str, Any]) -> dict[str, Any]:
    """The account of a session token's user: {"token"} -> {"user_id"}, or {"refused"} with the name of the reason."""
    try:
        return {"user_id": ClerkService.open().admit(str(event["token"]))}
    except REFUSALS as error:
        return {"refused": error.name}


handler = serve(admit_clerk_user)
