"""Batches on the local stack: IAM holds the attributes of each table."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.settings import REGION
from infra.local.stack import LocalStack

GRANT = {
    "Effect": "Allow",
    "Action": "dynamodb:BatchGetItem",
    "Condition": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "name"]},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    },
}


@pytest.fixture(scope="module")
def reader(stack: LocalStack) -> Any:
    """DynamoDB for a role that may read the names of `narrow`, and all of `wide`."""
    iam, made = stack.clients("iam"), {}
    for name in ("narrow", "wide"):
        told = stack.clients("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        made[name] = told["TableDescription"]["TableArn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    wide = {"Effect": "Allow", "Action": "dynamodb:BatchGetItem", "Resource": made["wide"]}
    grants = [{**GRANT, "Resource": made["narrow"]}, wide]
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    iam.put_role_policy(RoleName="reader", PolicyName="own", PolicyDocument=json.dumps({"Statement": grants}))
    arn = iam.get_role(RoleName="reader")["Role"]["Arn"]
    found = stack.clients("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=stack.settings.endpoint,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def test_a_role_reads_the_attributes_of_its_grant_alone(reader: Any) -> None:
    keys, names = [{"pk": {"S": "one"}}], {"#pk": "pk", "#name": "name", "#secret": "secret"}

    def read(narrow: str, wide: str = "") -> None:
        tables: dict[str, Any] = {}
        for table, projection in (("narrow", narrow), ("wide", wide)):
            used = {one: names[one] for one in projection.split(", ") if one}
            named = {"ProjectionExpression": projection, "ExpressionAttributeNames": used} if used else {}
            tables[table] = {"Keys": keys, **named}
        reader.batch_get_item(RequestItems=tables)

    read("#pk, #name")
    read("#name", "#secret")
    for narrow, wide in (("", ""), ("", "#name"), ("#name, #secret", "")):
        with pytest.raises(ClientError, match="not authorized"):
            read(narrow, wide)
