"""Tokens that are mailed: whoever has one can read the mail of the address that it was sent to.

A token is 48 bytes in base64url: the user's id, and 256 random bits. Only a hash of it is kept, under the user and the
purpose, so that the next one takes its place.
"""

import base64
import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum

from shared.domains.accounts.errors import InvalidLinkError

TOKEN_LENGTH = 64
PAUSE_SECONDS = 60
"""So long after a mail no other one of its purpose goes to the same person."""

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}")


class Purpose(StrEnum):
    """What a token is good for, and nothing else."""

    VERIFY_EMAIL = "verify-email"
    RESET_PASSWORD = "password-reset"


NEW_DEVICE = "new-device"
"""Asks for the mail about a session's device, which has no token; its `asked_id` is the session's."""

LIFE_SECONDS = {Purpose.VERIFY_EMAIL: 60 * 60, Purpose.RESET_PASSWORD: 30 * 60}


@dataclass(frozen=True)
class MailedToken:
    """What is kept of a token.

    asked_id       the id of the request for the mail; ids sort by time
    username       with `email`, the names of the user at that moment: under others the token is not good
    password_hash  likewise, where the token resets it, else ""
    expires_at     epoch seconds
    """

    user_id: str
    purpose: Purpose
    hash: str
    asked_id: str
    username: str
    email: str
    password_hash: str
    expires_at: int


def new_token(user_id: str) -> str:
    """A token for a user."""
    return base64.urlsafe_b64encode(uuid.UUID(user_id).bytes + secrets.token_bytes(32)).decode()


def user_of(token: str) -> str:
    """The user that a token names, true or not. InvalidLinkError when it cannot be one."""
    if not _TOKEN.fullmatch(token):
        raise InvalidLinkError
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(token)[:16]))


def token_hash(token: str, purpose: Purpose) -> str:
    """What is kept of a token; another one for each purpose."""
    return hashlib.sha256(f"{purpose}:{token}".encode()).hexdigest()
