"""What the machines may do: what its tasks ask for, what logging needs, nothing else."""

import pytest

from shared.contract.resources import RENDER, TRANSCODE
from tests.cloud.templates import Templates
from tests.cloud.test_machines import levels

DELIVERY = (
    "CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries"
    " PutResourcePolicy DescribeResourcePolicies DescribeLogGroups"
)
"""What a machine's role needs to log, says the Step Functions developer guide; none takes a resource."""


@pytest.mark.parametrize(("name", "job_step"), [(TRANSCODE.name, "encode_run"), (RENDER.name, "render_run")])
def test_machine_may_do_what_its_tasks_ask_for(cloud: Templates, name: str, job_step: str) -> None:
    machines = cloud.of("AWS::StepFunctions::StateMachine")
    [machine] = [one for one in machines if one.properties["StateMachineName"] == cloud.named(name)]
    role = cloud.find(machine.stack, machine.properties["RoleArn"]["Fn::GetAtt"][0])
    granted = {(grant.action, grant.resource) for grant in cloud.grants(role)}
    states = [s for level in levels(cloud.machines[name]) for s in level["States"].values()]
    states = [s for s in states if s["Type"] == "Task"]
    called = {("lambda:InvokeFunction", s["Arguments"]["FunctionName"]) for s in states if "Payload" in s["Arguments"]}
    job, *others = [s["Arguments"] for s in states if s["Resource"].endswith(":batch:submitJob.sync")]
    assert {other["JobQueue"] for other in others} <= {job["JobQueue"]}
    states_of = "arn:aws:states:eu-central-1:123456789012"
    mapped = {("states:StartExecution", f"{states_of}:stateMachine:showreel-prod-{name}")} | {
        (f"states:{action}", f"{states_of}:execution:showreel-prod-{name}{end}")
        for action in ("DescribeExecution", "StopExecution")
        for end in ("/*", ":*")
    }
    batch, events = "arn:aws:batch:eu-central-1:123456789012", "arn:aws:events:eu-central-1:123456789012"
    jobs = {
        ("batch:SubmitJob", job["JobQueue"]),
        ("batch:SubmitJob", f"{batch}:job-definition/showreel-prod-{job_step}:*"),
        ("batch:DescribeJobs", "*"),
        ("batch:TerminateJob", f"{batch}:job/*"),
    }
    rule = f"{events}:rule/StepFunctionsGetEventsForBatchJobsRule"
    told = {(f"events:{action}", rule) for action in ("DescribeRule", "PutRule", "PutTargets")}
    assert granted == called | jobs | told | mapped | {(f"logs:{action}", "*") for action in DELIVERY.split()}
