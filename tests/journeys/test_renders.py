"""A scene configuration becomes a video, on the local stack: rendered, cancelled, failed, lost and found."""

import base64
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.base.ids import new_id
from tests.journeys.test_faults import processes_with, rule_off, setting
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

STATES = ["prepare_sources", "Words", "plan_render", "RenderLane", "render_runs", "package_render", "finish_render"]
LONG_AGO = "2020-01-01T00:00:00.000Z"


def scenes(*elements: dict[str, Any], seconds: float = 1.0, size: tuple[int, int] = (320, 180)) -> list[dict[str, Any]]:
    """A small configuration."""
    scene = {"id": "only", "duration": seconds, "background-color": "#204060", "elements": list(elements)}
    return [{"comment": "A small film", "width": size[0], "height": size[1], "fps": 10, "scenes": [scene]}]


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": {"font-size": 40}, **more}


class Order:
    """A job on the stack."""

    def __init__(self, traveller: Traveller, configuration: Any) -> None:
        self._traveller = traveller
        answer = traveller.request("POST", "/api/v1/videos", json=configuration)
        assert answer.status_code == 202, answer.text
        self.id, self.video_id = answer.json()["job_id"], answer.json()["video_id"]
        self.arn = traveller.machine.replace(":stateMachine:", ":execution:").replace("-transcode", "-render")
        self.arn += f":{self.id}-1"

    def get(self) -> dict[str, Any]:
        answer = self._traveller.request("GET", f"/api/v1/jobs/{self.id}/status")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def reached(self, *statuses: str) -> dict[str, Any]:
        """The job once it is in one of these, checked on the way: progress never goes back."""
        progress = 0

        def look() -> dict[str, Any] | None:
            nonlocal progress
            found = self.get()
            assert found["progress"] >= progress
            progress = found["progress"]
            return found if found["status"] in statuses else None

        found: dict[str, Any] = until(look, f"job {self.id} to be {statuses}")
        return found

    def ended(self) -> dict[str, Any]:
        return self.reached("completed", "failed", "cancelled")

    def at_work(self) -> None:
        """Wait for the encoder."""
        until(lambda: self.get()["current_step"] == "Rendering", "the rendering")
        until(lambda: processes_with("-progress"), "its encoder")

    def set(self, **fields: str) -> None:
        """Change the row behind the stack's back."""
        self._traveller.aws("dynamodb").update_item(
            TableName="showreel-dev-jobs",
            Key={"pk": {"S": f"job#{self.id}"}, "sk": {"S": "job"}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            ExpressionAttributeNames={f"#{name}": name for name in fields},
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in fields.items()},
        )

    def execution(self) -> str:
        return str(self._traveller.aws("stepfunctions").describe_execution(executionArn=self.arn)["status"])

    def stop(self) -> None:
        self._traveller.aws("stepfunctions").stop_execution(executionArn=self.arn)


LONG = scenes(text("Never seen"), seconds=240, size=(1280, 720))


def test_a_composition_is_rendered_and_downloaded(traveller: Traveller, stranger: Traveller, sources: Path) -> None:
    film = traveller.ready(GOOD["landscape"](sources))
    clip = {"type": "video", "src": f"upload://{film['id']}", "width": 160, "height": 90, "x": 10, "y": 10}
    job = Order(traveller, scenes(clip, text("Hello", typewriter={"speed": 20})))
    done = job.ended()
    assert (done["status"], done["progress"]) == ("completed", 100), done
    assert done["cost"]["actual"] > 0
    assert done["cost"]["estimated"] > 0
    assert traveller.entered(job.arn) == STATES

    sent = traveller.request("GET", f"/api/download/{job.id}")
    assert sent.status_code == 302
    file = httpx.get(sent.headers["location"])
    assert (file.status_code, file.content[4:8]) == (200, b"ftyp")
    assert file.headers["content-disposition"].startswith('attachment; filename="A small film.mp4"')
    picture = traveller.request("GET", f"/api/download/{job.id}/thumbnail?redirect=false").json()
    assert httpx.get(picture["url"]).content[:2] == b"\xff\xd8"
    assert stranger.request("GET", f"/api/download/{job.id}").status_code == 404

    video = traveller.client.video(job.video_id)
    assert (video["processing_status"], video["visibility"], video["duration"]) == ("ready", "private", 1.0)
    assert "#EXT-X-STREAM-INF" in httpx.get(video["video_url"]).text
    assert httpx.get(video["storyboard_url"]).text.startswith("WEBVTT")
    assert httpx.get(video["preview_url"]).content[4:8] == b"ftyp"
    assert stranger.request("GET", f"/api/videos/{job.video_id}").status_code == 404

    again = Order(traveller, scenes({**clip, "src": job.video_id}))
    assert again.ended()["status"] == "completed", "what a job has made is a source too"


