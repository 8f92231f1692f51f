"""Changes what somebody may do, for who may invoke functions of the stage. It makes the first administrator."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import task
from shared.contract.permissions import PEOPLES_ROLES
from shared.contract.resources import AUDIT, SESSIONS, USERS
from shared.domains.accounts.service.roles import RoleService

_ACTOR = "deployer"
"""Who the audit trail says it was: AWS's own says which role invoked the function."""


@task(needs=(USERS.get, USERS.update, SESSIONS.query, SESSIONS.update, AUDIT.put))
def set_role(event: dict[str, Any]) -> dict[str, Any]:
    """Another role for a user, whose sessions end: {"login", "role"} -> {"user_id", "before", "sessions_ended"}.

    ValueError for what is no role or no login, NotFoundError when nobody has that login.
    """
    login, role = event.get("login"), event.get("role")
    if not isinstance(login, str) or not login:
        raise ValueError("login: a username or an e-mail address")
    if role not in PEOPLES_ROLES:
        raise ValueError(f"role: one of {', '.join(PEOPLES_ROLES)}")
    change = RoleService.open().change(login, role, actor=_ACTOR)
    return {"user_id": change.user_id, "before": change.before, "sessions_ended": change.sessions_ended}


handler = serve(set_role)
