"""A stage with an edge: the web ACL that AWS would take, the one way to the API, a secret that no template tells."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.local.assembly import _node_folder
from infra.parts.discovery import endpoints, sockets, tasks
from infra.parts.edge import edge_settings
from infra.stacks.web_acl import COUNTED, UNTOLD
from shared.contract.resources import GLOBAL_REGION
from tests.cloud.templates import Placed, Templates, text

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's own policies: nothing is kept, and everything but the host is passed on."""

CAPACITY = {"CommonRuleSet": 700, "KnownBadInputsRuleSet": 200, "AmazonIpReputationList": 25}
FREE_CAPACITY = 1500
RATE_CAPACITY = 2 + 30
"""Units of a rate rule, and more than its scope has."""
WINDOWS, LEAST = (60, 120, 300, 600), 10
RULE_NAME = re.compile(r"[\w-]{1,128}")
RESERVED_METRICS = ("All", "Default_Action")

DRIVER = """
const event = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(handler(event).headers));
"""


def only(templates: Templates, kind: str, stack: str = "") -> Placed:
    """The one resource of a type, of a stack where it is named."""
    [found] = [one for one in templates.of(kind) if one.stack.endswith(stack)]
    return found


def distribution(templates: Templates) -> dict[str, Any]:
    """What is before the API."""
    found: dict[str, Any] = only(templates, "AWS::CloudFront::Distribution", "-edge").properties["DistributionConfig"]
    return found


@pytest.fixture
def rules(edge: Templates) -> dict[str, dict[str, Any]]:
    """The rules of the web ACL by their names."""
    return {rule["Name"]: rule for rule in only(edge, "AWS::WAFv2::WebACL").properties["Rules"]}


def test_there_is_nothing_of_it_in_a_stage_without(cloud: Templates, dev: Templates) -> None:
    for templates in (cloud, dev):
        assert not [one for one in templates.resources if "WAFv2" in one.type or one.type == "Custom::Edge"]
        assert len(templates.of("AWS::CloudFront::Distribution")) == 1
        names = [one.properties["Name"] for one in templates.of("AWS::SecretsManager::Secret")]
        assert templates.named("origin") not in names
        assert "ORIGIN_DIGESTS" not in templates.function("log_in").properties["Environment"]["Variables"]
        assert "ApiUrl" in templates.stacks[templates.named("api")]["Outputs"]


def test_the_rest_of_the_stage_is_the_same(cloud: Templates, edge: Templates) -> None:
    """Turning the edge on replaces nothing."""
    theirs = {(one.stack, one.id): one.type for one in edge.resources}
    for one in cloud.resources:
        if not re.search(r"asset|JobDef|layer", one.id):
            assert theirs[one.stack, one.id] == one.type


def test_web_acl_lies_where_cloudfront_takes_it_from(edge: Templates) -> None:
    acl = only(edge, "AWS::WAFv2::WebACL")
    artifacts = json.loads((edge.folder / "manifest.json").read_text())["artifacts"]
    assert artifacts[acl.stack]["environment"].endswith(f"/{GLOBAL_REGION}")
    others = {artifacts[stack]["environment"] for stack in edge.stacks if stack != acl.stack}
    assert others == {"aws://unknown-account/unknown-region"}
    assert acl.properties["Scope"] == "CLOUDFRONT"
    assert acl.properties["DefaultAction"] == {"Allow": {}}
    assert RULE_NAME.fullmatch(acl.properties["Name"])


def test_rules_are_such_as_aws_takes(rules: dict[str, dict[str, Any]], edge: Templates) -> None:
    acl = only(edge, "AWS::WAFv2::WebACL").properties
    assert len(rules) == len(acl["Rules"]), "names are distinct"
    assert sorted(rule["Priority"] for rule in rules.values()) == list(range(len(rules)))
    metrics = [seen["VisibilityConfig"]["MetricName"] for seen in (acl, *rules.values())]
    assert len(set(metrics)) == len(metrics)
    assert not set(metrics) & set(RESERVED_METRICS)
    used = 0
    for name, rule in rules.items():
        assert RULE_NAME.fullmatch(name)
        managed = "ManagedRuleGroupStatement" in rule["Statement"]
        assert ("OverrideAction" in rule, "Action" in rule) == (managed, not managed), "one of the two, by kind"
        used += CAPACITY[name] if managed else RATE_CAPACITY
    assert used <= FREE_CAPACITY


