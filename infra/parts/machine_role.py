"""The role of a state machine: what its tasks do, and nothing else.

The CDK's own grants would let the machine submit any job definition of the account, and not end the jobs that it began.
"""

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.parts.stage import Stage

COLONS = cdk.ArnFormat.COLON_RESOURCE_NAME
BATCH_RULE = "StepFunctionsGetEventsForBatchJobsRule"
"""The rule by which Step Functions learns that a job has ended; it makes it itself, in the account's name."""

LOG_DELIVERY = (
    "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies GetLogDelivery ListLogDeliveries "
    "PutResourcePolicy UpdateLogDelivery"
).split()


def machine_role(
    stack: cdk.Stack,
    stage: Stage,
    machine: str,
    *,
    functions: Iterable[lambda_.Function],
    queue_arns: Iterable[str],
    job_definitions: Iterable[str],
) -> iam.IRole:
    """The role of `machine`, which calls `functions` and runs jobs of `job_definitions` (names) in its queues.

    It also starts, watches and ends the executions of its own distributed map.
    Source: "Service integrations: AWS Batch", "IAM policies for Distributed Map states" and "Logging to CloudWatch
    Logs" in the Step Functions developer guide.
    """

    def batch(kind: str, name: str) -> str:
        return stack.format_arn(service="batch", resource=kind, resource_name=name)

    rule = stack.format_arn(service="events", resource="rule", resource_name=BATCH_RULE)
    own = stage.named(machine)
    runs = [
        stack.format_arn(service="states", resource="execution", resource_name=f"{own}{end}", arn_format=COLONS)
        for end in ("/*", ":*")  # a map's executions are named after it, machine/map
    ]
    itself = stack.format_arn(service="states", resource="stateMachine", resource_name=own, arn_format=COLONS)
    maps = [
        _allow(["states:StartExecution"], itself),
        _allow(["states:DescribeExecution", "states:StopExecution"], *runs),
    ]
    statements = [
        *maps,
        _allow(["lambda:InvokeFunction"], *(function.function_arn for function in functions)),
        # An execution under way goes on with the revision that it began with
        _allow(["batch:SubmitJob"], *queue_arns, *(batch("job-definition", f"{name}:*") for name in job_definitions)),
        _allow(["batch:TerminateJob"], batch("job", "*")),  # ids of jobs are made up by Batch
        _allow(["batch:DescribeJobs"], "*"),  # takes no resource
        _allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], rule),
        _allow([f"logs:{action}" for action in LOG_DELIVERY], "*"),  # take no resource
    ]
    role = iam.Role(
        stack,
        f"{machine}-machine-role",
        role_name=stage.named(f"{machine}-machine"),
        assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        inline_policies={"tasks": iam.PolicyDocument(statements=statements)},
    )
    return role.without_policy_updates()


def _allow(actions: list[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=list(resources))
