"""A video is hidden, processed, and live: who is told what."""

import dataclasses

from functions.events import on_job_progress, on_notification, on_video_progress
from shared.base.ids import new_id
from shared.contract.resources import CHANNELS
from shared.domains.channels.service.presence import PresenceService
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.model import Status as JobStatus
from shared.domains.jobs.rules.keys import job_key
from shared.domains.jobs.store.expressions import item_of
from shared.domains.jobs.store.rows import job_fields
from shared.domains.videos.model import Author, Status, Video, Visibility
from shared.domains.videos.store.rows import to_row
from tests.live import Live
from tests.shared.domains.channels.feeding import (
    Record,
    comment,
    join,
    leave,
    like,
    record,
    show,
    tell_comments,
    tell_counts,
)

OWNER = new_id()
MADE = Video(
    id=new_id(),
    owner_id=OWNER,
    author=Author(OWNER, "ada", "Ada"),
    title="Film",
    created_at="2026-01-31T12:00:00.000Z",
    updated_at="2026-01-31T12:00:00.000Z",
    status=Status.READY,
)
CHANNEL, ACCOUNT = f"video:{MADE.id}", f"user:{OWNER}"


def changed(before: Video, **fields: object) -> Record:
    rows = [to_row(video).serialize() for video in (before, dataclasses.replace(before, **fields))]  # type: ignore[arg-type]
    return record({"video_id": {"S": before.id}}, *rows)


def tell(*records: Record) -> None:
    assert on_video_progress.handler({"Records": list(records)}, None) == {"batchItemFailures": []}


def types(live: Live, connection_id: str) -> list[str]:
    return [one["type"] for one in live.told(connection_id)]


def test_hidden_video_is_told_of_to_its_owner_alone(live: Live) -> None:
    join(CHANNEL, "owner=", is_owner=True)
    join(CHANNEL, "viewer=")
    show(MADE.id, visibility=Visibility.PRIVATE)
    said = comment(MADE.id, "just before")
    assert tell_comments(said) == []
    assert tell_counts(like(MADE.id)) == []
    hiding = changed(MADE, visibility=Visibility.PRIVATE)
    tell(hiding)
    tell(hiding)
    live.pass_on(1)
    assert tell_comments(comment(MADE.id, "among us")) == []
    live.pass_on(2)
    assert live.gateway.frames["viewer="] == [
        {"type": "unsubscribed", "reason": "not_found", "channel": CHANNEL, "seq": live.told("viewer=")[0]["seq"]}
    ]
    assert types(live, "owner=") == ["new_comment", "video_update", "new_comment"]
    assert [row["item"]["S"] for row in live.stage.rows(CHANNELS) if row["item"]["S"].startswith("to#")] == [
        "to#owner="
    ]


def test_what_is_said_of_a_hidden_video_is_not_told_though_word_of_hiding_is_late(live: Live) -> None:
    join(CHANNEL, "owner=", is_owner=True)
    join(CHANNEL, "viewer=")
    show(MADE.id, visibility=Visibility.PRIVATE)
    assert tell_comments(comment(MADE.id, "among us")) == []
    live.pass_on(1)
    tell(changed(MADE, visibility=Visibility.PRIVATE))
    live.pass_on(1)
    assert (types(live, "owner="), types(live, "viewer=")) == (["new_comment"], ["unsubscribed"])


def test_nobody_is_sent_away_because_a_video_was_hidden_before(live: Live) -> None:
    show(MADE.id)
    joined = join(CHANNEL, "viewer=")
    tell(changed(MADE, visibility=Visibility.PRIVATE))
    live.pass_on(1)
    join(CHANNEL, "late=", seen=joined.seq)
    assert tell_comments(comment(MADE.id, "It is back")) == []
    live.pass_on(2)
    assert (types(live, "viewer="), types(live, "late=")) == (["new_comment"], ["new_comment"])


def test_deleted_video_is_told_of_to_nobody(live: Live) -> None:
    join(CHANNEL, "owner=", is_owner=True)
    tell(changed(MADE, status=Status.DELETED))
    live.pass_on(1)
    assert types(live, "owner=") == ["unsubscribed"]


