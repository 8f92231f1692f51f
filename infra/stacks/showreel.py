"""All stacks of a stage, put together."""

from itertools import groupby

import aws_cdk as cdk

from infra.parts.discovery import endpoints
from infra.parts.stage import Stage, stage_of
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.domain import DomainStack
from infra.stacks.media import MediaStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.schedules import SchedulesStack
from infra.stacks.tasks import TasksStack


def build(app: cdk.App) -> Stage:
    """Add the stacks of the stage that the context asks for."""
    stage = stage_of(app.node)
    data = DataStack(app, stage)
    media = MediaStack(app, stage)
    media.add_stack_dependency(data)
    api = ApiStack(app, stage)
    for domain, rooms in groupby(sorted(endpoints(), key=lambda pair: pair[0].group), key=lambda pair: pair[0].group):
        DomainStack(app, stage, domain, list(rooms), api, media.edge, data.key_arn)
    PipelineStack(app, stage)
    SchedulesStack(app, stage, media.edge)
    TasksStack(app, stage, api.http.api_endpoint).add_stack_dependency(data)
    return stage
