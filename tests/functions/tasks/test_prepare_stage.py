"""The custom resource that makes the first signing key."""

import json

from functions.tasks.prepare_stage import handler
from shared.base import aws, tokens
from shared.contract.resources import PUBLIC_KEYS, SIGNING_KEYS
from tests.aws import Stage, real_name
from tests.functions.tasks.cloudformation import CloudFormation
from tests.resources import first_key


def secret() -> str:
    text: str = aws.client("secretsmanager").get_secret_value(SecretId=real_name(SIGNING_KEYS))["SecretString"]
    return text


def published() -> list[str]:
    value = aws.client("ssm").get_parameter(Name=real_name(PUBLIC_KEYS))["Parameter"]["Value"]
    return [jwk["kid"] for jwk in json.loads(value)["keys"]]


def test_creation_makes_a_key_and_answers(bare_stage: Stage, cloudformation: CloudFormation) -> None:
    handler(cloudformation.request(), None)
    ((content_type, answer),) = cloudformation.answers
    assert content_type == ""
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"]
    same = ("StackId", "RequestId", "LogicalResourceId")
    assert {name: answer[name] for name in same} == {name: cloudformation.request()[name] for name in same}
    assert len(published()) == 1
    tokens.verify(tokens.issue_service_token("metrics", frozenset({"internal:metrics"})), "service")


def test_a_repeat_and_an_update_change_nothing(bare_stage: Stage, cloudformation: CloudFormation) -> None:
    handler(cloudformation.request(), None)
    before = secret(), published()
    handler(cloudformation.request(), None)
    identity = cloudformation.answers[0][1]["PhysicalResourceId"]
    handler(cloudformation.request("Update", PhysicalResourceId=identity), None)
    assert (secret(), published()) == before
    assert [answer["Status"] for _, answer in cloudformation.answers] == ["SUCCESS"] * 3
    assert {answer["PhysicalResourceId"] for _, answer in cloudformation.answers} == {identity}


def test_deletion_answers_and_leaves_the_keys(stage: Stage, cloudformation: CloudFormation) -> None:
    before = secret()
    request = cloudformation.request("Delete", PhysicalResourceId="prepare_stage")
    assert stage.calls_of(lambda: handler(request, None)) == []
    assert secret() == before
    assert published() == [first_key().kid]
    assert [answer["Status"] for _, answer in cloudformation.answers] == ["SUCCESS"]


def test_a_failure_is_answered_and_tells_no_secret(bare_stage: Stage, cloudformation: CloudFormation) -> None:
    with bare_stage.refusing("secretsmanager", "PutSecretValue", "InternalServiceError") as fired:
        handler(cloudformation.request(), None)
    assert fired
    ((_, answer),) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "InternalServiceError" in answer["Reason"]
    assert "BEGIN" not in answer["Reason"]
    handler(cloudformation.request(), None)  # the next deployment
    assert cloudformation.answers[1][1]["Status"] == "SUCCESS"
    assert len(published()) == 1
