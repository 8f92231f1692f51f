"""POST /api/v1/videos and its alias."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.accounts.edit_own_account import handler as edit
from functions.api.accounts.get_usage import handler as usage
from functions.api.jobs.create_render import handler as create_render
from functions.api.jobs.generate_video import handler
from functions.api.jobs.get_job_status import handler as get
from shared.base.ids import new_id
from shared.contract.resources import JOBS, VIDEOS
from shared.domains.jobs.rules.quotas import DAILY_VIDEOS
from shared.domains.jobs.service.generating import MOST_VIDEOS
from shared.domains.jobs.service.ordering import OrderService, unpack
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.service.catalogue import CatalogueService
from tests.api import Answer, call_in_a_thread
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.jobs.conftest import Make, Someone

PATHS = ["/api/v1/videos", "/api/v1/generate-video"]
EXAMPLE = {
    "success": True,
    "job_id": "uuid",
    "video_id": "uuid",
    "status": "pending",
    "message": "Video generation started",
    "status_url": "string",
}


def scenes(**more: Any) -> list[dict[str, Any]]:
    """A configuration that is right."""
    text = {"type": "text", "text": "Hello", "duration": 1}
    return [{"comment": "Greeting", "scenes": [{"id": "intro", "elements": [text]}], **more}]


@pytest.mark.parametrize("path", PATHS)
def test_a_video_is_made_by_a_job(ada: Someone, stage: Stage, path: str) -> None:
    answer = ada.call(handler, "POST", path, scenes())
    assert answer.status == 202
    assert differences(EXAMPLE, answer.json) == []
    job_id = answer.json["job_id"]
    assert answer.json["status_url"] == f"/api/v1/jobs/{job_id}/status"
    told = ada.call(get, "GET", answer.json["status_url"]).json
    assert (told["status"], told["video_id"], told["title"]) == ("pending", answer.json["video_id"], "Greeting")
    assert unpack(WorkService.open().request(job_id)) == scenes()
    (video,) = stage.rows(VIDEOS)
    assert (video["status"]["S"], video["visibility"]["S"]) == ("queued", "private")


def test_it_takes_its_limit_and_one_transaction_with_sources_and_without(
    ada: Someone, completed: Make, stage: Stage
) -> None:
    source = {"type": "video", "src": f"upload://{completed().video_id}"}
    ada.call(handler, "POST", PATHS[0], scenes())
    calls = stage.calls_of(lambda: ada.call(handler, "POST", PATHS[0], scenes()))
    ordering = ["dynamodb:TransactWriteItems"]
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ordering
    wish = scenes(elements=[source, {**source, "src": source["src"].removeprefix("upload://")}])
    calls = stage.calls_of(lambda: ada.call(handler, "POST", PATHS[0], wish))
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ordering, "that they are there is a condition"


def test_the_same_key_makes_one_job(ada: Someone, stage: Stage) -> None:
    first, again = (
        ada.call(handler, "POST", PATHS[0], scenes(), headers={"idempotency-key": "once"}) for _ in range(2)
    )
    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"
    assert len(stage.rows(VIDEOS)) == 1


BAD: dict[str, tuple[Any, str]] = {
    "nothing": ([], "body"),
    "no scenes": ([{"comment": "x"}], "0.scenes"),
    "unknown field": (scenes(colour="red"), "0.colour"),
    "a lone project": ({"surplus": 1, "scenes": scenes()[0]["scenes"]}, "surplus"),
    "two projects": (scenes() + scenes(), "1"),
    "a path": (scenes(elements=[{"type": "image", "src": "file:///etc/passwd"}]), "0.elements.0.src"),
    "plain http": (scenes(elements=[{"type": "image", "src": "http://example.com/a.png"}]), "0.elements.0.src"),
    "no such video": (scenes(elements=[{"type": "video", "src": new_id()}]), "0.elements.0.src"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(ada: Someone, stage: Stage, name: str) -> None:
    body, field = BAD[name]
    answer = ada.call(handler, "POST", PATHS[0], body)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.error["field_errors"], json.dumps(answer.error)
    assert any(detail["field"] == field and detail["message"] for detail in answer.error["details"])
    assert stage.rows(JOBS) == stage.rows(VIDEOS) == []


def test_a_scene_without_sound_is_named(ada: Someone) -> None:
    """The id of the scene stands with the problem."""
    wrong = scenes(scenes=[{"id": "intro", "elements": [{"type": "image", "src": "nowhere"}]}])
    (detail,) = ada.call(handler, "POST", PATHS[0], wrong).error["details"]
    assert (detail["scene_id"], detail["pointer"]) == ("intro", "/0/scenes/0/elements/0/src")


def test_case_31_the_videos_of_others_are_no_sources(ada: Someone, bob: Someone, completed: Make, stage: Stage) -> None:
    wish = scenes(elements=[{"type": "video", "src": completed().video_id}])
    rows = stage.rows(JOBS)
    assert bob.call(handler, "POST", PATHS[0], wish).status == 400
    assert stage.rows(JOBS) == rows
    assert ada.call(handler, "POST", PATHS[0], wish).status == 202


def test_who_has_too_many_open_jobs_waits(ada: Someone, stage: Stage) -> None:
    for _ in range(5):
        assert ada.call(handler, "POST", PATHS[0], scenes()).status == 202
    answer = ada.call(handler, "POST", PATHS[0], scenes())
    assert (answer.status, answer.error["code"]) == (429, "QUOTA_EXCEEDED")
    assert len(stage.rows(VIDEOS)) == 5


def test_a_dry_run_tells_what_it_would_be_like_and_makes_nothing(ada: Someone, completed: Make, stage: Stage) -> None:
    source = {"type": "video", "src": completed().video_id}
    rows = stage.rows(JOBS)
    told = ada.call(handler, "POST", PATHS[0], scenes(elements=[source]), query="dry_run=true")
    assert told.status == 200, told.body
    assert (told.json["valid"], told.json["complete"], told.json["duration"], told.json["frames"]) == (
        True,
        True,
        1,
        30,
    )
    assert told.json["scenes"] == [{"id": "intro", "start": 0, "duration": 1, "transition": 0}]
    assert told.json["estimated_seconds"] > 0
    assert told.json["estimated_cost"] > 0
    assert stage.rows(JOBS) == rows


def test_a_dry_run_tells_where_words_come_from_and_what_that_costs(
    ada: Someone, completed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSCRIBER", "amazon")
    src = completed().video_id

    def dry(**more: Any) -> Any:
        spoken = [{"type": "audio", "src": src, **more}, {"type": "subtitles"}]
        wish = scenes(scenes=[{"id": "intro", "elements": spoken}])
        return ada.call(handler, "POST", PATHS[0], wish, query="dry_run=true").json

    given = dry(words=[{"word": "hi", "start": 0.1, "end": 0.5}])
    paid, spread = dry(), dry(transcript="guten Tag", language="de")
    assert [one["spoken"][0]["words"] for one in (given, paid, spread)] == ["given", "transcribed", "spread"]
    assert paid["spoken"][0] == {"pointer": "/0/scenes/0/elements/0", "scene_id": "intro", "words": "transcribed"}
    assert paid["estimated_cost"] - given["estimated_cost"] > 15 * 0.0004
    assert paid["estimated_seconds"] >= given["estimated_seconds"] + 30
    assert "WORDS_SPREAD" in [problem["code"] for problem in spread["problems"]]


def test_a_dry_run_tells_what_is_wrong(ada: Someone) -> None:
    told = ada.call(handler, "POST", PATHS[0], scenes(colour="red"), query="dry_run=true")
    assert (told.status, told.json["valid"]) == (200, False)
    assert told.json["problems"][0]["pointer"] == "/0/colour"
    silent = scenes(scenes=[{"id": "intro", "elements": []}])
    told = ada.call(handler, "POST", PATHS[0], silent, query="dry_run=true")
    assert [(one["code"], one["scene_id"]) for one in told.json["problems"]] == [("NO_DURATION", "intro")]


def test_a_dry_run_does_not_guess_what_lies_elsewhere(ada: Someone) -> None:
    wish = scenes(elements=[{"type": "image", "src": "https://example.com/a.png"}])
    told = ada.call(handler, "POST", PATHS[0], wish, query="dry_run=true").json
    assert (told["valid"], told["complete"], told["duration"]) == (True, False, None)


def test_sources_are_bounded(ada: Someone) -> None:
    many = [{"type": "image", "src": f"https://example.com/{number}.png"} for number in range(34)]
    wish = scenes(
        scenes=[
            {"id": f"s{number}", "duration": 1, "elements": [{**one, "src": one["src"] + f"?{number}"} for one in many]}
            for number in range(3)
        ]
    )
    answer = ada.call(handler, "POST", PATHS[0], wish)
    assert (answer.status, answer.error["details"][0]["code"]) == (400, "TOO_MANY")


def test_of_too_many_problems_the_first_are_told(ada: Someone) -> None:
    wrong = [{"type": "image", "src": "x"}] * 50
    wish = scenes(scenes=[{"id": f"s{number}", "duration": 1, "elements": wrong} for number in range(3)])
    answer = ada.call(handler, "POST", PATHS[0], wish)
    assert (answer.status, len(answer.error["details"])) == (400, 100)
    assert answer.error["message"] == "Validation failed: the first 100 of 150 problems"
    told = ada.call(handler, "POST", PATHS[0], wish, query="dry_run=true").json
    assert (told["valid"], len(told["problems"])) == (False, 100)


def test_a_source_that_is_deleted_at_this_moment_is_missed(
    completed: Make, ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the configuration and the order: nothing is ordered, and the place is told."""
    source = completed().video_id
    original = OrderService.order

    def order(*arguments: Any, **more: Any) -> Any:
        with stage.unrecorded():
            CatalogueService.open().delete(source, ada.user_id)
        return original(*arguments, **more)

    monkeypatch.setattr(OrderService, "order", order)
    rows = stage.rows(JOBS)
    answer = ada.call(handler, "POST", "/api/v1/videos", scenes(elements=[{"type": "video", "src": source}]))
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    (detail,) = answer.error["details"]
    assert (detail["code"], detail["pointer"]) == ("SOURCE_MISSING", "/0/elements/0/src")
    assert stage.rows(JOBS) == rows


