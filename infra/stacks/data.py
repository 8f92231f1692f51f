"""Tables, secrets and parameters: what outlives every deployment."""

import string

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_ssm as ssm

from infra.parts.discovery import changes
from infra.parts.grants import Grants
from infra.parts.stage import Stage
from infra.stacks.base import ShowreelStack
from shared.contract.needs import Parameter, Secret, Table
from shared.contract.resources import (
    EDGE_WEB_ACL,
    MEDIA_KEY,
    OF_THE_EDGE,
    ORIGIN_DIGESTS,
    PUBLIC_KEYS,
    SEALING,
    SEALS,
    SECRETS,
    TABLES,
)

SECRET_LENGTH = 48
"""Letters and digits: more than 256 bits, and valid base64 for what wants that."""

NOBODY = "none"
"""Nothing has such a digest: until the first are written, the API refuses everybody."""

SEALED = cdk.Duration.days(2 * 365)
"""So long nobody, the account's root included, removes the seal of a day in production."""

_STRING = dynamodb.AttributeType.STRING


class DataStack(ShowreelStack):
    """Nothing here refers to another stack, and others know its resources by name, key and streams by their ARNs."""

    def __init__(self, app: cdk.App, stage: Stage) -> None:
        """All tables, secrets and parameters that shared/contract/resources.py names."""
        super().__init__(app, stage, "data", "Showreel: tables, secrets, parameters")
        self._grants = Grants(self, stage)
        self.streams: dict[str, str] = {}
        followed = {change.table for _, change in changes()}
        for table in TABLES:
            self._table(table, is_followed=table in followed)
        for secret in SECRETS:
            if stage.has_edge or secret not in OF_THE_EDGE:
                self._secret(secret)
        self._seals()
        description = f"Seals what users entrust to stage {stage.name}"
        key = kms.Key(
            self, SEALING.name, description=description, enable_key_rotation=True, removal_policy=stage.removal
        )
        self.key_arn = key.key_arn
        about = "Public keys of our tokens (JWK set); written by the functions that make keys"
        self._parameter(PUBLIC_KEYS, '{"keys": []}', about)
        if stage.has_edge:
            about = "SHA-256 of what the edge may show the API; written at deployment, told to endpoints"
            self._parameter(ORIGIN_DIGESTS, NOBODY, about)
            self._parameter(EDGE_WEB_ACL, NOBODY, "The web ACL of the edge; written at deployment")

    def _table(self, table: Table, *, is_followed: bool) -> None:
        production = self.stage.production
        made = dynamodb.Table(
            self,
            table.name,
            table_name=self._grants.real_name(table),
            partition_key=dynamodb.Attribute(name=table.key, type=_STRING),
            sort_key=dynamodb.Attribute(name=table.sort, type=_STRING) if table.sort else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=table.ttl or None,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if is_followed else None,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=production,
            removal_policy=self.stage.removal,
        )
        if made.table_stream_arn:
            self.streams[table.name] = made.table_stream_arn
        for index in table.indexes:
            made.add_global_secondary_index(
                index_name=index.name,
                partition_key=dynamodb.Attribute(name=index.key, type=_STRING),
                sort_key=dynamodb.Attribute(name=index.sort, type=_STRING) if index.sort else None,
                projection_type=dynamodb.ProjectionType.INCLUDE
                if index.projected
                else dynamodb.ProjectionType.KEYS_ONLY,
                non_key_attributes=list(index.projected) or None,
            )

    def _parameter(self, parameter: Parameter, value: str, about: str) -> None:
        ssm.StringParameter(
            self,
            parameter.name,
            parameter_name=self._grants.real_name(parameter),
            string_value=value,
            description=about,
        )

    def _seals(self) -> None:
        """Seals are written once: a put that may replace one is refused, and of what is kept no version goes early."""
        bucket = s3.Bucket(
            self,
            SEALS.name,
            bucket_name=self._grants.real_name(SEALS),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=s3.ObjectLockRetention.compliance(SEALED) if self.stage.production else None,
            lifecycle_rules=[
                s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(1))
            ],
            removal_policy=self.stage.removal,
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyOnce",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects("*")],
                conditions={"Null": {"s3:if-none-match": "true"}},
            )
        )

    def _secret(self, secret: Secret) -> None:
        made = secrets.Secret(
            self,
            secret.name,
            secret_name=self._grants.real_name(secret),
            description=secret.description,
            generate_secret_string=secrets.SecretStringGenerator(
                password_length=SECRET_LENGTH, exclude_characters=string.punctuation
            ),
            removal_policy=cdk.RemovalPolicy.DESTROY if secret in OF_THE_EDGE else self.stage.removal,
        )
        if secret is MEDIA_KEY:
            cdk.CfnOutput(self, "MediaKeySecretArn", value=made.secret_arn)
