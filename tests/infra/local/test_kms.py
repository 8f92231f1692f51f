"""Data keys on the local stack: IAM holds the purpose."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.settings import REGION
from infra.local.stack import LocalStack


@pytest.fixture(scope="module")
def key(stack: LocalStack) -> str:
    """The ARN of a key."""
    return str(stack.clients("kms").create_key()["KeyMetadata"]["Arn"])


def client_for(stack: LocalStack, key: str, purpose: str) -> Any:
    """KMS for a role that may seal for one purpose."""
    iam, name = stack.clients("iam"), f"sealer-{purpose}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    grant = {
        "Effect": "Allow",
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": key,
        "Condition": {"StringEquals": {"kms:EncryptionContext:purpose": purpose}},
    }
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": [grant]}))
    arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    found = stack.clients("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "kms",
        region_name=REGION,
        endpoint_url=stack.settings.endpoint,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def test_a_role_seals_and_opens_for_its_purpose_alone(stack: LocalStack, key: str) -> None:
    own, other = client_for(stack, key, "mfa"), client_for(stack, key, "oauth")
    made = own.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"purpose": "mfa"})
    told = {"KeyId": key, "CiphertextBlob": made["CiphertextBlob"]}
    assert own.decrypt(**told, EncryptionContext={"purpose": "mfa"})["Plaintext"] == made["Plaintext"]
    for client, context in ((own, {"purpose": "oauth"}), (own, {}), (other, {"purpose": "mfa"})):
        with pytest.raises(ClientError, match="not authorized"):
            client.decrypt(**told, EncryptionContext=context)
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        other.decrypt(**told, EncryptionContext={"purpose": "oauth"})
