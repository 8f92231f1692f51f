"""What changes is told to whoever watches: once, in order, and at no cost where nobody does."""

import pytest

from shared.base.ids import new_id
from shared.contract.resources import CHANNELS
from tests.live import Live, give
from tests.shared.domains.channels.feeding import comment, join, like, tell_comments, tell_counts

VIDEO = new_id()
CHANNEL = f"video:{VIDEO}"


def test_nobody_watching_costs_one_read_a_batch(live: Live) -> None:
    others = [comment(new_id()) for _ in range(5)]
    likes = [like(new_id()) for _ in range(5)]
    assert live.stage.calls_of(lambda: tell_comments(*others)) == ["dynamodb:BatchGetItem"]
    assert live.stage.calls_of(lambda: tell_counts(*likes)) == ["dynamodb:BatchGetItem"]
    assert live.stage.rows(CHANNELS) == []


def test_viewer_sees_a_like_and_a_comment(live: Live) -> None:
    joined = join(CHANNEL, "ada=")
    assert joined.viewers == 1
    liked, said = like(VIDEO), comment(VIDEO, "First <b>")
    assert tell_counts(liked) == tell_comments(said) == []
    live.deliver()
    (frame,) = live.gateway.frames["ada="]
    assert (frame["type"], frame["channel"], frame["seq"]) == ("batch", CHANNEL, joined.seq + 2)
    update, written = frame["messages"]
    numbers = {"view_count": 0, "like_count": 1, "comment_count": 1}
    assert update == {"type": "video_update", "video_id": VIDEO, "data": numbers, "seq": joined.seq + 1}
    assert (written["type"], written["video_id"], written["seq"]) == ("new_comment", VIDEO, joined.seq + 2)
    assert written["comment"]["content"] == "First <b>"


def test_any_number_of_changes_is_a_frame_a_second(live: Live) -> None:
    join(CHANNEL, "ada=")
    for _ in range(3):
        for _ in range(20):
            assert tell_counts(*(like(VIDEO) for _ in range(5))) == []
            live.deliver()
        live.clock.advance(1)
    live.pass_on(2)
    frames = live.gateway.frames["ada="]
    assert len(frames) == 4
    assert [frame["type"] for frame in frames] == ["video_update"] * 4
    assert frames[-1]["data"]["like_count"] == 300
    assert live.waiting == []


def test_batches_that_are_told_again_publish_nothing_twice(live: Live) -> None:
    join(CHANNEL, "ada=")
    said = [comment(VIDEO, f"{number}") for number in range(4)]
    likes = [like(VIDEO) for _ in range(4)]
    for some in (said[:2], said[:2], said[1:3], said[:1], said[2:], said):
        assert tell_comments(*some) == []
        assert tell_counts(*likes) == []
    live.hear()
    heard = [message for _, message in live.waiting]
    assert heard
    live.pass_on(3)
    give(*heard)
    told = live.told("ada=")
    assert [one["comment"]["content"] for one in told if one["type"] == "new_comment"] == list("0123")
    assert sum(one["type"] == "video_update" for one in told) == 1
    assert live.gateway.requests == 1


def unheard(live: Live) -> None:
    """Have the words that somebody left, or tried to, never come."""
    live.hear()
    assert live.waiting
    live.waiting.clear()


@pytest.mark.parametrize("late", [0, 60])
def test_word_that_could_not_be_left_is_left_with_the_repetition(live: Live, late: int) -> None:
    join(CHANNEL, "ada=")
    said = comment(VIDEO, "First")
    with live.stage.refusing("sqs", "SendMessage", "InternalError") as fired:
        assert len(tell_comments(said)) == 1
    assert fired
    unheard(live)
    live.clock.advance(late)
    assert tell_comments(said) == []
    live.pass_on(2)
    assert [one["comment"]["content"] for one in live.told("ada=")] == ["First"]


def test_word_that_could_not_be_left_keeps_nobody_else_from_leaving_it(live: Live) -> None:
    join(CHANNEL, "ada=")
    with live.stage.refusing("sqs", "SendMessage", "InternalError") as fired:
        assert len(tell_comments(comment(VIDEO, "First"))) == 1
    assert fired
    unheard(live)
    assert tell_comments(comment(VIDEO, "Second")) == []
    live.pass_on(2)
    assert [one["comment"]["content"] for one in live.told("ada=")] == ["First", "Second"]


def test_word_of_who_was_ended_before_leaving_it_is_left_with_the_repetition(live: Live) -> None:
    join(CHANNEL, "ada=")
    said = comment(VIDEO, "First")
    assert tell_comments(said) == []
    unheard(live)
    live.clock.advance(60)
    assert tell_comments(said) == []
    live.pass_on(2)
    assert [one["comment"]["content"] for one in live.told("ada=")] == ["First"]
