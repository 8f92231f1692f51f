"""Who gets at what: buckets, policies of resources, and permissions to call functions."""

import json
import re

from tests.cloud.templates import Templates, text

ONCE = {"Null": {"s3:if-none-match": "true"}}


def test_seals_are_written_once_and_locked_where_data_is_kept(cloud: Templates, dev: Templates) -> None:
    for templates, kept in ((cloud, {"Mode": "COMPLIANCE", "Days": 730}), (dev, None)):
        [bucket] = [one for one in templates.of("AWS::S3::Bucket") if "-seals-" in text(one.properties["BucketName"])]
        assert bucket.properties["ObjectLockEnabled"] is True
        rule = bucket.properties.get("ObjectLockConfiguration", {}).get("Rule", {})
        assert rule.get("DefaultRetention") == kept
        [policy] = [
            one for one in templates.of("AWS::S3::BucketPolicy") if "seals" in json.dumps(one.properties["Bucket"])
        ]
        [once] = [one for one in policy.properties["PolicyDocument"]["Statement"] if one.get("Condition") == ONCE]
        assert (once["Effect"], once["Action"], once["Principal"]) == ("Deny", "s3:PutObject", {"AWS": "*"})


def test_buckets_are_private_and_tidied(cloud: Templates) -> None:
    everything = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    for bucket in cloud.of("AWS::S3::Bucket"):
        assert bucket.properties["PublicAccessBlockConfiguration"] == dict.fromkeys(everything, True)
        assert bucket.properties["BucketEncryption"]
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", text(bucket.properties["BucketName"]))
        rules = bucket.properties["LifecycleConfiguration"]["Rules"]
        assert {rule["Status"] for rule in rules} == {"Enabled"}
    [media] = [one for one in cloud.of("AWS::S3::Bucket") if "-media-" in text(one.properties["BucketName"])]
    rules = {rule["Id"]: rule for rule in media.properties["LifecycleConfiguration"]["Rules"]}
    assert rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rules["intermediates"]["Prefix"] == "work/"
    assert rules["intermediates"]["ExpirationInDays"] <= 7
    early = rules["early-play"]
    assert early["Prefix"] == "early/"
    assert early["ExpirationInDays"] == early["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert (rules["exports"]["Prefix"], rules["exports"]["ExpirationInDays"]) == ("exports/", 7)
    assert rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 30
    assert media.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    published = [rule for rule in rules.values() if "ExpirationInDays" in rule and not rule.get("Prefix")]
    assert not published, "published media stays"


def test_nothing_is_reached_without_tls(cloud: Templates) -> None:
    policies = cloud.of("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy")
    assert len(policies) == len(cloud.of("AWS::S3::Bucket", "AWS::SQS::Queue"))
    for policy in policies:
        denied = [one for one in policy.properties["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
        conditions = [one["Condition"] for one in denied]
        assert [one for one in conditions if one != ONCE] == [{"Bool": {"aws:SecureTransport": "false"}}]
    for one in cloud.of("AWS::CloudFront::Distribution"):
        assert one.properties["DistributionConfig"]["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"


def test_only_services_and_ours_are_let_in(cloud: Templates) -> None:
    """Resource policies name who may: nobody is allowed in from another account."""
    for policy in cloud.of("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert list(statement["Principal"]) == ["Service"]
                assert "SourceArn" in json.dumps(statement["Condition"])
    for permission in cloud.of("AWS::Lambda::Permission"):
        assert permission.properties["Principal"] in ("apigateway.amazonaws.com", "events.amazonaws.com")
        assert permission.properties["SourceArn"]
        assert permission.properties["Action"] == "lambda:InvokeFunction"
