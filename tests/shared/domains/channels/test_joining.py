"""Joining, leaving, and going on where the connection was lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.base.ids import new_id
from shared.contract.resources import CHANNELS
from shared.domains.channels.service import joining
from shared.domains.channels.service.joining import JoiningService
from shared.domains.channels.store.audience import LASTS, LINGERS
from tests.live import GONE, Live, give
from tests.shared.domains.channels.feeding import comment, join, leave, like, tell_comments, tell_counts

VIDEO = new_id()
CHANNEL = f"video:{VIDEO}"


def state(live: Live) -> dict[str, int]:
    [row] = [row for row in live.stage.rows(CHANNELS) if row["item"]["S"] == "state"]
    return {name: int(float(value["N"])) for name, value in row.items() if "N" in value}


def said(live: Live, connection_id: str) -> list[Any]:
    return [one.get("comment", one)["content"] for one in live.told(connection_id) if one["type"] == "new_comment"]


def say(*words: str) -> None:
    assert tell_comments(*(comment(VIDEO, word) for word in words)) == []


def test_calls_of_joining_and_leaving(live: Live) -> None:
    assert live.stage.calls_of(lambda: join(CHANNEL, "ada=")) == [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:PutItem",
    ]
    assert live.stage.calls_of(lambda: join(CHANNEL, "bob=")) == [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ]
    assert live.stage.calls_of(lambda: leave(CHANNEL, "bob=")) == ["dynamodb:DeleteItem", "dynamodb:UpdateItem"]
    assert live.stage.calls_of(lambda: leave(CHANNEL, "bob=")) == ["dynamodb:DeleteItem"]


def test_many_who_come_and_go_at_once_are_counted(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_OF_SHARD", 10)
    names = [f"client-{number}=" for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        joined = dict(zip(names, threads.map(lambda name: join(CHANNEL, name), names), strict=True))
    assert (state(live)["subscribers"], state(live)["viewers"]) == (40, 40)
    shards = [joined[name].shard for name in names]
    assert set(shards) == set(range(max(shards) + 1))
    assert max(map(shards.count, shards)) < 10 + 8, "who joins while a part fills up may still be in it"
    say("0")
    live.pass_on(2)
    assert all(said(live, name) == ["0"] for name in names)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: leave(CHANNEL, name, joined[name].shard), names * 2))
    assert (state(live)["subscribers"], state(live)["viewers"]) == (0, 0)


def test_who_comes_back_into_a_new_part_is_sent_what_was_missed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_OF_SHARD", 1)
    ada = join(CHANNEL, "ada=")
    say("0")
    live.pass_on(1)
    assert join(CHANNEL, "bob=", seen=ada.seq).shard == 1
    live.pass_on(2)
    assert [said(live, name) for name in ("ada=", "bob=")] == [["0"]] * 2
    assert {one["type"] for one in live.told("bob=")} == {"new_comment"}


def test_part_that_is_late_is_sent_all_of_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own word of the rest of a frame has to do: the first part, which is done, asks for it no more."""
    monkeypatch.setattr(joining, "MOST_OF_SHARD", 1)
    join(CHANNEL, "ada=")
    joined = join(CHANNEL, "bob=")
    assert joined.shard == 1
    for first in range(0, 160, 20):
        say(*(f"{number:03}{'x' * 997}" for number in range(first, first + 20)))
    late = []
    for _ in range(6):
        live.hear()
        late += [body for _, body in live.waiting if body.get("shard") == joined.shard]
        first_part = [body for _, body in live.waiting if "shard" not in body]
        live.waiting.clear()
        give(*first_part)
        live.clock.advance(1)
    expected = [f"{number:03}" for number in range(160)]
    assert [one[:3] for one in said(live, "ada=")] == expected
    assert live.gateway.frames.get("bob=") is None
    give(late[-1])
    live.pass_on(5)
    assert [one[:3] for one in said(live, "bob=")] == expected
    assert 1 < len(live.gateway.frames["bob="]) <= 4
    assert live.waiting == []


