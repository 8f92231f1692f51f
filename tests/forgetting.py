"""A process that forgets, as a cold function has never known."""

from shared.base import aws, kept, sealing, tokens
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.keys.service import showing
from shared.domains.operations.service import health, maintenance
from shared.http import limiting


def forget() -> None:
    """Drop all that a process keeps of a stage."""
    showing.settle(None)
    aws.forget()
    kept.forget()
    sealing.forget()
    tokens.forget()
    SessionService.forget()
    health.forget()
    maintenance.forget()
    limiting.forget()
