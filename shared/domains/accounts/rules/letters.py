"""What the mails about accounts say, and where their links lead."""

from dataclasses import dataclass
from datetime import datetime

from shared.domains.accounts.model import Session
from shared.domains.accounts.rules.devices import kind_of, near
from shared.domains.accounts.rules.mailed import LIFE_SECONDS, Purpose
from shared.providers.mail.port import Mail

NEW_DEVICE_SUBJECT = "A new device has entered your account"
_NOT_YOU = (
    "If it was not you, set another password at once: all other sessions end with it, and their devices are forgotten. "
    "The list of your sessions shows each with its address, and ends any of them."
)


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


def device_letter(email: str, session: Session, *, api: str, frontend: str) -> Mail:
    """The mail about a login from a new device; `api` and `frontend` as for `link_to`.

    What a client says of itself comes through in words of ours alone.
    """
    at = datetime.fromisoformat(session.created_at).strftime("%d %B %Y at %H:%M UTC").lstrip("0")
    kind, place = kind_of(session.device.agent), near(session.device.address)
    where = f"the network {place}" if place else "a network that is not known"
    login = f"somebody logged in to your account at Showreel on {at}, with {kind}, from {where}."
    told = ("Hello,", f"{login} Your account was not entered like this before.", "If it was you, do nothing.", _NOT_YOU)
    if frontend:
        return Mail(email, NEW_DEVICE_SUBJECT, told, "Look at your sessions", f"{frontend.rstrip('/')}/security")
    base = f"{api.rstrip('/')}/api/v1/auth"
    ways = (
        f"Who is logged in sets a password with POST {base}/password, and whoever is not has a link mailed with "
        f"POST {base}/password-reset. The list is GET {base}/sessions, and DELETE {base}/sessions/{session.id} "
        "ends this one."
    )
    return Mail(email, NEW_DEVICE_SUBJECT, (*told, ways))


def link_to(purpose: Purpose, token: str, *, api: str, frontend: str) -> str:
    """Where the mail leads: to a page of the frontend, or of the API when there is none.

    Both addresses are settings of the stage; what a request says of its host is never looked at.
    """
    kind = _KINDS[purpose]
    base, page = (frontend, kind.frontend_page) if frontend else (api, kind.api_page)
    return f"{base.rstrip('/')}{page}?token={token}"
