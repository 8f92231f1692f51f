"""POST /api/upload/video/request."""

from datetime import datetime
from typing import Any

import pytest

from functions.api.accounts import get_me, refresh_tokens, register_account
from functions.api.uploads.request_video_upload import handler
from functions.api.videos.get_video import handler as get_video
from shared.contract.resources import VIDEOS
from shared.domains.accounts.rules import passwords
from shared.domains.accounts.service.profiles import ProfileService
from tests.api import Answer, call
from tests.aws import Stage
from tests.functions.api.videos.conftest import Someone

PATH = "/api/upload/video/request"
GIB = 1024**3
SMALLEST = {"filename": "film.mp4", "file_size": 1, "content_type": "video/mp4"}


def ask(who: Someone, body: Any = None, **more: Any) -> Answer:
    return who.call(handler, "POST", PATH, SMALLEST if body is None else body, **more)


def test_the_example_of_the_source(ada: Someone) -> None:
    body = {"filename": "holiday.mp4", "file_size": 12345678, "content_type": "video/mp4", "duration": 61.5}
    answer = ask(ada, body)
    assert answer.status == 201
    found = answer.json
    assert found["upload_url"].startswith("https://")
    assert found["method"] == "PUT"
    assert found["headers"] == {"Content-Type": "video/mp4", "Content-Length": "12345678", "If-None-Match": "*"}
    assert (found["upload_id"], found["part_size"], found["part_urls"]) == (None, None, [])
    assert datetime.fromisoformat(found["expires_at"]).tzinfo
    video = ada.call(get_video, "GET", f"/api/videos/{found['video_id']}").json
    assert (video["title"], video["duration"], video["processing_status"]) == ("holiday", 61.5, "uploaded")
    assert video["visibility"] == "public"
    assert (video["author"]["username"], video["author"]["display_name"]) == ("ada", "Ada")


def test_all_that_can_be_said_of_a_video(ada: Someone) -> None:
    said = {
        "title": "A title",
        "description": "One\ntwo",
        "tags": ["a", "b"],
        "category": "Games",
        "visibility": "private",
    }
    found = ask(ada, {**SMALLEST, **said}).json
    video = ada.call(get_video, "GET", f"/api/videos/{found['video_id']}").json
    assert {name: video[name] for name in said} == said


@pytest.mark.parametrize("picture", ["", "01900000-0000-7000-8000-000000000009"])
def test_the_author_looks_as_in_their_own_account(stage: Stage, monkeypatch: pytest.MonkeyPatch, picture: str) -> None:
    """Somebody who registered and perhaps chose a picture; the media server moves to another address afterwards."""
    monkeypatch.setattr(passwords, "BCRYPT_COST", 4)
    body = {"username": "ada", "email": "ada@showreel.example", "password": "Correct horse 1"}
    made = call(register_account.handler, "POST", "/api/auth/register", body).json
    if picture:
        assert ProfileService.open().set_avatar(made["user"]["id"], picture)
        token = {"refresh_token": made["tokens"]["refresh_token"]}
        made["tokens"] = call(refresh_tokens.handler, "POST", "/api/auth/refresh", token).json
    author = Someone(made["user"]["id"], "ada", made["tokens"]["access_token"])
    video_id = ask(author).json["video_id"]
    for base in ("https://media.showreel.example", "https://media.elsewhere.example"):
        monkeypatch.setenv("CDN_BASE_URL", base)
        shown = author.call(get_video, "GET", f"/api/videos/{video_id}").json["author"]["avatar_url"]
        assert shown == author.call(get_me.handler, "GET", "/api/auth/me").json["user"]["avatar_url"]
        assert shown.startswith(f"{base}/public/")
        assert picture in shown


def test_a_large_file_goes_in_parts(ada: Someone) -> None:
    found = ask(ada, {**SMALLEST, "file_size": 2 * GIB, "multipart": True}).json
    assert found["upload_url"] is None
    assert found["upload_id"]
    assert (found["method"], found["headers"], found["part_size"]) == ("PUT", {}, 16 * 1024**2)
    assert len(found["part_urls"]) == 128
    assert set(found["part_urls"][0]) == {"part_number", "url", "size"}


