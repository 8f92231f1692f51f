"""The custom resource that makes what the edge shows the API."""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from functions.tasks.prepare_edge import handler, prepare_edge
from shared.base import aws, origin
from shared.contract.needs import Parameter
from shared.contract.resources import EDGE_WEB_ACL, GLOBAL_REGION, ORIGIN, ORIGIN_DIGESTS, WEB_ACL
from tests.aws import Stage, real_name
from tests.functions.tasks.cloudformation import CloudFormation

ARN = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/showreel-test-web-acl/1"


@pytest.fixture
def edged(bare_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage whose edge is being made: its web ACL is there, in the region that CloudFront wants."""
    made = ((ORIGIN_DIGESTS, "none", ""), (EDGE_WEB_ACL, "none", ""), (WEB_ACL, ARN, GLOBAL_REGION))
    for resource, value, region in made:
        monkeypatch.setenv(resource.variable, real_name(resource))
        store = aws.client("ssm", region=region)
        store.put_parameter(Name=real_name(resource), Value=value, Type="String")
    return bare_stage


def prepare(generation: str) -> None:
    prepare_edge({"Generation": generation, "File": "1"})


def held() -> dict[str, str]:
    """Values by generation, as the distribution refers to them."""
    text = aws.client("secretsmanager").get_secret_value(SecretId=real_name(ORIGIN))["SecretString"]
    found: dict[str, str] = json.loads(text)
    return found


def parameter(resource: Parameter) -> str:
    value: str = aws.client("ssm").get_parameter(Name=real_name(resource))["Parameter"]["Value"]
    return value


def digests() -> str:
    return parameter(ORIGIN_DIGESTS)


def test_first_deployment_makes_a_secret_and_brings_the_web_acl_s_arn(edged: Stage) -> None:
    prepare("1")
    assert parameter(EDGE_WEB_ACL) == ARN
    (value,) = held().values()
    assert len(value) >= 43, "256 bits"
    assert digests() == hashlib.sha256(value.encode()).hexdigest()
    assert origin.is_shown(value, digests())


def test_again_changes_nothing(edged: Stage) -> None:
    prepare("1")
    before = held(), digests()
    prepare("1")
    assert (held(), digests()) == before


def test_next_generation_is_taken_beside_the_last(edged: Stage) -> None:
    prepare("1")
    first = held()["1"]
    prepare("2")
    assert list(held()) == ["1", "2"]
    assert held()["1"] == first != held()["2"]
    assert all(origin.is_shown(value, digests()) for value in held().values())


def test_generation_before_the_last_is_taken_no_more(edged: Stage) -> None:
    for generation in "123":
        prepare(generation)
    kept = held()
    assert list(kept) == ["2", "3"]
    prepare("4")
    assert not origin.is_shown(kept["2"], digests())
    assert origin.is_shown(kept["3"], digests())


def test_what_failed_halfway_is_completed(edged: Stage) -> None:
    with edged.refusing("ssm", "PutParameter", "InternalServerError") as fired, pytest.raises(ClientError):
        prepare("1")
    assert fired
    made = held()
    prepare("1")
    assert held() == made
    assert origin.is_shown(made["1"], digests())


def test_answer_to_cloudformation_holds_no_secret(edged: Stage, cloudformation: CloudFormation) -> None:
    handler(cloudformation.request(ResourceProperties={"Generation": "1"}), None)
    ((_, answer),) = cloudformation.answers
    assert answer["Status"] == "SUCCESS"
    assert held()["1"] not in json.dumps(answer)


def test_generation_that_is_gone_back_to_is_kept_beside_the_next(edged: Stage) -> None:
    """After 2 has failed and 1 is deployed again, the edge shows 1 when 3 is made."""
    for generation in "1213":
        prepare(generation)
    assert list(held()) == ["1", "3"]
