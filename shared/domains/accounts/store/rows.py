"""The rows of users and sessions, and how they become what the domain speaks of.

The users table holds three rows for a user: `user#<id>`, `username#<lower case>` and `email#<normalised>`. The latter
two make names unique and are what a login reads, so they alone carry the password's hash, with a copy of the user. The
rows of a user change in one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.tables import is_outage
from shared.domains.accounts.model import (
    DEFAULT_TIER,
    Credentials,
    Device,
    Devices,
    Edition,
    Session,
    User,
)
from shared.domains.accounts.rules.counted import unpacked
from shared.domains.accounts.rules.mailed import NEW_DEVICE
from shared.domains.accounts.rules.names import email_key, username_key

LISTED = "user"
"""The one partition of the index `by_arrival`."""

MAILED = "mail#"
"""Begins the sort keys of rows about mail, which lie among the sessions of its user, after all their ids.

The purpose of a token follows, or the id of a request.
"""


class UserRow(Model):
    """A user under one of their three keys.

    `password_hash` and `counted`, the copy of how many follow, are absent from `user#<id>`; bio, settings, budget and
    `listed`, which puts it into the index `by_arrival`, are nowhere else. Of an account that is closed two rows are
    left, which keep its names from others until all else is erased: they have `closed_at`, and tell nothing of the user
    but their id.
    """

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    username = UnicodeAttribute()
    email = UnicodeAttribute()
    display_name = UnicodeAttribute()
    avatar_url = UnicodeAttribute(default="")
    bio = UnicodeAttribute(default="")
    role = UnicodeAttribute()
    tier = UnicodeAttribute(default=DEFAULT_TIER)
    company = UnicodeAttribute(default="")
    verified = BooleanAttribute(default=False)
    email_verified = BooleanAttribute(default=False)
    created_at = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    mfa_secret = UnicodeAttribute(null=True)
    known_devices = JSONAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    settings = JSONAttribute(null=True)
    monthly_budget = NumberAttribute(null=True)
    is_beta_user = BooleanAttribute(default=False)
    updated_at = UnicodeAttribute(default="")
    closed_at = UnicodeAttribute(null=True)
    counted = UnicodeAttribute(null=True)


class SessionRow(Model):
    """A session of its user.

    DynamoDB removes it some time after `expires_at` (epoch seconds), so that is compared here as well. `mail_due` and
    `mail_to` ask for a mail about a new device, and `told_at` says that it was sent.
    """

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    refresh_hash = UnicodeAttribute()
    created_at = UnicodeAttribute()
    edition = UnicodeAttribute(default=Edition.WATCH)
    address = UnicodeAttribute(default="")
    agent = UnicodeAttribute(default="")
    rotated_at = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)
    mail_due = UnicodeAttribute(null=True)
    mail_to = UnicodeAttribute(null=True)
    told_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class RefreshRow(Model):
    """Where a Studio refresh token leads: such a token says nothing by itself. `user_id` is `refresh#<its hash>`.

    It stays when the token was used, so that whoever uses it again is found out.
    """

    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        """The table is bound when the store is opened."""

        table_name = ""

    user_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True, default="-")
    holder_id = UnicodeAttribute()
    held_id = UnicodeAttribute()
    expires_at = NumberAttribute()


@contextmanager
def answering() -> Iterator[None]:
    """Turn "DynamoDB does not answer" into 503; other faults are ours and stay what they are."""
    try:
        yield
    except PynamoDBException as error:
        if not is_outage(error):
            raise
        raise UnavailableError("Accounts cannot be reached at the moment") from error


def is_live(row: SessionRow) -> bool:
    return row.ended_at is None and row.expires_at > clock.now()


def user_key(user_id: str) -> str:
    """The key of the row that a user's id leads to."""
    return f"user#{user_id}"


def name_keys(user: User) -> tuple[str, str]:
    """The keys of the rows that a login reads."""
    return username_key(user.username), email_key(user.email)


def user_row(key: str, user: User, password_hash: str | None = None, devices: Devices | None = None) -> UserRow:
    return UserRow(
        key,
        user_id=user.id,
        username=user.username,
        email=user.email,
        display_name=user.display_name,
        avatar_url=user.avatar_url,
        bio=user.bio,
        role=user.role,
        tier=user.tier,
        company=user.company,
        verified=user.verified,
        email_verified=user.email_verified,
        created_at=user.created_at,
        password_hash=password_hash,
        known_devices=devices,
        listed=LISTED if key == user_key(user.id) else None,
    )


def user_update(key: str, change: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
    """The part of a transaction that changes one row of a user; `values` are as DynamoDB takes them."""
    return {
        "Update": {
            "TableName": setting("USERS_TABLE"),
            "Key": {"pk": {"S": key}},
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }


def to_user(row: UserRow) -> User:
    """The user that a row holds; how many follow them as it was copied, in rows that have a copy."""
    numbers = unpacked(row.counted or "")
    return User(
        id=row.user_id,
        username=row.username,
        email=row.email,
        display_name=row.display_name,
        created_at=row.created_at,
        avatar_url=row.avatar_url,
        bio=row.bio,
        role=row.role,
        tier=row.tier,
        company=row.company,
        verified=row.verified,
        email_verified=row.email_verified,
        monthly_budget=row.monthly_budget,
        is_beta_user=row.is_beta_user,
        updated_at=row.updated_at,
        follower_count=numbers.followers,
        following_count=numbers.following,
    )


def to_credentials(row: UserRow) -> Credentials:
    """What a login is judged by; without a password the hash is "", which no password has."""
    return Credentials(to_user(row), row.password_hash or "", row.mfa_secret or "", row.known_devices)


def session_row(session: Session, told: str = "") -> SessionRow:
    """The row of a session; `told` is the address that is to be told of its device."""
    return SessionRow(
        session.user_id,
        session.id,
        refresh_hash=session.refresh_hash,
        created_at=session.created_at,
        edition=session.edition,
        address=session.device.address,
        agent=session.device.agent,
        mail_due=NEW_DEVICE if told else None,
        mail_to=told or None,
        expires_at=session.expires_at,
    )


def refresh_row(session: Session, refresh_hash: str) -> RefreshRow:
    """The row that leads from a refresh token to its session."""
    return RefreshRow(
        f"refresh#{refresh_hash}",
        "-",
        holder_id=session.user_id,
        held_id=session.id,
        expires_at=session.expires_at,
    )


def to_session(row: SessionRow) -> Session:
    """The session that a row holds."""
    return Session(
        id=row.session_id,
        user_id=row.user_id,
        refresh_hash=row.refresh_hash,
        created_at=row.created_at,
        expires_at=int(row.expires_at),
        edition=Edition(row.edition),
        device=Device(row.address, row.agent),
        used_at=row.rotated_at or "",
    )
