"""The edge: a distribution in front of the HTTP API, which alone the API answers then."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins

from infra.parts.grants import SOCKETS_STAGE, Grants
from infra.parts.stage import Stage
from infra.stacks.api import ApiStack
from infra.stacks.base import ShowreelStack
from infra.stacks.realtime import RealtimeStack
from shared.contract.resources import EDGE_WEB_ACL, ORIGIN

VIEWER = Path(__file__).parents[1] / "parts" / "viewer.js"
ORIGIN_HEADER = "X-Origin-Secret"
ANSWER_SECONDS = 30
"""So long API Gateway takes at most."""
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""CloudFront keeps these for 10 s, for everybody and whatever the headers say, unless it is told not to."""


class EdgeStack(ShowreelStack):
    """Nothing is kept at the edge: every request goes on, if the web ACL lets it."""

    def __init__(self, app: cdk.App, stage: Stage, api: ApiStack, live: RealtimeStack) -> None:
        """`address` is where the API answers; live updates are under it."""
        super().__init__(app, stage, "edge", "Showreel: the distribution in front of the API")
        secret, viewer = self._secret(), self._viewer()
        distribution = cloudfront.Distribution(
            self,
            "distribution",
            comment=f"{stage.named('http')}: the API",
            default_behavior=self._behaviour(api.http.api_id, secret, viewer),
            additional_behaviors={f"/{SOCKETS_STAGE}": self._behaviour(live.imported_id, secret, viewer)},
            web_acl_id=Grants(self, stage).value_at_deployment(EDGE_WEB_ACL),
            domain_names=[stage.edge_domain] if stage.edge_domain else None,
            certificate=self._certificate(),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            error_responses=[cloudfront.ErrorResponse(http_status=one, ttl=cdk.Duration.seconds(0)) for one in ERRORS],
        )
        self.export_value(distribution.distribution_domain_name)  # also where nothing imports it, as that of the API
        self.address = f"https://{stage.edge_domain or distribution.distribution_domain_name}"
        cdk.CfnOutput(self, "EdgeName", value=distribution.distribution_domain_name, description="What DNS leads to")
        cdk.CfnOutput(self, "ApiUrl", value=self.address, description="Where the API answers")
        url = f"{self.address.replace('https:', 'wss:')}/{SOCKETS_STAGE}"
        cdk.CfnOutput(self, "WebSocketUrl", value=url, description="Where clients of live updates connect")

    def _certificate(self) -> acm.ICertificate | None:
        """Of the stage's own domain: CloudFront's own one lets in TLS 1.0."""
        arn = self.stage.edge_certificate
        return acm.Certificate.from_certificate_arn(self, "certificate", arn) if self.stage.edge_domain else None

    def _behaviour(self, api_id: str, secret: str, viewer: cloudfront.Function) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                f"{api_id}.execute-api.{self.region}.{self.url_suffix}",
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                read_timeout=cdk.Duration.seconds(ANSWER_SECONDS),
                custom_headers={ORIGIN_HEADER: secret},
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            compress=False,  # functions do it
            function_associations=[
                cloudfront.FunctionAssociation(function=viewer, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)
            ],
        )

    def _secret(self) -> str:
        """A reference that CloudFormation follows at deployment; another generation is another reference."""
        name = Grants(self, self.stage).real_name(ORIGIN)
        return cdk.SecretValue.secrets_manager(name, json_field=self.stage.edge_secret).unsafe_unwrap()

    def _viewer(self) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            "viewer",
            function_name=self.stage.named("viewer"),
            code=cloudfront.FunctionCode.from_file(file_path=str(VIEWER)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
