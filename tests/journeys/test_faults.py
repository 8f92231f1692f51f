"""Duplicates, kills, and the three nets that end every job, each with the others off."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.traveller import Traveller, until
from tests.shared.media.engine import counters
from tests.shared.media.making import ffmpeg
from tests.shared.media.sources import GOOD

STATES = ["probe_source", "plan_encode", "encode_early", "Lane", "encode_runs", "package_stream", "finish_video"]


@pytest.fixture(scope="module")
def long_film(sources: Path) -> Path:
    """A film that takes the encoder several seconds."""
    path = sources / "long.mp4"
    if not path.exists():
        pattern = ("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=12,noise=alls=20:allf=t")
        ffmpeg(*pattern, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", path)
    return path


@contextmanager
def setting(traveller: Traveller, function: str, name: str, value: str) -> Iterator[None]:
    """Another value of one environment variable of a function, for a while."""
    lambdas, real = traveller.aws("lambda"), f"showreel-dev-{function}"
    before = lambdas.get_function_configuration(FunctionName=real)["Environment"]["Variables"]
    lambdas.update_function_configuration(FunctionName=real, Environment={"Variables": {**before, name: value}})
    try:
        yield
    finally:
        lambdas.update_function_configuration(FunctionName=real, Environment={"Variables": before})


@contextmanager
def rule_off(traveller: Traveller, name: str) -> Iterator[None]:
    """One EventBridge rule switched off for a while."""
    events, real = traveller.aws("events"), f"showreel-dev-{name}"
    events.disable_rule(Name=real)
    try:
        yield
    finally:
        events.enable_rule(Name=real)


def processes_with(mark: str) -> list[int]:
    """Processes of this machine whose command line holds a text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in line:
            found.append(int(folder.name))
    return found


def test_seven_transitions_in_either_lane(traveller: Traveller, sources: Path) -> None:
    short = GOOD["landscape"](sources)
    on_lambda = traveller.ready(short)
    assert traveller.entered(traveller.execution(on_lambda["id"])) == STATES

    with setting(traveller, "plan_encode", "LAMBDA_CPU_SECONDS", "0"):
        on_batch = traveller.ready(short)
    assert traveller.entered(traveller.execution(on_batch["id"])) == [
        name.replace("encode_runs", "encode_run_job") for name in STATES
    ]
    assert list(on_batch["quality_variants"]) == list(on_lambda["quality_variants"])


def job_of(traveller: Traveller, video_id: str) -> dict[str, Any]:
    """The one job of a video that succeeded."""
    batch = traveller.aws("batch")
    jobs = [
        job["jobId"]
        for queue in batch.describe_job_queues()["jobQueues"]
        for job in batch.list_jobs(jobQueue=queue["jobQueueName"], jobStatus="SUCCEEDED")["jobSummaryList"]
        if job["jobName"] == f"encode-{video_id}"
    ]
    (found,) = batch.describe_jobs(jobs=jobs)["jobs"]
    return dict(found)


