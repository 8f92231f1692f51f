"""What holds for every stack: size, exports, what is kept and what goes, what runs while nobody asks."""

import json
import re
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.local.assembly import _node_folder
from infra.parts.discovery import sockets
from shared.contract.declare import ANY_MESSAGE, CONNECT, DISCONNECT
from shared.contract.resources import TABLES
from tests.cloud.templates import Placed, Templates, as_list, text

RESOURCES = 400
TEMPLATE = 1024 * 1024
REVISED = {"AWS::Batch::JobDefinition", "AWS::Lambda::Version", "AWS::Lambda::LayerVersion", "AWS::EC2::LaunchTemplate"}
"""Types whose id changes with their content: AWS refuses to change an export that another stack uses."""

DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
REMADE = ("AWS::SQS::Queue", "AWS::Logs::LogGroup", "AWS::Scheduler::ScheduleGroup")
"""Types whose names are fixed and whose resources hold nothing that a stack cannot do without."""
CORS = {
    "AllowMethods": "GET POST PUT PATCH DELETE OPTIONS",
    "AllowHeaders": "Authorization Content-Type X-API-Key X-CSRF-Token X-Requested-With Idempotency-Key If-Match "
    "If-None-Match traceparent",
    "ExposeHeaders": "X-Request-Id ETag Location Retry-After RateLimit RateLimit-Policy X-RateLimit-Limit "
    "X-RateLimit-Remaining X-RateLimit-Reset Idempotent-Replayed",
}
"""What browsers may send to the API, and see of its answers."""
ALWAYS_ON = {
    *("AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::Instance", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"),
    *("AWS::ECS::Service", "AWS::ElastiCache::CacheCluster", "AWS::OpenSearchService::Domain"),
    *("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ApplicationAutoScaling::ScalableTarget"),
}


def test_stacks_stay_well_below_the_limits(cloud: Templates) -> None:
    for name, template in cloud.stacks.items():
        assert len(template["Resources"]) <= RESOURCES, name
        assert len(template.get("Outputs", {})) <= 200
        assert len(json.dumps(template).encode()) <= TEMPLATE
        assert not template.get("Parameters"), "synthesis knows everything"
        assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]{0,127}", name)


def test_exports_never_change(cloud: Templates) -> None:
    for stack, template in cloud.stacks.items():
        for name, output in template.get("Outputs", {}).items():
            if "Export" in output:
                referred = re.findall(r"\$\{(\w+)", text(output["Value"]))
                assert referred, name
                for one in referred:
                    assert cloud.find(stack, one).type not in REVISED, name


def test_every_import_is_exported(cloud: Templates) -> None:
    everything = json.dumps(list(cloud.stacks.values()))
    imported = set(re.findall(r'"Fn::ImportValue": "([^"]+)"', everything))
    outputs = [output for template in cloud.stacks.values() for output in template.get("Outputs", {}).values()]
    assert imported == {output["Export"]["Name"] for output in outputs if "Export" in output}


def test_stacks_depend_on_each_other_in_one_direction(cloud: Templates) -> None:
    artifacts = json.loads((cloud.folder / "manifest.json").read_text())["artifacts"]
    needed = {
        name: [one for one in artifacts[name].get("dependencies", []) if one in cloud.stacks] for name in cloud.stacks
    }
    done: list[str] = []
    while len(done) < len(needed):
        ready = [name for name in needed if name not in done and set(needed[name]) <= set(done)]
        assert ready, "a circle"
        done += ready


def test_prod_keeps_its_data_and_dev_leaves_nothing(cloud: Templates, dev: Templates) -> None:
    for templates, policies in ((cloud, ("RetainExceptOnCreate", "Retain")), (dev, ("Delete", "Delete"))):
        for one in templates.of(*DATA):
            assert (one.body["DeletionPolicy"], one.body["UpdateReplacePolicy"]) == policies, one


def test_what_a_deployment_that_failed_leaves_is_in_nobodys_way(cloud: Templates, dev: Templates) -> None:
    """Names are fixed: what a rollback kept would keep the next first deployment from making it."""
    for templates in (cloud, dev):
        for one in templates.of(*REMADE):
            assert (one.body["DeletionPolicy"], one.body["UpdateReplacePolicy"]) == ("Delete", "Delete"), one
        kept = [one for one in templates.resources if one.body.get("DeletionPolicy") == "Retain"]
        assert not kept


