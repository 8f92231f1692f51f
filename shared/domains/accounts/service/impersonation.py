"""Tokens with which an administrator acts as somebody."""

from shared.base import audit, tokens
from shared.base.audit import Action
from shared.base.errors import ConflictError, ForbiddenError, NotFoundError
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.contract.permissions import ADMINISTRATOR
from shared.domains.accounts.service.issuing import person_of, with_avatar
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.accounts.store.users import AccountStore


class ImpersonationService:
    """Acting as somebody."""

    def __init__(self, accounts: AccountStore, sessions: SessionService) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions

    @classmethod
    def open(cls) -> "ImpersonationService":
        """The accounts and sessions of the stage."""
        return cls(AccountStore.open(), SessionService.open())

    def begin(self, user_id: str, administrator: str, session_id: str) -> str:
        """A token for an administrator to act as a user, for 1800 s and while the administrator's session lives.

        The audit trail tells of it first. ConflictError for oneself, NotFoundError,
        ForbiddenError for administrators, and for a session that is not ours.
        """
        if not self._sessions.live_since(administrator, session_id):
            raise ForbiddenError("Log in here to act as somebody: this ends with your session, and Clerk keeps yours")
        if user_id == administrator:
            raise ConflictError("You are this user already")
        user = self._accounts.user(user_id)
        if user is None:
            raise NotFoundError("There is no such user")
        if user.role == ADMINISTRATOR:
            raise ForbiddenError("Nobody acts as an administrator")
        token = tokens.issue_impersonation_token(person_of(with_avatar(user)), administrator, session_id)
        with answering("The audit trail"):
            write_together(audit.entry(Action.IMPERSONATED, user_id, session=session_id))
        return token
