"""What runs by the clock."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs

from infra.parts.discovery import schedules
from infra.parts.function import Functions, MediaEdge
from infra.parts.lost import lost_queue
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack


class SchedulesStack(ShowreelStack):
    """The functions of functions/schedules/, each on its own EventBridge schedule."""

    def __init__(self, app: cdk.App, stage: Stage, edge: MediaEdge, sockets_id: str) -> None:
        """One group for all, so that metrics and quotas are the stage's own. `sockets_id`: of the WebSocket API."""
        super().__init__(app, stage, "schedules", "Showreel: what runs by the clock")
        lost = lost_queue(self, stage, "lost-runs")
        functions = Functions(self, stage, edge, lost, sockets_id=sockets_id)
        group = scheduler.ScheduleGroup(
            self, "group", schedule_group_name=stage.named("schedules"), removal_policy=cdk.RemovalPolicy.DESTROY
        )
        for room, schedule in schedules():
            function = functions.add(room)
            scheduler.Schedule(
                self,
                f"{room.name}-schedule",
                schedule_name=room.name,
                schedule_group=group,
                schedule=scheduler.ScheduleExpression.rate(cdk.Duration.minutes(schedule.minutes)),
                target=targets.LambdaInvoke(
                    function,
                    role=self._role(room.name, function, lost, group),
                    retry_attempts=2,
                    dead_letter_queue=lost,
                ),
            )

    def _role(
        self, name: str, function: lambda_.Function, lost: sqs.Queue, group: scheduler.ScheduleGroup
    ) -> iam.IRole:
        """The CDK's own role may also call every version of the function."""
        ours = {"aws:SourceAccount": self.account, "aws:SourceArn": group.schedule_group_arn}
        statements = [
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[lost.queue_arn]),
        ]
        role = iam.Role(
            self,
            f"{name}-schedule-role",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions={"StringEquals": ours}),
            inline_policies={"target": iam.PolicyDocument(statements=statements)},
        )
        return role.without_policy_updates()