def test_the_other_lane_makes_the_same(traveller: Traveller) -> None:
    with setting(traveller, "plan_render", "LAMBDA_CPU_SECONDS", "0"):
        job = Order(traveller, scenes(text("On Batch")))
        done = job.ended()
    assert done["status"] == "completed", done
    assert traveller.entered(job.arn) == [name.replace("render_runs", "render_run_job") for name in STATES]


@pytest.mark.parametrize("lane", ["lambda", "batch"])
def test_a_cancelled_job_is_cancelled_at_once_and_its_compute_ends(traveller: Traveller, lane: str) -> None:
    limit = "0" if lane == "batch" else "900"
    with setting(traveller, "plan_render", "LAMBDA_CPU_SECONDS", limit):
        job = Order(traveller, LONG)
        job.at_work()
    warm(traveller)
    began = time.monotonic()
    by = ("POST", f"/api/v1/jobs/{job.id}/cancel") if lane == "batch" else ("DELETE", f"/api/render/{job.id}")
    answer = traveller.request(*by)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert job.get()["status"] == "cancelled"
    listed = traveller.request("GET", "/api/v1/jobs?status=cancelled").json()
    assert job.id in {one["job_id"] for one in listed["jobs"]}
    assert time.monotonic() - began < 2
    until(lambda: job.execution() == "ABORTED", "the end of the execution", 60)
    until(lambda: not processes_with("-progress"), "the end of the encoder", 60)
    assert traveller.client.video(job.video_id)["processing_status"] == "error"
    assert traveller.request("DELETE", f"/api/render/{job.id}").status_code == 200, "a repeat is fine"

    assert traveller.keys(f"work/{job.video_id}/")
    traveller.aws("s3").put_object(Bucket=traveller.bucket, Key=f"v/{job.video_id}/1/180p.mp4", Body=b"late")
    traveller.invoke("sweep_stuck_jobs")
    assert traveller.keys(f"work/{job.video_id}/") == []
    assert traveller.keys(f"v/{job.video_id}/") == []


def warm(traveller: Traveller) -> None:
    """Have the functions started: how long that takes here says nothing of what they do."""
    assert traveller.request("POST", f"/api/v1/jobs/{new_id()}/cancel").status_code == 404
    assert traveller.request("DELETE", f"/api/render/{new_id()}").status_code == 404
    assert traveller.request("GET", "/api/v1/jobs?status=failed").status_code == 200


def test_a_cancellation_that_the_compute_did_not_hear_of_is_found_out(traveller: Traveller) -> None:
    job = Order(traveller, LONG)
    job.at_work()
    job.set(open_state="tidying", touched_at=LONG_AGO)
    traveller.invoke("sweep_stuck_jobs")
    until(lambda: job.execution() == "ABORTED", "the end of the execution", 60)


def test_net_one_a_state_that_fails_is_caught(traveller: Traveller) -> None:
    with setting(traveller, "plan_render", "MEDIA_BUCKET", "nobodys-bucket"), rule_off(traveller, "on_execution_ended"):
        job = Order(traveller, scenes(text("Fails")))
        done = job.ended()
    assert (done["status"], done["error_code"]) == ("failed", "PROCESSING_FAILED")
    until(lambda: traveller.entered(job.arn)[-1] == "RenderFailed", "the end of the execution")
    assert traveller.entered(job.arn)[-2:] == ["fail_render", "RenderFailed"]
    answer = traveller.request("POST", f"/api/v1/jobs/{job.id}/retry")
    assert (answer.status_code, answer.json()["attempt"]) == (202, 2), answer.text
    assert job.reached("completed")["status"] == "completed"
    assert traveller.request("POST", f"/api/v1/jobs/{job.id}/retry").status_code == 409


def test_scenes_that_cannot_be_rendered_fail_with_their_place(traveller: Traveller, sources: Path) -> None:
    film = traveller.ready(GOOD["silent"](sources))
    done = Order(traveller, scenes({"type": "video", "src": film["id"], "trim": 1000})).ended()
    assert (done["status"], done["error_code"]) == ("failed", "VIDEO_GENERATION_FAILED")
    assert "/scenes/0/elements/0/trim" in done["error"]


def test_net_two_an_execution_that_is_stopped_is_noticed(traveller: Traveller) -> None:
    job = Order(traveller, LONG)
    job.at_work()
    job.stop()
    assert job.ended()["error_code"] == "PROCESSING_STOPPED"
    assert "fail_render" not in traveller.entered(job.arn), "the first net had no part in it"


