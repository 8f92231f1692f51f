"""What Lambda, DynamoDB and SQS refuse of event source mappings, and that no record gets lost."""

import json
from collections import Counter
from collections.abc import Iterable

import pytest

from infra.parts.discovery import changes, messages
from shared.contract.declare import Changes, Compute, Consumer, Messages
from shared.contract.resources import TABLES, VIDEOS
from tests.cloud.templates import Placed, Templates, text
from tests.cloud.test_events import check_pattern

BATCH, BATCH_OF_QUEUE, WINDOW = range(1, 10_001), range(1, 10_001), range(301)
UNWINDOWED = 10
"""So many messages of a queue may come together without a window."""
RETRIES, AT_ONCE = range(10_001), range(2, 1001)
FILTERS, FILTER = 5, 4096
MOST_READERS = 2
"""So many consumers may read one stream before DynamoDB throttles them."""
HIDDEN, TRIES = 43_200, range(5, 1001)


def mapping(cloud: Templates, name: str) -> Placed:
    """The event source mapping of a function."""
    function = cloud.function(name)
    [found] = [
        one
        for one in cloud.of("AWS::Lambda::EventSourceMapping")
        if one.stack == function.stack and one.properties["FunctionName"]["Fn::GetAtt"] == [function.id, "Arn"]
    ]
    return found


@pytest.mark.parametrize(("name", "consumer"), [(room.name, one) for room, one in [*changes(), *messages()]])
def test_mapping_is_valid(cloud: Templates, name: str, consumer: Consumer) -> None:
    properties = mapping(cloud, name).properties
    assert properties["BatchSize"] == consumer.batch in BATCH
    assert properties["MaximumBatchingWindowInSeconds"] == consumer.window in WINDOW
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties.get("Enabled", True) is True
    filters = [one["Pattern"] for one in properties.get("FilterCriteria", {}).get("Filters", [])]
    assert [json.loads(one) for one in filters] == list(consumer.filters)
    assert len(filters) <= FILTERS
    for pattern in filters:
        check_pattern(json.loads(pattern))
        assert len(pattern) <= FILTER


@pytest.mark.parametrize(("name", "change"), [(room.name, one) for room, one in changes()])
def test_change_that_fails_is_halved_tried_again_and_kept(cloud: Templates, name: str, change: Changes) -> None:
    made = mapping(cloud, name)
    properties = made.properties
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["MaximumRetryAttempts"] == change.retries in RETRIES
    assert properties["StartingPosition"] == "TRIM_HORIZON", "nothing that happens during a deployment is missed"
    place = properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert cloud.find(made.stack, place).properties["QueueName"] == cloud.named("lost-records")
    granted = {(grant.action, grant.resource) for grant in cloud.grants(cloud.role_of(cloud.function(name)))}
    assert ("sqs:SendMessage", f"${{{place}.Arn}}") in granted
    source = text(properties["EventSourceArn"])
    followed = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    assert {action for action, resource in granted if resource == source} == {f"dynamodb:{one}" for one in followed}


def test_tables_that_are_followed_have_a_stream_with_both_images_and_no_other(cloud: Templates) -> None:
    followed = {change.table for _, change in changes()}
    streams = {
        one.properties["TableName"]: one.properties.get("StreamSpecification")
        for one in cloud.of("AWS::DynamoDB::Table")
    }
    both = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert streams == {cloud.named(table.name): both if table in followed else None for table in TABLES}


def crowded(followers: Iterable[Changes]) -> set[str]:
    """Tables that more functions follow than their streams bear."""
    return {name for name, count in Counter(one.table.name for one in followers).items() if count > MOST_READERS}


def test_stream_has_no_more_readers_than_it_bears() -> None:
    declared = [change for _, change in changes()]
    assert not crowded(declared)
    assert crowded([*declared, *[Changes((), Compute(), VIDEOS)] * MOST_READERS]) == {VIDEOS.name}


@pytest.mark.parametrize(("name", "message"), [(room.name, one) for room, one in messages()])
def test_message_stays_hidden_while_it_may_be_worked_on_and_is_kept(
    cloud: Templates, name: str, message: Messages
) -> None:
    made, function = mapping(cloud, name), cloud.function(name)
    queue = cloud.find(made.stack, made.properties["EventSourceArn"]["Fn::GetAtt"][0])
    assert queue.properties["QueueName"] == cloud.named(message.queue.name)
    assert 6 * function.properties["Timeout"] <= queue.properties["VisibilityTimeout"] <= HIDDEN
    assert queue.properties["SqsManagedSseEnabled"] is True
    assert "FifoQueue" not in queue.properties
    redrive = queue.properties["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == message.queue.tries in TRIES
    lost = cloud.find(made.stack, redrive["deadLetterTargetArn"]["Fn::GetAtt"][0])
    assert lost.properties["QueueName"] == cloud.named("lost-records")
    assert message.batch in BATCH_OF_QUEUE
    assert message.window or message.batch <= UNWINDOWED
    assert made.properties["ScalingConfig"] == {"MaximumConcurrency": message.at_once}
    assert message.at_once in AT_ONCE


def test_queue_has_one_consumer() -> None:
    queues = [message.queue for _, message in messages()]
    assert len(queues) == len(set(queues))
