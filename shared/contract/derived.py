"""What follows from a declaration without being written in it."""

from shared.contract.declare import ANY_ROUTE, SAFE_METHODS, Declaration, Endpoint
from shared.contract.needs import Need
from shared.contract.permissions import Identity
from shared.contract.resources import (
    API_KEYS,
    AUDIT,
    CURSOR_KEY,
    IDEMPOTENCY,
    LIMITS,
    MAINTENANCE,
    OPERATIONS,
    PUBLIC_KEYS,
    SESSIONS,
    USER_CARD,
    USERS,
)

_TOKENS = (Identity.OPTIONAL, Identity.USER, Identity.ADMIN, Identity.SERVICE)
_SESSIONS = (Identity.OPTIONAL, Identity.USER, Identity.ADMIN)


def needs_of(declaration: Declaration) -> tuple[Need, ...]:
    """All that a function needs of AWS: what it declares, and what the guards of an endpoint do on its behalf."""
    guards = _guards(declaration) if isinstance(declaration, Endpoint) else ()
    return tuple(dict.fromkeys((*declaration.needs, *guards)))


def _guards(endpoint: Endpoint) -> tuple[Need, ...]:
    found: list[Need] = []
    if endpoint.caller.identity in _TOKENS:
        found.append(PUBLIC_KEYS.read)
    if endpoint.caller.identity in _SESSIONS and endpoint.caller.live:
        found.append(SESSIONS.get)
    if (
        endpoint.caller.takes_keys
    ):  # the last use of one is noted beside the limits, what administrators do in the trail
        found += [API_KEYS.get, USERS.get_only(*USER_CARD.split()), LIMITS.update, AUDIT.put]
    if endpoint.closes:
        found.append(OPERATIONS.get_only(*MAINTENANCE.split()))
    if endpoint.limits or endpoint.general:
        found.append(LIMITS.update)
    if _may_want_csrf_token(endpoint):
        found.append(CURSOR_KEY.read)
    if endpoint.idempotent:
        found += [IDEMPOTENCY.put, IDEMPOTENCY.delete]
    return tuple(found)


def _may_want_csrf_token(endpoint: Endpoint) -> bool:
    """Whether a stage may demand a CSRF token. What changes nothing needs none, and what is signed is meant."""
    signed = endpoint.caller.identity is Identity.SIGNATURE
    return endpoint.path != ANY_ROUTE and endpoint.method not in SAFE_METHODS and not signed


def validation_status(path: str) -> int:
    """The status of a validation failure in the edition that a path belongs to: 400 in Studio, 422 in Watch."""
    return 400 if path.startswith("/api/v1/") else 422
