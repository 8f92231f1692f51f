"""Rows that name a user in tables whose keys do not lead to them: found by reading the whole table, page by page.

Refresh tokens, identities with providers and Clerk, windows of limits, and answers under an Idempotency-Key. An index
by user would cost a write more for each of them, all the time; a deletion is rare.
"""

import json
from dataclasses import dataclass
from typing import Any

from shared.base.aws import client
from shared.base.failures import Lock
from shared.base.settings import setting
from shared.base.tables import READ_SECONDS, answering
from shared.contract.needs import Table
from shared.contract.resources import IDEMPOTENCY, SESSIONS, USERS
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import email_key, username_key
from shared.domains.privacy.model import Erasure, Progress
from shared.domains.privacy.store.erasures import TOGETHER


@dataclass(frozen=True)
class _Filter:
    """What rows of a table are a user's."""

    expression: str
    values: dict[str, str]
    names: dict[str, str]


def traces(erasure: Erasure, table: Table, kind: str) -> Progress:
    """A page of a table: what it has of the user is removed. `kind` is under what it is counted."""
    asked = json.loads(erasure.position) if erasure.position else None
    items, after = _page(table, _filter(erasure, table), asked)
    keys = [name for name in (table.key, table.sort) if name]
    found = [{name: item[name] for name in keys} for item in items]
    some, rest = found[:TOGETHER], found[TOGETHER:]
    writes = tuple({"Delete": {"TableName": setting(table.variable), "Key": key}} for key in some)
    if rest:  # the page is read again for them
        return Progress({kind: len(some)}, writes, json.dumps(asked) if asked else "")
    return Progress({kind: len(some)}, writes, json.dumps(after) if after else None)


def _page(table: Table, wanted: _Filter, after: dict[str, Any] | None) -> tuple[list[dict[str, Any]], Any]:
    """At most a megabyte of a table, of which those that pass the filter; and after which row the next one begins."""
    start = {"ExclusiveStartKey": after} if after else {}
    with answering("What is kept"):
        found = client("dynamodb", READ_SECONDS).scan(
            TableName=setting(table.variable),
            FilterExpression=wanted.expression,
            ExpressionAttributeValues={name: {"S": value} for name, value in wanted.values.items()},
            ConsistentRead=True,
            **({"ExpressionAttributeNames": wanted.names} if wanted.names else {}),
            **start,
        )
    return found["Items"], found.get("LastEvaluatedKey")


def _filter(erasure: Erasure, table: Table) -> _Filter:
    user_id = {":user": erasure.user_id}
    if table is SESSIONS:
        return _Filter("user_id = :user OR holder_id = :user", user_id, {})
    if table is USERS:  # its names stay taken until the end
        return _Filter("user_id = :user AND attribute_not_exists(closed_at)", user_id, {})
    if table is IDEMPOTENCY:
        return _Filter("begins_with(#key, :user)", {":user": f"{erasure.user_id}#"}, {"#key": table.key})
    logins = (username_key(erasure.username), email_key(erasure.email)) if erasure.username else ()
    failures = [_failures(login) for login in logins]
    named = {f":failures{number}": text for number, text in enumerate(failures)}
    parts = ["contains(#key, :user)", *(f"begins_with(#key, {name})" for name in named)]
    return _Filter(" OR ".join(parts), user_id | named, {"#key": table.key})


def _failures(login: str) -> str:
    """How the keys of all counters of failures of a login begin."""
    everybody: Lock = locks_of(login, "")[1]
    return str(everybody.key["bucket"]["S"])
