"""Workers share a render on the local stack: killed, cancelled, told of bad media; nothing is made twice."""

import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.test_faults import encoders, rule_off, setting
from tests.journeys.test_renders import Order, text, warm
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


def film_of(*words: str, seconds: float = 2.0) -> list[dict[str, Any]]:
    """A scene for each word, a transition before each but the first."""
    scenes = [
        {
            "id": f"scene-{number}",
            "duration": seconds,
            "background-color": f"#20{number * 8:02x}60",
            "elements": [text(word)],
            **({"transition": {"type": "wipeleft", "duration": 0.5}} if number else {}),
        }
        for number, word in enumerate(words)
    ]
    return [{"comment": "Workers", "width": 640, "height": 360, "fps": 25, "scenes": scenes}]


WORDS = tuple(f"Word {number}" for number in range(8))


def file_of(traveller: Traveller, job: Order) -> str:
    """The hash of the file that a job has made."""
    sent = traveller.request("GET", f"/api/download/{job.id}")
    return hashlib.sha256(httpx.get(sent.headers["location"]).content).hexdigest()


def units(traveller: Traveller) -> set[str]:
    """All units of one's own: what others render meanwhile is not counted."""
    me = traveller.request("GET", "/api/auth/me").json()["user"]["id"]
    return set(traveller.keys(f"work/units/{me}/fragments/"))


def tries(traveller: Traveller, job: Order) -> list[tuple[str, int]]:
    """(step, try) of all that was done for a job."""
    logs = traveller.request("GET", f"/api/v1/videos/{job.video_id}").json()["processing_logs"]
    return [(log["step"], log["number"]) for log in logs]


def lines(traveller: Traveller, job: Order) -> dict[str, dict[str, Any]]:
    """The job's ledger as it lies in the table, by the keys of its lines."""
    found = traveller.aws("dynamodb").query(
        TableName="showreel-dev-jobs",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :ledger)",
        ExpressionAttributeValues={":pk": {"S": f"job#{job.id}"}, ":ledger": {"S": "ledger#"}},
    )["Items"]
    return {item["sk"]["S"].removeprefix("ledger#"): item for item in found}


def test_a_changed_scene_is_rendered_with_its_transitions_alone(newcomer: Traveller) -> None:
    first = Order(newcomer, film_of(*WORDS))
    assert first.ended()["status"] == "completed"
    made = units(newcomer)
    assert len(made) == 15, "eight scenes, seven transitions"
    changed = Order(newcomer, film_of(*WORDS[:3], "Another", *WORDS[4:]))
    assert changed.ended()["status"] == "completed"
    assert len(units(newcomer) - made) == 3
    assert file_of(newcomer, changed) != file_of(newcomer, first)


def test_a_killed_worker_on_lambda_is_tried_again(traveller: Traveller, stranger: Traveller) -> None:
    others = encoders(traveller, "-progress")
    job = Order(traveller, film_of(*(f"Killed {word}" for word in WORDS)))
    killed = _kill(traveller, others, _parents)
    done = job.ended()
    assert killed
    assert done["status"] == "completed", done
    retried = [key for key in lines(traveller, job) if key.startswith("001/render-") and not key.endswith("/000")]
    assert retried, "a worker was tried again"
    for key in retried:
        first = lines(traveller, job)[f"{key[:-3]}000"]
        assert first["is_assumed"]["N"] == "1"
        assert int(first["cost"]["N"]) > 0
    assert all("at" in line for line in lines(traveller, job).values())
    assert sum(int(line["cost"]["N"]) for line in lines(traveller, job).values()) == _cost(traveller, job)
    undisturbed = Order(stranger, film_of(*(f"Killed {word}" for word in WORDS)))
    assert undisturbed.ended()["status"] == "completed"
    assert file_of(stranger, undisturbed) == file_of(traveller, job)


