"""What the mails about accounts say, and where their links lead."""

from dataclasses import dataclass

from shared.domains.accounts.rules.mailed import LIFE_SECONDS, Purpose
from shared.providers.mail.port import Mail


@dataclass(frozen=True)
class _Kind:
    subject: str
    reason: str
    otherwise: str
    action: str
    api_page: str
    frontend_page: str


_KINDS = {
    Purpose.VERIFY_EMAIL: _Kind(
        "Confirm your e-mail address",
        "this address was given for an account at Showreel. Confirm that it is yours.",
        "If you have no account there, do nothing: the address stays unconfirmed.",
        "Confirm this address",
        "/api/v1/auth/verify-email",
        "/verify-email",
    ),
    Purpose.RESET_PASSWORD: _Kind(
        "Reset your password",
        "somebody asked to reset the password of your account at Showreel.",
        "If it was not you, do nothing: your password stays as it is.",
        "Choose a new password",
        "/api/v1/auth/password-reset/confirm",
        "/reset-password",
    ),
}


def letter(purpose: Purpose, email: str, link: str) -> Mail:
    """The mail of a purpose. Nothing in it was written by whoever gave the address: they may not be its owner."""
    kind = _KINDS[purpose]
    life = f"The link is good once, for {LIFE_SECONDS[purpose] // 60} minutes, unless a newer mail follows."
    return Mail(email, kind.subject, ("Hello,", kind.reason, f"{life} {kind.otherwise}"), kind.action, link)


def link_to(purpose: Purpose, token: str, *, api: str, frontend: str) -> str:
    """Where the mail leads: to a page of the frontend, or of the API when there is none.

    Both addresses are settings of the stage; what a request says of its host is never looked at.
    """
    kind = _KINDS[purpose]
    base, page = (frontend, kind.frontend_page) if frontend else (api, kind.api_page)
    return f"{base.rstrip('/')}{page}?token={token}"
