"""Event source mappings on the local stack: filters, batches that fail in part or as a whole, what is lost, roles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local import mappings
from infra.local.authz import AccessDeniedError
from infra.local.stack import LocalStack
from tests.infra.local.test_lambdas import until


def done(stack: LocalStack, prefix: str) -> list[str]:
    bucket = stack.outputs["test-data"]["MediaBucketName"]
    found = stack.clients("s3").list_objects_v2(Bucket=bucket, Prefix=f"records/{prefix}").get("Contents", [])
    return [one["Key"].removeprefix("records/") for one in found]


def lost(stack: LocalStack) -> list[Any]:
    sqs = stack.clients("sqs")
    url = sqs.get_queue_url(QueueName="test-lost")["QueueUrl"]
    found = []
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found.append(message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_changes_come_through_their_filter_and_what_fails_is_kept(stack: LocalStack) -> None:
    table = stack.clients("dynamodb")
    for name in ("a1", "worse1", "a2", "bad1", "a3", "a4"):
        table.put_item(TableName="test-followed", Item={"id": {"S": name}})
    table.put_item(TableName="test-followed", Item={"id": {"S": "a1"}, "again": {"BOOL": True}})
    assert until(lambda: len(done(stack, "a")) == 4, 20), done(stack, "a")
    told: list[str] = []
    assert until(lambda: (told.extend(lost(stack)), len(told) >= 2)[1])
    kept = [json.loads(one) for one in told]
    assert [one["requestContext"]["condition"] for one in kept] == ["RetryAttemptsExhausted"] * 2
    assert [one["DDBStreamBatchInfo"]["batchSize"] for one in kept] == [1, 1]


def test_messages_that_fail_end_among_the_lost(stack: LocalStack) -> None:
    sqs = stack.clients("sqs")
    url = sqs.get_queue_url(QueueName="test-left")["QueueUrl"]
    for name in ("m1", "bad2", "m2"):
        sqs.send_message(QueueUrl=url, MessageBody=name)
    assert until(lambda: len(done(stack, "m")) == 2, 20)
    told: list[str] = []
    assert until(lambda: (told.extend(lost(stack)), told)[1], 15) == ["bad2"]


def test_case_113_role_is_asked_for_what_lambda_does_in_its_name(stack: LocalStack) -> None:
    lines = (Path(stack.settings.folder) / "recorded_calls.jsonl").read_text().splitlines()
    calls = [json.loads(line) for line in lines]
    seen = {(call["action"], call["resource"].rpartition("/stream/")[0] or call["resource"]) for call in calls}
    [place] = {resource for action, resource in seen if action == "dynamodb:GetRecords"}
    assert place.endswith(":table/test-followed")
    [queue] = {resource for action, resource in seen if action == "sqs:ReceiveMessage" and "left" in resource}
    assert queue.endswith(":test-left")
    assert ("sqs:SendMessage", queue.replace("-left", "-lost")) in seen


def test_mapping_of_a_role_that_may_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(role: str, service: str, action: str, *resources: str) -> None:
        raise AccessDeniedError(f"{role} {service} {action} {resources}")

    made: list[str] = []
    handlers = {"create": lambda *told: made.append(told[0])}
    monkeypatch.setitem(mappings.provisioners._RESOURCE_HANDLERS, "AWS::Lambda::EventSourceMapping", handlers)
    monkeypatch.setitem(mappings.lambda_svc._functions, "f", {"config": {"Role": "r"}})
    monkeypatch.setattr(mappings, "require", refuse)
    mappings.check_sources()
    told = {"EventSourceArn": "arn:aws:sqs:eu-central-1:123456789012:q", "FunctionName": "f"}
    with pytest.raises(AccessDeniedError, match="sqs:DeleteMessage"):
        handlers["create"]("logical", told, "stack")
    assert not made


def test_each_record_of_a_batch_has_its_own_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two of three fail for good: either is tried three times and lost, and the last one is done."""
    gone: list[str] = []
    asked: list[str] = []

    def invoke(records: mappings.Records) -> dict[str, Any]:
        first = records[0]["dynamodb"]["SequenceNumber"]
        asked.append(first)
        assert len(asked) < 20, "tried for ever"
        failed = [] if first == "3" else [{"itemIdentifier": first}]
        return {"body": {"batchItemFailures": failed}}

    monkeypatch.setattr(mappings, "_PAUSE", 0)
    monkeypatch.setattr(mappings, "_lose", lambda _m, _f, records, _r: gone.append(records[0]["dynamodb"]))
    records = [{"dynamodb": {"SequenceNumber": number}} for number in "123"]
    mappings._deliver({"MaximumRetryAttempts": 2}, {}, records, invoke)
    assert gone == [{"SequenceNumber": "1"}, {"SequenceNumber": "2"}]
    assert asked == ["1", "1", "1", "2", "2", "2", "3"]
