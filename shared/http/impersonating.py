"""Administrators who act as somebody: whether they still may, and that every call of theirs is told."""

from collections.abc import Callable

from shared.base import audit, logs
from shared.base.audit import Action
from shared.base.context import known
from shared.base.errors import AppError, ForbiddenError, InvalidTokenError
from shared.base.tokens import Claims
from shared.contract.permissions import ADMINISTRATOR, ROLE_PERMISSIONS, CallerRule
from shared.domains.accounts.service.cards import CardService
from shared.domains.accounts.service.sessions import SessionService
from shared.http.caller import Caller
from shared.http.envelope import Answer, status_of


def impersonated(claims: Claims, address: str, rule: CallerRule) -> Caller:
    """The user whom a token lets an administrator be, where an API key would do.

    ForbiddenError elsewhere; InvalidTokenError once the administrator has left or is none any more, both as of now, or
    the user is gone or became an administrator, as of a minute ago.
    """
    known(actor=claims.impersonator, acting_as=claims.user_id, address=address)
    if not rule.takes_keys:
        raise ForbiddenError("Nobody does this for somebody else: log in as yourself")
    if not SessionService.open().live_since(claims.impersonator, claims.session_id, fresh=True):
        raise InvalidTokenError("The administrator's session has ended")
    cards = CardService.open()
    administrator, user = cards.get(claims.impersonator, fresh=True), cards.get(claims.user_id)
    if administrator is None or administrator.role != ADMINISTRATOR:
        raise InvalidTokenError("This was issued to somebody who is no administrator any more")
    if user is None or user.role == ADMINISTRATOR:
        raise InvalidTokenError("Nobody acts as this user any more")
    return Caller(
        user_id=claims.user_id,
        email=claims.email,
        username=claims.username,
        display_name=claims.display_name,
        avatar_url=claims.avatar_url,
        role=user.role,
        tier=user.tier,
        permissions=ROLE_PERMISSIONS.get(user.role, frozenset()),
        address=address,
        impersonator=claims.impersonator,
    )


def told(user_id: str, studio: bool, run: Callable[[], Answer]) -> Answer:
    """The answer of `run`, with an entry in the audit trail before and after. Needs AUDIT.put.

    user_id  as whom it runs
    Without the first entry nothing runs: UnavailableError. A call that has no second one has ended nobody knows how.
    """
    audit.record(Action.IMPERSONATED_CALL, user_id, result=audit.BEGUN)
    try:
        answer = run()
    except Exception as error:
        _tell_end(user_id, status_of(error, studio) if isinstance(error, AppError) else AppError.status)
        raise
    _tell_end(user_id, answer["statusCode"])
    return answer


def _tell_end(user_id: str, status: int) -> None:
    """What was done is done: that its end cannot be told changes no answer."""
    try:
        audit.record(Action.IMPERSONATED_CALL, user_id, result=str(status))
    except Exception as error:  # noqa: BLE001 - the first entry stands, and the log says the rest
        logs.log_exception("the end of an impersonated call cannot be told", error, status=status)
