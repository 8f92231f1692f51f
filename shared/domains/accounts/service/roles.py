"""Changing what somebody may do."""

from dataclasses import dataclass

from shared.base import audit
from shared.base.audit import Action
from shared.base.errors import ConflictError, NotFoundError
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore


@dataclass(frozen=True)
class RoleChange:
    """Whose role it is, what it was before, and how many of their sessions ended with the change."""

    user_id: str
    before: str
    sessions_ended: int


class RoleService:
    """Roles of users."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore) -> None:
        """Use `open()`."""
        self._accounts = accounts
        self._sessions = sessions

    @classmethod
    def open(cls) -> "RoleService":
        """The accounts and sessions of the stage."""
        return cls(AccountStore.open(), SessionStore.open())

    def change(self, login: str, role: str, *, actor: str) -> RoleChange:
        """Give a user another role and end all their sessions, since tokens say the old one, in one transaction.

        login  username or e-mail address; NotFoundError when nobody has it
        actor  who does it, for the audit trail
        Somebody who has the role already stays as they are. ConflictError when another request changed them.
        """
        found = self._accounts.credentials(login)
        if found is None:
            raise NotFoundError("Nobody has this username or e-mail address")
        user = found.user
        if user.role == role:
            return RoleChange(user.id, role, 0)
        sessions = self._sessions.all_live(user.id)
        told = {"before": user.role, "role": role, "sessions_ended": str(len(sessions))}
        changed = audit.entry(Action.ROLE_CHANGED, user.id, actor=actor, **told)
        if not self._accounts.set_role(user, role, [changed, *self._sessions.endings(sessions)]):
            raise ConflictError("This account was changed by another request: try again")
        late = self._sessions.all_live(user.id)  # they began after the list was read, with the role before
        for session in late:
            self._sessions.end(user.id, session.id)
        return RoleChange(user.id, user.role, len(sessions) + len(late))
