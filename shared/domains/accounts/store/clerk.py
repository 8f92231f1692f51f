"""Which accounts belong to users of Clerk: a row `clerk#<their id>` in the table of users leads to one."""

from dataclasses import dataclass
from typing import Any

from shared.base import audit
from shared.base.audit import Action
from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import Refusal, write_together
from shared.domains.accounts.model import Credentials, User
from shared.domains.accounts.rules.names import email_key, email_problems
from shared.domains.accounts.store.rows import UserRow, name_keys, to_credentials, to_user, user_key, user_row

_ABSENT = "attribute_not_exists(pk)"
LINK, USER, USERNAME, EMAIL = range(4)
"""What stands in the way of a new account, by the number of its write."""


@dataclass(frozen=True)
class InTheWay:
    """Why no account was made: which row was there, and whose it is if it is a user's."""

    number: int
    holder: Credentials | None


class ClerkStore:
    """Links from users of Clerk to accounts."""

    @classmethod
    def open(cls) -> "ClerkStore":
        """The stage's users."""
        return cls()

    def linked(self, clerk_id: str) -> str | None:
        """The account of a user of Clerk; None when there is none yet, "" when Clerk has them no more."""
        with answering("Accounts"):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=_table(),
                Key={"pk": {"S": _key(clerk_id)}},
                ProjectionExpression="user_id",
                ConsistentRead=True,
            )
        return str(found["Item"].get("user_id", {"S": ""})["S"]) if "Item" in found else None

    def known(self, clerk_id: str, email: str) -> tuple[str | None, User | None]:
        """As `linked`, and who has an address, as long as it is the same user. One call. Needs USERS.batch_get."""
        names = () if email_problems(email) else (email_key(email),)
        keys = [{"pk": {"S": name}} for name in (_key(clerk_id), *names)]
        with answering("Accounts"):
            found = {item["pk"]["S"]: item for item in read_together({_table(): keys})[_table()]}
        item = found.pop(_key(clerk_id), None)
        if item is None:
            return None, None
        user_id = str(item.get("user_id", {"S": ""})["S"])
        own = (one for one in found.values() if one["user_id"]["S"] == user_id and "closed_at" not in one)
        return user_id, next((to_user(UserRow.from_raw_data(one)) for one in own), None)

    def create(self, clerk_id: str, user: User) -> InTheWay | None:
        """Make an account without a password and the link to it, all or nothing; None when that went well."""
        rows = [user_row(key, user) for key in (user_key(user.id), *name_keys(user))]
        puts = [_put(self._link(clerk_id, user.id)), *(_put(row.serialize()) for row in rows)]
        with answering("Accounts"):
            refusal = write_together(*puts, _told(user.id))
        return _in_the_way(refusal) if refusal else None

    def link(self, clerk_id: str, user_id: str) -> bool:
        """Lead to an account whose address is verified, without a second factor; False when it is not, or a link is."""
        verified = {
            "TableName": _table(),
            "Key": {"pk": {"S": user_key(user_id)}},
            "ConditionExpression": "email_verified = :yes AND attribute_not_exists(mfa_secret)",
            "ExpressionAttributeValues": {":yes": {"BOOL": True}},
        }
        with answering("Accounts"):
            link = _put(self._link(clerk_id, user_id))
            return write_together(link, {"ConditionCheck": verified}, _told(user_id)) is None

    def tell(self, clerk_id: str, user: User, name: str, picture: str, told_at: int) -> bool:
        """Set what others see of a user in all their rows, as Clerk told it at that moment, in milliseconds.

        False when it has told something later.
        """
        seen = {":name": {"S": name}, ":picture": {"S": picture}, ":user": {"S": user.id}}
        rows = [
            _update(key, "SET display_name = :name, avatar_url = :picture", "user_id = :user", seen)
            for key in (user_key(user.id), *name_keys(user))
        ]
        later = "user_id = :user AND (attribute_not_exists(told_at) OR told_at < :told)"
        told = {":told": {"N": str(told_at)}, ":user": {"S": user.id}}
        with answering("Accounts"):
            refusal = write_together(_update(_key(clerk_id), "SET told_at = :told", later, told), *rows)
        if refusal and refusal.number != LINK:
            raise UnavailableError("The account changes at this moment")
        return refusal is None

    def forget(self, clerk_id: str) -> None:
        """Let nobody come as this user any more, whatever is told of them later."""
        gone = {"pk": {"S": _key(clerk_id)}}  # without a user, whose id is the key of an index and cannot be empty
        with answering("Accounts"):
            client("dynamodb", READ_SECONDS).put_item(TableName=_table(), Item=gone)

    @staticmethod
    def _link(clerk_id: str, user_id: str) -> dict[str, Any]:
        return {"pk": {"S": _key(clerk_id)}, "user_id": {"S": user_id}}


def _in_the_way(refusal: Refusal) -> InTheWay:
    if refusal.number == LINK or refusal.item is None:
        return InTheWay(refusal.number, None)
    return InTheWay(refusal.number, to_credentials(UserRow.from_raw_data(refusal.item)))


def _told(user_id: str) -> dict[str, Any]:
    return audit.entry(Action.IDENTITY_LINKED, user_id, actor=user_id, provider="clerk")


def _put(item: dict[str, Any]) -> dict[str, Any]:
    condition = {"ConditionExpression": _ABSENT, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Put": {"TableName": _table(), "Item": item, **condition}}


def _update(key: str, change: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
    what = {"TableName": _table(), "Key": {"pk": {"S": key}}, "UpdateExpression": change}
    return {"Update": {**what, "ConditionExpression": condition, "ExpressionAttributeValues": values}}


def _key(clerk_id: str) -> str:
    return f"clerk#{clerk_id}"


def _table() -> str:
    return setting("USERS_TABLE")
