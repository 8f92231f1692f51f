"""What the edge refuses before a request reaches the API. CloudFront takes a web ACL from us-east-1 alone."""

import json
from collections.abc import Callable

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_wafv2 as waf

from infra.parts.function import RETENTION
from infra.parts.grants import Grants
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from shared.contract.resources import GLOBAL_REGION, WEB_ACL

WINDOW_SECONDS = 300
REQUESTS = 2000
"""Of one address in a window."""
AUTH_REQUESTS = 25
"""Of one address in a window, where secrets are shown: five a minute. A window of a minute would have to admit ten."""
AUTH_PATHS = ("/api/auth/", "/api/v1/auth/")

MANAGED = ("AmazonIpReputationList", "KnownBadInputsRuleSet", "CommonRuleSet")
COUNTED = {
    "CommonRuleSet": (
        "SizeRestrictions_BODY",  # a scene configuration may be a megabyte, which the API holds it to
        "CrossSiteScripting_BODY",  # people write of markup; what they write is answered as JSON, never as markup
        "GenericLFI_BODY",
        "GenericRFI_BODY",  # addresses of sources; the fetcher has rules of its own
        "GenericRFI_QUERYARGUMENTS",  # addresses to which a login goes back
        "NoUserAgent_HEADER",  # programs
    )
}
"""Rules of AWS's groups that would refuse what the API takes: they are counted, and refuse nothing."""

UNTOLD = ("authorization", "cookie", "x-api-key", "x-csrf-token")
"""Headers that no log holds. Queries are not in it either: links that were mailed carry tokens there."""

Rule = Callable[[int], waf.CfnWebACL.RuleProperty]
"""A rule that waits for its place: the lowest number is asked first."""

_NOTABLE = [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")]

RETRY_SECONDS = "60"
TOO_MANY = "too-many"
REFUSAL = {"success": False, "error": {"code": "RATE_LIMITED", "message": "Too many requests: try again later"}}


class WebAclStack(ShowreelStack):
    """One web ACL. Its ARN is made up by AWS, and lies in a parameter where the stage's own region finds it."""

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """Requests that nothing refuses are let in."""
        super().__init__(app, stage, "web-acl", "Showreel: the web ACL of the edge", region=GLOBAL_REGION)
        rules = [*(_managed(name) for name in MANAGED), _rate_rule("addresses", REQUESTS, None)]
        rules.append(_rate_rule("auth", AUTH_REQUESTS, _shows_secrets()))
        web_acl = waf.CfnWebACL(
            self,
            "web-acl",
            name=stage.named("web-acl"),
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_seen("web-acl"),
            custom_response_bodies={
                TOO_MANY: waf.CfnWebACL.CustomResponseBodyProperty(
                    content=json.dumps(REFUSAL), content_type="APPLICATION_JSON"
                )
            },
            rules=[rule(priority) for priority, rule in enumerate(rules)],
        )
        ssm.StringParameter(
            self,
            "arn",
            parameter_name=Grants(self, stage).real_name(WEB_ACL),
            string_value=web_acl.attr_arn,
            description="The web ACL of the edge",
        )
        self._log(web_acl)

    def _log(self, web_acl: waf.CfnWebACL) -> None:
        """What was refused or counted, without what it showed."""
        name = f"aws-waf-logs-{self.stage.named('web-acl')}"
        group = logs.LogGroup(
            self, "logs", log_group_name=name, retention=RETENTION, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        destination = self.format_arn(
            service="logs", resource="log-group", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        field = waf.CfnLoggingConfiguration.FieldToMatchProperty
        logging = waf.CfnLoggingConfiguration(
            self,
            "logging",
            log_destination_configs=[destination],
            resource_arn=web_acl.attr_arn,
            redacted_fields=[field(query_string={}), *(field(single_header={"Name": one}) for one in UNTOLD)],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": _NOTABLE}],
            },
        )
        logging.node.add_dependency(group)


def _managed(name: str) -> Rule:
    """A group of rules that AWS maintains."""
    statement = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=f"AWSManagedRules{name}",
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(
                name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
            )
            for rule in COUNTED.get(name, ())
        ]
        or None,
    )
    return lambda priority: waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=statement),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_seen(name),
    )


def _rate_rule(name: str, requests: int, scope: waf.CfnWebACL.StatementProperty | None) -> Rule:
    """At most so many requests of one address in a window, of those that the scope means."""
    statement = waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", evaluation_window_sec=WINDOW_SECONDS, limit=requests, scope_down_statement=scope
    )
    answer = waf.CfnWebACL.CustomResponseProperty(
        response_code=429,
        custom_response_body_key=TOO_MANY,
        response_headers=[waf.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=RETRY_SECONDS)],
    )
    return lambda priority: waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=statement),
        action=waf.CfnWebACL.RuleActionProperty(block=waf.CfnWebACL.BlockActionProperty(custom_response=answer)),
        visibility_config=_seen(name),
    )


def _shows_secrets() -> waf.CfnWebACL.StatementProperty:
    """What is posted below the paths of authentication; reads of one's own account are not meant."""
    paths = [_matches("uri_path", "STARTS_WITH", path, "URL_DECODE") for path in AUTH_PATHS]
    below = waf.CfnWebACL.StatementProperty(or_statement=waf.CfnWebACL.OrStatementProperty(statements=paths))
    posted = _matches("method", "EXACTLY", "POST", "NONE")
    return waf.CfnWebACL.StatementProperty(and_statement=waf.CfnWebACL.AndStatementProperty(statements=[posted, below]))


def _matches(field: str, how: str, text: str, after: str) -> waf.CfnWebACL.StatementProperty:
    """Whether a field, `after` a transformation, matches a text."""
    return waf.CfnWebACL.StatementProperty(
        byte_match_statement=waf.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=waf.CfnWebACL.FieldToMatchProperty(**{field: {}}),
            positional_constraint=how,
            search_string=text,
            text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type=after)],
        )
    )


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Counted by CloudWatch; samples are off, since they would show what a request carried."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
