"""A few attributes of users, read by functions that may read no others."""

from shared.base.aws import client
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.contract.resources import USER_CARD
from shared.domains.accounts.model import DEFAULT_TIER, UserCard


class CardStore:
    """Users, as much as every function may read of them."""

    @classmethod
    def open(cls) -> "CardStore":
        """The stage's users."""
        return cls()

    def get(self, user_id: str) -> UserCard | None:
        """The card of a user; None when they are gone."""
        names = USER_CARD.split()
        with answering("Accounts"):
            found = client("dynamodb", READ_SECONDS).get_item(
                TableName=setting("USERS_TABLE"),
                Key={"pk": {"S": f"user#{user_id}"}},
                ProjectionExpression=", ".join(f"#{name}" for name in names),
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ConsistentRead=True,
            )
        if "Item" not in found:
            return None
        told = {name: value["S"] for name, value in found["Item"].items()}
        return UserCard(**{"avatar_url": "", "tier": DEFAULT_TIER, **told})
