"""Which account an identity with a provider leads to, and what we may do there for its user.

In the table of users `identity#<provider>#<subject>` leads to one account, and `grant#<provider>#<subject>` holds the
provider's tokens, sealed to their user. `user#<id>` names the identities of a user, so that both can be found from it.
"""

from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.failures import Count, Lock, counts_of
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.domains.accounts.model import Credentials, Devices, Identity, User
from shared.domains.accounts.store.rows import UserRow, name_keys, to_credentials, user_key, user_row, user_update
from shared.domains.accounts.store.writes import GONE, SPENT, TAKEN, Write

_ABSENT = "attribute_not_exists(pk)"


@dataclass(frozen=True)
class Known:
    """What is known of somebody with an identity.

    owner_id  whose it is, "" when it is nobody's
    users     those that were asked for or that the identity leads to, by their ids
    counts    failures that count
    is_kept   the address that was asked for is that of an account which is closed and not erased yet
    """

    owner_id: str
    users: dict[str, Credentials]
    counts: dict[Lock, Count]
    is_kept: bool = False


class IdentityStore:
    """Identities."""

    @classmethod
    def open(cls) -> "IdentityStore":
        """The stage's."""
        return cls()

    def known(self, identity: Identity, user_row_key: str, locks: tuple[Lock, Lock]) -> Known:
        """What is known of an identity and of a user by one of their keys; one call, two when it is another's."""
        users, counters = setting("USERS_TABLE"), setting("LIMITS_TABLE")
        asked = {users: [_key(_lead(identity)), _key(user_row_key)], counters: [lock.key for lock in locks]}
        with answering("Accounts"):
            found = read_together(asked)
            rows = {item["pk"]["S"]: item for item in found[users]}
            owner_id = rows.pop(_lead(identity), {}).get("user_id", {}).get("S", "")
            there = [item for item in rows.values() if "closed_at" not in item]
            people = {item["user_id"]["S"]: to_credentials(UserRow.from_raw_data(item)) for item in there}
            if owner_id and owner_id not in people and (item := _get(user_key(owner_id))):
                people[owner_id] = to_credentials(UserRow.from_raw_data(item))
        return Known(owner_id, people, counts_of(locks, found[counters]), is_kept=len(there) < len(rows))


def linked_to(user_id: str) -> list[str]:
    """The names of the identities of a user, for example google#1234; one call."""
    with answering("Accounts"):
        item = _get(user_key(user_id)) or {}
    return sorted(item.get("identities", {}).get("SS", []))


def spending(state_hash: str, ends_at: int) -> Write:
    """Use a state up: what is kept of it lies among the sessions, whose old rows go by themselves."""
    item = {"user_id": {"S": f"oauth#{state_hash}"}, "session_id": {"S": "-"}, "expires_at": {"N": str(ends_at)}}
    return SPENT, _put("SESSIONS_TABLE", item, "attribute_not_exists(user_id)")


def account(user: User, identity: Identity, devices: Devices | None) -> list[Write]:
    """Make an account without a password, with the one identity that leads to it and the device of its first login."""
    keys = (user_key(user.id), *name_keys(user))
    own, *names = (user_row(key, user, devices=devices).serialize() for key in keys)
    own |= {"identities": {"SS": [identity.name]}}
    return [(TAKEN, _put("USERS_TABLE", item, _ABSENT)) for item in (_leading(identity, user.id), own, *names)]


def link(user_id: str, identity: Identity, *, if_verified: bool) -> list[Write]:
    """Lead to an account that is there, `if_verified` only while its address is."""
    lead = _put("USERS_TABLE", _leading(identity, user_id), _ABSENT)
    return [(TAKEN, lead), noted(user_id, identity, if_verified=if_verified)]


def noted(user_id: str, identity: Identity, *, if_verified: bool = False) -> Write:
    """Note an identity with its account, which must be there; `if_verified` only while its address is."""
    values: dict[str, Any] = {":identities": {"SS": [identity.name]}}
    condition = "attribute_exists(pk)"
    if if_verified:
        condition, values = "email_verified = :yes", values | {":yes": {"BOOL": True}}
    return GONE, user_update(user_key(user_id), "ADD identities :identities", condition, values)


def grant(user_id: str, identity: Identity, sealed: str, at: str, *, lasting: bool) -> Write:
    """Keep tokens of a provider; those that do not last take the place of none that do."""
    tokens = ":tokens" if lasting else "if_not_exists(tokens, :tokens)"
    values = {":user": {"S": user_id}, ":tokens": {"S": sealed}, ":at": {"S": at}}
    condition = "attribute_not_exists(pk) OR user_id = :user"
    change = f"SET user_id = :user, tokens = {tokens}, granted_at = :at"
    return GONE, user_update(f"grant#{identity.name}", change, condition, values)


def _lead(identity: Identity) -> str:
    return f"identity#{identity.name}"


def _leading(identity: Identity, user_id: str) -> dict[str, Any]:
    return _key(_lead(identity)) | {"user_id": {"S": user_id}}


def _key(text: str) -> dict[str, Any]:
    return {"pk": {"S": text}}


def _put(table: str, item: dict[str, Any], condition: str) -> dict[str, Any]:
    return {"Put": {"TableName": setting(table), "Item": item, "ConditionExpression": condition}}


def _get(key: str) -> dict[str, Any] | None:
    table = client("dynamodb", READ_SECONDS)
    found: dict[str, Any] = table.get_item(TableName=setting("USERS_TABLE"), Key=_key(key), ConsistentRead=True)
    return found.get("Item")