def test_nothing_that_a_request_carried_is_sampled_or_logged(edge: Templates) -> None:
    acl, logging = only(edge, "AWS::WAFv2::WebACL"), only(edge, "AWS::WAFv2::LoggingConfiguration")
    for seen in (acl.properties, *acl.properties["Rules"]):
        assert seen["VisibilityConfig"]["SampledRequestsEnabled"] is False
        assert seen["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True
    redacted = logging.properties["RedactedFields"]
    assert {"QueryString": {}} in redacted
    headers = [one["SingleHeader"]["Name"] for one in redacted if "SingleHeader" in one]
    assert headers == list(UNTOLD)
    assert {"authorization", "cookie", "x-api-key"} <= set(headers)
    [destination] = logging.properties["LogDestinationConfigs"]
    group = only(edge, "AWS::Logs::LogGroup", "-web-acl").properties["LogGroupName"]
    assert group.startswith("aws-waf-logs-"), "AWS takes no other name"
    assert text(destination) == f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    assert "LogFilePrefix" not in json.dumps(distribution(edge)), "its log would hold queries"


def test_what_the_api_takes_is_not_refused(rules: dict[str, dict[str, Any]]) -> None:
    group = rules["CommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert group["Name"] == "AWSManagedRulesCommonRuleSet"
    counted = {one["Name"] for one in group["RuleActionOverrides"] if one["ActionToUse"] == {"Count": {}}}
    assert counted == set(COUNTED["CommonRuleSet"])
    assert "SizeRestrictions_BODY" in counted, "it refuses bodies of more than 8 kB"
    for name in ("KnownBadInputsRuleSet", "AmazonIpReputationList"):
        assert rules[name]["Statement"]["ManagedRuleGroupStatement"]["Name"] == f"AWSManagedRules{name}"


def test_rates_of_an_address(rules: dict[str, dict[str, Any]]) -> None:
    found = {}
    for name in ("addresses", "auth"):
        rate = rules[name]["Statement"]["RateBasedStatement"]
        assert rate["AggregateKeyType"] == "IP"
        assert rate["EvaluationWindowSec"] in WINDOWS
        assert rate["Limit"] >= LEAST
        found[name] = rate["Limit"] / (rate["EvaluationWindowSec"] / 60)
        answer = rules[name]["Action"]["Block"]["CustomResponse"]
        assert (answer["ResponseCode"], answer["CustomResponseBodyKey"]) == (429, "too-many")
    assert found == {"addresses": 400, "auth": 5}


def test_the_tight_rate_is_for_what_shows_secrets(rules: dict[str, dict[str, Any]], edge: Templates) -> None:
    scope = json.dumps(rules["auth"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"])
    prefixes = re.findall(r'"SearchString": "(/[^"]+)"', scope)
    assert '"SearchString": "POST"' in scope
    posted = [path for _, endpoint in endpoints() for method, path in endpoint.routes if method == "POST"]
    covered = {path for path in posted if path.startswith(tuple(prefixes))}
    assert covered >= {path for path in posted if "/auth/" in path}
    assert {"/api/auth/login", "/api/v1/auth/login"} <= covered
    bodies = only(edge, "AWS::WAFv2::WebACL").properties["CustomResponseBodies"]
    refusal = json.loads(bodies["too-many"]["Content"])
    assert (refusal["success"], refusal["error"]["code"]) == (False, "RATE_LIMITED")


def test_everything_goes_through_and_nothing_is_kept(edge: Templates) -> None:
    config = distribution(edge)
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert [one.get("PathPattern") for one in behaviours] == [None, "/ws"]
    assert len({one["TargetOriginId"] for one in behaviours}) == 2
    for behaviour in behaviours:
        assert sorted(behaviour["AllowedMethods"]) == sorted("GET HEAD OPTIONS PUT PATCH POST DELETE".split())
        assert behaviour["CachePolicyId"] == CACHING_DISABLED
        assert behaviour["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert [one["EventType"] for one in behaviour["FunctionAssociations"]] == ["viewer-request"]
    assert config["HttpVersion"] == "http2and3"
    kept = {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in config["CustomErrorResponses"]}
    assert kept == dict.fromkeys((400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504), 0)
    for origin in config["Origins"]:
        assert text(origin["DomainName"]).endswith(".execute-api.eu-central-1.${AWS::URLSuffix}")
        assert "OriginPath" not in origin, "the stage of the WebSocket API is named like its path"
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
        assert origin["CustomOriginConfig"]["OriginReadTimeout"] >= 29
    told = edge.stacks[edge.named("edge")]["Parameters"][config["WebACLId"]["Ref"]]
    assert told == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/showreel/prod/edge-web-acl"}
    lies = [one.properties["Name"] for one in edge.of("AWS::SSM::Parameter")]
    assert {told["Default"], "/showreel/prod/web-acl"} <= set(lies)


def test_edge_can_be_taken_away_again(edge: Templates) -> None:
    """What imports from it no longer does in a stage without; it imports nothing that goes."""
    for stack, template in edge.stacks.items():
        users = re.findall(r'"Fn::ImportValue": "([^:"]+):([^"]+)"', json.dumps(template))
        assert all(owner != edge.named("web-acl") for owner, _ in users)
        assert stack == edge.named("tasks") or all(owner != edge.named("edge") for owner, _ in users)
    imported = re.findall(r'"Fn::ImportValue": "([^"]+)"', json.dumps(edge.stacks[edge.named("edge")]))
    assert edge.named("sockets-id") in imported
    [http] = set(imported) - {edge.named("sockets-id")}
    assert http.startswith(f"{edge.named('api')}:ExportsOutputRefhttp")
    [secret] = [one for one in edge.of("AWS::SecretsManager::Secret") if one.properties["Name"] == edge.named("origin")]
    assert secret.body["DeletionPolicy"] == "Delete", "its name must be free again"


def test_web_acl_is_not_on_media(edge: Templates) -> None:
    config = only(edge, "AWS::CloudFront::Distribution", "-media").properties["DistributionConfig"]
    assert "WebACLId" not in config


def test_no_template_tells_the_secret(edge: Templates, edge_with_domain: Templates) -> None:
    """The one place that needs it has a reference, which another generation changes."""
    for templates, generation in ((edge, "1"), (edge_with_domain, "3")):
        whole = json.dumps(list(templates.stacks.values()))
        reference = f"{{{{resolve:secretsmanager:{templates.named('origin')}:SecretString:{generation}::}}}}"
        for origin in distribution(templates)["Origins"]:
            assert origin["OriginCustomHeaders"] == [{"HeaderName": "X-Origin-Secret", "HeaderValue": reference}]
        assert whole.count("{{resolve:") == 2
        prepared = only(templates, "Custom::Edge").properties
        assert prepared["Generation"] == generation
        assert not {key for key in prepared if "secret" in key.lower()}


def test_every_endpoint_knows_digests_and_nothing_else_does(edge: Templates) -> None:
    names = {edge.named(room.name) for room, _ in [*endpoints(), *sockets()]}
    for one in edge.of("AWS::Lambda::Function"):
        variables = one.properties["Environment"]["Variables"]
        assert ("ORIGIN_DIGESTS" in variables) == (one.properties["FunctionName"] in names), one
        if "ORIGIN_DIGESTS" in variables:
            parameter = edge.stacks[one.stack]["Parameters"][variables["ORIGIN_DIGESTS"]["Ref"]]
            assert parameter["Type"] == "AWS::SSM::Parameter::Value<String>"
            assert parameter["Default"] == "/showreel/prod/origin-digests"


def test_one_function_reads_the_secret(edge: Templates) -> None:
    reading = {
        one.properties["FunctionName"]
        for one in edge.of("AWS::Lambda::Function")
        if any("origin-??????" in grant.resource for grant in edge.grants(edge.role_of(one)))
    }
    assert reading == {edge.named("prepare_edge")}
    grants = edge.grants(edge.role_of(edge.function("prepare_edge")))
    found = {(grant.action, grant.resource) for grant in grants if "web-acl" in grant.resource}
    assert found == {
        ("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/showreel/prod/web-acl"),
        ("ssm:PutParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/showreel/prod/edge-web-acl"),
    }
    assert [room.name for room, _ in tasks()].count("prepare_edge") == 1


def test_functions_take_a_secret_before_the_edge_shows_it(edge: Templates) -> None:
    artifacts = json.loads((edge.folder / "manifest.json").read_text())["artifacts"]
    waits = {stack: set(artifacts[stack]["dependencies"]) & edge.stacks.keys() for stack in edge.stacks}
    of_endpoints = {edge.function(room.name).stack for room, _ in endpoints()}
    assert of_endpoints <= waits[edge.named("edge")]
    assert all(edge.named("api") in waits[stack] for stack in of_endpoints)
    assert {edge.named("data"), edge.named("web-acl")} <= waits[edge.named("api")]


def test_mailed_links_and_outputs_lead_to_the_edge(edge: Templates, edge_with_domain: Templates) -> None:
    for templates in (edge, edge_with_domain):
        assert "ApiUrl" not in templates.stacks[templates.named("api")].get("Outputs", {})
    mail = edge.function("send_account_mail").properties["Environment"]["Variables"]
    assert ":ExportsOutputFnGetAttdistribution" in text(mail["API_URL"])
    assert edge.stacks[edge.named("edge")]["Outputs"]["ApiUrl"]
    mail = edge_with_domain.function("send_account_mail").properties["Environment"]["Variables"]
    assert mail["API_URL"] == "https://api.showreel.example"


def test_own_domain_wants_tls_1_2(edge_with_domain: Templates) -> None:
    config = distribution(edge_with_domain)
    assert config["Aliases"] == ["api.showreel.example"]
    certificate = config["ViewerCertificate"]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert certificate["SslSupportMethod"] == "sni-only"
    assert certificate["AcmCertificateArn"].startswith("arn:aws:acm:us-east-1:")


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"edge": "yes"}, "none of off, on"),
        ({"edge_secret": "0"}, "no whole number above 0"),
        ({"edge_secret": "2.5"}, "no whole number above 0"),
        ({"edge_domain": "https://api.example.org"}, r"not of the form api\.example\.org"),
        ({"edge_domain": "api.example.org"}, "no ARN of a certificate in us-east-1"),
        ({"edge_domain": "a.de", "edge_certificate": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}, "us-east-1"),
    ],
    ids=str,
)
def test_settings_that_are_not_whole_are_refused(context: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        edge_settings(context.get)


def test_viewer_is_told_beside_whatever_it_sends(edge: Templates, tmp_path: Path) -> None:
    function = only(edge, "AWS::CloudFront::Function", "-edge")
    (tmp_path / "viewer.cjs").write_text(function.properties["FunctionCode"] + DRIVER)
    sent = {"host": "d1.cloudfront.net", "x-viewer-address": "10.0.0.1", "x-viewer-host": "evil.example", "accept": "*"}
    event = {
        "viewer": {"ip": "2001:db8::1"},
        "request": {"method": "GET", "uri": "/", "headers": {name: {"value": value} for name, value in sent.items()}},
    }
    node = shutil.which("node", path=_node_folder()) or "node"
    command, asked = [node, "viewer.cjs"], json.dumps(event)
    done = subprocess.run(command, cwd=tmp_path, input=asked, capture_output=True, text=True, timeout=30, check=True)
    told = {name: header["value"] for name, header in json.loads(done.stdout).items()}
    assert told == {**sent, "x-viewer-address": "2001:db8::1", "x-viewer-host": "d1.cloudfront.net"}
    [association] = distribution(edge)["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
