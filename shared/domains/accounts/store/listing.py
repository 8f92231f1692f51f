"""All users in the order in which they came, for administrators."""

from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.domains.accounts.model import ListedUser
from shared.domains.accounts.store.rows import LISTED


@dataclass(frozen=True)
class Listed:
    """Users, the latest first, and whether there are more."""

    users: list[ListedUser]
    goes_on: bool


class UserListStore:
    """The index `by_arrival` of the table `users`, in which each user is once."""

    def read(self, after: str, count: int = 0) -> Listed:
        """The latest users: as many as an answer of a megabyte holds, or `count`. One call, a moment behind.

        after  the id of the user before the first one, "" from the latest
        """
        condition, values = "listed = :listed", {":listed": {"S": LISTED}}
        if after:
            condition, values = f"{condition} AND user_id < :after", values | {":after": {"S": after}}
        with answering("Accounts"):
            found = client("dynamodb", READ_SECONDS).query(
                TableName=setting("USERS_TABLE"),
                IndexName="by_arrival",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                **({"Limit": count} if count else {}),
            )
        return Listed([_to_listed(item) for item in found["Items"]], "LastEvaluatedKey" in found)


def _to_listed(item: dict[str, Any]) -> ListedUser:
    texts = ("user_id", "username", "email", "display_name", "role", "tier", "created_at")
    return ListedUser(email_verified=item["email_verified"]["BOOL"], **{name: item[name]["S"] for name in texts})
