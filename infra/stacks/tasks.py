"""What the deployer invokes, at every deployment or by hand, and what other functions leave to be done."""

import aws_cdk as cdk

from infra.parts.discovery import parameters_digest, tasks
from infra.parts.function import Functions
from infra.parts.lost import lost_queue
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack

ELSEWHERE = {"prepare_media", "prepare_edge"}
"""Tasks that another stack's resources wait for; they live there."""


class TasksStack(ShowreelStack):
    """The functions of functions/tasks/. Those of a deployment run as custom resources; `api_url` is told to all."""

    def __init__(self, app: cdk.App, stage: Stage, api_url: str) -> None:
        """A task of a deployment runs again when its file changes: it must be safe to run twice."""
        super().__init__(app, stage, "tasks", "Showreel: what the deployer invokes")
        functions = Functions(self, stage, lost=lost_queue(self, stage, "lost-tasks"), api_url=api_url)
        for room, task in tasks():
            if room.name in ELSEWHERE:
                continue
            function = functions.add(room)
            if task.at_deployment:
                cdk.CustomResource(
                    self,
                    f"{room.name}-run",
                    service_token=function.function_arn,
                    resource_type="Custom::Task",
                    properties={"Task": room.name, "File": room.digest, "Parameters": parameters_digest()},
                )
