"""Finding out who is calling, and whether they may."""

from shared.base import clock, provisos
from shared.base.errors import ForbiddenError, InvalidTokenError, StepUpError
from shared.contract.permissions import ROLE_PERMISSIONS, CallerRule, Identity
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.model import UserCard
from shared.http.caller import Caller
from shared.http.credentials import NothingShownError, is_key, shown
from shared.http.request import ApiRequest

# What proves tokens is imported where it is used: many requests, and all cold starts of public endpoints, need none.

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
    """The session whose token a request shows, live or not; "" when it shows none that is good."""
    from shared.base import clerk_tokens, tokens

    try:
        proof = shown(request)
        if not proof or is_key(proof):
            return ""
        if clerk_tokens.names_clerk(proof):
            return clerk_tokens.verify(proof).session_id
        return tokens.verify(proof, "access").session_id
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
    from shared.base import clerk_tokens, tokens
    from shared.domains.accounts.service.sessions import SessionService

    if clerk_tokens.names_clerk(token):
        return _of_clerk(token, address, rule)
    claims = tokens.verify(token, "access", "impersonation")
    if claims.use == "impersonation":
        from shared.http.impersonating import impersonated

        return impersonated(claims, address, rule)
    if rule.live:
        sessions = SessionService.open()
        began = sessions.live_since(claims.user_id, claims.session_id, fresh=rule.fresh and not rule.joined)
        _check_session(began, rule)
        if rule.joined:
            provisos.require(sessions.proviso(claims.user_id, claims.session_id))
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
        expires_at=claims.expires_at,
    )


def _check_session(began: str, rule: CallerRule) -> None:
    if not began:
        raise SessionEndedError
    _check_recent(clock.seconds(began), rule)


def _check_recent(proven_at: float, rule: CallerRule) -> None:
    if rule.recent and clock.now() - proven_at > rule.recent:
        raise StepUpError


def _of_clerk(token: str, address: str, rule: CallerRule) -> Caller:
    from shared.base import clerk_tokens
    from shared.domains.accounts.service.cards import CardService
    from shared.domains.accounts.service.clerk import ClerkService

    if rule.ours:
        raise ForbiddenError("Clerk keeps your session and your password: use its pages")
    claims = clerk_tokens.verify(token)
    user_id = ClerkService.open().account_of(token, claims, fresh=rule.fresh)
    card = CardService.open().get(user_id, fresh=rule.fresh)
    if card is None:
        raise InvalidTokenError("This account is gone")
    _check_recent(claims.proven_at, rule)
    permissions = ROLE_PERMISSIONS.get(card.role, frozenset())
    return _caller_of(card, address, permissions, claims.session_id, expires_at=claims.expires_at)


def _caller_of(
    card: UserCard,
    address: str,
    permissions: frozenset[str],
    session_id: str = "",
    key_id: str = "",
    expires_at: int = 0,
) -> Caller:
    return Caller(
        user_id=card.user_id,
        username=card.username,
        display_name=card.display_name,
        avatar_url=card.avatar_url,
        role=card.role,
        tier=card.tier,
        permissions=permissions,
        address=address,
        session_id=session_id,
        key_id=key_id,
        expires_at=expires_at,
    )


def _holder(key: str, address: str, rule: CallerRule) -> Caller:
    from shared.domains.keys.service.showing import HolderService

    if not rule.takes_keys:  # not even looked at, so that nothing need be granted for it
        raise ForbiddenError("An API key cannot do this: log in, and send an access token")
    holder = HolderService.open().identify(key, fresh=rule.fresh)
    return _caller_of(holder.owner, address, holder.permissions, key_id=holder.key_id)
