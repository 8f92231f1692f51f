"""Sessions and tokens as they are handed out."""

import functools
import hashlib
import uuid
from dataclasses import replace

from shared.base import clock, tokens
from shared.base.aws import secret
from shared.base.ids import new_id
from shared.base.settings import setting
from shared.domains.accounts.model import Device, Edition, LoggedIn, Session, Tokens, User
from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.accounts.rules.sessions import refresh_hash

STUDIO_MINUTES = 60
AGENT_LENGTH = 200


def peppers() -> list[str]:
    """The secret holds one pepper, or several parted by spaces, the one for new passwords first."""
    return secret("PASSWORD_PEPPER_SECRET").split()


def new_session(user_id: str, edition: Edition, device: Device) -> tuple[Session, str]:
    """A session, and the `jti` of its first refresh token, of which only the hash is kept."""
    jti = str(uuid.uuid4())
    now = clock.now()
    ends = int(now) + 86400 * int(setting("REFRESH_TOKEN_EXPIRE_DAYS", "7"))
    shown = replace(device, agent=device.agent[:AGENT_LENGTH])
    return Session(new_id(), user_id, refresh_hash(jti), clock.timestamp(now), ends, edition, shown), jti


def logged_in(user: User, session: Session, jti: str) -> LoggedIn:
    """A user and the tokens of their session."""
    shown = with_avatar(user)
    return LoggedIn(shown, tokens_of(shown, session, jti))


def with_avatar(user: User) -> User:
    """The user with the address of their picture, or of the one that stands for those who have none."""
    return replace(user, avatar_url=avatar_address(user.avatar_url, setting("CDN_BASE_URL")))


def tokens_of(user: User, session: Session, jti: str) -> Tokens:
    """An access token, and the refresh token that follows it: in Studio the bare `jti`."""
    studio = session.edition is Edition.STUDIO
    ends, minutes = session.expires_at, STUDIO_MINUTES if studio else 0
    access = tokens.issue_access_token(person_of(user), session.id, session_ends=ends, minutes=minutes)
    signed = functools.partial(tokens.issue_refresh_token, jti, user_id=user.id, session_id=session.id)
    return Tokens(access, jti if studio else signed(session_ends=ends), tokens.access_seconds(ends, minutes))


def person_of(user: User) -> tokens.Person:
    """What tokens say of a user."""
    return tokens.Person(user.id, user.username, user.email, user.display_name, user.avatar_url, user.role, user.tier)


def successor_key() -> bytes:
    """The key that successors of refresh tokens are worked out with: of the signing keys, which issuers read anyhow."""
    return hashlib.sha256(b"refresh tokens:" + secret("SIGNING_KEYS_SECRET").encode()).digest()
