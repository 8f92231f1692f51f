"""Views are counted exactly, whatever is given out twice, in whatever batches, by however many at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from shared.base import counts
from shared.base.consuming import Message
from shared.base.ids import new_id
from shared.contract.resources import COUNTS, VIEWS
from shared.domains.views.model import View
from shared.domains.views.rules.tally import Tally, step_of, tallied
from shared.domains.views.rules.viewers import packed, time_mark, unpacked, viewer_mark, window_of
from shared.domains.views.service.counting import CountingService
from shared.domains.views.store import KEPT_SECONDS, ViewStore
from tests.aws import Stage

VIEW = View("video", 7, 2)
QUERY, WRITE = "dynamodb:Query", "dynamodb:TransactWriteItems"


def message(view: View) -> Message:
    return Message(new_id(), view.message())


def of(*viewers: int, **more: Any) -> list[Message]:
    """A message of each viewer; marks of views are even."""
    return [message(replace(VIEW, viewer=2 * viewer, **more)) for viewer in viewers]


def numbers(stage: Stage, subject: str = "video#video") -> dict[str, int]:
    return counts.total(stage.rows(COUNTS)).get(subject, {})


def instance() -> CountingService:
    """One that remembers nothing."""
    return CountingService(ViewStore())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.base.transactions.WAIT", 0.001)


def test_a_hundred_views_are_one_transaction_of_two_writes(stage: Stage) -> None:
    service = instance()
    assert stage.calls_of(lambda: service.count(of(*range(100)))) == [QUERY, WRITE]
    assert len(stage.calls[-1].parameters["TransactItems"]) == 2
    assert numbers(stage) == {"views": 100}
    [part] = stage.rows(VIEWS)
    assert int(part["expires_at"]["N"]) == 8 * 1800 + KEPT_SECONDS
    assert len(part["marks"]["B"]) == 800


def test_transaction_adds_to_no_more_numbers_than_dynamodb_takes(stage: Stage) -> None:
    """300 operations in an expression; moto takes any number."""
    views = [replace(VIEW, viewer=2 * number, seconds=400, watched=((number, number + 400),)) for number in range(400)]
    assert instance().count([message(view) for view in views]) == []
    made = [call for call in stage.calls if str(call) == WRITE]
    updates = [write["Update"] for call in made for write in call.parameters["TransactItems"] if "Update" in write]
    assert max(len(update["ExpressionAttributeNames"]) for update in updates) <= 300
    assert max(len(update["UpdateExpression"]) for update in updates) <= 4096
    assert numbers(stage) == {"views": 400, "watch_reports": 400, "watch_seconds": 160_000}
    seconds = numbers(stage, "watched#video")
    assert {name: seconds[name] for name in ("s0", "s399", "s799")} == {"s0": 1, "s399": 1, "s799": -1}


def test_what_is_given_out_again_counts_no_more(stage: Stage) -> None:
    first, service = of(1, 2, 3), instance()
    for again in (service, service, instance()):
        assert again.count(first) == []
    assert stage.calls_of(lambda: instance().count([*first, *first])) == [QUERY]
    service.count(of(3, 4, 4))
    assert numbers(stage) == {"views": 4}


def test_videos_and_half_hours_are_counted_apart(stage: Stage) -> None:
    instance().count([*of(1, 2), *of(1, window=8), *of(1, video_id="other"), *of(2, video_id="third")])
    assert numbers(stage) == {"views": 3}
    assert numbers(stage, "video#other") == numbers(stage, "video#third") == {"views": 1}


def test_case_p12_many_instances_at_once_count_exactly(stage: Stage) -> None:
    """Each of 400 viewers is in several messages, in batches that overlap, which are given out twice."""
    chance = random.Random(1)
    batches = [of(*(chance.randrange(400) for _ in range(60))) for _ in range(24)]
    everybody = {one.body["viewer"] for batch in batches for one in batch}

    def run(batch: list[Message]) -> list[Message]:
        return instance().count(batch)

    with ThreadPoolExecutor(4) as pool:
        failed = [one for some in pool.map(run, [*batches, *batches]) for one in some]
    instance().count(failed)  # given out again
    assert numbers(stage) == {"views": len(everybody)}
    marks = [mark for row in stage.rows(VIEWS) for mark in unpacked(row["marks"]["B"])]
    assert sorted(marks) == sorted(everybody)


def test_who_has_not_seen_the_last_part_reads_again(stage: Stage) -> None:
    late, other = ViewStore(), instance()
    late.counted("video", 7, consistent=True)
    other.count(of(1, 2))
    asked = late.count("video", 7, 0, Tally([2], {"views": 1}, {}))
    assert asked is False
    CountingService(late).count(of(2, 3))
    assert numbers(stage) == {"views": 3}


def test_a_reply_that_is_lost_counts_once(stage: Stage) -> None:
    service = instance()
    service.count(of(1, video_id="other"))
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert service.count(of(1, 2)) == []
    assert fired
    assert numbers(stage) == {"views": 2}


def test_what_fails_is_given_out_again_and_keeps_no_other_waiting(stage: Stage) -> None:
    service, first, second = instance(), of(1), of(1, video_id="other")
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError", times=1) as fired:
        failed = service.count([*first, *second])
    assert fired
    assert failed == first
    assert (numbers(stage), numbers(stage, "video#other")) == ({}, {"views": 1})
    assert service.count(failed) == []
    assert numbers(stage) == {"views": 1}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "view",
        {},
        {**VIEW.message(), "viewer": "2"},
        {**VIEW.message(), "window": -1},
        {**VIEW.message(), "quality": 5},
        *({**VIEW.message(), "watched": ranges} for ranges in ([[1, 1]], [[-1, 2]], [[0, 1001]], [[0, 1.5]], [[1]], 7)),
        {**VIEW.message(), "surplus": 5},
    ],
    ids=str,
)
def test_message_that_is_no_view_fails_alone(stage: Stage, body: Any) -> None:
    bad = Message("bad", body)
    assert instance().count([bad, *of(1)]) == [bad]
    assert numbers(stage) == {"views": 1}


def test_time_counts_once_besides_the_view_and_the_longest_of_a_batch() -> None:
    begun = replace(VIEW, viewer=4)
    short, long = replace(begun, seconds=0, step=0), replace(begun, seconds=9, step=3, quality="720p")
    told = {"watch_reports": 1, "watch_seconds": 9, "reached_3": 1, "quality_720p": 1}
    assert tallied([begun, long, short], set()) == Tally([4, 5], {"views": 1, **told}, {})
    assert tallied([long], {4}) == Tally([5], told, {})
    assert tallied([short], {4}) == Tally([5], {"watch_reports": 1, "reached_0": 1}, {})
    assert tallied([begun, long], {4, 5}) == Tally([], {}, {})


@pytest.mark.parametrize(
    ("seconds", "duration", "step"),
    [(0, 60, 0), (2.9, 60, 0), (3, 60, 1), (59, 60, 19), (60, 60, 19), (99, 60, 19), (5, 0, None)],
)
def test_step_is_the_twentieth_that_somebody_came_to(seconds: float, duration: float, step: int | None) -> None:
    assert step_of(seconds, duration) == step


def test_marks_tell_viewers_apart_and_nothing_else() -> None:
    def mark(**more: Any) -> int:
        seen: dict[str, Any] = {
            "secret": "s",
            "video_id": "v",
            "window": 1,
            "user_id": "",
            "address": "a",
            "agent": "b",
        }
        return viewer_mark(**{**seen, **more})

    others = [
        {"secret": "t"},
        {"video_id": "w"},
        {"window": 2},
        {"user_id": "u"},
        {"address": "c"},
        {"agent": "\ud800"},
    ]
    marks = {mark(), *(mark(**other) for other in others)}
    assert len(marks) == 7
    assert all(one % 2 == 0 and time_mark(one) == one + 1 for one in marks)
    assert mark(user_id="u") == mark(user_id="u", address="c", agent="d"), "a user is one viewer everywhere"
    assert unpacked(packed(list(marks))) == sorted(marks)


def test_half_hour_is_the_one_in_which_somebody_began() -> None:
    assert [window_of(3600 + 60, watched) for watched in (0, 60, 61, 1861)] == [2, 2, 1, 0]
