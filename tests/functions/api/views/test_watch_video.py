"""POST /api/videos/{video_id}/view."""

import json
from typing import Any

import pytest

from functions.api.videos.edit_video import handler as edit_video
from functions.api.videos.get_video import handler as get_video
from functions.api.views.watch_video import handler
from functions.events.on_videos_watched import handler as count
from shared.base import aws, clock
from shared.base.ids import new_id
from shared.contract.resources import VIEWS, WATCHED
from shared.domains.views.store import KEPT_SECONDS
from tests.api import Answer, call
from tests.aws import Stage, real_name
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Make, Someone

HALF_HOUR = 1800
READ, LEAVE = "dynamodb:BatchGetItem", "sqs:SendMessage"


@pytest.fixture(autouse=True)
def midway(turned_clock: TurnedClock) -> None:
    """In the middle of a half hour."""
    turned_clock.advance(1.5 * HALF_HOUR - turned_clock.seconds % HALF_HOUR)


def watch(video_id: str, who: Someone | None = None, body: Any = None, **more: Any) -> Answer:
    return (who or Someone()).call(handler, "POST", f"/api/videos/{video_id}/view", body or {}, **more)


def told(answer: Answer) -> int:
    assert answer.status == 200, answer.body
    assert answer.json == {"success": True, "new_view_count": answer.json["new_view_count"]}
    return int(answer.json["new_view_count"])


def left(stage: Stage) -> list[dict[str, Any]]:
    """What lies in the queue; it is gone afterwards."""
    with stage.unrecorded():
        sqs, url = aws.client("sqs"), real_name(WATCHED)
        found: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [{"messageId": one["MessageId"], "body": one["Body"]} for one in messages]
            for one in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def flush(stage: Stage) -> int:
    """Have what was left be counted; how many messages that were."""
    messages = left(stage)
    assert count({"Records": messages}, None) == {"batchItemFailures": []}
    return len(messages)


def shown(video_id: str) -> dict[str, Any]:
    found: dict[str, Any] = Someone().call(get_video, "GET", f"/api/videos/{video_id}").json
    return found


def test_each_viewer_counts_once_in_half_an_hour(
    ready: Make, ada: Someone, bob: Someone, stage: Stage, turned_clock: TurnedClock
) -> None:
    video_id = ready()
    phone = {"user-agent": "phone"}
    assert told(watch(video_id, ada)) == 1
    assert flush(stage) == 1
    assert told(watch(video_id, bob)) == 2
    assert told(watch(video_id)) == 2  # of the others it is not known yet
    assert told(watch(video_id, headers=phone)) == 2
    assert told(watch(video_id, headers=phone, address="203.0.113.8")) == 2
    assert flush(stage) == 4
    assert shown(video_id)["view_count"] == 5
    stage.restart()  # another instance does not know who was told what
    for who, more in ((ada, {}), (bob, {}), (None, {}), (None, {"headers": phone})):
        watch(video_id, who, **more)
    assert flush(stage) == 4
    assert shown(video_id)["view_count"] == 5
    turned_clock.advance(HALF_HOUR)
    stage.restart()
    assert told(watch(video_id)) == 6
    flush(stage)
    assert shown(video_id)["view_count"] == 6


def test_two_calls_and_one_when_it_was_left_before(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    watch(ready(), bob)
    asked = [call for call in stage.calls_of(lambda: watch(video_id, bob)) if not call.endswith("UpdateItem")]
    assert asked == [READ, LEAVE]
    asked = [call for call in stage.calls_of(lambda: watch(video_id, bob)) if not call.endswith("UpdateItem")]
    assert asked == [READ]
    flush(stage)
    assert told(watch(video_id, bob)) == shown(video_id)["view_count"] == 1


def test_watching_feeds_minutes_and_the_curve(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()  # of 60.5 seconds
    assert shown(video_id)["metrics"] == {"watch_time_minutes": 0, "engagement_rate": 0, "retention_curve": []}
    watch(video_id, bob)
    flush(stage)
    assert told(watch(video_id, bob, {"watch_time_seconds": 30.9, "quality": "480p"})) == 1
    watch(video_id, ada, {"watch_time_seconds": 999, "quality": "4711p"})
    flush(stage)
    watch(video_id, bob, {"watch_time_seconds": 45})  # that was told
    flush(stage)
    metrics = shown(video_id)["metrics"]
    assert metrics["watch_time_minutes"] == 1.5
    assert metrics["retention_curve"] == [100] * 10 + [50] * 10
    assert shown(video_id)["view_count"] == 2


def test_nothing_that_is_kept_or_left_tells_who_watched(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    agent = "An agent of its own"
    watch(video_id, bob)
    watch(video_id, headers={"user-agent": agent}, address="198.51.100.77")
    messages = left(stage)
    count({"Records": messages}, None)
    everything = json.dumps([messages, stage.rows(VIEWS)], default=lambda value: value.hex())
    assert video_id not in json.dumps(stage.rows(VIEWS), default=str)
    for secret in (bob.user_id, bob.username, agent, "198.51.100.77"):
        assert secret not in everything
    assert all(0 < int(row["expires_at"]["N"]) - clock.now() <= KEPT_SECONDS + HALF_HOUR for row in stage.rows(VIEWS))
    viewers = [json.loads(message["body"])["viewer"] for message in messages]
    watch(ready(), bob)
    assert json.loads(left(stage)[0]["body"])["viewer"] not in viewers, "marks of one viewer are not alike"


def test_what_nobody_may_see_is_not_found(
    ready: Make, awaiting: Make, ada: Someone, bob: Someone, stage: Stage
) -> None:
    hidden = ready()
    ada.call(edit_video, "PATCH", f"/api/videos/{hidden}", {"visibility": "private"})
    assert [watch(hidden, who).status for who in (None, bob, ada)] == [404, 404, 200]
    unready = awaiting()
    assert [watch(unready, who).status for who in (None, bob, ada)] == [404, 404, 404]
    assert watch(new_id()).status == 404
    assert len(left(stage)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"watch_time_seconds": -1},
        {"watch_time_seconds": 86_401},
        {"watch_time_seconds": "long"},
        {"quality": "x" * 21},
        {"quality": 720},
        {"viewer": "somebody"},
        [],
    ],
    ids=str,
)
def test_bad_reports_are_refused(ready: Make, stage: Stage, body: Any) -> None:
    path = f"/api/videos/{ready()}/view"
    assert call(handler, "POST", path, body).status == 422
    assert left(stage) == []


def test_view_that_cannot_be_left_is_not_told_as_counted(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    watch(ready(), bob)
    left(stage)
    with stage.refusing("sqs", "SendMessage", "ServiceUnavailable") as fired:
        assert watch(video_id, bob).status == 503
    assert fired
    assert told(watch(video_id, bob)) == 1
    assert flush(stage) == 1
