"""What runs by the clock."""

import aws_cdk as cdk
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets

from infra.parts.discovery import schedules
from infra.parts.function import Functions, MediaEdge
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack


class SchedulesStack(ShowreelStack):
    """The functions of functions/schedules/, each on its own EventBridge schedule."""

    def __init__(self, app: cdk.App, stage: Stage, edge: MediaEdge) -> None:
        """One group for all, so that metrics and quotas are the stage's own."""
        super().__init__(app, stage, "schedules", "Showreel: what runs by the clock")
        functions = Functions(self, stage, edge)
        group = scheduler.ScheduleGroup(
            self, "group", schedule_group_name=stage.named("schedules"), removal_policy=stage.removal
        )
        for room, schedule in schedules():
            scheduler.Schedule(
                self,
                f"{room.name}-schedule",
                schedule_name=room.name,
                schedule_group=group,
                schedule=scheduler.ScheduleExpression.rate(cdk.Duration.minutes(schedule.minutes)),
                target=targets.LambdaInvoke(functions.add(room), retry_attempts=2),
            )
