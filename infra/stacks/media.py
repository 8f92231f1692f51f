"""Where media lies and how it is served: one private bucket, one distribution that checks the token in the address."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3

from infra.parts.discovery import tasks
from infra.parts.function import Functions, MediaEdge
from infra.parts.grants import Grants
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from shared.contract.resources import MEDIA

ADDRESS_CHECK = Path(__file__).parents[1] / "parts" / "media_address.js"
KEY_OBJECT = "config/media-key.json"


class MediaStack(ShowreelStack):
    """The media bucket and its distribution; neither costs anything while idle but the bytes that lie there."""

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """`edge` is what serves media."""
        super().__init__(app, stage, "media", "Showreel: the media bucket and its distribution")
        self._logs = self._log_bucket()
        self._bucket = self._media_bucket()
        distribution = self._media_distribution(self._address_check())
        self.edge = MediaEdge(f"https://{distribution.distribution_domain_name}", distribution.distribution_id)
        cdk.CfnOutput(self, "MediaUrl", value=self.edge.address, description="Where media addresses begin")
        cdk.CfnOutput(self, "MediaBucketName", value=self._bucket.bucket_name)

    def _log_bucket(self) -> s3.Bucket:
        """Who asked for what, for a month. CloudFront writes through an access control list, hence the ownership."""
        return s3.Bucket(
            self,
            "access-logs",
            bucket_name=f"{self.stage.named('access-logs')}-{self.account}",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            lifecycle_rules=[s3.LifecycleRule(id="month", expiration=cdk.Duration.days(30))],
            removal_policy=self.stage.removal,
        )

    def _media_bucket(self) -> s3.Bucket:
        cors = s3.CorsRule(
            allowed_methods=[s3.HttpMethods.PUT, s3.HttpMethods.GET, s3.HttpMethods.HEAD],
            allowed_origins=self.stage.cors_origins.split(","),
            allowed_headers=["*"],
            exposed_headers=["ETag"],
            max_age=3600,
        )
        bucket = s3.Bucket(
            self,
            "bucket",
            bucket_name=Grants(self, self.stage).real_name(MEDIA),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            cors=[cors],
            lifecycle_rules=_lifecycle(),
            server_access_logs_bucket=self._logs,
            server_access_logs_prefix="bucket/",
            removal_policy=self.stage.removal,
        )
        _tell_event_bridge(bucket)
        return bucket

    def _address_check(self) -> cloudfront.Function:
        """The key reaches the edge as an object that the store imports when it is made: no template holds it."""
        functions = Functions(self, self.stage)
        room = next(room for room, _ in tasks() if room.name == "prepare_media")
        published = cdk.CustomResource(
            self,
            "media-key",
            service_token=functions.add(room).function_arn,
            resource_type="Custom::Media",
            properties={"Key": KEY_OBJECT, "File": room.digest},
        )
        published.node.add_dependency(_resource(self._bucket))
        store = cloudfront.KeyValueStore(
            self,
            "keys",
            key_value_store_name=self.stage.named("media"),
            source=cloudfront.ImportSource.from_bucket(self._bucket, KEY_OBJECT),
        )
        store.node.add_dependency(published)
        return cloudfront.Function(
            self,
            "address-check",
            function_name=self.stage.named("media-address"),
            code=cloudfront.FunctionCode.from_file(file_path=str(ADDRESS_CHECK)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            key_value_store=store,
        )

    def _media_distribution(self, check: cloudfront.Function) -> cloudfront.Distribution:
        cors = cloudfront.ResponseHeadersCorsBehavior(
            access_control_allow_credentials=False,
            access_control_allow_headers=["Range"],
            access_control_allow_methods=["GET", "HEAD", "OPTIONS"],
            access_control_allow_origins=self.stage.cors_origins.split(","),
            access_control_expose_headers=["Content-Length", "Content-Range", "ETag"],
            access_control_max_age=cdk.Duration.hours(1),
            origin_override=True,
        )
        headers = cloudfront.ResponseHeadersPolicy(
            self, "headers", response_headers_policy_name=self.stage.named("media"), cors_behavior=cors
        )
        behaviour = cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(self._bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            origin_request_policy=cloudfront.OriginRequestPolicy.CORS_S3_ORIGIN,  # S3 refuses OPTIONS without Origin
            response_headers_policy=headers,
            function_associations=[
                cloudfront.FunctionAssociation(function=check, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)
            ],
        )
        return cloudfront.Distribution(
            self,
            "distribution",
            comment=f"{self.stage.named('media')}: addresses carry their own token",
            default_behavior=behaviour,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            enable_logging=True,
            log_bucket=self._logs,
            log_file_prefix="distribution/",
        )


def _resource(bucket: s3.Bucket) -> s3.CfnBucket:
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    return resource


def _tell_event_bridge(bucket: s3.Bucket) -> None:
    """Set as a property: the CDK's own way is a custom resource with a function of its own."""
    configuration = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    _resource(bucket).notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=configuration
    )


def _lifecycle() -> list[s3.LifecycleRule]:
    day = cdk.Duration.days(1)
    passing = {"intermediates": ("work/", 2), "early-play": ("early/", 1), "fetched-sources": ("fetched/", 3)}
    passing["exports"] = ("exports/", 7)
    return [
        s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=day),
        *(
            s3.LifecycleRule(
                id=name, prefix=prefix, expiration=cdk.Duration.days(days), noncurrent_version_expiration=day
            )
            for name, (prefix, days) in passing.items()
        ),
        s3.LifecycleRule(id="raw-thumbnails", prefix="uploads/thumbnails/", expiration=day),
        s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=cdk.Duration.days(7),
            expired_object_delete_marker=True,
        ),
    ]
