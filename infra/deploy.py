"""`make deploy STAGE=dev`: build, then deploy every stack of the stage to the AWS account at hand."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import Account, AccountError, check_stage, open_account
from infra.build import NO_BYTECODE, ROOT, TARGET, BuildError, build
from infra.bundles import find_lambda_python
from infra.settings import has_edge
from shared.contract.resources import GLOBAL_REGION

CDK = Path("node_modules/.bin/cdk")
DEPLOY_SECONDS = 2 * 3600
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"


DELETION = ("delete-stack", "wait stack-delete-complete")


class DeployError(Exception):
    """The stage cannot be deployed; the message says why."""


def refuse_slow_production(stage: str, environment: dict[str, str]) -> None:
    """Raises: DeployError: the stage is production, and its bundles would carry no bytecode."""
    if stage == "prod" and not find_lambda_python(environment):
        raise DeployError(f"STAGE=prod is not deployed without bytecode. {NO_BYTECODE}")


def check_bootstrapped(account: Account, region: str) -> None:
    """Raises: DeployError: the account was never prepared for the CDK in a region; the message has the command."""
    ssm = account.client("ssm", region)
    try:
        ssm.get_parameter(Name=BOOTSTRAP_VERSION)
    except ssm.exceptions.ParameterNotFound as error:
        raise DeployError(
            f"Account {account.number} is not prepared for the CDK in {region}. Once, run:\n"
            f"  PATH=.venv/bin:$PATH {CDK} bootstrap aws://{account.number}/{region}"
        ) from error


def check_no_stack_stands_in_the_way(cloudformation: Any, stage: str) -> None:
    """Stacks whose first deployment failed have to go before the next one; the CDK removes those that it may.

    Raises:
        DeployError: some it may not, or could not; the message has the commands.
    """
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"]]
    stuck = [one for one in stacks if one["StackName"].startswith(f"showreel-{stage}-") and _stands_in_the_way(one)]
    if stuck:
        commands = "\n".join(line for one in stuck for line in _ways_out(one))
        raise DeployError(f"Stacks whose first deployment failed stand in the way of the next. Run:\n{commands}")


def _stands_in_the_way(stack: dict[str, Any]) -> bool:
    status = stack["StackStatus"]
    protected: bool = stack.get("EnableTerminationProtection", False)
    return status == "ROLLBACK_FAILED" or (status == "ROLLBACK_COMPLETE" and protected)


def _ways_out(stack: dict[str, Any]) -> list[str]:
    name = stack["StackName"]
    lines = [f"{name} is {stack['StackStatus']}"]
    if stack["StackStatus"] == "ROLLBACK_FAILED":
        query = "StackResources[?ResourceStatus=='DELETE_FAILED'].[ResourceType,PhysicalResourceId]"
        lines += [
            '  (first remove what this lists; docs/deploying.md, "When the first deployment fails", says how)',
            f'  aws cloudformation describe-stack-resources --stack-name {name} --output text --query "{query}"',
        ]
    if stack.get("EnableTerminationProtection"):
        protection = "update-termination-protection --no-enable-termination-protection"
        lines.append(f"  aws cloudformation {protection} --stack-name {name}")
    return [*lines, *(f"  aws cloudformation {step} --stack-name {name}" for step in DELETION)]


def cdk_command(stage: str) -> list[str]:
    """The CDK's command line for all stacks of a stage."""
    outputs = TARGET / f"outputs-{stage}.json"
    settings = ["-c", f"stage={stage}", "-c", f"bundles={TARGET.relative_to(ROOT)}"]
    where = ["--output", str(TARGET / f"cdk-{stage}"), "--outputs-file", str(outputs)]
    return [str(CDK), "deploy", "--all", "--require-approval", "never", *settings, *where]


def deploy(stage: str, account: Account) -> None:
    """Build and deploy a stage.

    Raises:
        DeployError: a check before it failed, or the CDK did.
        BuildError: the bundles cannot be built.
    """
    refuse_slow_production(stage, dict(os.environ))
    for region in dict.fromkeys([account.region, GLOBAL_REGION] if has_edge(stage) else [account.region]):
        check_bootstrapped(account, region)
    check_no_stack_stands_in_the_way(account.client("cloudformation"), stage)
    build()
    print(f"Deploying stage {stage} to account {account.number} in {account.region}", flush=True)
    programs = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
        "AWS_REGION": account.region,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
    try:
        done = subprocess.run(cdk_command(stage), cwd=ROOT, env=environment, timeout=DEPLOY_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise DeployError(f"The deployment did not end in {DEPLOY_SECONDS // 3600} hours") from error
    if done.returncode:
        raise DeployError(f"The CDK ended with {done.returncode}; what it said stands above")
    print(f"Its addresses: build/outputs-{stage}.json")


def main(arguments: list[str]) -> int:
    """Deploy the stage named."""
    stage = arguments[0] if arguments else ""
    try:
        check_stage(stage)
        deploy(stage, open_account())
    except (AccountError, DeployError, BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
