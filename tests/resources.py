"""What a stage in this process consists of: made once, and from then on put into moto as it was.

To make everything takes a fifth of a second, and most tests take less.
"""

import copy
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.base import aws, signing_keys
from shared.contract.needs import Bucket, Kind, Resource, Table
from shared.contract.resources import MEDIA, PUBLIC_KEYS, QUEUES, SEALING, SEALS, SECRETS, SIGNING_KEYS, TABLES
from tests.dynamodb import indexes, key_schema

STAGE = "test"
REGION = "eu-central-1"
ACCOUNT = "123456789012"
BUCKETS = (MEDIA, SEALS)
COPIED = {"dynamodb": "tables", "s3": "buckets", "secretsmanager": "secrets", "kms": "keys"}


def real_name(resource: Resource) -> str:
    """The name of a resource in this stage, formed as at deployment."""
    name = f"showreel-{STAGE}-{resource.name}"
    forms = {
        Kind.BUCKET: f"{name}-{ACCOUNT}",
        Kind.KEY: f"alias/{name}",
        Kind.PARAMETER: f"/showreel/{STAGE}/{resource.name}",
        Kind.QUEUE: f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
    }
    return forms.get(resource.kind, name)


@functools.cache
def first_key() -> signing_keys.SigningKey:
    """One key for all tests of a run; making one takes a while."""
    return signing_keys.make_key(0)


@functools.lru_cache(maxsize=64)
def _parsed(parse: Callable[[str], Any], jwk: str) -> Any:
    return parse(jwk)


def parse_keys_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse a key once in a process: to prove that its primes are primes takes longer than most tests."""
    from jwt.algorithms import RSAAlgorithm

    parse: Callable[[str], Any] = RSAAlgorithm.from_jwk

    def from_jwk(jwk: str | dict[str, Any]) -> Any:
        return _parsed(parse, jwk if isinstance(jwk, str) else json.dumps(jwk))

    monkeypatch.setattr(RSAAlgorithm, "from_jwk", staticmethod(from_jwk))


def create_table(table: Table) -> None:
    """A table as CloudFormation makes it."""
    names = {table.key, table.sort, *(part for index in table.indexes for part in (index.key, index.sort))} - {""}
    more: dict[str, Any] = {"GlobalSecondaryIndexes": indexes(table)} if table.indexes else {}
    aws.client("dynamodb").create_table(
        TableName=real_name(table),
        KeySchema=key_schema(table.key, table.sort),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def create_bucket(bucket: Bucket) -> None:
    """A bucket as CloudFormation makes it."""
    name = real_name(bucket)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _create(*, prepared: bool) -> None:
    for table in TABLES:
        create_table(table)
    for bucket in BUCKETS:
        create_bucket(bucket)
    keys = [first_key()] if prepared else []
    for secret in SECRETS:
        placeholder = f"generated-{secret.name}-0123456789abcdefghijklmnopqrstuvwxyz"
        held = signing_keys.serialise(keys) if prepared and secret is SIGNING_KEYS else placeholder
        aws.client("secretsmanager").create_secret(Name=real_name(secret), SecretString=held)
    kms = aws.client("kms")
    kms.create_alias(AliasName=real_name(SEALING), TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def _create_the_rest(*, prepared: bool) -> None:
    """What moto cannot copy."""
    published = json.dumps(signing_keys.public_set([first_key()] if prepared else []))
    aws.client("ssm").put_parameter(Name=real_name(PUBLIC_KEYS), Value=published, Type="String")
    for queue in QUEUES:
        aws.client("sqs").create_queue(QueueName=real_name(queue).rpartition("/")[2])


def _kept(service: str) -> tuple[Any, str]:
    """Where moto keeps what there is of a service: its backend, and the name of the attribute."""
    from moto.backends import get_backend

    backend: Any = get_backend(service)  # type: ignore[call-overload]
    return backend[ACCOUNT]["aws" if service == "s3" else REGION], COPIED[service]


@functools.cache
def _first(*, prepared: bool) -> dict[str, Any]:
    """What moto keeps of each service right after everything was made. This makes it."""
    _create(prepared=prepared)
    return {service: copy.deepcopy(getattr(*_kept(service))) for service in COPIED}


def create_all(*, prepared: bool) -> None:
    """Everything as CloudFormation makes it; `prepared` adds the first signing key, as the deployment does."""
    from moto.s3.models import s3_backends

    for service, first in _first(prepared=prepared).items():
        setattr(*_kept(service), copy.deepcopy(first))
    for bucket in BUCKETS:
        s3_backends.bucket_accounts[real_name(bucket)] = ("aws", ACCOUNT)
    _create_the_rest(prepared=prepared)
