"""State machines on the local stack: roles, jobs, time limits, stopping, distributed maps, status events."""

from __future__ import annotations

import json
from typing import Any

from infra.local.stack import LocalStack
from tests.infra.local.test_batch import describe
from tests.infra.local.test_lambdas import until


def start(stack: LocalStack, machine: str, **given: object) -> str:
    arn = stack.outputs["test-main"][f"{machine}Machine"]
    return str(
        stack.clients("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]
    )


def status(stack: LocalStack, execution: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.clients("stepfunctions").describe_execution(executionArn=execution)
    return found


def ended(stack: LocalStack, execution: str, seconds: float = 15) -> dict[str, Any]:
    assert until(lambda: status(stack, execution)["status"] != "RUNNING", seconds)
    return status(stack, execution)


def status_events(stack: LocalStack, execution: str) -> list[str]:
    """Statuses that the rule on "Step Functions Execution Status Change" delivered for this execution."""
    sqs = stack.clients("sqs")
    url = sqs.get_queue_url(QueueName="test-status")["QueueUrl"]
    found = []
    for _ in range(50):
        messages = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=0
        ).get("Messages", [])
        for message in messages:
            detail = json.loads(message["Body"])["detail"]
            if detail["executionArn"] == execution:
                found.append(detail["status"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if found:
            break
    return found


def running_job(stack: LocalStack) -> str:
    queue = stack.outputs["test-main"]["Queue"]
    jobs = stack.clients("batch").list_jobs(jobQueue=queue, jobStatus="RUNNING")["jobSummaryList"]
    return str(jobs[0]["jobId"]) if jobs else ""


def test_job_of_a_machine_succeeds_or_fails_it(stack: LocalStack) -> None:
    done = ended(stack, start(stack, "Job", command=["true"]))
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", "SUCCEEDED")
    failed = ended(stack, start(stack, "Job", command=["sh", "-c", "exit 9"]))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(failed["cause"])["Container"]["ExitCode"] == 9


def test_role_without_submit_job_is_denied(stack: LocalStack) -> None:
    failed = ended(stack, start(stack, "JobDenied", command=["true"]))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Permissions")
    assert "batch:SubmitJob" in failed["cause"]


def test_stopping_terminates_the_job(stack: LocalStack) -> None:
    execution = start(stack, "Job", command=["sleep", "60"])
    job_id = until(lambda: running_job(stack))
    assert job_id
    stack.clients("stepfunctions").stop_execution(executionArn=execution)
    assert until(lambda: describe(stack, job_id)["status"] == "FAILED")
    assert describe(stack, job_id)["statusReason"] == "Terminated by Step Functions: execution stopped"
    assert status(stack, execution)["status"] == "ABORTED"
    assert status_events(stack, execution) == ["ABORTED"]


def test_time_limit_of_a_machine_is_told_by_an_event(stack: LocalStack) -> None:
    execution = start(stack, "Slow")
    assert ended(stack, execution, 5)["status"] == "TIMED_OUT"
    assert until(lambda: status_events(stack, execution)) == ["TIMED_OUT"]
    history = stack.clients("stepfunctions").get_execution_history(executionArn=execution)["events"]
    assert history[-1]["type"] == "ExecutionTimedOut"


def test_failure_is_told_by_an_event(stack: LocalStack) -> None:
    execution = start(stack, "Failing")
    assert ended(stack, execution)["error"] == "Odd"
    assert until(lambda: status_events(stack, execution)) == ["FAILED"]


def test_distributed_map_evaluates_jsonata(stack: LocalStack) -> None:
    done = ended(stack, start(stack, "Map", count=5))
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"sum": 30})


def test_silence_of_a_waiting_task_is_an_error(stack: LocalStack) -> None:
    assert ended(stack, start(stack, "Callback"))["error"] == "States.HeartbeatTimeout"


def test_second_start_under_one_name_is_caught_by_its_name(stack: LocalStack) -> None:
    ended(stack, start(stack, "Starter", name="once", number=1))
    again = ended(stack, start(stack, "Starter", name="once", number=2))
    assert (again["status"], json.loads(again.get("output", "null"))) == ("SUCCEEDED", "caught")
