"""Where what nobody waits for ends up when it fails: a queue that keeps it for two weeks."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

from infra.parts.stage import Stage

KEPT = cdk.Duration.days(14)
"""The longest time that SQS keeps a message."""


def lost_queue(stack: cdk.Stack, stage: Stage, name: str) -> sqs.Queue:
    """The queue of a stack whose functions run without a caller: events that no function took, runs that failed."""
    return sqs.Queue(
        stack,
        name,
        queue_name=stage.named(name),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=KEPT,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