def test_who_comes_and_goes_opens_no_part_after_the_other(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_OF_SHARD", 3)
    join(CHANNEL, "ada=")
    for _ in range(5):
        join(CHANNEL, "bob=")
        leave(CHANNEL, "bob=")
    assert state(live)["shards"] == 1


def test_nothing_is_published_once_nobody_has_watched_for_a_while(live: Live) -> None:
    join(CHANNEL, "ada=")
    leave(CHANNEL, "ada=")
    live.clock.advance(LINGERS + 1)
    last = comment(VIDEO)
    assert live.stage.calls_of(lambda: tell_comments(last)) == ["dynamodb:BatchGetItem"]
    again = join(CHANNEL, "ada=", seen=1)
    live.pass_on(1)
    assert [one["type"] for one in live.told("ada=")] == ["reset"]
    assert live.told("ada=")[0]["seq"] == again.seq
    live.clock.advance(LASTS + 1)
    assert live.stage.calls_of(lambda: tell_comments(comment(VIDEO)))[-1] == "dynamodb:BatchGetItem"


def test_who_comes_back_is_sent_what_was_missed_in_order(live: Live) -> None:
    join(CHANNEL, "bob=")
    join(CHANNEL, "ada=")
    say("0")
    live.pass_on(1)
    seen = live.told("ada=")[-1]["seq"]
    live.gateway.fault = lambda name, _number: GONE if name == "ada=" else ""
    say("1")
    live.pass_on(1)
    assert live.gateway.fired[GONE] == 1
    assert tell_counts(like(VIDEO)) == []
    say("2")
    live.pass_on(1)
    live.gateway.fault = lambda _name, _number: ""
    joined = join(CHANNEL, "ada2=", seen=seen)
    say("3")
    live.pass_on(2)
    assert said(live, "ada2=") == ["1", "2", "3"]
    assert live.told("ada2=")[0]["seq"] == seen + 1
    assert joined.seq == seen + 3
    assert said(live, "bob=") == ["0", "1", "2", "3"]
    assert not any("seen" in row for row in live.stage.rows(CHANNELS))


def test_resuming_on_the_same_connection(live: Live) -> None:
    joined = join(CHANNEL, "ada=")
    say("0", "1")
    live.pass_on(1)
    assert JoiningService.open().resume(CHANNEL, 0, "ada=", joined.seq + 1)
    live.pass_on(1)
    first, second = live.gateway.frames["ada="]
    assert first["messages"][1:] == [{name: value for name, value in second.items() if name != "channel"}]
    assert not JoiningService.open().resume(CHANNEL, 0, "nobody=", 1)


@pytest.mark.parametrize("distance", [-2000, 5])
def test_who_has_missed_too_much_or_invents_is_told_to_read_anew(live: Live, distance: int) -> None:
    joined = join(CHANNEL, "bob=")
    say("0")
    live.pass_on(1)
    join(CHANNEL, "ada=", seen=joined.seq + distance)
    live.pass_on(1)
    say("1")
    live.pass_on(1)
    assert [one["type"] for one in live.told("ada=")] == ["reset", "new_comment"]
    assert said(live, "ada=") == ["1"]


def test_who_missed_more_than_a_frame_gets_it_second_by_second(live: Live) -> None:
    joined = join(CHANNEL, "bob=")
    long = "x" * 1000
    for first in range(0, 160, 20):
        say(*(f"{number:03}{long[3:]}" for number in range(first, first + 20)))
    live.pass_on(1)
    join(CHANNEL, "ada=", seen=joined.seq)
    say("last")
    live.pass_on(4)
    expected = [f"{number:03}" for number in range(160)] + ["las"]
    for name in ("ada=", "bob="):
        assert [one[:3] for one in said(live, name)] == expected
        assert 1 < len(live.gateway.frames[name]) <= 4
    assert live.waiting == []


def test_end_of_a_token_ends_what_is_told(live: Live) -> None:
    join(CHANNEL, "bob=")
    join(CHANNEL, "ada=", until=live.clock() + 10)
    live.clock.advance(11)
    say("0")
    live.pass_on(1)
    assert (said(live, "bob="), live.gateway.frames.get("ada=")) == (["0"], None)
    assert state(live)["viewers"] == 1
