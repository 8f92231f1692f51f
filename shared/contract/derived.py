"""What follows from a declaration without being written in it."""

from shared.contract.declare import ANY_ROUTE, CONNECT, SAFE_METHODS, Changes, Declaration, Endpoint, Messages, Socket
from shared.contract.needs import Need
from shared.contract.permissions import CallerRule, Identity
from shared.contract.resources import (
    ADMIT_CLERK_USER,
    API_KEYS,
    AUDIT,
    CONNECTIONS,
    CURSOR_KEY,
    IDEMPOTENCY,
    LIMITS,
    MAINTENANCE,
    OPERATIONS,
    PUBLIC_KEYS,
    SESSIONS,
    SOCKETS,
    USER_CARD,
    USERS,
)

_TOKENS = (Identity.OPTIONAL, Identity.USER, Identity.ADMIN, Identity.SERVICE)
_SESSIONS = (Identity.OPTIONAL, Identity.USER, Identity.ADMIN)


def needs_of(declaration: Declaration) -> tuple[Need, ...]:
    """All that a function needs of AWS: what it declares, and what guards and Lambda do on its behalf."""
    return tuple(dict.fromkeys((*declaration.needs, *_on_its_behalf(declaration))))


def _on_its_behalf(declaration: Declaration) -> tuple[Need, ...]:
    if isinstance(declaration, Changes):
        return declaration.table.follow
    if isinstance(declaration, Messages):
        return declaration.queue.receive
    if isinstance(declaration, Socket):
        return _of_socket(declaration)
    return _guards(declaration) if isinstance(declaration, Endpoint) else ()


def _of_socket(socket: Socket) -> tuple[Need, ...]:
    """Whoever connects is asked who they are; each message counts, is answered, and may end its connection."""
    if socket.has_message:
        return (CONNECTIONS.update, SOCKETS.send, SOCKETS.close)
    if socket.route == CONNECT:
        return (*_callers(socket.caller), OPERATIONS.get_only(*MAINTENANCE.split()), LIMITS.update)
    return ()


def _guards(endpoint: Endpoint) -> tuple[Need, ...]:
    found = _callers(endpoint.caller)
    if endpoint.closes:
        found.append(OPERATIONS.get_only(*MAINTENANCE.split()))
    if endpoint.limits or endpoint.general:
        found.append(LIMITS.update)
    signed, changes = endpoint.caller.identity is Identity.SIGNATURE, endpoint.method not in SAFE_METHODS
    if changes and not signed and endpoint.path != ANY_ROUTE:  # a stage may want a CSRF token
        found.append(CURSOR_KEY.read)
    if endpoint.idempotent:
        found += [IDEMPOTENCY.put, IDEMPOTENCY.delete]
    return tuple(found)


def _callers(rule: CallerRule) -> list[Need]:
    """What it takes to find out who is calling."""
    found: list[Need] = []
    if rule.identity in _TOKENS:
        found.append(PUBLIC_KEYS.read)
    if rule.identity in _SESSIONS and rule.live:
        found += [SESSIONS.get, ADMIT_CLERK_USER.invoke, *([SESSIONS.check] if rule.joined else [])]
    if rule.identity in _SESSIONS:  # of those whose key or Clerk token does not tell it
        found.append(USERS.get_only(*USER_CARD.split()))
    if rule.takes_keys:  # the last use of one is noted beside the limits, what administrators do as others in the trail
        found += [API_KEYS.get, LIMITS.update, AUDIT.put]
    return found


def validation_status(path: str) -> int:
    """The status of a validation failure in the edition that a path belongs to: 400 in Studio, 422 in Watch."""
    return 400 if path.startswith("/api/v1/") else 422
