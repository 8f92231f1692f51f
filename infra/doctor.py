"""`make doctor STAGE=dev`: hold the account's quotas against what a stage needs, and say what to ask for."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import AccountError, check_stage, open_account


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


QUOTAS = (
    Quota("lambda", "L-B99A9384", "Lambda: functions running at once", 50, 1000),
    Quota("ec2", "L-34B43A08", "Batch: vCPUs of Spot instances (families C and M)", 8, 256),
    Quota("ec2", "L-1216C47A", "Batch: vCPUs of instances on demand (families C and M)", 8, 256),
    Quota("apigateway", "L-8A5B8E43", "API Gateway: requests per second", 100, 5000),
    Quota("apigateway", "L-65B5C802", "API Gateway: routes per HTTP API", 200, 200),
    Quota("states", "L-1B55A735", "Step Functions: executions started per second", 5, 100),
    Quota("states", "L-AD9B4E93", "Step Functions: state transitions per second", 50, 500),
    Quota("cloudformation", "L-0485CB21", "CloudFormation: stacks", 50, 50),
)


@dataclass(frozen=True)
class Finding:
    """What the account has of a quota, and what the stage needs."""

    quota: Quota
    value: float
    needed: int

    @property
    def enough(self) -> bool:
        """Whether the stage can live with it."""
        return self.value >= self.needed

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


def examine(client: Any, stage: str) -> Iterator[Finding]:
    """Every quota that the stage leans on, as it is."""
    for quota in QUOTAS:
        yield Finding(quota, read_quota(client, quota), quota.needed(stage))


NOT_TOLD = (
    "No quota tells how much memory a function may have. New accounts often start at 3008 MB, and the step encode_run\n"
    "wants 8846: if a deployment says so, ask AWS Support to raise it."
)


def report(findings: list[Finding]) -> list[str]:
    """A line per quota, then what to ask for."""
    lines = [
        f"{'ok   ' if finding.enough else 'SHORT'} {finding.quota.what}: {finding.value:g}, needs {finding.needed}"
        for finding in findings
    ]
    short = [finding.request for finding in findings if not finding.enough]
    return [*lines, "", "Ask AWS for more:" if short else "The account is large enough.", *short]


def main(arguments: list[str]) -> int:
    """Examine the account for the stage named; 0 when it is large enough."""
    stage = arguments[0] if arguments else ""
    try:
        check_stage(stage)
        account = open_account()
        print(f"Account {account.number}, {account.region}, stage {stage}")
        findings = list(examine(account.client("service-quotas"), stage))
    except AccountError as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"The quotas cannot be read: {error}", file=sys.stderr)
        return 1
    print("\n".join([*report(findings), "", NOT_TOLD]))
    return 0 if all(finding.enough for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
