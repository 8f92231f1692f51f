"""A video changes, and what was kept of it follows."""

from functions.events.on_video_changed import handler
from shared.base import counts
from shared.base.transactions import write_together
from shared.contract.resources import COUNTS
from tests.aws import Stage


def _event(video_id: str) -> dict[str, object]:
    told = {"SequenceNumber": "1", "Keys": {"video_id": {"S": video_id}}}
    return {"Records": [{"eventName": "REMOVE", "dynamodb": told}]}


def test_counts_of_a_removed_video_go_and_no_others(stage: Stage) -> None:
    for person in "abcdefgh":
        write_together(counts.adding("video#1", person, {"likes": 1}), counts.adding("video#2", person, {"likes": 1}))
    left = [row for row in stage.rows(COUNTS) if row["of"]["S"].startswith("video#2")]
    for _ in range(2):  # it may be told twice
        assert stage.calls_of(lambda: handler(_event("1"), None)) == [
            "dynamodb:TransactWriteItems",
            "dynamodb:BatchGetItem",
        ]
        assert stage.rows(COUNTS) == left


def test_what_fails_comes_again(stage: Stage) -> None:
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired:
        answer = handler(_event("1"), None)
    assert fired
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
