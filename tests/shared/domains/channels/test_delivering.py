"""Everybody who is connected is sent everything, in order, whatever becomes of others."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.broadcast import join_all
from functions.events.on_channels_due import handler
from shared.base.ids import new_id
from shared.contract.resources import CHANNELS
from shared.domains.channels.service import sending
from shared.domains.channels.service.sending import MOST_FAILURES
from tests.live import BUSY, DEAF, GONE, OUT, SLOW, Live, give
from tests.shared.domains.channels.feeding import comment, join, like, tell_comments, tell_counts

VIDEO = new_id()
CHANNEL = f"video:{VIDEO}"
MANY = 300
SHARE = 20
"""Of so many connections one has each fault: 5 %."""


def say(*words: str) -> None:
    assert tell_comments(*(comment(VIDEO, word) for word in words)) == []


def words(live: Live, connection_id: str) -> list[str]:
    return [one["comment"]["content"] for one in live.told(connection_id) if one["type"] == "new_comment"]


def subscribers(live: Live) -> set[str]:
    return {row["item"]["S"][3:] for row in live.stage.rows(CHANNELS) if row["item"]["S"].startswith("to#")}


def state(live: Live) -> dict[str, Any]:
    [row] = [row for row in live.stage.rows(CHANNELS) if row["item"]["S"] == "state"]
    return row


def test_case_102_who_is_gone_busy_or_slow_keeps_nobody_waiting(live: Live) -> None:
    names = join_all(CHANNEL, MANY)
    faults = {name: (GONE, BUSY, SLOW)[number % SHARE] for number, name in enumerate(names) if number % SHARE < 3}
    lasting = {GONE: 1000, BUSY: 5, SLOW: 1}
    live.gateway.fault = lambda name, number: faults[name] if name in faults and number < lasting[faults[name]] else ""
    say("0")
    live.deliver()
    say("1", "2")
    assert tell_counts(like(VIDEO)) == []
    live.pass_on(1)
    say("3")
    live.pass_on(3)
    fired = live.gateway.fired
    share = MANY // SHARE
    assert (fired[GONE], fired[BUSY], fired[SLOW]) == (share, 5 * share, share)
    for name in names:
        expected = [] if faults.get(name) == GONE else list("0123")
        assert words(live, name) == expected
        assert len(live.gateway.frames[name]) <= 4
        if name not in faults:
            assert len(live.gateway.frames[name]) == 3, "nothing is sent twice"
    assert subscribers(live) == {name for name in names if faults.get(name) != GONE}
    assert state(live)["viewers"] == {"N": str(MANY - share)}
    assert live.waiting == []
    assert not any("seen" in row for row in live.stage.rows(CHANNELS))


def test_connection_that_never_answers_is_ended(live: Live) -> None:
    join(CHANNEL, "deaf=")
    join(CHANNEL, "ada=")
    live.gateway.fault = lambda name, _number: BUSY if name == "deaf=" else ""
    say("0")
    live.pass_on(MOST_FAILURES - 2)
    assert live.gateway.ended == []
    live.pass_on(2)
    assert live.gateway.ended == ["deaf="]
    assert live.gateway.fired[BUSY] > MOST_FAILURES
    assert subscribers(live) == {"ada="}
    assert (words(live, "ada="), len(live.gateway.frames["ada="])) == (["0"], 1)


def test_nobody_is_lost_while_api_gateway_fails(live: Live) -> None:
    join(CHANNEL, "ada=")
    live.gateway.fault = lambda _name, _number: OUT
    say("0")
    live.pass_on(MOST_FAILURES + 1)
    assert live.gateway.fired[OUT] > MOST_FAILURES
    live.gateway.fault = lambda _name, _number: ""
    say("1")
    live.pass_on(2)
    assert words(live, "ada=") == ["0", "1"]


def test_deliverers_at_once_keep_the_order_and_send_nothing_twice(live: Live) -> None:
    names = [f"client-{number}=" for number in range(5)]
    for name in names:
        join(CHANNEL, name)
    for number in range(4):
        say(f"{number}", f"{number}+")
        live.hear()
        messages = [body for _, body in live.waiting]
        live.waiting.clear()
        assert messages, "word was left"
        begin = threading.Barrier(4)

        def deliver(messages: list[dict[str, Any]] = messages, begin: threading.Barrier = begin) -> None:
            begin.wait()
            give(*messages)

        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(deliver) for _ in range(4)]:
                done.result()
        live.pass_on(2)
    said = [f"{number}{more}" for number in range(4) for more in ("", "+")]
    for name in names:
        assert words(live, name) == said
        assert len(live.gateway.frames[name]) == 4


def test_who_is_ended_while_sending_leaves_it_to_the_next(live: Live) -> None:
    join(CHANNEL, "ada=")
    say("0")
    live.hear()
    (_, message), live.waiting = live.waiting[0], []
    with live.stage.refusing("dynamodb", "Query", "InternalServerError") as fired:
        record = {"messageId": "m", "body": json.dumps(message)}
        assert handler({"Records": [record]}, None) == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert fired
    give(message)
    live.hear()
    assert [body for _, body in live.waiting] == [message], "somebody may be sending still"
    live.pass_on(25)
    assert words(live, "ada=") == ["0"]
    give(message)
    live.pass_on(2)
    assert live.gateway.requests == 1


def test_watched_channel_costs_the_same_whatever_the_rate(live: Live) -> None:
    join(CHANNEL, "ada=")
    join(CHANNEL, "bob=")
    said = [comment(VIDEO, "x") for _ in range(30)]
    publish = ["BatchGetItem", "Query", "TransactWriteItems", "SendMessage"]
    assert [one.partition(":")[2] for one in live.stage.calls_of(lambda: tell_comments(*said))] == publish
    likes = [like(VIDEO) for _ in range(30)]
    publish = ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert [one.partition(":")[2] for one in live.stage.calls_of(lambda: tell_counts(*likes))] == publish
    deliver = ["UpdateItem", "Query", "Query", "BatchGetItem", "UpdateItem"]
    assert [one.partition(":")[2] for one in live.stage.calls_of(live.deliver)] == deliver
    assert live.gateway.requests == 2


def test_slow_client_gets_what_it_missed_with_the_next_frame(live: Live) -> None:
    join(CHANNEL, "ada=")
    join(CHANNEL, "bob=")
    live.gateway.fault = lambda name, number: DEAF if name == "bob=" and number == 0 else ""
    say("0")
    live.deliver()
    say("1")
    live.pass_on(2)
    assert live.gateway.fired[DEAF] == 1
    assert (words(live, "ada="), words(live, "bob=")) == (["0", "1"], ["0", "1"])
    assert [len(live.gateway.frames[name]) for name in ("ada=", "bob=")] == [2, 1]


def test_who_had_to_wait_too_long_is_sent_it_next_and_has_not_failed(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada=", "bob="):
        join(CHANNEL, name)
    say("0")
    with monkeypatch.context() as patched:
        patched.setattr(sending, "TOGETHER_SECONDS", 0)
        live.deliver()
    assert live.gateway.requests == 0
    behind = [row for row in live.stage.rows(CHANNELS) if "seen" in row]
    assert [row["failures"] for row in behind] == [{"N": "0"}] * 2
    say("1")
    live.pass_on(3)
    assert (words(live, "ada="), words(live, "bob=")) == (["0", "1"], ["0", "1"])
    assert live.waiting == []