def test_the_same_event_ten_times_is_one_execution(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    version = traveller.row(video["id"])["upload_version"]
    detail = {"object": {"key": f"uploads/{video['id']}/source", "size": 1, "version-id": version}}
    for _ in range(10):
        traveller.invoke("on_upload_arrived", {"detail": detail})
    assert len(traveller.executions(video["id"])) == 1
    assert traveller.client.video(video["id"])["processing_status"] == "ready"


def test_the_same_event_before_the_first_step_is_one_execution(traveller: Traveller, sources: Path) -> None:
    source = GOOD["silent"](sources)
    with rule_off(traveller, "on_upload_arrived"):
        video_id = traveller.upload(source)
    versions = traveller.aws("s3").list_object_versions(Bucket=traveller.bucket, Prefix=f"uploads/{video_id}/")
    version = versions["Versions"][0]["VersionId"]
    size = source.stat().st_size
    detail = {"object": {"key": f"uploads/{video_id}/source", "size": size, "version-id": version}}
    for _ in range(10):
        traveller.invoke("on_upload_arrived", {"detail": detail})
    assert traveller.ended(video_id)["processing_status"] == "ready"
    assert len(traveller.executions(video_id)) == 1


def test_an_upload_that_is_overwritten_while_it_waits_comes_out_as_it_was(traveller: Traveller, sources: Path) -> None:
    first, second = GOOD["silent"](sources), GOOD["fifty"](sources)
    s3 = traveller.aws("s3")
    with rule_off(traveller, "on_upload_arrived"):
        video_id = traveller.upload(first)
        key = f"uploads/{video_id}/source"
        version = s3.head_object(Bucket=traveller.bucket, Key=key)["VersionId"]
        later = s3.put_object(Bucket=traveller.bucket, Key=key, Body=second.read_bytes())["VersionId"]
    assert later != version
    told = {"key": key, "size": first.stat().st_size, "version-id": version}
    traveller.invoke("on_upload_arrived", {"detail": {"object": told}})
    video = traveller.ended(video_id)
    (address,) = video["quality_variants"].values()
    assert counters(address) == list(range(60))


def test_a_killed_lambda_worker_is_tried_again(traveller: Traveller, long_film: Path) -> None:
    """The killed encoder is followed by another one, which only a second try of the step starts."""
    others = encoders(traveller)
    video_id = traveller.upload(long_film)
    killed = _kill_encoder(traveller, video_id, others)
    until(lambda: encoders(traveller) - others - killed, "the encoder of a second try")
    video = traveller.ended(video_id)
    assert video["processing_status"] == "ready"
    assert traveller.entered(traveller.execution(video_id)) == STATES


def test_a_killed_batch_job_is_tried_again(traveller: Traveller, long_film: Path) -> None:
    others = encoders(traveller)
    with setting(traveller, "plan_encode", "LAMBDA_CPU_SECONDS", "0"):
        video_id = traveller.upload(long_film)
        pids = until(lambda: processes_with(f'"video_id":"{video_id}"'), "the job's process")
        until(lambda: encoders(traveller) - others, "its encoder")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        video = traveller.ended(video_id)
    assert video["processing_status"] == "ready"
    attempts = job_of(traveller, video_id)["attempts"]
    assert [attempt["container"].get("exitCode") for attempt in attempts] == [137, 0]


def encoders(traveller: Traveller, mark: str = "[v1]") -> set[int]:
    """FFmpeg processes of this stack with that argument; those that make several rungs, unlike the early worker."""
    return {pid for pid in processes_with(mark) if traveller.stack.pid in ancestors(pid)}


def _kill_encoder(traveller: Traveller, video_id: str, others: set[int]) -> set[int]:
    """Kill the Lambda workers that encode this video; the encoders, which end with them. `others` were there before."""
    until(lambda: traveller.client.video(video_id)["current_step"] == "Encoding", "encoding")
    found: set[int] = until(lambda: encoders(traveller) - others, "an encoder")
    for worker in {parent for pid in found for parent in ancestors(pid)[:1]}:
        os.kill(worker, signal.SIGKILL)
    until(lambda: not found & encoders(traveller), "the end of the encoder")
    return found


def ancestors(pid: int) -> list[int]:
    """The parent of a process, the parent's parent and so on."""
    found = []
    with suppress(OSError):
        while pid > 1:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            found.append(pid)
    return found


def test_net_one_a_state_that_fails_is_caught(traveller: Traveller, sources: Path) -> None:
    with setting(traveller, "plan_encode", "MEDIA_BUCKET", "nobodys-bucket"), rule_off(traveller, "on_execution_ended"):
        video = traveller.ended(traveller.upload(GOOD["silent"](sources)))
    assert video["processing_status"] == "error"
    assert video["processing_error"]["code"] == "PROCESSING_FAILED"
    arn = traveller.execution(video["id"])
    until(lambda: traveller.entered(arn)[-2:] == ["fail_video", "Failed"], "the end of the execution")


def test_net_two_an_execution_that_is_stopped_is_noticed(traveller: Traveller, long_film: Path) -> None:
    video_id = traveller.upload(long_film)
    until(lambda: traveller.client.video(video_id)["current_step"] == "Encoding", "encoding")
    arn = traveller.execution(video_id)
    traveller.aws("stepfunctions").stop_execution(executionArn=arn)
    video = traveller.ended(video_id)
    assert video["processing_error"]["code"] == "PROCESSING_STOPPED"
    assert "fail_video" not in traveller.entered(arn), "the first net had no part in it"


def test_net_three_a_video_that_everybody_lost_is_swept(traveller: Traveller, long_film: Path) -> None:
    others = encoders(traveller)
    with rule_off(traveller, "on_execution_ended"):
        video_id = traveller.upload(long_film)
        until(lambda: traveller.client.video(video_id)["current_step"] == "Encoding", "encoding")
        arn = traveller.execution(video_id)
        assert _kill_encoder(traveller, video_id, others)
        traveller.aws("stepfunctions").stop_execution(executionArn=arn)
        time.sleep(1)
    _let_it_be_silent(traveller, video_id)
    traveller.invoke("sweep_stuck_videos")
    video = traveller.client.video(video_id)
    assert video["processing_error"]["code"] == "PROCESSING_LOST"


def test_net_three_leaves_what_still_runs_alone(traveller: Traveller, long_film: Path) -> None:
    video_id = traveller.upload(long_film)
    until(lambda: traveller.client.video(video_id)["current_step"] == "Encoding", "encoding")
    _let_it_be_silent(traveller, video_id)
    traveller.invoke("sweep_stuck_videos")
    assert traveller.ended(video_id)["processing_status"] == "ready"


def test_net_three_starts_what_never_began(traveller: Traveller, sources: Path) -> None:
    source = GOOD["silent"](sources)
    with rule_off(traveller, "on_upload_arrived"):
        video_id = traveller.upload(source)
    versions = traveller.aws("s3").list_object_versions(Bucket=traveller.bucket, Prefix=f"uploads/{video_id}/")
    _set(
        traveller,
        video_id,
        status="queued",
        open_state="queued",
        upload_version=versions["Versions"][0]["VersionId"],
        touched_at="2020-01-01T00:00:00.000Z",
    )
    traveller.invoke("sweep_stuck_videos")
    assert traveller.ended(video_id)["processing_status"] == "ready"


def _let_it_be_silent(traveller: Traveller, video_id: str) -> None:
    _set(traveller, video_id, touched_at="2020-01-01T00:00:00.000Z")


def _set(traveller: Traveller, video_id: str, **fields: str) -> None:
    traveller.aws("dynamodb").update_item(
        TableName="showreel-dev-videos",
        Key={"video_id": {"S": video_id}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
        ExpressionAttributeNames={f"#{name}": name for name in fields},
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in fields.items()},
    )


def test_deleting_while_it_is_processed_stops_the_work(traveller: Traveller, long_film: Path) -> None:
    video_id = traveller.upload(long_film)
    until(lambda: traveller.client.video(video_id)["current_step"] == "Encoding", "encoding")
    assert traveller.request("DELETE", f"/api/videos/{video_id}").status_code == 200
    states = traveller.aws("stepfunctions")
    arn = traveller.execution(video_id)
    until(lambda: states.describe_execution(executionArn=arn)["status"] == "FAILED", "the end of the execution")
    assert "CANCELLED" in worker_failures(traveller, arn)
    traveller.invoke("tidy_media")
    assert traveller.row(video_id)["status"] == "deleted", "a step that was stopped may still write for a while"
    traveller.aws("s3").put_object(Bucket=traveller.bucket, Key=f"v/{video_id}/1/480p.mp4", Body=b"late")

    _set(traveller, video_id, updated_at="2020-01-01T00:00:00.000Z")
    traveller.invoke("tidy_media")
    assert traveller.keys(f"v/{video_id}/") == []
    assert traveller.keys(f"work/{video_id}/") == []
    assert traveller.row(video_id) == {}


def worker_failures(traveller: Traveller, arn: str) -> list[str]:
    """The codes with which workers of an execution gave up."""
    states = traveller.aws("stepfunctions")
    (mapped,) = states.list_map_runs(executionArn=arn)["mapRuns"]
    workers = states.list_executions(mapRunArn=mapped["mapRunArn"], statusFilter="FAILED")["executions"]
    causes = [states.describe_execution(executionArn=worker["executionArn"])["cause"] for worker in workers]
    return [json.loads(json.loads(cause)["errorMessage"])["code"] for cause in causes]


def test_an_event_that_nobody_can_handle_is_kept(traveller: Traveller) -> None:
    queues = traveller.aws("sqs")
    queue = queues.get_queue_url(QueueName="showreel-dev-lost-events")["QueueUrl"]
    mark = f"an event without an object {time.monotonic_ns()}"
    event = {"detail": {"reason": mark}}
    traveller.aws("lambda").invoke(
        FunctionName="showreel-dev-on_upload_arrived", InvocationType="Event", Payload=json.dumps(event)
    )

    def lost() -> list[str]:
        told = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [message["Body"] for message in told if mark in message["Body"]]

    assert until(lost, "the event in the queue of lost ones")
