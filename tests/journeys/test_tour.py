"""Every endpoint once, deployed and under its own role: what a role may not do shows here."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

ASKED = {"filename": "film.mp4", "content_type": "video/mp4"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/health",
        "/health",
        "/health/live",
        "/live",
        "/health/ready",
        "/ready",
        "/ping",
        "/.well-known/jwks.json",
    ],
)
def test_what_anybody_may_ask(path: str, traveller: Traveller) -> None:
    answer = httpx.get(traveller.stack.outputs["ApiUrl"] + path, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_health_in_detail_finds_everything_well(traveller: Traveller) -> None:
    told = traveller.request("GET", "/health/detailed").json()
    assert told["status"] == "healthy", told
    assert told["services"]["ffmpeg"] == told["services"]["database"] == told["services"]["storage"] == "healthy"


def test_unknown_paths_and_methods_get_the_envelope(traveller: Traveller) -> None:
    unknown = traveller.request("GET", "/api/nothing/here")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "NOT_FOUND"
    wrong = traveller.request("PUT", "/api/auth/login", json={})
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "POST"


def test_a_session_from_login_to_refresh(stranger: Traveller) -> None:
    account = {"username": "tour_guide", "email": "tour@example.com", "password": "Tour-Guide1"}
    registered = httpx.post(stranger.stack.outputs["ApiUrl"] + "/api/auth/register", json=account, timeout=30)
    assert registered.status_code == 201, registered.text
    again = httpx.post(stranger.stack.outputs["ApiUrl"] + "/api/auth/register", json=account, timeout=30)
    assert again.status_code == 409
    told = stranger.client.call("POST", "/api/auth/login", {"login": "tour@example.com", "password": "Tour-Guide1"})
    tokens = stranger.client.call("POST", "/api/auth/refresh", {"refresh_token": told["tokens"]["refresh_token"]})
    me = httpx.get(
        stranger.stack.outputs["ApiUrl"] + "/api/auth/me",
        headers={"authorization": f"Bearer {tokens['access_token']}"},
        timeout=30,
    )
    assert me.json()["user"]["username"] == "tour_guide"
    newest = stranger.client.call("POST", "/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    reused = stranger.request("POST", "/api/auth/refresh", json={"refresh_token": told["tokens"]["refresh_token"]})
    assert reused.status_code == 401
    dead = stranger.request("POST", "/api/auth/refresh", json={"refresh_token": newest["refresh_token"]})
    assert dead.status_code == 401, "a token that is used twice ends its whole session"


def test_what_services_may_ask(traveller: Traveller, sources: Path) -> None:
    traveller.ready(GOOD["silent"](sources))
    token = traveller.invoke("issue_service_token", {"name": "monitor", "permissions": ["internal:all"]})["token"]
    headers = {"authorization": f"Bearer {token}"}
    base = traveller.stack.outputs["ApiUrl"]
    assert httpx.get(base + "/metrics").status_code == 401
    assert traveller.request("GET", "/metrics").status_code == 401, "a person's token is not a service's"
    for path in ("/metrics", "/api/v1/admin/metrics"):
        metrics = httpx.get(base + path, headers=headers, timeout=30)
        assert metrics.status_code == 200, metrics.text
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "# TYPE" in metrics.text
        ready = re.search(r'^showreel_jobs\{status="ready"\} (\d+)$', metrics.text, re.MULTILINE)
        assert ready, metrics.text
        assert int(ready[1]) >= 1
    health = httpx.get(base + "/api/v1/admin/health", headers=headers, timeout=30)
    assert health.json()["status"] == "healthy", health.text
    assert "no-store" in health.headers["cache-control"]


def test_an_upload_in_parts_that_is_resumed(traveller: Traveller, sources: Path) -> None:
    film = GOOD["silent"](sources).read_bytes()
    asked = {**ASKED, "file_size": len(film), "multipart": True}
    key = {"idempotency-key": "tour-1"}
    first = traveller.request("POST", "/api/upload/video/request", json=asked, headers=key)
    again = traveller.request("POST", "/api/upload/video/request", json=asked, headers=key)
    assert again.json()["video_id"] == first.json()["video_id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = traveller.request("POST", "/api/upload/video/request", json={**asked, "file_size": 7}, headers=key)
    assert other.status_code == 422
    assert other.json()["error"]["code"] == "IDEMPOTENCY_MISMATCH"

    told = first.json()
    path = f"/api/upload/video/{told['video_id']}"
    resumed = traveller.client.call("GET", path)
    assert resumed["uploaded_parts"] == []
    part = resumed["part_urls"][0]
    sent = httpx.put(part["url"], content=film, headers=told["headers"])
    assert sent.status_code == 200, sent.text
    assert [row["part_number"] for row in traveller.client.call("GET", path)["uploaded_parts"]] == [1]
    parts = [{"part_number": 1, "etag": sent.headers["etag"]}]
    done = {"upload_id": told["upload_id"], "parts": parts}
    wrong = {**done, "parts": [{"part_number": 1, "etag": "0" * 32}]}
    assert traveller.request("POST", f"{path}/complete", json=wrong).status_code == 422
    traveller.client.call("POST", f"{path}/complete", done)
    assert traveller.ended(told["video_id"])["processing_status"] == "ready"


def test_an_upload_that_is_given_up(traveller: Traveller) -> None:
    told = traveller.client.call("POST", "/api/upload/video/request", {**ASKED, "file_size": 9, "multipart": True})
    path = f"/api/upload/video/{told['video_id']}"
    assert traveller.request("DELETE", path).status_code == 200
    assert traveller.client.video(told["video_id"])["processing_status"] == "error"
    until(lambda: not parts_under(traveller, told["video_id"]), "the end of the upload in parts", 10)


def parts_under(traveller: Traveller, video_id: str) -> list[Any]:
    """Uploads in parts that S3 has of a video."""
    found = traveller.aws("s3").list_multipart_uploads(Bucket=traveller.bucket)
    return [one for one in found.get("Uploads", []) if one["Key"].startswith(f"uploads/{video_id}/")]


def test_what_arrives_for_an_upload_that_was_given_up_is_removed(traveller: Traveller) -> None:
    told = traveller.client.call("POST", "/api/upload/video/request", {**ASKED, "file_size": 4})
    assert traveller.request("DELETE", f"/api/upload/video/{told['video_id']}").status_code == 200
    sent = httpx.put(told["upload_url"], content=b"film", headers=told["headers"])
    assert sent.status_code == 200
    key = f"uploads/{told['video_id']}/source"
    traveller.invoke("on_upload_arrived", {"detail": {"object": {"key": key, "size": 4, "version-id": "v"}}})
    assert traveller.keys(key) == []


def test_a_presigned_address_holds_for_what_was_announced_alone(traveller: Traveller) -> None:
    told = traveller.client.call("POST", "/api/upload/video/request", {**ASKED, "file_size": 4})
    plain = {name.lower(): value for name, value in told["headers"].items() if name.lower() != "content-length"}
    for content, headers in (
        (b"longer", plain),
        (b"film", {**plain, "content-type": "text/html"}),
        (b"film", {name: value for name, value in plain.items() if name != "if-none-match"}),
    ):
        sent = httpx.put(told["upload_url"], content=content, headers=headers)
        assert sent.status_code in (400, 403), (content, headers)


def test_a_video_is_edited_and_others_cannot(traveller: Traveller, stranger: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    path = f"/api/videos/{video['id']}"
    edited = traveller.client.call("PATCH", path, {"title": "A better title", "tags": ["one"]})
    assert edited["title"] == "A better title"
    assert stranger.request("PATCH", path, json={"title": "Mine"}).status_code == 404
    assert stranger.request("DELETE", path).status_code == 404
    assert stranger.client.call("GET", path)["title"] == "A better title"


def test_a_foreign_origin_is_refused(traveller: Traveller) -> None:
    wrong = traveller.request("POST", "/api/upload/video/request", json={}, headers={"origin": "https://evil.example"})
    assert wrong.status_code == 403
    preflight = httpx.options(
        traveller.stack.outputs["ApiUrl"] + "/api/auth/login",
        headers={"origin": "https://evil.example", "access-control-request-method": "POST"},
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_signing_keys_turn_without_logging_anybody_out(traveller: Traveller) -> None:
    before = traveller.client.call("GET", "/.well-known/jwks.json")["keys"]
    traveller.invoke("rotate_signing_keys")
    assert traveller.client.call("GET", "/api/auth/me")["user"]["username"] == traveller.name
    after = traveller.client.call("GET", "/.well-known/jwks.json")["keys"]
    assert {key["kid"] for key in before} <= {key["kid"] for key in after}
    assert "d" not in json.dumps([sorted(key) for key in after]).split('"')


def test_ones_own_videos_in_pages(newcomer: Traveller) -> None:
    path, asked = "/api/v1/videos", {**ASKED, "file_size": 9}
    made = [newcomer.client.call("POST", "/api/upload/video/request", asked)["video_id"] for _ in range(3)]
    first = newcomer.client.call("GET", f"{path}/?limit=2")
    assert [video["id"] for video in first["videos"]] == made[:0:-1]
    assert first["pagination"]["total"] == 3
    last = newcomer.client.call("GET", f"{path}?limit=2&cursor={first['pagination']['next_cursor']}")
    assert [video["id"] for video in last["videos"]] == made[:1]
    assert newcomer.request("DELETE", f"/api/upload/video/{made[1]}").status_code == 200
    assert newcomer.request("DELETE", f"{path}/{made[0]}").status_code == 200
    failed = newcomer.client.call("GET", f"{path}?status=failed&date_from=2020-01-01")
    assert [video["id"] for video in failed["videos"]] == [made[1]]
    whole = newcomer.client.call("GET", path)
    assert (whole["pagination"]["total"], whole["disk_usage"]) == (2, {"bytes": 0, "videos": 2})
    assert newcomer.client.call("GET", "/api/auth/me")["profile"]["total_videos"] == 2


def test_a_list_leads_to_the_pictures_of_what_is_ready(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    told = traveller.client.call("GET", "/api/v1/videos?status=ready")
    card = told["videos"][0]
    assert (card["id"], card["thumbnail_url"]) == (video["id"], video["thumbnail_url"])
    published = sum(int(variant["size"]) for variant in json.loads(traveller.row(video["id"])["variants"]))
    assert told["disk_usage"]["bytes"] >= GOOD["silent"](sources).stat().st_size + published
