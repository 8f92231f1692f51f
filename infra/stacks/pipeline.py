"""The pipelines: steps, Batch environment, state machines, and the events that start and end them."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn

from infra.parts.batch import BatchEnvironment, Job
from infra.parts.discovery import Room, steps
from infra.parts.discovery import events as event_rooms
from infra.parts.function import RETENTION, Functions
from infra.parts.grants import Grants
from infra.parts.lost import lost_queue
from infra.parts.machine_role import machine_role
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from infra.workflows.lanes import BatchLane
from infra.workflows.pieces import JSONATA
from infra.workflows.render import RenderWorkflow
from infra.workflows.transcode import LIMIT, TranscodeWorkflow
from shared.contract.declare import Event, Lane
from shared.contract.needs import Kind, Machine, Need, Resource
from shared.contract.resources import RENDER, TRANSCODE


class PipelineStack(ShowreelStack):
    """What turns uploads into streams, and scenes into videos."""

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """Everything that a change of the machine changes with it is in this one stack."""
        super().__init__(app, stage, "pipeline", "Showreel: pipelines, Batch, events")
        self._lost = lost_queue(self, stage, "lost-events")
        self._functions = Functions(self, stage, lost=self._lost)
        self._batch = BatchEnvironment(self, "batch", stage)
        gpu = self._lane(TRANSCODE, self._batch.gpu_queue, has_gpu=True) if self._batch.gpu_queue else None
        self._machine(TRANSCODE, TranscodeWorkflow, {"gpu": gpu})
        self._machine(RENDER, RenderWorkflow, {})
        for room, event in event_rooms():
            self._on(room, event)

    def _lane(self, machine: Machine, queue: batch.JobQueue, *, has_gpu: bool = False) -> BatchLane:
        """The machine's step that also runs on Batch as a job, and its queue."""
        [room] = [room for room, step in steps(machine.name) if Lane.BATCH in step.lanes]
        job = Job(self, room, self.stage, self._functions.grants, has_gpu=has_gpu)
        return BatchLane(queue.job_queue_arn, job.definition.job_definition_arn, self.stage.named(job.name))

    def _machine(self, machine: Machine, kind: type[Any], more_lanes: dict[str, BatchLane | None]) -> None:
        """A state machine over the steps of its folder; `more_lanes` are for its definition."""
        made = {room.name: self._functions.add(room) for room, step in steps(machine.name) if Lane.LAMBDA in step.lanes}
        lanes = {"batch": self._lane(machine, self._batch.queue), **more_lanes}
        workflow = kind(self, made, **lanes, most_workers=self.stage.most_workers)
        used = [lane for lane in lanes.values() if lane]
        role = machine_role(
            self,
            self.stage,
            machine.name,
            functions=made.values(),
            queue_arns=[lane.queue_arn for lane in used],
            job_definitions=[lane.job_definition_name for lane in used],
        )
        sfn.StateMachine(
            self,
            f"{machine.name}-machine",
            state_machine_name=self.stage.named(machine.name),
            role=role,
            query_language=JSONATA,
            definition_body=sfn.DefinitionBody.from_chainable(workflow.start),
            timeout=LIMIT,
            tracing_enabled=False,
            logs=sfn.LogOptions(destination=self._machine_logs(machine.name), level=sfn.LogLevel.ERROR),
        )

    def _machine_logs(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            f"{name}-machine-logs",
            log_group_name=f"/aws/vendedlogs/states/{self.stage.named(name)}",
            retention=RETENTION,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _on(self, room: Room, event: Event) -> None:
        events.Rule(
            self,
            f"{room.name}-rule",
            rule_name=self.stage.named(room.name),
            description=(room.function.__doc__ or "").partition("\n")[0],
            event_pattern=events.EventPattern(
                source=[event.source],
                detail_type=[event.detail_type],
                detail=_named(event.detail, self._functions.grants),
            ),
            targets=[
                targets.LambdaFunction(
                    self._functions.add(room),
                    dead_letter_queue=self._lost,
                    max_event_age=cdk.Duration.hours(6),
                    retry_attempts=8,
                )
            ],
        )


def _named(value: Any, grants: Grants) -> Any:
    """A pattern in which declared resources stand for their real names; a machine for its ARN."""
    if isinstance(value, Resource):
        if value.kind is Kind.MACHINE:
            return grants.arn(Need(value, "states:StartExecution"))
        return grants.real_name(value)
    if isinstance(value, dict):
        return {key: _named(inner, grants) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, grants) for inner in value]
    return value
