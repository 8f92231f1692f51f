"""Batches of records: what is told to the function, and what to Lambda."""

import json
from typing import Any

import pytest

from shared.base.consuming import Change, Message, serve_batches, serve_changes
from tests.canaries import everything_written


def _record(number: int, **more: Any) -> dict[str, Any]:
    told = {"SequenceNumber": str(number), "Keys": {"id": {"S": "a"}}, **more.pop("dynamodb", {})}
    return {"eventID": f"event-{number}", "eventName": "MODIFY", "dynamodb": told, **more}


def _message(number: int, body: str = "") -> dict[str, Any]:
    return {"messageId": f"m{number}", "body": body or json.dumps({"number": number})}


def _failed(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_change_is_told_with_both_images_and_whether_time_was_over() -> None:
    seen: list[Change] = []
    before, after = {"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "a"}, "n": {"N": "2"}}
    told, packed = {**after, "raw": {"B": "AP8="}}, {**after, "raw": {"B": b"\x00\xff"}}
    ttl = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    records = [
        _record(1, dynamodb={"NewImage": before}),
        _record(2, dynamodb={"OldImage": before, "NewImage": told}),
        _record(3, dynamodb={"OldImage": told}, userIdentity=ttl),
    ]
    assert _failed(serve_changes(seen.append)({"Records": records}, None)) == []
    key = {"id": {"S": "a"}}
    assert seen == [
        Change("1", key, None, before, expired=False),
        Change("2", key, before, packed, expired=False),
        Change("3", key, packed, None, expired=True),
    ]


def test_changes_stop_at_the_first_that_fails() -> None:
    seen: list[str] = []

    def work(change: Change) -> None:
        seen.append(change.change_id)
        if change.change_id == "2":
            raise ValueError("as asked")

    with everything_written() as text:
        answer = serve_changes(work)({"Records": [_record(number) for number in (1, 2, 3)]}, None)
    assert (_failed(answer), seen) == (["2"], ["1", "2"])
    assert "as asked" in text.getvalue()


@pytest.mark.parametrize("body", ["{", "\ud800{", "[1,"])
def test_message_that_is_no_json_fails_alone(body: str) -> None:
    seen: list[list[Message]] = []

    def work(messages: list[Message]) -> list[Message]:
        seen.append(messages)
        return [message for message in messages if message.body["number"] == 3]

    answer = serve_batches(work)({"Records": [_message(1), _message(2, body), _message(3)]}, None)
    assert _failed(answer) == ["m2", "m3"]
    assert seen == [[Message("m1", {"number": 1}), Message("m3", {"number": 3})]]


def test_batch_without_anything_to_read_is_not_told() -> None:
    seen: list[list[Message]] = []

    def work(messages: list[Message]) -> list[Message]:
        seen.append(messages)
        return []

    assert _failed(serve_batches(work)({"Records": [_message(1, "{")]}, None)) == ["m1"]
    assert not seen


def test_batch_that_raises_fails_as_a_whole() -> None:
    def work(messages: list[Message]) -> list[Message]:
        raise RuntimeError(f"{len(messages)} as asked")

    with pytest.raises(RuntimeError, match="2 as asked"):
        serve_batches(work)({"Records": [_message(1), _message(2)]}, None)
