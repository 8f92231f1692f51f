"""Second factors: the sealed secret in all rows of a user, and in `user#<id>` what may be used once.

mfa_step        the last step of time whose code was used
recovery_codes  hashes of the recovery codes that are left
mfa_pending     a sealed secret that is not confirmed, with its `pending_codes`; it does nothing
"""

from typing import Any

from shared.base.aws import client
from shared.base.failures import Count, Lock, counts_of
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.base.transactions import Refusal, write_together
from shared.domains.accounts.model import User
from shared.domains.accounts.rules.second_factor import Proof
from shared.domains.accounts.store.rows import UserRow, name_keys, to_user, user_key, user_update


class SecondFactorStore:
    """Second factors."""

    @classmethod
    def open(cls) -> "SecondFactorStore":
        """The stage's."""
        return cls()

    def propose(self, user_id: str, sealed: str, code_hashes: list[str]) -> bool:
        """Keep a secret that is to be confirmed, in place of another such; False when the user has a second factor."""
        table = client("dynamodb", READ_SECONDS)
        condition = "attribute_exists(pk) AND attribute_not_exists(mfa_secret)"
        values = {":secret": {"S": sealed}, ":codes": {"SS": code_hashes}}
        change = user_update(user_key(user_id), "SET mfa_pending = :secret, pending_codes = :codes", condition, values)
        try:
            with answering("Accounts"):
                table.update_item(**change["Update"])
        except table.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def proposed(self, user_id: str, locks: tuple[Lock, Lock]) -> tuple[User | None, str, dict[Lock, Count]]:
        """A user, their secret that waits to be confirmed ("" without one), and their failures. One call."""
        users, counters = setting("USERS_TABLE"), setting("LIMITS_TABLE")
        asked = {users: [{"pk": {"S": user_key(user_id)}}], counters: [lock.key for lock in locks]}
        with answering("Accounts"):
            found = read_together(asked)
        counts = counts_of(locks, found[counters])
        if not found[users]:
            return None, "", counts
        pending = found[users][0].get("mfa_pending", {}).get("S", "")
        return to_user(UserRow.from_raw_data(found[users][0])), pending, counts

    def confirm(self, user: User, sealed: str, step: int, *more: dict[str, Any]) -> Refusal | None:
        """Make the secret that was proposed the user's, with its recovery codes; `more` are writes before it."""
        values: dict[str, Any] = {":secret": {"S": sealed}}
        change = "SET mfa_secret = :secret, mfa_step = :step, recovery_codes = pending_codes"
        change += " REMOVE mfa_pending, pending_codes"
        step_value = {":step": {"N": str(step)}}
        own = user_update(user_key(user.id), change, "mfa_pending = :secret", values | step_value)
        return _write(*more, own, *_in_names(user, "SET mfa_secret = :secret", values))

    def remove(self, user: User, sealed: str, proof: Proof, *more: dict[str, Any]) -> Refusal | None:
        """Take a second factor away, by a code that is still good; `more` are writes before it."""
        change = "REMOVE mfa_secret, mfa_step, recovery_codes"
        values = proof.condition_values | {":secret": {"S": sealed}}
        own = user_update(user_key(user.id), change, f"mfa_secret = :secret AND {proof.condition}", values)
        return _write(*more, own, *_in_names(user, "REMOVE mfa_secret", {}))


def spending(user_id: str, sealed: str, proof: Proof) -> dict[str, Any]:
    """The write that uses a code up, which is refused when it was used, or the secret is another by now."""
    values = proof.values | proof.condition_values | {":secret": {"S": sealed}}
    return user_update(user_key(user_id), proof.change, f"mfa_secret = :secret AND {proof.condition}", values)


def _in_names(user: User, change: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    values = values | {":user": {"S": user.id}}
    return [user_update(key, change, "user_id = :user", values) for key in name_keys(user)]


def _write(*writes: dict[str, Any]) -> Refusal | None:
    with answering("Accounts"):
        return write_together(*writes)