def test_prod_is_protected_from_deletion(cloud: Templates, dev: Templates) -> None:
    for templates, protected in ((cloud, True), (dev, False)):
        tables = templates.of("AWS::DynamoDB::Table")
        assert [table.properties["DeletionProtectionEnabled"] for table in tables] == [protected] * len(TABLES)
        artifacts = json.loads((templates.folder / "manifest.json").read_text())["artifacts"]
        stacks = [artifacts[name]["properties"] for name in templates.stacks]
        assert {stack.get("terminationProtection", False) for stack in stacks} == {protected}


def test_stages_differ_in_settings_alone(cloud: Templates, dev: Templates) -> None:
    of_prod, of_dev = (Counter((one.stack, one.type) for one in stage.resources) for stage in (cloud, dev))
    assert {(stack.replace("-prod-", "-dev-"), kind): count for (stack, kind), count in of_prod.items()} == of_dev


def test_tables_are_on_demand_and_can_be_taken_back_in_time(cloud: Templates) -> None:
    for table in cloud.of("AWS::DynamoDB::Table"):
        assert table.properties["BillingMode"] == "PAY_PER_REQUEST"
        assert "ProvisionedThroughput" not in json.dumps(table.properties)
        assert table.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert len(table.properties.get("GlobalSecondaryIndexes", [])) <= 20


def test_nothing_runs_while_nobody_asks(cloud: Templates) -> None:
    assert not ALWAYS_ON & {one.type for one in cloud.resources}
    for endpoint in cloud.of("AWS::EC2::VPCEndpoint"):
        assert endpoint.properties["VpcEndpointType"] == "Gateway"
    assert "ProvisionedConcurrency" not in json.dumps(list(cloud.stacks.values()))


def test_the_one_key_that_costs_all_the_time_turns_by_itself(cloud: Templates) -> None:
    """docs/decisions/0021: a dollar a month for what users entrust to a stage."""
    [key] = cloud.of("AWS::KMS::Key")
    assert key.properties["EnableKeyRotation"] is True
    assert "KeySpec" not in key.properties, "symmetric"
    assert key.body["DeletionPolicy"] == "RetainExceptOnCreate"


def test_what_is_global_lives_where_aws_wants_it(cloud: Templates) -> None:
    """A web ACL, a certificate of CloudFront and functions at the edge can be made in us-east-1 alone."""
    artifacts = json.loads((cloud.folder / "manifest.json").read_text())["artifacts"]
    for one in cloud.resources:
        edge = one.type == "AWS::WAFv2::WebACL" and one.properties["Scope"] == "CLOUDFRONT"
        certificate = one.type == "AWS::CertificateManager::Certificate"
        attached = "LambdaFunctionAssociations" in json.dumps(one.properties)
        if edge or certificate or attached:
            assert artifacts[one.stack]["environment"].endswith("/us-east-1"), one


def of_protocol(cloud: Templates, name: str) -> list[Placed]:
    return [one for one in cloud.of("AWS::ApiGatewayV2::Api") if one.properties["ProtocolType"] == name]


def test_sockets_are_routed_by_type_and_log_nothing_that_was_shown(cloud: Templates) -> None:
    [api] = of_protocol(cloud, "WEBSOCKET")
    assert api.properties["RouteSelectionExpression"] == "$request.body.type"
    routes = {one.properties["RouteKey"] for one in cloud.of("AWS::ApiGatewayV2::Route") if one.stack == api.stack}
    assert routes == {socket.route for _, socket in sockets()} >= {CONNECT, DISCONNECT, ANY_MESSAGE}
    [stage] = [one for one in cloud.of("AWS::ApiGatewayV2::Stage") if one.stack == api.stack]
    logged = json.loads(stage.properties["AccessLogSettings"]["Format"])
    assert not [told for told in logged.values() if "querystring" in told or "header" in told]
    assert logged["connectionId"] == "$context.connectionId"
    [account] = cloud.of("AWS::ApiGateway::Account")
    assert account.id in as_list(stage.body["DependsOn"]), "API Gateway refuses the log of a stage without"
    role = cloud.find(account.stack, account.properties["CloudWatchRoleArn"]["Fn::GetAtt"][0]).body
    kept = {one["DeletionPolicy"] for one in (account.body, role)}
    assert kept == {"RetainExceptOnCreate"}, "the role is the account's: other stages log by it when this one is gone"


