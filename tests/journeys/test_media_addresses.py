"""Media addresses: who can fetch what, and until when."""

import hashlib
import hmac
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.traveller import Traveller, until
from tests.shared.media.making import ffmpeg
from tests.shared.media.sources import GOOD


@pytest.fixture(scope="module")
def video(traveller: Traveller, sources: Path) -> dict[str, Any]:
    """A public video that is ready."""
    return traveller.ready(GOOD["landscape"](sources))


def test_a_token_is_needed_and_is_bound_to_video_version_and_time(traveller: Traveller, video: dict[str, str]) -> None:
    address = video["video_url"]
    token = address.split("/")[3]
    expiry, mac = token.split(".")
    assert httpx.get(address).status_code == 200
    for wrong in (
        address.replace(f"/{token}", ""),
        address.replace(mac, mac[:-1] + ("0" if mac[-1] != "0" else "1")),
        address.replace(expiry, str(int(expiry) + 1)),
        address.replace("/1/master", "/2/master"),
        address.replace("/v/", "/uploads/"),
        address.replace("/1/master.m3u8", "/1/%2e%2e/1/master.m3u8"),
    ):
        assert httpx.get(wrong).status_code == 403, wrong


def test_an_expired_token_is_refused(traveller: Traveller, video: dict[str, str]) -> None:
    secret = traveller.stack.outputs["showreel-dev-data"]["MediaKeySecretArn"]
    key = traveller.aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    expiry = int(time.time()) - 1
    mac = hmac.new(key.encode(), f"{video['id']}/1/{expiry}".encode(), hashlib.sha256).hexdigest()[:32]
    old = video["video_url"].replace(video["video_url"].split("/")[3], f"{expiry}.{mac}")
    assert httpx.get(old).status_code == 403


def test_the_bucket_itself_is_closed(traveller: Traveller, video: dict[str, str]) -> None:
    direct = f"{traveller.stack.outputs['Endpoint']}/{traveller.bucket}/v/{video['id']}/1/master.m3u8"
    assert httpx.get(direct).status_code == 403


def test_a_video_made_private_is_gone_for_others_and_its_old_addresses_die(
    traveller: Traveller, stranger: Traveller, sources: Path
) -> None:
    video = traveller.ready(GOOD["portrait"](sources))
    path = f"/api/videos/{video['id']}"
    assert stranger.request("GET", path).status_code == 200
    assert traveller.request("PATCH", path, json={"visibility": "private"}).status_code == 200
    traveller.invoke("tidy_media")

    assert stranger.request("GET", path).status_code == 404
    assert httpx.get(traveller.stack.outputs["ApiUrl"] + path).status_code == 404
    assert httpx.get(video["video_url"]).status_code in (403, 404)
    mine = traveller.client.video(video["id"])
    assert "/2/master.m3u8" in mine["video_url"]
    others = [mine[f"{name}_url"] for name in ("thumbnail", "storyboard", "preview")]
    for address in (mine["video_url"], *others, *mine["quality_variants"].values()):
        assert httpx.get(address, headers={"range": "bytes=0-15"}).status_code == 206
    assert traveller.keys(f"v/{video['id']}/1/") == []


def test_a_deleted_video_leaves_nothing(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    assert traveller.request("DELETE", f"/api/videos/{video['id']}").status_code == 200
    assert traveller.request("GET", f"/api/videos/{video['id']}").status_code == 404
    traveller.invoke("tidy_media")
    for prefix in ("uploads", "work", "v"):
        found = traveller.aws("s3").list_object_versions(Bucket=traveller.bucket, Prefix=f"{prefix}/{video['id']}/")
        assert not found.get("Versions")
    assert httpx.get(video["video_url"]).status_code in (403, 404)


def test_a_thumbnail_and_an_avatar_are_put_in_place(traveller: Traveller, video: dict[str, str], sources: Path) -> None:
    picture = sources / "picture.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=1", "-frames:v", "1", picture)
    for video_id in (video["id"], None):
        asked = {"filename": "me.png", "file_size": picture.stat().st_size, "content_type": "image/png"}
        told = traveller.client.call(
            "POST", "/api/upload/thumbnail/request", {**asked, **({"video_id": video_id} if video_id else {})}
        )
        sent = httpx.put(told["upload_url"], content=picture.read_bytes(), headers=told["headers"])
        assert sent.status_code == 200

    def thumbnail() -> str:
        found = traveller.client.video(video["id"])["thumbnail_url"]
        return found if "thumbnail-" in found else ""

    def avatar() -> str:
        found = traveller.client.call("GET", "/api/auth/me")["user"]["avatar_url"]
        return found if "/avatars/" in found else ""

    for look in (thumbnail, avatar):
        answer = httpx.get(until(look, look.__name__))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"


def test_a_thumbnail_of_a_video_that_is_gone_is_not_kept(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["silent"](sources))
    picture = sources / "late.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1", picture)
    asked = {"filename": "late.png", "file_size": picture.stat().st_size, "content_type": "image/png"}
    told = traveller.client.call("POST", "/api/upload/thumbnail/request", {**asked, "video_id": video["id"]})
    assert traveller.request("DELETE", f"/api/videos/{video['id']}").status_code == 200
    assert httpx.put(told["upload_url"], content=picture.read_bytes(), headers=told["headers"]).status_code == 200

    raw = traveller.keys(f"uploads/thumbnails/{traveller.row(video['id'])['owner_id']}/{video['id']}/")
    traveller.invoke("on_thumbnail_arrived", {"detail": {"object": {"key": raw[0]}}})

    def gone() -> bool:
        """S3's own event may have the same picture in hand just now."""
        return not [key for key in traveller.keys(f"v/{video['id']}/") if "thumbnail-" in key]

    until(gone, "the picture to go")


def test_who_has_no_picture_gets_one_that_can_be_fetched(stranger: Traveller) -> None:
    address = stranger.client.call("GET", "/api/auth/me")["user"]["avatar_url"]
    answer = httpx.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