def test_net_three_a_job_that_everybody_lost_is_swept(traveller: Traveller) -> None:
    with rule_off(traveller, "on_execution_ended"):
        job = Order(traveller, LONG)
        job.at_work()
        job.stop()
        time.sleep(1)
    job.set(touched_at=LONG_AGO)
    traveller.invoke("sweep_stuck_jobs")
    assert job.get()["error_code"] == "JOB_LOST"


def test_net_three_starts_what_never_began(traveller: Traveller) -> None:
    nobodys = traveller.machine.replace("-transcode", "-nobodys-machine")
    with setting(traveller, "on_job_changed", "RENDER_MACHINE", nobodys):
        lost = lost_records(traveller)
        job = Order(traveller, scenes(text("Late")))
        until(lambda: lost_records(traveller) > lost, "the last try to start it")
    assert job.get()["status"] == "pending"
    job.set(touched_at=LONG_AGO)
    traveller.invoke("sweep_stuck_jobs")
    assert job.ended()["status"] == "completed"


def lost_records(traveller: Traveller) -> int:
    """How many changes were given up."""
    sqs, wanted = traveller.aws("sqs"), "ApproximateNumberOfMessages"
    queue = sqs.get_queue_url(QueueName="showreel-dev-lost-records")["QueueUrl"]
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[wanted])["Attributes"][wanted])


def test_a_video_that_is_deleted_ends_its_job(traveller: Traveller) -> None:
    job = Order(traveller, LONG)
    job.at_work()
    assert traveller.request("DELETE", f"/api/v1/videos/{job.video_id}").status_code == 200
    traveller.invoke("tidy_media")
    assert job.ended()["status"] == "cancelled"
    until(lambda: job.execution() == "ABORTED", "the end of the execution", 60)


def test_everything_about_jobs_and_their_videos(traveller: Traveller, sources: Path) -> None:
    film = traveller.ready(GOOD["silent"](sources))
    edit = {"video_id": film["id"], "composition": {"trim": {"start": 0, "end": 0.5}, "width": 180, "height": 320}}
    started = traveller.request("POST", "/api/render", json=edit)
    assert started.status_code == 202, started.text
    foreign = traveller.request("POST", "/api/render", json={**edit, "video_id": new_id()})
    assert (foreign.status_code, list(foreign.json()["error"]["field_errors"])) == (422, ["video_id"])
    missing = traveller.request("POST", "/api/v1/videos", json=scenes({"type": "video", "src": new_id()}))
    assert (missing.status_code, missing.json()["error"]["details"][0]["code"]) == (400, "SOURCE_MISSING")
    other = Order(traveller, scenes({"type": "video", "src": film["id"], "width": 160, "height": 90}))
    assert other.ended()["status"] == "completed"
    job_id, video_id = started.json()["job_id"], started.json()["video_id"]
    until(lambda: _get(traveller, f"/api/render/{job_id}")["status"] == "completed", "the edit")

    assert _get(traveller, f"/api/v1/jobs/{job_id}")["video_id"] == video_id
    for path in ("/api/v1/jobs", "/api/render/jobs"):
        for query in ("?limit=1", "?limit=1&status=completed"):
            page = _get(traveller, path + query)
            after = _get(traveller, f"{path}{query}&cursor={page['pagination']['next_cursor']}")
            assert page["jobs"][0]["job_id"] != after["jobs"][0]["job_id"]

    shown = _get(traveller, f"/api/v1/videos/{video_id}")
    assert (shown["video"]["status"], shown["video"]["duration"]) == ("completed", 0.5)
    steps = [log["step"] for log in shown["processing_logs"]]
    assert steps == ["prepare", "plan", "render", "package", "finish"]
    assert _get(traveller, f"/api/v1/videos/{video_id}/cost")["total_cost"] == shown["costs"]["total_cost"] > 0
    assert _get(traveller, f"/api/v1/videos/{video_id}/status")["progress"] == 100
    file = httpx.get(_get(traveller, f"/api/v1/videos/{video_id}/download?redirect=false")["url"])
    assert (file.status_code, file.content[4:8]) == (200, b"ftyp")

    picture = base64.b64encode(
        httpx.get(_get(traveller, f"/api/v1/videos/{video_id}")["video"]["thumbnail_url"]).content
    )
    wish = {"title": "Renamed", "thumbnail": picture.decode()}
    edited = traveller.request("PATCH", f"/api/v1/videos/{video_id}", json=wish)
    assert edited.json()["video"]["title"] == "Renamed"
    until(
        lambda: "thumbnail-" in str(_get(traveller, f"/api/v1/videos/{video_id}")["video"]["thumbnail_url"]),
        "the picture in its place",
    )
    assert traveller.request("DELETE", f"/api/render/{job_id}").status_code == 409


def _get(traveller: Traveller, path: str) -> dict[str, Any]:
    answer = traveller.request("GET", path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
