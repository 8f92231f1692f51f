"""What events become in a frame."""

import json

from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from shared.domains.channels.model import Audience, Event, Notice, Subscriber
from shared.domains.channels.rules.frames import MOST_BYTES, fitting, frame, fresh
from shared.domains.channels.rules.messages import COUNTERS, of_numbers
from shared.domains.channels.rules.plans import Plans

VIEWER = Subscriber("a=", COUNTERS, is_owner=False, until=9e9)
OWNER = Subscriber("b=", (), is_owner=True, until=9e9)


def numbers(seq: int, likes: int) -> Event:
    counted = dict(zip(COUNTERS, (5, likes, 0), strict=True))
    body = of_numbers("v", counted, {**counted, "like_count": likes - 1})
    assert body is not None
    return Event(seq, body, Audience.ALL)


def said(seq: int, words: str = "x") -> Event:
    return Event(seq, {"type": "new_comment", "video_id": "v", "comment": {"content": words}}, Audience.ALL)


def status(seq: int) -> Event:
    return Event(seq, {"type": "video_status", "video_id": "v", "progress": seq}, Audience.OWNER)


kinds = st.lists(st.sampled_from("ncs"), max_size=30)


@given(kinds=kinds, size=st.integers(1, 4000))
@bounded(max_examples=60)
def test_frames_tell_everything_in_order_and_of_numbers_the_last(kinds: list[str], size: int) -> None:
    made = {"n": lambda seq: numbers(seq, seq), "c": lambda seq: said(seq, "é" * size), "s": status}
    events = [made[kind](seq) for seq, kind in enumerate(kinds, 1)]
    for who, wanted in ((VIEWER, "nc"), (OWNER, "cs")):
        told, position = [], 0
        while position < len(events):
            plans = Plans.made("video:v", position, len(events), events[position:])
            assert plans.position > position
            plan, position = plans.of(who, 0), plans.position
            if plan.frame:
                assert len(plan.frame.body) <= MOST_BYTES
                one = json.loads(plan.frame.body)
                told.append(one.get("messages", [one]))
        seqs = [message["seq"] for messages in told for message in messages]
        assert seqs == sorted(set(seqs))
        kept = {seq for seq, kind in enumerate(kinds, 1) if kind in wanted and kind != "n"}
        assert kept == {seq for seq in seqs if kinds[seq - 1] != "n"}
        if "n" in kinds and "n" in wanted:
            assert max(seq for seq, kind in enumerate(kinds, 1) if kind == "n") in seqs
        assert all(sum(message["type"] == "video_update" for message in messages) <= 1 for messages in told)


def test_numbers_that_were_not_asked_for_are_not_told() -> None:
    likes = Subscriber("a=", ("like_count",), is_owner=False, until=9e9)
    views = Subscriber("a=", ("view_count",), is_owner=False, until=9e9)
    told = frame("video:v", [numbers(1, 7)], likes)
    assert told is not None
    assert json.loads(told) == {
        "type": "video_update",
        "video_id": "v",
        "data": {"like_count": 7},
        "seq": 1,
        "channel": "video:v",
    }
    assert frame("video:v", [numbers(1, 7)], views) is None


def test_one_event_is_told_however_large_it_is() -> None:
    events = [said(1, "x" * 2 * MOST_BYTES), said(2)]
    assert fitting(events) == events[:1]


def test_what_is_published_or_older_is_not_fresh() -> None:
    published = [Event(1, {}, Audience.ALL, "job#1", 5)]
    notices = [Notice("c", {}, source=source, change=change) for source, change in (("job#1", 4), ("job#1", 5))]
    later, other = Notice("c", {}, source="job#1", change=6), Notice("c", {}, source="job#2", change=1)
    assert fresh([*notices, later, other], published) == [later, other]
