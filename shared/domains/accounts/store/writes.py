"""Writes of one transaction, each with a word that says why it is refused."""

import json
import re
from typing import Any

from shared.base.tables import answering
from shared.base.transactions import write_together

Write = tuple[str, dict[str, Any]]
"""Why it is refused, in a word, and the write as TransactWriteItems takes it."""

SPENT, TAKEN, GONE, CODE = "spent", "taken", "gone", "code"
"""The state was used before; a row is there already; the account is not what it was; the code was used."""

LOCKED, PASSWORD, DEVICES = "locked", "password", "devices"
"""Too many guesses were counted; password or role are others by now; so are the devices that the account knows."""

_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")


def write_all(writes: list[Write]) -> str:
    """Make all writes or none; the word of the first that was refused, "" when they were made."""
    made = _one_for_each_row(writes)
    with answering("Accounts"):
        refusal = write_together(*(write for _, write in made))
    return made[refusal.number][0] if refusal else ""


def _one_for_each_row(writes: list[Write]) -> list[Write]:
    """The same with one write for each row, as DynamoDB wants it: what changes or checks a row twice does so at once.

    The word of the first stands for both. No two may use a name for different values.
    """
    made: dict[str, Write] = {}
    for number, (word, write) in enumerate(writes):
        [(kind, said)] = write.items()
        row = str(number) if kind in ("Put", "Delete") else json.dumps([said["TableName"], said["Key"]])
        made[row] = (made[row][0], _both(made[row][1], write)) if row in made else (word, write)
    return list(made.values())


def _both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """An update that does what two updates or checks of a row do, under the conditions of both."""
    [one], [other] = first.values(), second.values()
    both = {
        **one,
        **other,
        "ConditionExpression": f"({one['ConditionExpression']}) AND ({other['ConditionExpression']})",
    }
    for mapping in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if mapping in both:
            both[mapping] = one.get(mapping, {}) | other.get(mapping, {})
    change = _both_changes(*(write.get("UpdateExpression", "") for write in (one, other)))
    return {"Update": both | {"UpdateExpression": change}} if change else {"ConditionCheck": both}


def _both_changes(*expressions: str) -> str:
    clauses: dict[str, list[str]] = {}
    for expression in expressions:
        _, *parts = _CLAUSE.split(expression)
        for clause, text in zip(parts[::2], parts[1::2], strict=True):
            clauses.setdefault(clause, []).append(text.strip())
    return " ".join(f"{clause} {', '.join(texts)}" for clause, texts in clauses.items())
