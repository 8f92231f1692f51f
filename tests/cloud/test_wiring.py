"""What leads from one service to the next: routes to functions, the distribution to its bucket and key, events."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.parts.discovery import endpoints, sockets
from infra.parts.grants import SOCKETS_STAGE
from tests.cloud.templates import Placed, Templates, text

STAGE = "$default"


def only(cloud: Templates, kind: str) -> Placed:
    """The one resource of a type."""
    [found] = cloud.of(kind)
    return found


def routes(cloud: Templates) -> list[tuple[str, str, Placed]]:
    """(API, route key, function) of each route."""
    found = []
    for route in cloud.of("AWS::ApiGatewayV2::Route"):
        [integration] = re.findall(r"^integrations/\$\{(\w+)\}$", text(route.properties["Target"]))
        [named] = re.findall(
            r"\$\{(\w+)\.Arn\}", text(cloud.find(route.stack, integration).properties["IntegrationUri"])
        )
        function = cloud.find(route.stack, named)
        found.append((text(route.properties["ApiId"]), route.properties["RouteKey"], function))
    return found


def test_case_115_every_route_leads_to_its_function(cloud: Templates) -> None:
    asked = {(f"{m} {p}" if p != STAGE else p): room.name for room, e in endpoints() for m, p in e.routes}
    sent = {socket.route: room.name for room, socket in sockets()}
    for declared, are_sockets in ((asked, False), (sent, True)):
        made = [(key, one) for _, key, one in routes(cloud) if (one.stack == cloud.named("realtime")) is are_sockets]
        names = {key: cloud.named(name) for key, name in declared.items()}
        assert {key: one.properties["FunctionName"] for key, one in made} == names


def test_gateway_may_call_the_function_of_every_route(cloud: Templates) -> None:
    """The caller that API Gateway shows is api/stage/method/path, as the route has them, or api/stage/route."""
    permissions = [
        (one.stack, one.properties["FunctionName"]["Fn::GetAtt"][0], text(one.properties["SourceArn"]))
        for one in cloud.of("AWS::Lambda::Permission")
        if one.properties["Principal"] == "apigateway.amazonaws.com"
    ]
    for api, key, function in routes(cloud):
        method, _, path = key.partition(" ")
        call = f"{STAGE}/{method}{path}" if path else f"{STAGE}/{STAGE}"
        if function.stack == cloud.named("realtime"):
            call = f"{SOCKETS_STAGE}/{key}"
        caller = f"arn:aws:execute-api:eu-central-1:123456789012:{api}/{call}"
        allowed = [arn for stack, name, arn in permissions if (stack, name) == (function.stack, function.id)]
        assert [arn for arn in allowed if fnmatchcase(caller, arn)], f"{key}: {allowed}"


def test_distribution_reads_its_bucket_in_its_own_name(cloud: Templates) -> None:
    distribution = only(cloud, "AWS::CloudFront::Distribution")
    [origin] = distribution.properties["DistributionConfig"]["Origins"]
    control = cloud.find(distribution.stack, origin["OriginAccessControlId"]["Fn::GetAtt"][0])
    signing = control.properties["OriginAccessControlConfig"]
    assert control.type == "AWS::CloudFront::OriginAccessControl"
    wanted = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
    assert {key: signing[key] for key in wanted} == wanted
    bucket = cloud.find(distribution.stack, origin["DomainName"]["Fn::GetAtt"][0])
    [policy] = [one for one in cloud.of("AWS::S3::BucketPolicy") if one.properties["Bucket"] == {"Ref": bucket.id}]
    read = [
        (one["Principal"], text(one["Resource"]), text(one["Condition"]["StringEquals"]["AWS:SourceArn"]))
        for one in policy.properties["PolicyDocument"]["Statement"]
        if one["Effect"] == "Allow" and one["Action"] == "s3:GetObject"
    ]
    arn = f"arn:aws:cloudfront::123456789012:distribution/${{{distribution.id}}}"
    assert read == [({"Service": "cloudfront.amazonaws.com"}, f"${{{bucket.id}.Arn}}/*", arn)]


class Written:
    """A bucket that keeps what is written."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, content: bytes, *_: str) -> None:
        """As Objects.put."""
        self.objects[key] = content


def test_key_store_imports_what_the_deployment_writes(cloud: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.tasks import prepare_media

    store, made = only(cloud, "AWS::CloudFront::KeyValueStore"), only(cloud, "Custom::Media")
    check = only(cloud, "AWS::CloudFront::Function")
    written = Written()
    monkeypatch.setattr(prepare_media.Objects, "open", lambda: written)
    monkeypatch.setattr(prepare_media, "secret", lambda variable: variable.lower())
    prepare_media.prepare_media(made.properties)
    source = store.properties["ImportSource"]
    bucket, _, key = text(source["SourceArn"]).partition("/")
    media = cloud.find(store.stack, bucket.removeprefix("${").removesuffix(".Arn}"))
    assert "-media-" in text(media.properties["BucketName"])
    assert (source["SourceType"], store.body["DependsOn"]) == ("S3", [made.id])
    assert made.properties["ServiceToken"]["Fn::GetAtt"][0] == cloud.function("prepare_media").id
    [entry] = json.loads(written.objects[key])["data"]
    assert entry == {"key": "media-key", "value": "media_key_secret"}
    code = check.properties["FunctionCode"]
    assert f'"{entry["key"]}"' in code.replace("'", '"')
    [associated] = check.properties["FunctionConfig"]["KeyValueStoreAssociations"]
    assert associated["KeyValueStoreARN"]["Fn::GetAtt"] == [store.id, "Arn"]


def test_media_bucket_tells_event_bridge(cloud: Templates) -> None:
    told: dict[str, Any] = {
        text(one.properties["BucketName"]): one.properties.get("NotificationConfiguration")
        for one in cloud.of("AWS::S3::Bucket")
    }
    enabled = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert told[cloud.named("media-123456789012")] == enabled
