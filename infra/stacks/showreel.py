"""All stacks of a stage, put together."""

from itertools import groupby

import aws_cdk as cdk

from infra.parts.discovery import endpoints
from infra.parts.stage import Stage, stage_of
from infra.stacks.api import ApiStack
from infra.stacks.consumers import ConsumersStack
from infra.stacks.data import DataStack
from infra.stacks.domain import DomainStack
from infra.stacks.edge import EdgeStack
from infra.stacks.media import MediaStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.realtime import RealtimeStack
from infra.stacks.schedules import SchedulesStack
from infra.stacks.tasks import TasksStack
from infra.stacks.web_acl import WebAclStack

TICKETS = "connections"
"""The domain whose endpoints tell where to connect."""


def build(app: cdk.App) -> Stage:
    """Add the stacks of the stage that the context asks for."""
    stage = stage_of(app.node)
    data = DataStack(app, stage)
    media = MediaStack(app, stage)
    media.add_stack_dependency(data)
    api, live = ApiStack(app, stage), RealtimeStack(app, stage)
    if stage.has_edge:
        live.add_stack_dependency(api)  # which has the edge's digests written
    domains = []
    for domain, rooms in groupby(sorted(endpoints(), key=lambda pair: pair[0].group), key=lambda pair: pair[0].group):
        told = live.url if domain == TICKETS else ""
        made = DomainStack(app, stage, domain, list(rooms), api, media.edge, data.key_arn, told)
        if told:
            made.add_stack_dependency(live)
        domains.append(made)
    PipelineStack(app, stage)
    ConsumersStack(app, stage, media.edge, data.streams, live.imported_id).add_stack_dependency(live)
    SchedulesStack(app, stage, media.edge, live.imported_id).add_stack_dependency(live)
    api_url = _add_edge(app, stage, data, api, live, domains) if stage.has_edge else api.http.api_endpoint
    TasksStack(app, stage, api_url).add_stack_dependency(data)
    return stage


def _add_edge(
    app: cdk.App, stage: Stage, data: DataStack, api: ApiStack, live: RealtimeStack, domains: list[DomainStack]
) -> str:
    """Where the API answers; functions take a new secret before the distribution shows it."""
    for before in (data, WebAclStack(app, stage)):
        api.add_stack_dependency(before)
    edge = EdgeStack(app, stage, api, live)
    for domain in (live, *domains):
        edge.add_stack_dependency(domain)
    return edge.address
