"""The stage, people who call, and what they like and dislike."""

from shared.contract.resources import COMMENTS, COUNTS, REACTIONS
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.comments.conftest import ada, awaiting, bob, eve, ready, running, someone, stage, turned_clock

__all__ = ["ada", "awaiting", "bob", "eve", "ready", "running", "someone", "stage", "turned_clock"]

READ, WRITE = "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"


def told(answer: Answer) -> tuple[str, int, int]:
    """What the caller thinks, and the counts, of an answer that went well."""
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"success", "user_action", "like_count", "dislike_count"}
    assert answer.json["success"] is True
    return answer.json["user_action"], answer.json["like_count"], answer.json["dislike_count"]


def kept(stage: Stage) -> list[object]:
    """All that is kept of reactions."""
    return [stage.rows(table) for table in (REACTIONS, COUNTS, COMMENTS)]