def test_gateway_ends_floods_and_names_exact_origins(cloud: Templates) -> None:
    stages = cloud.of("AWS::ApiGatewayV2::Stage")
    assert sorted(stage.properties["StageName"] for stage in stages) == ["$default", "ws"]
    for stage in stages:
        limits = stage.properties["DefaultRouteSettings"]
        assert 0 < limits["ThrottlingBurstLimit"] <= 5000
        assert 0 < limits["ThrottlingRateLimit"] <= 10_000
        assert stage.properties["AccessLogSettings"]["DestinationArn"]
    [api] = of_protocol(cloud, "HTTP")
    cors = api.properties["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://app.showreel.example", "https://studio.showreel.example"]
    assert cors["AllowCredentials"] is False
    assert {name: sorted(cors[name]) for name in CORS} == {name: sorted(value.split()) for name, value in CORS.items()}
    assert "*" not in json.dumps(cors)
    assert cors["MaxAge"] <= 86_400


def test_routes_are_distinct_and_payload_is_of_version_two(cloud: Templates) -> None:
    [api] = of_protocol(cloud, "WEBSOCKET")
    made = [one for one in cloud.of("AWS::ApiGatewayV2::Route") if one.stack != api.stack]
    keys = [one.properties["RouteKey"] for one in made]
    assert len(keys) == len(set(keys)) <= 300, "an API has 300 routes unless AWS is asked for more"
    shapes = [re.sub(r"\{\w+\}", "{}", key) for key in keys]
    assert len(shapes) == len(set(shapes)), "two routes that differ in a parameter's name are one"
    for one in cloud.of("AWS::ApiGatewayV2::Integration"):
        assert one.stack == api.stack or one.properties["PayloadFormatVersion"] == "2.0"


