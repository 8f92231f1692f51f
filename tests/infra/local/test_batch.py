"""Batch on the local stack: jobs are real processes under their role."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from botocore.exceptions import ClientError

from infra.local.stack import LocalStack
from tests.infra.local.test_lambdas import alive, until

PUT = (
    "import boto3, os, sys; "
    "boto3.client('s3').put_object(Bucket=os.environ['BUCKET'], Key=sys.argv[1], Body=open(sys.argv[2], 'rb'))"
)


def submit(stack: LocalStack, *command: str, **more: Any) -> str:
    outputs = stack.outputs["test-main"]
    request = {"jobName": "test", "jobQueue": outputs["Queue"], "jobDefinition": outputs["Definition"], **more}
    if command:
        request["containerOverrides"] = {"command": list(command)}
    return str(stack.clients("batch").submit_job(**request)["jobId"])


def describe(stack: LocalStack, job_id: str) -> dict[str, Any]:
    job: dict[str, Any] = stack.clients("batch").describe_jobs(jobs=[job_id])["jobs"][0]
    return job


def ended(stack: LocalStack, job_id: str, seconds: float = 20) -> dict[str, Any]:
    assert until(lambda: describe(stack, job_id)["status"] in ("SUCCEEDED", "FAILED"), seconds), describe(stack, job_id)
    return describe(stack, job_id)


def log_of(stack: LocalStack, job: dict[str, Any]) -> list[str]:
    stream = job["container"]["logStreamName"]
    events = stack.clients("logs").get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)["events"]
    return [event["message"] for event in events]


def test_job_really_runs_ffmpeg_under_its_role(stack: LocalStack) -> None:
    make = "ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=5:duration=2 -pix_fmt yuv420p clip.mp4"
    script = f'{make} && python -c "{PUT}" jobs/clip.mp4 clip.mp4'
    job = ended(stack, submit(stack, "sh", "-c", script))
    assert job["status"] == "SUCCEEDED", log_of(stack, job)
    bucket = stack.outputs["test-data"]["MediaBucketName"]
    clip = stack.clients("s3").get_object(Bucket=bucket, Key="jobs/clip.mp4")["Body"].read()
    decode = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        "mp4",
        "-i",
        "-",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        "-",
    ]
    assert len(subprocess.run(decode, input=clip, capture_output=True, check=True, timeout=30).stdout) == 64 * 48 * 10


def test_job_without_the_grant_fails(stack: LocalStack) -> None:
    job = ended(stack, submit(stack, "python", "-c", PUT, "elsewhere/x", "/dev/null"))
    assert job["status"] == "FAILED"
    assert "AccessDenied" in log_of(stack, job)[-1]


def test_parameters_environment_and_logs(stack: LocalStack) -> None:
    assert log_of(stack, ended(stack, submit(stack, parameters={"word": "bird"}))) == ["bird"]
    assert log_of(stack, ended(stack, submit(stack))) == ["default"]
    found = dict(line.split("=", 1) for line in log_of(stack, ended(stack, submit(stack, "env"))))
    assert found["AWS_BATCH_JOB_ATTEMPT"] == "1"
    assert found["AWS_ENDPOINT_URL"] == stack.settings.endpoint
    assert found["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert Path(found["FFMPEG_PATH"]).is_file()
    assert not {"AUTH", "GATEWAY_PORT", "PYTHONPATH", "PYTEST_CURRENT_TEST"} & found.keys()


def test_log_arrives_while_the_job_runs(stack: LocalStack) -> None:
    job_id = submit(stack, "sh", "-c", "echo early; sleep 30")
    assert until(lambda: describe(stack, job_id)["status"] == "RUNNING")
    time.sleep(0.3)
    assert until(lambda: log_of(stack, describe(stack, job_id)) == ["early"])
    stack.clients("batch").terminate_job(jobId=job_id, reason="enough")
    assert ended(stack, job_id)["statusReason"] == "enough"


def test_failing_job_is_retried(stack: LocalStack) -> None:
    script = "test $AWS_BATCH_JOB_ATTEMPT = 3 || exit 7"
    job = ended(stack, submit(stack, "sh", "-c", script, retryStrategy={"attempts": 3}))
    assert (job["status"], [a["container"]["exitCode"] for a in job["attempts"]]) == ("SUCCEEDED", [7, 7, 0])


def test_rules_decide_about_retries(stack: LocalStack) -> None:
    rules = [{"onExitCode": "64", "action": "EXIT"}, {"onExitCode": "7*", "action": "RETRY"}]
    strategy = {"attempts": 3, "evaluateOnExit": rules}
    assert len(ended(stack, submit(stack, "sh", "-c", "exit 64", retryStrategy=strategy))["attempts"]) == 1
    assert len(ended(stack, submit(stack, "sh", "-c", "exit 70", retryStrategy=strategy))["attempts"]) == 3


def test_killed_job_is_retried(stack: LocalStack) -> None:
    job = ended(
        stack, submit(stack, "sh", "-c", "test $AWS_BATCH_JOB_ATTEMPT = 2 || kill -9 $$", retryStrategy={"attempts": 2})
    )
    assert (job["status"], [a["container"]["exitCode"] for a in job["attempts"]]) == ("SUCCEEDED", [137, 0])


def test_attempt_that_takes_too_long_is_ended_and_not_retried(stack: LocalStack) -> None:
    job = ended(
        stack, submit(stack, "sleep", "60", timeout={"attemptDurationSeconds": 1}, retryStrategy={"attempts": 3})
    )
    assert (job["status"], job["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert (len(job["attempts"]), job["container"]["exitCode"]) == (1, 143)


def test_termination_ends_all_that_the_job_started(stack: LocalStack, tmp_path: Path) -> None:
    """A process that ignores SIGTERM, and one in a session of its own."""
    stubborn = "while true; do sleep 0.1; done"
    script = f"trap '' TERM; setsid sleep 71 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/job; {stubborn}"
    job_id = submit(stack, "sh", "-c", script)
    assert until(lambda: (tmp_path / "job").exists() and (tmp_path / "job").read_text())
    pids = [int((tmp_path / name).read_text()) for name in ("job", "child")]
    assert all(map(alive, pids))
    stack.clients("batch").terminate_job(jobId=job_id, reason="asked")
    assert ended(stack, job_id)["container"]["exitCode"] == 137
    assert until(lambda: not any(map(alive, pids)))


def test_waiting_job_can_be_cancelled(stack: LocalStack) -> None:
    blockers = [submit(stack, "sleep", "60") for _ in range(2)]
    waiting = submit(stack, "true")
    batch = stack.clients("batch")
    assert until(lambda: describe(stack, waiting)["status"] == "RUNNABLE")
    batch.cancel_job(jobId=waiting, reason="no need")
    batch.cancel_job(jobId=blockers[0], reason="a running job does not mind")
    assert ended(stack, waiting, 3)["statusReason"] == "no need"
    assert describe(stack, blockers[0])["status"] == "RUNNING"
    for job_id in blockers:
        batch.terminate_job(jobId=job_id, reason="done")
        ended(stack, job_id)


def test_array_runs_each_index_and_rolls_up(stack: LocalStack) -> None:
    job_id = submit(
        stack,
        "sh",
        "-c",
        "echo $AWS_BATCH_JOB_ARRAY_INDEX; test $AWS_BATCH_JOB_ARRAY_INDEX != 2",
        arrayProperties={"size": 4},
    )
    parent = ended(stack, job_id)
    assert parent["status"] == "FAILED"
    summary = parent["arrayProperties"]["statusSummary"]
    assert (summary["SUCCEEDED"], summary["FAILED"]) == (3, 1)
    logs = [log_of(stack, describe(stack, f"{job_id}:{index}")) for index in range(4)]
    assert logs == [["0"], ["1"], ["2"], ["3"]]
    children = stack.clients("batch").list_jobs(arrayJobId=job_id, jobStatus="FAILED")["jobSummaryList"]
    assert [child["jobId"] for child in children] == [f"{job_id}:2"]


def test_dependent_job_waits_and_fails_with_it(stack: LocalStack) -> None:
    first = submit(stack, "sh", "-c", "sleep 0.5; exit 1")
    second = submit(stack, "true", dependsOn=[{"jobId": first}])
    job = ended(stack, second)
    assert (job["status"], job["statusReason"], job["attempts"]) == ("FAILED", "Dependent Job failed", [])


def test_program_that_is_not_there(stack: LocalStack) -> None:
    job = ended(stack, submit(stack, "no-such-program"))
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 127)
    assert "CannotStartContainerError" in job["container"]["reason"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"arrayProperties": {"size": 1}},
        {"jobName": "no spaces"},
        {"jobQueue": "no-such-queue"},
        {"jobDefinition": "no-such"},
    ],
)
def test_bad_requests_are_refused(stack: LocalStack, wrong: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ClientException"):
        submit(stack, "true", **wrong)


def test_definition_that_is_deregistered_takes_no_jobs(stack: LocalStack) -> None:
    batch = stack.clients("batch")
    properties = {"image": "x", "command": ["true"], "resourceRequirements": [{"type": "VCPU", "value": "1"}]}
    made = batch.register_job_definition(jobDefinitionName="short", type="container", containerProperties=properties)
    assert ended(stack, submit(stack, jobDefinition=made["jobDefinitionArn"]))["status"] == "SUCCEEDED"
    batch.deregister_job_definition(jobDefinition=made["jobDefinitionArn"])
    with pytest.raises(ClientError):
        submit(stack, jobDefinition=made["jobDefinitionArn"])
    assert json.dumps(batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]).count('"short"') == 0
