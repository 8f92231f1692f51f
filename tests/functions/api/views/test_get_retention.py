"""GET /api/videos/{video_id}/retention."""

import math
from typing import Any

import pytest

from functions.api.videos.delete_video import handler as delete_video
from functions.api.videos.edit_video import handler as edit_video
from functions.api.views.get_retention import handler
from functions.events import on_video_changed
from functions.events.on_videos_watched import handler as count
from shared.base import counts
from shared.base.ids import new_id
from shared.contract.resources import COUNTS
from shared.domains.videos.store.videos import counted_as
from tests.api import Answer
from tests.aws import Stage
from tests.functions.api.videos.conftest import MEDIA, Make, Someone
from tests.functions.api.views.test_watch_video import flush, left, shown, watch

SECONDS = int(MEDIA.duration or 0)


def retention(who: Someone, video_id: str) -> Answer:
    return who.call(handler, "GET", f"/api/videos/{video_id}/retention")


def test_owner_reads_which_seconds_were_watched(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    nothing = {"video_id": video_id, "duration": MEDIA.duration, "step_seconds": 1, "reports": 0, "viewers": []}
    assert retention(ada, video_id).json == nothing
    watch(video_id, bob, {"watched": [[0, 3]]})
    watch(video_id, ada, {"watched": [[1, 2.5], [0, 1.5], [4, 9999]], "watch_time_seconds": 5})
    watch(video_id, None, {"watch_time_seconds": 2})
    flush(stage)
    told = retention(ada, video_id).json
    assert told["reports"] == 2
    assert told["viewers"][:6] == [2, 2, 2, 0, 1, 1]
    assert len(told["viewers"]) == math.ceil(MEDIA.duration or 0)
    assert set(told["viewers"][4:]) == {1}
    calls = [one for one in stage.calls_of(lambda: retention(ada, video_id)) if one == "dynamodb:BatchGetItem"]
    assert len(calls) == 1


def test_a_report_counts_once(ready: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    watch(video_id, bob)
    watch(video_id, bob, {"watched": [[0, 2]]})
    messages = left(stage)
    for _ in range(2):
        assert count({"Records": messages}, None) == {"batchItemFailures": []}
    stage.restart()
    watch(video_id, bob, {"watched": [[0, 5]]})
    flush(stage)
    told = retention(ada, video_id).json
    assert (told["reports"], told["viewers"][:3]) == (1, [1, 1, 0])
    numbers = counts.total(stage.rows(COUNTS))[counted_as(video_id)]
    assert numbers["watch_seconds"] == 2, "as long as what was watched"
    assert shown(video_id)["view_count"] == 1


def test_a_batch_of_many_ranges_is_counted_whole(ready: Make, ada: Someone, stage: Stage) -> None:
    video_id = ready()
    ranges = [[second, second + 0.5] for second in range(0, 2 * min(10, SECONDS // 2), 2)]
    for number in range(45):
        watch(video_id, None, {"watched": ranges}, address=f"203.0.113.{number}")
    assert flush(stage) == 45
    told = retention(ada, video_id).json
    assert (told["reports"], told["viewers"][:4]) == (45, [45, 0, 45, 0])
    assert shown(video_id)["view_count"] == 45


@pytest.mark.parametrize(
    "watched",
    [[[1, 1]], [[2, 1]], [[-1, 1]], [[0, 1, 2]], [[0]], [0, 1], "all", [[0, 86_401]], [[0, 1]] * 11, [["a", 1]]],
    ids=str,
)
def test_bad_ranges_are_refused(ready: Make, ada: Someone, stage: Stage, watched: Any) -> None:
    assert watch(ready(), ada, {"watched": watched}).status == 422
    assert left(stage) == []


def test_it_is_the_owners_and_administrators_alone(
    ready: Make, awaiting: Make, ada: Someone, bob: Someone, someone: Any
) -> None:
    video_id = ready()
    assert ada.call(edit_video, "PATCH", f"/api/videos/{video_id}", {"visibility": "private"}).status == 200
    answers = {who.username: retention(who, video_id).status for who in (ada, bob, someone("head", "admin"), Someone())}
    assert answers == {"ada": 200, "bob": 404, "head": 200, "": 401}
    assert retention(ada, new_id()).status == 404
    waiting = retention(ada, awaiting())
    assert (waiting.json["duration"], waiting.json["viewers"]) == (None, [])
    assert ada.call(delete_video, "DELETE", f"/api/videos/{video_id}").status == 200
    assert retention(ada, video_id).status == retention(someone("other", "admin"), video_id).status == 404


def test_seconds_are_forgotten_with_the_video(ready: Make, bob: Someone, stage: Stage) -> None:
    video_id = ready()
    watch(video_id, bob, {"watched": [[0, 3]]})
    flush(stage)
    assert [row for row in stage.rows(COUNTS) if row["of"]["S"].startswith(f"watched#{video_id}")]
    told = {"SequenceNumber": "1", "Keys": {"video_id": {"S": video_id}}}
    assert on_video_changed.handler({"Records": [{"dynamodb": told}]}, None) == {"batchItemFailures": []}
    assert not [row for row in stage.rows(COUNTS) if video_id in row["of"]["S"]]
