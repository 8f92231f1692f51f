"""A scene configuration becomes a video, on the local stack: rendered, cancelled, failed and taken up again."""

import time
from typing import Any

from tests.journeys.traveller import Traveller, until


def scenes(*elements: dict[str, Any], seconds: float = 1.0) -> list[dict[str, Any]]:
    """A small configuration."""
    scene = {"id": "only", "duration": seconds, "background-color": "#204060", "elements": list(elements)}
    return [{"comment": "A small film", "width": 320, "height": 180, "fps": 10, "scenes": [scene]}]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": {"font-size": 40}}


def order(traveller: Traveller, configuration: Any) -> dict[str, Any]:
    answer = traveller.request("POST", "/api/v1/videos", json=configuration)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def job(traveller: Traveller, job_id: str) -> dict[str, Any]:
    answer = traveller.request("GET", f"/api/v1/jobs/{job_id}/status")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_cancelled_job_is_cancelled_at_once_and_its_compute_ends(traveller: Traveller) -> None:
    told = order(traveller, scenes(text("Never seen"), seconds=600))
    until(lambda: job(traveller, told["job_id"])["status"] == "processing", "the first step")
    began = time.monotonic()
    answer = traveller.request("POST", f"/api/v1/jobs/{told['job_id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert job(traveller, told["job_id"])["status"] == "cancelled"
    listed = traveller.request("GET", "/api/v1/jobs?status=cancelled").json()
    assert told["job_id"] in {one["job_id"] for one in listed["jobs"]}
    assert time.monotonic() - began < 2
