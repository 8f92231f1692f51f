"""The WebSocket API: who connects, what clients send, and what sends to them."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from infra.parts.discovery import Room, sockets
from infra.parts.function import RETENTION, Functions
from infra.parts.grants import SOCKETS_STAGE, Grants
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from shared.contract.declare import Socket
from shared.contract.resources import ORIGIN_DIGESTS

SELECTION = "$request.body.type"
THROTTLE = apigw.ThrottleSettings(rate_limit=1000, burst_limit=500)
"""Connections begun and messages of all clients together in a second; each client has limits of its own far below."""

LOGGED = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "connectionId": "$context.connectionId",
    "routeKey": "$context.routeKey",
    "eventType": "$context.eventType",
    "status": "$context.status",
}
"""Of a handshake neither headers nor query: tickets stand there."""


class RealtimeStack(ShowreelStack):
    """The functions of functions/realtime/, each with its route.

    The stage's name is the path, so that a distribution can lead to it without another.
    """

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """`imported_id` and `url`, where clients connect without an edge, are for other stacks.

        The id is imported by a name of ours: what the CDK makes up for a grant changes while it synthesises, and
        whoever acknowledges the grant must name it.
        """
        super().__init__(app, stage, "realtime", "Showreel: the WebSocket API")
        self._api = apigw.WebSocketApi(
            self, "sockets", api_name=stage.named("sockets"), route_selection_expression=SELECTION
        )
        self._id = self._api.api_id
        exported = cdk.CfnOutput(self, "SocketsId", value=self._id, export_name=stage.named("sockets-id"))
        self.imported_id = exported.import_value
        self.url = self._url(self.imported_id)
        digests = Grants(self, stage).value_at_deployment(ORIGIN_DIGESTS) if stage.has_edge else ""
        functions = Functions(self, stage, origin_digests=digests, sockets_id=self._id)
        for room, socket in sockets():
            self._route(functions, room, socket)
        self._serve()
        if not stage.has_edge:
            url = self._url(self._id)
            cdk.CfnOutput(self, "WebSocketUrl", value=url, description="Where clients of live updates connect")

    def _url(self, api_id: str) -> str:
        return f"wss://{api_id}.execute-api.{self.region}.{self.url_suffix}/{SOCKETS_STAGE}"

    def _route(self, functions: Functions, room: Room, socket: Socket) -> None:
        integration = integrations.WebSocketLambdaIntegration(f"{room.name}-integration", functions.add(room))
        apigw.WebSocketRoute(
            self, f"{room.name}-route", web_socket_api=self._api, route_key=socket.route, integration=integration
        )

    def _serve(self) -> None:
        """The stage. A WebSocket API logs under a role that is set for the whole account."""
        log_group = logs.LogGroup(
            self,
            "access-logs",
            log_group_name=f"/aws/apigateway/{self.stage.named('sockets')}",
            retention=RETENTION,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            "logs-role",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            ],
        )
        account = apigateway.CfnAccount(self, "logs", cloud_watch_role_arn=role.role_arn)
        for lasting in (role, account):  # whatever else logs in this account needs them when this stage is gone
            lasting.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        made = apigw.WebSocketStage(
            self, "stage", web_socket_api=self._api, stage_name=SOCKETS_STAGE, auto_deploy=True, throttle=THROTTLE
        )
        resource = made.node.default_child
        assert isinstance(resource, apigw.CfnStage)
        resource.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=self.to_json_string(LOGGED)
        )
        resource.add_resource_dependency(account)
