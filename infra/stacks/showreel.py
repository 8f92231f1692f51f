"""All stacks of a stage, put together."""

from itertools import groupby

import aws_cdk as cdk

from infra.parts.discovery import endpoints
from infra.parts.stage import stage_of
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.domain import DomainStack


def build(app: cdk.App) -> None:
    """Add the stacks of the stage that the context asks for."""
    stage = stage_of(app.node)
    DataStack(app, stage)
    api = ApiStack(app, stage)
    environment: dict[str, str] = {}
    for domain, rooms in groupby(sorted(endpoints(), key=lambda pair: pair[0].group), key=lambda pair: pair[0].group):
        DomainStack(app, stage, domain, list(rooms), api, environment)
