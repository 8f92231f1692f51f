"""What runs when an item of a table changes, or when a message lies in a queue; and the queues."""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.parts.discovery import Room, changes, messages
from infra.parts.function import Functions, MediaEdge
from infra.parts.lost import lost_queue
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from shared.contract.declare import Changes, Consumer, Messages

TIMES_HIDDEN = 6
"""A message that was given out stays hidden for so many runs of its function, besides the window: what AWS advises."""

PART_BY_PART = ["ReportBatchItemFailures"]
"""Functions say which records failed, and the others do not come again."""


class ConsumersStack(ShowreelStack):
    """The functions of functions/events/ that declare a table or a queue, each with its event source mapping."""

    def __init__(self, app: cdk.App, stage: Stage, edge: MediaEdge, streams: dict[str, str], sockets_id: str) -> None:
        """A queue stands here with the one function that empties it.

        `streams`: ARNs by table. `sockets_id`: of the WebSocket API.
        """
        super().__init__(app, stage, "consumers", "Showreel: what runs upon changes of tables and upon messages")
        self._streams, self._lost = streams, lost_queue(self, stage, "lost-records")
        self._functions = Functions(self, stage, edge, self._lost, streams=streams, sockets_id=sockets_id)
        for room, change in changes():
            self._follow(room, change)
        for room, message in messages():
            self._empty(room, message)

    def _follow(self, room: Room, change: Changes) -> None:
        kept = lambda_.CfnEventSourceMapping.OnFailureProperty(destination=self._lost.queue_arn)
        self._map(
            room,
            change,
            event_source_arn=self._streams[change.table.name],
            starting_position="TRIM_HORIZON",
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=change.retries,
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(on_failure=kept),
        )

    def _empty(self, room: Room, message: Messages) -> None:
        hidden = TIMES_HIDDEN * message.compute.seconds + message.window
        name = message.queue.name
        queue = sqs.Queue(
            self,
            name,
            queue_name=self.stage.named(name),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(hidden),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self._lost, max_receive_count=message.queue.tries),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        at_once = lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=message.at_once)
        self._map(room, message, event_source_arn=queue.queue_arn, scaling_config=at_once)

    def _map(self, room: Room, consumer: Consumer, **more: Any) -> None:
        """The resource itself: the CDK's own way would add to the role."""
        patterns = [lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(one)) for one in consumer.filters]
        lambda_.CfnEventSourceMapping(
            self,
            f"{room.name}-source",
            function_name=self._functions.add(room).function_arn,
            batch_size=consumer.batch,
            maximum_batching_window_in_seconds=consumer.window,
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(filters=patterns)
            if patterns
            else None,
            function_response_types=PART_BY_PART,
            **more,
        )
