"""One stack for each domain of endpoints: functions, roles, logs, routes. Six resources an endpoint."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations

from infra.parts.discovery import Room
from infra.parts.function import Functions, MediaEdge
from infra.parts.grants import Grants
from infra.parts.stage import Stage
from infra.stacks.api import ApiStack
from infra.stacks.base import ShowreelStack
from shared.contract.declare import Endpoint
from shared.contract.resources import ORIGIN_DIGESTS

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
        edge: MediaEdge,
        key_arn: str,
        socket_url: str = "",
    ) -> None:
        """`edge`: what serves media. `key_arn`: the key that secrets of users are sealed with.

        socket_url  where clients of live updates connect, for a domain that tells it
        """
        super().__init__(app, stage, name, f"Showreel: the endpoints of {name}")
        digests = Grants(self, stage).value_at_deployment(ORIGIN_DIGESTS) if stage.has_edge else ""
        functions = Functions(self, stage, edge, key_arn=key_arn, origin_digests=digests, socket_url=socket_url)
        for room, endpoint in rooms:
            integration = integrations.HttpLambdaIntegration(
                f"{room.name}-integration",
                functions.add(room),
                scope_permission_to_route=not any(_ends_in_slash(path) for _, path in endpoint.routes),
            )
            for number, (method, path) in enumerate(endpoint.routes):
                name = f"{room.name}-route" + (f"-{number}" if number else "")
                self._route(api, name, method, path, integration)

    def _route(
        self, api: ApiStack, name: str, method: str, path: str, integration: integrations.HttpLambdaIntegration
    ) -> None:
        plain = path.rstrip("/") if _ends_in_slash(path) else path
        route = apigw.HttpRoute(
            self, name, http_api=api.http, route_key=_route_key(method, plain), integration=integration
        )
        if plain != path:  # API Gateway takes such a key, the CDK's check of it does not
            resource = route.node.default_child
            assert isinstance(resource, apigw.CfnRoute)
            resource.route_key = f"{method} {path}"


def _ends_in_slash(path: str) -> bool:
    return len(path) > 1 and path.endswith("/")


def _route_key(method: str, path: str) -> apigw.HttpRouteKey:
    if path == ANY_ROUTE:
        return apigw.HttpRouteKey.DEFAULT
    return apigw.HttpRouteKey.with_(path, apigw.HttpMethod(method))