def test_more_videos_than_an_order_can_check_are_too_many(ada: Someone, stage: Stage) -> None:
    films = [{"type": "video", "src": new_id()} for _ in range(MOST_VIDEOS + 1)]
    wish = [{"scenes": [{"id": f"s{number}", "duration": 1, "elements": [film]} for number, film in enumerate(films)]}]
    answer = ada.call(handler, "POST", "/api/v1/videos", wish)
    assert (answer.status, answer.error["details"][0]["code"]) == (400, "TOO_MANY")


def test_case_45_of_a_hundred_at_once_a_budget_for_one_lets_one_through(
    ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP, with the budget that a person sets: what the others get says what to do."""
    quoted = ada.call(handler, "POST", PATHS[0], scenes(elements=[]), query="dry_run=true")
    cost = quoted.json["estimated_cost"]
    assert ada.call(edit, "PATCH", "/api/v1/users/me", {"monthly_budget": cost * 1.5}).status == 200
    monkeypatch.setenv("RATE_SCALE", "1000")

    def generate(_: int) -> Answer:
        return call_in_a_thread(handler, "POST", PATHS[0], scenes(), token=ada.token)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(generate, range(100)))
    assert Counter(answer.status for answer in answers) == {202: 1, 429: 99}
    refused = [answer.error for answer in answers if answer.status == 429]
    assert {error["code"] for error in refused} == {"QUOTA_EXCEEDED"}
    assert all("monthly_budget" in error["message"] for error in refused)
    assert len(stage.rows(VIDEOS)) == 1
    left = ada.call(usage, "GET", "/api/v1/users/me/usage").json["limits"]
    assert (left["open_jobs"], left["videos_today"]) == (1, 1)
    assert 0 <= left["budget_left"] < cost


def test_the_video_that_is_one_too_many_today_may_come_tomorrow(
    ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DAILY_VIDEOS, "free", 1)
    assert ada.call(handler, "POST", PATHS[0], scenes()).status == 202
    for endpoint, path, body in (
        (handler, PATHS[1], scenes()),
        (create_render, "/api/render", {"composition": scenes()}),
    ):
        answer = ada.call(endpoint, "POST", path, body)
        assert (answer.status, answer.error["code"]) == (429, "QUOTA_EXCEEDED")
        assert "daily_video_limit" in answer.error["message"]
        assert 0 < int(answer.headers["retry-after"]) == answer.error["retry_after"] <= 24 * 3600
    assert len(stage.rows(VIDEOS)) == 1
