"""The HTTP API that all domains attach their routes to."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_logs as logs

from infra.parts.discovery import parameters_digest, tasks
from infra.parts.function import RETENTION, Functions
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ALLOWED_HEADERS = (
    "Authorization Content-Type X-API-Key X-CSRF-Token X-Requested-With Idempotency-Key If-Match If-None-Match "
    "traceparent"
).split()
EXPOSED_HEADERS = (
    "X-Request-Id ETag Location Retry-After RateLimit RateLimit-Policy X-RateLimit-Limit X-RateLimit-Remaining "
    "X-RateLimit-Reset Idempotent-Replayed"
).split()

THROTTLE = apigw.ThrottleSettings(rate_limit=2000, burst_limit=1000)
"""Requests a second of all callers together: what a flood can cost. Callers have their own limits far below."""


class ApiStack(ShowreelStack):
    """One HTTP API (payload 2.0, `$default` stage). CORS belongs to it alone; origins are exact, never a wildcard.

    What the edge must show the API is made here too, since all functions of endpoints are told of it.
    """

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """`http` is the API; its id is the one thing that other stacks import."""
        super().__init__(app, stage, "api", "Showreel: the HTTP API")
        origins = stage.cors_origins.split(",")
        self.http = apigw.HttpApi(
            self,
            "http",
            api_name=stage.named("http"),
            create_default_stage=False,
            cors_preflight=apigw.CorsPreflightOptions(
                allow_origins=origins,
                allow_methods=[apigw.CorsHttpMethod(method) for method in METHODS],
                allow_headers=ALLOWED_HEADERS,
                expose_headers=EXPOSED_HEADERS,
                allow_credentials=False,
                max_age=cdk.Duration.hours(1),
            ),
        )
        log_group = logs.LogGroup(
            self,
            "access-logs",
            log_group_name=f"/aws/apigateway/{stage.named('http')}",
            retention=RETENTION,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        default = apigw.HttpStage(
            self, "default", http_api=self.http, stage_name="$default", auto_deploy=True, throttle=THROTTLE
        )
        if not stage.has_edge:
            cdk.CfnOutput(self, "ApiUrl", value=self.http.api_endpoint, description="Where the API answers")
        self.export_value(self.http.api_endpoint)  # also where nothing imports it: one that is in use cannot go
        _log_access(default, log_group)
        self._prepare_edge()

    def _prepare_edge(self) -> None:
        """Have the edge's secret made, and its digests written, before any stack of endpoints reads those."""
        room = next(room for room, _ in tasks() if room.name == "prepare_edge")
        function = Functions(self, self.stage).add(room)
        if self.stage.has_edge:
            told = {"Generation": self.stage.edge_secret, "File": room.digest, "Parameters": parameters_digest()}
            cdk.CustomResource(
                self, "edge", service_token=function.function_arn, resource_type="Custom::Edge", properties=told
            )


def _log_access(default: apigw.HttpStage, log_group: logs.LogGroup) -> None:
    resource = default.node.default_child
    assert isinstance(resource, apigw.CfnStage)
    fields = {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "responseLength": "$context.responseLength",
        "latency": "$context.responseLatency",
    }
    stack = cdk.Stack.of(default)
    resource.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
        destination_arn=log_group.log_group_arn, format=stack.to_json_string(fields)
    )
