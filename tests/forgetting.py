"""A process that forgets, as a cold function has never known."""

from shared.base import aws, clerk_tokens, kept, sealing, sockets, tokens
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.keys.service import showing
from shared.domains.operations.service import health, maintenance
from shared.domains.views.service import watching
from shared.domains.views.store import ViewStore
from shared.http import limiting
from shared.providers.oauth import id_tokens


def forget() -> None:
    """Drop all that a process keeps of a stage."""
    showing.settle(None)
    aws.forget()
    kept.forget()
    sealing.forget()
    clerk_tokens.forget()
    id_tokens.forget()
    tokens.forget()
    sockets.forget()
    SessionService.forget()
    health.forget()
    maintenance.forget()
    ViewStore.open.cache_clear()
    watching.forget()
    limiting.forget()
