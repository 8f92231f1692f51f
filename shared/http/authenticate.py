"""Finding out who is calling, and whether they may."""

from shared.base import clock
from shared.base.errors import ForbiddenError, InvalidTokenError, StepUpError, UnauthorizedError
from shared.contract.permissions import CallerRule, Identity
from shared.http.caller import Caller
from shared.http.request import ApiRequest

_ANONYMOUS = (Identity.PUBLIC, Identity.SIGNATURE)


def authenticate(request: ApiRequest, rule: CallerRule) -> Caller:
    """The caller of a request under the endpoint's rule; 401 without good proof, 403 without the permission."""
    if rule.identity in _ANONYMOUS:
        return Caller(address=request.address)
    token = _bearer(request)
    if not token:
        if rule.identity is Identity.OPTIONAL:
            return Caller(address=request.address)
        raise UnauthorizedError("Send an access token: Authorization: Bearer <token>")
    caller = (
        _service(token, request.address) if rule.identity is Identity.SERVICE else _user(token, request.address, rule)
    )
    if rule.identity is Identity.ADMIN and not caller.may("all"):
        raise ForbiddenError("This is for administrators")
    if rule.permission and not caller.may(rule.permission):
        raise ForbiddenError(f"This needs the permission {rule.permission}")
    return caller


def _bearer(request: ApiRequest) -> str:
    header = request.headers.get("authorization", "")
    if not header:
        return ""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or "," in token or " " in token:
        raise InvalidTokenError("The Authorization header must read: Bearer <token>")
    return token


def _service(token: str, address: str) -> Caller:
    from shared.base import tokens

    claims = tokens.verify(token, "service")
    return Caller(service=claims.subject, role="service", permissions=claims.permissions, address=address)


def _user(token: str, address: str, rule: CallerRule) -> Caller:
    from shared.base import tokens
    from shared.domains.accounts.service.sessions import SessionService

    claims = tokens.verify(token, "access")
    if rule.live:
        began = SessionService.open().live_since(claims.user_id, claims.session_id, fresh=rule.fresh)
        _check_session(began, rule)
    return Caller(
        user_id=claims.user_id,
        username=claims.username,
        display_name=claims.display_name,
        avatar_url=claims.avatar_url,
        role=claims.role,
        session_id=claims.session_id,
        tier=claims.tier,
        permissions=claims.permissions,
        address=address,
    )


def _check_session(began: str, rule: CallerRule) -> None:
    if not began:
        raise InvalidTokenError("This session has ended: log in again")
    if rule.recent and clock.now() - clock.seconds(began) > rule.recent:
        raise StepUpError
