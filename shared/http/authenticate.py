"""Finding out who is calling, and whether they may."""

from shared.base import clock
from shared.base.errors import ForbiddenError, InvalidTokenError, StepUpError
from shared.contract.permissions import CallerRule, Identity
from shared.http.caller import Caller
from shared.http.credentials import NothingShownError, is_key, shown
from shared.http.request import ApiRequest

_ANONYMOUS = (Identity.PUBLIC, Identity.SIGNATURE)


def authenticate(request: ApiRequest, rule: CallerRule) -> Caller:
    """The caller of a request under the endpoint's rule; 401 without good proof, 403 without the permission."""
    if rule.identity in _ANONYMOUS:
        return Caller(address=request.address)
    proof = shown(request)
    if not proof:
        if rule.identity is Identity.OPTIONAL:
            return Caller(address=request.address)
        raise NothingShownError
    caller = _known(proof, request.address, rule)
    if rule.identity is Identity.ADMIN and not caller.may("all"):
        raise ForbiddenError("This is for administrators")
    if rule.permission and not caller.may(rule.permission):
        raise ForbiddenError(f"This needs the permission {rule.permission}")
    return caller


def session_of(request: ApiRequest) -> str:
    """The session whose access token a request shows, live or not; "" when it shows none that is good."""
    from shared.base import tokens

    try:
        proof = shown(request)
        return tokens.verify(proof, "access").session_id if proof and not is_key(proof) else ""
    except InvalidTokenError:
        return ""


def _known(proof: str, address: str, rule: CallerRule) -> Caller:
    if rule.identity is Identity.SERVICE:
        return _service(proof, address)
    return _holder(proof, address, rule) if is_key(proof) else _user(proof, address, rule)


def _service(token: str, address: str) -> Caller:
    from shared.base import tokens

    if is_key(token):
        raise InvalidTokenError("This is no service token")
    claims = tokens.verify(token, "service")
    return Caller(service=claims.subject, role="service", permissions=claims.permissions, address=address)


def _user(token: str, address: str, rule: CallerRule) -> Caller:
    from shared.base import tokens
    from shared.domains.accounts.service.sessions import SessionService

    claims = tokens.verify(token, "access", "impersonation")
    if claims.use == "impersonation":
        from shared.http.impersonating import impersonated

        return impersonated(claims, address, rule)
    if rule.live:
        began = SessionService.open().live_since(claims.user_id, claims.session_id, fresh=rule.fresh)
        _check_session(began, rule)
    return Caller(
        user_id=claims.user_id,
        email=claims.email,
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


def _holder(key: str, address: str, rule: CallerRule) -> Caller:
    from shared.domains.keys.service.showing import HolderService

    if not rule.takes_keys:  # not even looked at, so that nothing need be granted for it
        raise ForbiddenError("An API key cannot do this: log in, and send an access token")
    holder = HolderService.open().identify(key, fresh=rule.fresh)
    owner = holder.owner
    return Caller(
        user_id=owner.user_id,
        username=owner.username,
        display_name=owner.display_name,
        avatar_url=owner.avatar_url,
        role=owner.role,
        tier=owner.tier,
        key_id=holder.key_id,
        permissions=holder.permissions,
        address=address,
    )