@pytest.mark.parametrize("content_type", ["video/mp4", "video/webm", "video/quicktime"])
def test_the_types_that_are_taken(ada: Someone, content_type: str) -> None:
    assert ask(ada, {**SMALLEST, "content_type": content_type}).status == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filename": ""}, "filename"),
        ({"filename": "x" * 1025}, "filename"),
        ({"filename": "é" * 513}, "filename"),
        ({"file_size": 0}, "file_size"),
        ({"file_size": -1}, "file_size"),
        ({"file_size": 2 * GIB + 1}, "file_size"),
        ({"file_size": 10**30}, "file_size"),
        ({"file_size": 1.5}, "file_size"),
        ({"file_size": "1"}, "file_size"),
        ({"file_size": True}, "file_size"),
        ({"content_type": "video/x-msvideo"}, "content_type"),
        ({"content_type": "text/html"}, "content_type"),
        ({"content_type": "VIDEO/MP4"}, "content_type"),
        ({"duration": 0}, "duration"),
        ({"duration": -5}, "duration"),
        ({"duration": 1e7}, "duration"),
        ({"duration": True}, "duration"),
        ({"duration": "61.5"}, "duration"),
        ({"multipart": "yes"}, "multipart"),
        ({"multipart": 1}, "multipart"),
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\rb"}, "title"),
        ({"description": "a\u0007b"}, "description"),
        ({"tags": ["a"] * 21}, "tags"),
        ({"category": "x" * 51}, "category"),
        ({"visibility": "hidden"}, "visibility"),
        ({"owner_id": "x"}, "owner_id"),
        ({"video_id": "x"}, "video_id"),
    ],
)
def test_a_bad_request_names_its_field_and_makes_nothing(
    ada: Someone, stage: Stage, change: dict[str, Any], field: str
) -> None:
    answer = ask(ada, {**SMALLEST, **change})
    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.error["field_errors"]) == [field]
    assert stage.rows(VIDEOS) == []


def test_what_is_missing_is_named(ada: Someone) -> None:
    assert set(ask(ada, {}).error["field_errors"]) == {"filename", "file_size", "content_type"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nX: y.mp4", "\u202egpj.mp4", "-i", "nul\x00.mp4", "é" * 512])
def test_a_file_name_is_data_and_never_a_path(ada: Someone, name: str) -> None:
    found = ask(ada, {**SMALLEST, "filename": name}).json
    assert f"/uploads/{found['video_id']}/source?" in found["upload_url"]
    title = ada.call(get_video, "GET", f"/api/videos/{found['video_id']}").json["title"]
    assert title
    assert title.isprintable()
    assert "/" not in title


def test_nobody_in_particular_uploads_nothing(stage: Stage) -> None:
    assert ask(Someone()).status == 401
    assert stage.rows(VIDEOS) == []


def test_a_viewer_has_no_right_to_upload(someone: Any) -> None:
    assert ask(someone("eve", "viewer")).status == 403


def test_five_an_hour(ada: Someone, bob: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    assert [ask(ada).status for _ in range(6)] == [201] * 5 + [429]
    refused = ask(ada)
    assert refused.error["code"] == "RATE_LIMITED"
    assert int(refused.headers["retry-after"]) > 0
    assert len(stage.rows(VIDEOS)) == 5
    assert ask(bob).status == 201


def test_a_repeat_with_the_same_key_is_the_same_video(ada: Someone, stage: Stage) -> None:
    headers = {"idempotency-key": "once"}
    first, second = (ask(ada, headers=headers) for _ in range(2))
    assert first.json == second.json
    assert second.headers["idempotent-replayed"] == "true"
    assert len(stage.rows(VIDEOS)) == 1
    other = ask(ada, {**SMALLEST, "file_size": 2}, headers=headers)
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_MISMATCH")


def test_the_largest_answer_can_be_kept_for_a_repeat(ada: Someone) -> None:
    body = {**SMALLEST, "file_size": 2 * GIB, "multipart": True}
    first, second = (ask(ada, body, headers={"idempotency-key": "large"}) for _ in range(2))
    assert first.status == 201
    assert first.json == second.json