def test_case_114_no_secret_stands_in_a_template(cloud: Templates) -> None:
    for secret in cloud.of("AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret.properties
        assert secret.properties["GenerateSecretString"]["PasswordLength"] >= 48
    whole = json.dumps(list(cloud.stacks.values()))
    assert "{{resolve:" not in whole
    assert not re.search(r"AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY", whole)


def test_tags_say_whose_it_is(cloud: Templates) -> None:
    for table in cloud.of("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Lambda::Function"):
        tags = {tag["Key"]: tag["Value"] for tag in as_list(table.properties["Tags"])}
        assert tags == {"application": "showreel", "stage": "prod"}


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"stage": "live"}, "there are dev, staging and prod"),
        ({"jwt_algorithm": "HS256"}, "only RS256"),
        ({"transcriber": "whisper"}, "none of amazon, embedded, none"),
        ({"csrf_mode": "never"}, "none of cookie, always, off"),
        ({"mail_from": "Showreel <me@example.org>"}, "not of the form me@example.org"),
        ({"frontend_url": "app.example.org"}, "not of the form https://app.example.org"),
        ({"vmaf": "yes"}, "none of on, off"),
        ({"extra_codecs": "vp9"}, "neither off nor a list of hevc, av1"),
        ({"extra_codecs": "av1,av1"}, "neither off nor a list of hevc, av1"),
        ({"extra_codecs": "av1", "gpu": "g5"}, "GPUs make H.264 alone"),
        ({"clerk_issuer": "http://clerk.example.org"}, "no address such as https"),
        ({"clerk_issuer": "https://clerk.example.org/"}, "no address such as https"),
        ({"clerk_issuer": "https://clerk.example.org"}, "no exact origins of frontends"),
        ({"google_client_id": "an id"}, "not of the form"),
        ({"google_client_id": "1-a.apps.googleusercontent.com"}, "no exact addresses"),
        ({"youtube_client_id": "1-a", "oauth_redirects": "https://app.example.org"}, "no exact addresses"),
        ({"youtube_client_id": "1-a", "oauth_redirects": "http://app.example.org/in"}, "no exact addresses"),
        ({"youtube_client_id": "1-a", "oauth_redirects": "https://app.example.org/in, https://b.de/"}, "no exact"),
        ({"youtube_client_id": "1-a", "oauth_redirects": "https://app.example.org/in?a=*"}, "no exact addresses"),
        ({"google_endpoints": "none"}, "google_endpoints: 'none' is no JSON object"),
        ({"google_endpoints": '{"token": "http://example.org/token"}'}, "more than addresses"),
        ({"google_endpoints": '{"tokens": "https://example.org/token"}'}, "more than addresses"),
        ({"prices": "[]"}, "prices: .* is no JSON object"),
        ({"prices": '{"a": -1}'}, "no JSON object of numbers"),
        ({"cors_origins": "*"}, "no exact origin"),
        ({"cors_origins": "https://app.example.org,https://*.example.org"}, "no exact origin"),
        ({"cors_origins": "https://app.example.org/"}, "no exact origin"),
        ({"cors_origins": "https://app.example.org, https://b.example.org"}, "no exact origin"),
        ({"cors_origins": "null"}, "no exact origin"),
        ({"stage": "prod"}, "name the exact origins of the frontends of stage prod"),
        ({"stage": "staging"}, "name the exact origins of the frontends of stage staging"),
        ({"stage": "prod", "cors_origins": ""}, "name the exact origins"),
        *(
            ({name: value}, f"-c {name}: .* above 0")
            for name in ("rate_scale", "lambda_cpu_seconds", "access_token_minutes", "refresh_token_days")
            for value in ("0", "-1", "0.0", "nan", "inf", "1e3", "ten", " 1", "")
        ),
        ({"access_token_minutes": "1.5"}, "no whole number above 0"),
        ({"stages": {"dev": {"rate_scale": 0}}}, "no number above 0"),
    ],
    ids=str,
)
def test_synthesis_refuses(context: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", _node_folder(), prepend=":")
    from infra.parts.stage import stage_of

    with pytest.raises(ValueError, match=message):
        stage_of(cast("Any", SimpleNamespace(try_get_context=context.get)))


def test_synthesis_takes_clients_of_google(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", _node_folder(), prepend=":")
    from infra.parts.stage import stage_of

    given = {
        "google_client_id": "1-a.apps.googleusercontent.com",
        "oauth_redirects": "https://app.example.org/in,http://localhost:5173/oauth/back",
        "google_endpoints": '{"token": "http://127.0.0.1:9999/token", "issuer": "https://login.example.org"}',
    }
    told = stage_of(cast("Any", SimpleNamespace(try_get_context=given.get))).environment
    assert {name: told[name.upper()] for name in given} == given
    assert "YOUTUBE_CLIENT_ID" not in told


def test_name_that_aws_would_refuse_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", _node_folder(), prepend=":")
    from infra.parts.stage import stage_of

    stage = stage_of(
        cast("Any", SimpleNamespace(try_get_context={"stage": "staging", "cors_origins": "https://a.example"}.get))
    )
    assert len(stage.named("x" * 47)) == 64
    with pytest.raises(ValueError, match="longer than the 64"):
        stage.named("x" * 48)


def exports(templates: Templates, stack: str) -> set[str]:
    outputs = templates.stacks[templates.named(stack)].get("Outputs", {}).values()
    named = (json.dumps(output["Export"]["Name"]) for output in outputs if "Export" in output)
    return {name.replace(templates.named(""), "") for name in named}


def test_no_export_goes_when_it_comes_or_gets_a_domain(
    cloud: Templates, edge: Templates, edge_with_domain: Templates
) -> None:
    """CloudFormation takes none away that a stack of the deployment before imports."""
    for stack in cloud.stacks:
        name = stack.removeprefix(cloud.named(""))
        assert exports(cloud, name) <= exports(edge, name) <= exports(edge_with_domain, name)
    assert exports(edge, "edge")
    assert exports(edge, "edge") == exports(edge_with_domain, "edge")