def test_a_reclaimed_machine_of_an_array_is_tried_again(traveller: Traveller, stranger: Traveller) -> None:
    film = film_of(*(f"Reclaimed {word}" for word in WORDS))
    others = encoders(traveller, "-progress")
    with (
        setting(traveller, "plan_render", "LAMBDA_CPU_SECONDS", "0"),
        setting(traveller, "plan_render", "JOB_CPU_SECONDS", "3"),
    ):
        job = Order(traveller, film)
        assert _kill(traveller, others, _parents)
        done = job.ended()
    assert done["status"] == "completed", done
    assert "render_run_jobs" in traveller.entered(job.arn)
    render = {key: line for key, line in lines(traveller, job).items() if line["step"]["S"] == "render"}
    assert len({key.split("/")[1] for key in render}) > 1, "several workers"
    assert [key for key, line in render.items() if "is_assumed" in line], "one was killed"
    assert all("batch_seconds" in line["usage"]["S"] for line in render.values())
    undisturbed = Order(stranger, film)
    assert undisturbed.ended()["status"] == "completed"
    assert file_of(stranger, undisturbed) == file_of(traveller, job), "either lane makes the same"


@pytest.mark.parametrize("lane", ["lambda", "batch"])
def test_all_workers_end_when_their_job_is_cancelled(traveller: Traveller, lane: str) -> None:
    limits = ("0", "20") if lane == "batch" else ("900", "960")
    others = encoders(traveller, "-progress")
    with (
        setting(traveller, "plan_render", "LAMBDA_CPU_SECONDS", limits[0]),
        setting(traveller, "plan_render", "JOB_CPU_SECONDS", limits[1]),
    ):
        film = film_of(*(f"Cancelled {lane} {word}" for word in WORDS), seconds=40)
        film[0] |= {"width": 1280, "height": 720}
        job = Order(traveller, film)
        until(lambda: len(encoders(traveller, "-progress") - others) > 1, "two encoders at the same time")
    warm(traveller)
    began = time.monotonic()
    assert traveller.request("DELETE", f"/api/render/{job.id}").json()["status"] == "cancelled"
    assert job.get()["status"] == "cancelled"
    assert time.monotonic() - began < 2
    until(lambda: not encoders(traveller, "-progress") - others, "the end of all encoders", 60)
    until(lambda: job.execution() == "ABORTED", "the end of the execution", 60)
    assert traveller.keys(f"v/{job.video_id}/") == []
    assert all("at" in line for line in until(lambda: _settled(traveller, job), "the books", 60).values())


def test_bad_media_fails_at_once_and_in_words(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    body = GOOD["silent"](sources).read_bytes()[:3000]
    with rule_off(traveller, "on_upload_arrived"):
        where = {"Bucket": traveller.bucket, "Key": f"uploads/{video['id']}/source"}
        version = traveller.aws("s3").put_object(**where, Body=body)["VersionId"]
    traveller.aws("dynamodb").update_item(
        TableName="showreel-dev-videos",
        Key={"video_id": {"S": video["id"]}},
        UpdateExpression="SET upload_version = :version, file_size = :size",
        ExpressionAttributeValues={":version": {"S": version}, ":size": {"N": str(len(body))}},
    )
    film = film_of("Bad")
    film[0]["scenes"][0]["elements"].append({"type": "video", "src": f"upload://{video['id']}"})
    job = Order(traveller, film)
    done = job.ended()
    assert done["status"] == "failed", done
    assert video["id"] in done["error"]
    assert done["error_code"] not in ("PROCESSING_FAILED", "JOB_LOST")
    assert traveller.entered(job.arn) == ["prepare_sources", "fail_render", "RenderFailed"]
    assert tries(traveller, job) == [("prepare", 0)], "nobody tries again what cannot help"


def _parents(pids: set[int]) -> set[int]:
    """The workers of encoders."""
    return {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids}


def _kill(traveller: Traveller, others: set[int], workers_of: Callable[[set[int]], set[int]]) -> set[int]:
    """Kill a worker as soon as its encoder runs, with all that it has; the killed one."""
    found: set[int] = until(lambda: encoders(traveller, "-progress") - others, "an encoder")
    killed = set(sorted(workers_of(found))[:1])
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    return killed


def _cost(traveller: Traveller, job: Order) -> int:
    item = traveller.aws("dynamodb").get_item(
        TableName="showreel-dev-jobs", Key={"pk": {"S": f"job#{job.id}"}, "sk": {"S": "job"}}
    )["Item"]
    return int(item["cost"]["N"])


def _settled(traveller: Traveller, job: Order) -> dict[str, dict[str, Any]]:
    found = lines(traveller, job)
    return found if all("at" in line for line in found.values()) else {}
