"""One stack for each domain of endpoints: functions, roles, logs, routes. Seven resources an endpoint."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations

from infra.parts.discovery import Room
from infra.parts.function import Functions
from infra.parts.stage import Stage
from infra.stacks.api import ApiStack
from infra.stacks.base import ShowreelStack
from shared.contract.declare import Endpoint

ANY_ROUTE = "$default"


class DomainStack(ShowreelStack):
    """The endpoints of one folder under functions/api/."""

    def __init__(
        self,
        app: cdk.App,
        stage: Stage,
        name: str,
        rooms: list[tuple[Room, Endpoint]],
        api: ApiStack,
        media_address: str,
    ) -> None:
        """`media_address`: where media addresses begin."""
        super().__init__(app, stage, name, f"Showreel: the endpoints of {name}")
        functions = Functions(self, stage, media_address)
        for room, endpoint in rooms:
            integration = integrations.HttpLambdaIntegration(f"{room.name}-integration", functions.add(room))
            for number, (method, path) in enumerate(endpoint.routes):
                apigw.HttpRoute(
                    self,
                    f"{room.name}-route" + (f"-{number}" if number else ""),
                    http_api=api.http,
                    route_key=_route_key(method, path),
                    integration=integration,
                )


def _route_key(method: str, path: str) -> apigw.HttpRouteKey:
    if path == ANY_ROUTE:
        return apigw.HttpRouteKey.DEFAULT
    return apigw.HttpRouteKey.with_(path, apigw.HttpMethod(method))
