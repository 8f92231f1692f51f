"""`make doctor STAGE=dev`: hold the account against what a stage needs, and say what to ask for.

What cannot be read is said to be unknown, a line each, and keeps nothing else from being read.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import AccountError, check_stage, open_account
from infra.parts.sizes import GPU_OFF
from infra.settings import CDK_JSON, setting_of


@dataclass(frozen=True)
class Quota:
    """A quota of AWS by its codes, and the least that a stage for trying out and one in production can live with."""

    service: str
    code: str
    what: str
    trial: int
    production: int

    def needed(self, stage: str) -> int:
        """The least value that serves the stage."""
        return self.production if stage == "prod" else self.trial


SPOT_ROLE = "AWSServiceRoleForEC2Spot"
MAKE_ROLE = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"

QUOTAS = (
    Quota("lambda", "L-B99A9384", "Lambda: functions running at once", 50, 1000),
    Quota("ec2", "L-34B43A08", "Batch: vCPUs of Spot instances (families C and M)", 8, 256),
    Quota("ec2", "L-1216C47A", "Batch: vCPUs of instances on demand (families C and M)", 8, 256),
    Quota("apigateway", "L-8A5B8E43", "API Gateway: requests per second", 100, 5000),
    Quota("apigateway", "L-65B5C802", "API Gateway: routes per HTTP API", 200, 200),
    Quota("states", "L-AD9B4E93", "Step Functions: state transitions per second", 50, 500),
    Quota("vpc", "L-F678F1CE", "Batch: networks, of which the stage makes one", 2, 2),
    Quota("ebs", "L-7A658B76", "Batch: TiB on disks of its machines (gp3), 60 GiB each", 1, 8),
    Quota("cloudformation", "L-0485CB21", "CloudFormation: stacks", 50, 50),
)

GPU_QUOTAS = (
    Quota("ec2", "L-3819A6DF", "Batch: vCPUs of Spot instances with GPUs (families G and VT)", 4, 64),
    Quota("ec2", "L-DB2E81BA", "Batch: vCPUs of instances with GPUs on demand (families G and VT)", 4, 64),
)
"""Of stages with the setting `gpu`. In a new account they are 0, and then Batch waits without a word."""


def quotas_of(stage: str, settings: Path = CDK_JSON) -> tuple[Quota, ...]:
    """What the stage leans on, by its settings in the CDK's context."""
    return QUOTAS if setting_of(stage, "gpu", GPU_OFF, settings) == GPU_OFF else QUOTAS + GPU_QUOTAS


@dataclass(frozen=True)
class Finding:
    """What the account has of a quota, and what the stage needs."""

    quota: Quota
    value: float | None
    needed: int
    why: str = ""
    """Why the value is unknown."""

    @property
    def short(self) -> bool:
        """Whether it is known that the stage cannot live with it."""
        return self.value is not None and self.value < self.needed

    @property
    def line(self) -> str:
        """The finding in a sentence."""
        if self.value is None:
            return f"?     {self.quota.what}: unknown, needs {self.needed} ({self.why})"
        return f"{'SHORT' if self.short else 'ok   '} {self.quota.what}: {self.value:g}, needs {self.needed}"

    @property
    def request(self) -> str:
        """The command that asks AWS for more."""
        return (
            f"aws service-quotas request-service-quota-increase --service-code {self.quota.service}"
            f" --quota-code {self.quota.code} --desired-value {self.needed}"
        )


def read_quota(client: Any, quota: Quota) -> float:
    """The account's value of a quota, AWS's default where the account has none of its own."""
    codes = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        answer = client.get_service_quota(**codes)
    except client.exceptions.NoSuchResourceException:
        answer = client.get_aws_default_service_quota(**codes)
    return float(answer["Quota"]["Value"])


def examine(client: Any, stage: str, quotas: Sequence[Quota]) -> Iterator[Finding]:
    """Every quota that the stage leans on, as it is."""
    for quota in quotas:
        needed = quota.needed(stage)
        try:
            yield Finding(quota, read_quota(client, quota), needed)
        except (BotoCoreError, ClientError) as error:
            yield Finding(quota, None, needed, f"{quota.service} {quota.code}: {error}")


def spot(iam: Any) -> tuple[bool, str]:
    """Whether AWS may start Spot instances for the account as far as we know, and the line that says so."""
    try:
        iam.get_role(RoleName=SPOT_ROLE)
    except iam.exceptions.NoSuchEntityException:
        return (
            False,
            f"SHORT Batch: the role {SPOT_ROLE} is missing, and no Spot instance starts. Once, run:\n{MAKE_ROLE}",
        )
    except (BotoCoreError, ClientError) as error:
        return True, f"?     Batch: whether there is the role {SPOT_ROLE} is unknown ({error}). If not:\n{MAKE_ROLE}"
    return True, "ok    Batch: Spot instances may be started"


NOT_TOLD = (
    "No quota tells how much memory a function may have. New accounts often start at 3008 MB, and the step encode_run\n"
    "wants 8846: if a deployment says so, ask AWS Support to raise it."
)


def report(findings: list[Finding]) -> list[str]:
    """A line per quota, then what to ask for."""
    short = [finding.request for finding in findings if finding.short]
    unknown = any(finding.value is None for finding in findings)
    large = "What is known is large enough." if unknown else "The account is large enough."
    return [*(finding.line for finding in findings), "", "Ask AWS for more:" if short else large, *short]


def main(arguments: list[str]) -> int:
    """Examine the account for the stage named; 0 when nothing is known to be missing."""
    stage = arguments[0] if arguments else ""
    try:
        check_stage(stage)
        account = open_account()
    except AccountError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Account {account.number}, {account.region}, stage {stage}")
    may_spot, line = spot(account.client("iam"))
    findings = list(examine(account.client("service-quotas"), stage, quotas_of(stage)))
    print("\n".join([line, *report(findings), "", NOT_TOLD]))
    return 0 if may_spot and not any(finding.short for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