def test_processing_is_told_to_the_owner_in_both_channels(live: Live) -> None:
    join(CHANNEL, "viewer=")
    join(CHANNEL, "owner=", is_owner=True)
    join(ACCOUNT, "account=", is_owner=True)
    at_work = dataclasses.replace(MADE, status=Status.PROCESSING, early=True)
    first, second = changed(at_work, progress=40), changed(dataclasses.replace(at_work, progress=40), progress=60)
    tell(first, changed(MADE, title="Another"), second)
    tell(first)
    live.pass_on(1)
    for name in ("owner=", "account="):
        assert [(one["type"], one["processing_status"], one["progress"]) for one in live.told(name)] == [
            ("video_status", "processing", 40),
            ("video_status", "processing", 60),
        ]
    assert live.gateway.frames.get("viewer=") is None


def test_jobs_and_notifications_are_told_to_whose_they_are(live: Live) -> None:
    now = MADE.created_at
    job = Job(
        id=new_id(), owner_id=OWNER, video_id=MADE.id, kind=Kind.SCENES, title="Film", created_at=now, updated_at=now
    )
    done = dataclasses.replace(job, status=JobStatus.COMPLETED, progress=100)
    join(ACCOUNT, "account=", is_owner=True)
    join(f"job:{job.id}", "job=", is_owner=True)
    keys = {name: {"S": text} for name, text in job_key(job.id).items()}
    moves = [
        record(keys, None, item_of(job_fields(job))),
        record(keys, item_of(job_fields(job)), item_of(job_fields(job) | {"cost": 5})),
        record(keys, item_of(job_fields(job)), item_of(job_fields(done))),
    ]
    for _ in range(2):
        assert on_job_progress.handler({"Records": moves}, None) == {"batchItemFailures": []}
    texts = {"user_id": OWNER, "notification_id": "n1", "kind": "comment", "noticed_at": "x", "actor_id": "who"}
    row = {name: {"S": text} for name, text in texts.items()}
    noticed = record({"user_id": row["user_id"], "notification_id": row["notification_id"]}, None, row)
    assert on_notification.handler({"Records": [noticed]}, None) == {"batchItemFailures": []}
    live.pass_on(1)
    progress = [("job_progress", "pending", 0), ("job_progress", "completed", 100)]
    assert [(one["type"], one["status"], one["progress"]) for one in live.told("job=")] == progress
    *jobs, last = live.told("account=")
    assert [(one["type"], one["status"], one["progress"]) for one in jobs] == progress
    assert (last["type"], last["notification"]) == ("notification", {"id": "n1", "type": "comment"})
    assert "who" not in str(live.stage.rows(CHANNELS))


def test_viewers_of_what_is_live_are_told_how_many_they_are(live: Live) -> None:
    service, ends = PresenceService.open(), live.clock() + 3600
    join(CHANNEL, "owner=", is_owner=True)
    assert service.declare(MADE.id, ends) == 0
    live.pass_on(1)
    for number in range(5):
        join(CHANNEL, f"viewer-{number}=")
    live.pass_on(2)
    leave(CHANNEL, "viewer-4=")
    live.pass_on(2)
    assert service.declare(MADE.id, 0) == 4
    leave(CHANNEL, "viewer-3=")
    live.pass_on(2)
    told = [(one["status"], one["viewer_count"]) for one in live.told("owner=")]
    assert told == [("live", 0), ("live", 5), ("live", 4), ("offline", 4)]
    assert len(live.gateway.frames["viewer-0="]) == 3


def test_viewers_are_told_that_what_was_live_ended_with_its_authors_token(live: Live) -> None:
    join(CHANNEL, "viewer=")
    assert PresenceService.open().declare(MADE.id, live.clock() + 10) == 1
    live.pass_on(11)
    for word in ("It stopped", "So it did"):
        assert tell_comments(comment(MADE.id, word)) == []
        live.pass_on(2)
    told = [(one["type"], one.get("status")) for one in live.told("viewer=")]
    ended = ("live_stream", "offline")
    assert told == [("live_stream", "live"), ("new_comment", None), ended, ("new_comment", None)]


def test_what_is_live_may_have_no_viewers_yet(live: Live) -> None:
    assert PresenceService.open().declare(MADE.id, live.clock() + 3600) == 0
    live.pass_on(1)
    joined = join(CHANNEL, "viewer=")
    assert (joined.is_live, joined.viewers) == (True, 1)
    live.pass_on(2)
    assert [one["viewer_count"] for one in live.told("viewer=")][-1] == 1
