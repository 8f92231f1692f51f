"""One video that many watch, on a turned clock: what each of them is sent, what it costs, and whether anything is lost.

The connections are made up, all that is kept of them is real, in moto. What one request to API Gateway takes of the
processor is measured over HTTP, beside botocore's own.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from bench.cpu import calls_in_turns, ratio
from bench.figures import Figure
from shared.base import aws, clock, sockets
from shared.base.ids import new_id
from shared.base.posting import Frame, Outcome, Poster
from shared.contract.resources import CHANNELS
from shared.domains.channels.model import Channel, Subscriber
from shared.domains.channels.rules.messages import COUNTERS
from shared.domains.channels.rules.names import channel_of, shard_of, subscriber_row
from shared.domains.channels.service.joining import MOST_OF_SHARD
from shared.domains.channels.store.audience import AudienceStore
from shared.domains.channels.store.rows import key, number, state_key, subscriber_fields
from tests.aws import REGION, Stage, real_name, running
from tests.clock import TurnedClock
from tests.live import Gateway, Live
from tests.shared.domains.channels.feeding import comment, like, tell_comments, tell_counts

VIEWERS, SECONDS, RATE = 10_000, 3, 1000
BATCH = 100
"""Changes that a consumer is told at once."""

SAID = 5
"""Of a batch, changes that are comments; the others are likes."""

OVER_BOTOCORE = 0.15
CALLS, ROUNDS = 300, 7
SERVER = "from tests.live import gateway\nwith gateway() as (_, address): print(address, flush=True); input()"


def measure() -> list[Figure]:
    """The crowd, and the processor time of a send."""
    with pytest.MonkeyPatch.context() as monkeypatch, running(monkeypatch) as stage:
        return [*figures(stage, VIEWERS, SECONDS, RATE), _cpu_of_a_send()]


@dataclass
class Sink:
    """Takes what connections are sent: of each, when and which frame."""

    sent: dict[str, list[tuple[float, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def signer(self) -> None:
        """Nothing is signed."""

    def post(self, _signer: None, connection_id: str, frame: Frame, _seconds: float) -> Outcome:
        """Take a frame."""
        self.sent[connection_id].append((clock.now(), frame.body))
        return Outcome.SENT


def figures(stage: Stage, viewers: int, seconds: int, rate: int) -> list[Figure]:
    """So many viewers of a video, to which so many things happen every second."""
    with _sunk() as (sink, turned):
        video_id = new_id()
        with stage.unrecorded():
            names = join_all(channel_of("video", video_id), viewers)
        before = len(stage.calls)
        said = _happen(Live(stage, turned, Gateway()), video_id, seconds, rate)
    calls = Counter(call.operation for call in stage.calls[before:])
    sends = sum(map(len, sink.sent.values()))
    gaps = [later - earlier for told in sink.sent.values() for (earlier, _), (later, _) in pairwise(told)]
    lost, unordered = _wrong(sink, names, said, seconds * rate - len(said))
    who = f"{viewers} viewers, {rate} changes a second"
    writes = calls["UpdateItem"] + 2 * calls["TransactWriteItems"] + calls["PutItem"]
    return [
        Figure(f"{who}: sends a viewer and second", round(max(1 / gap for gap in gaps), 3), "sends", 1),
        Figure(f"{who}: viewers who lack anything", lost, "", 0),
        Figure(f"{who}: viewers who were told out of order or twice", unordered, "", 0),
        Figure(
            f"{who}: sends for each change that a viewer is told of", round(sends / viewers / seconds / rate, 5), ""
        ),
        Figure(f"{who}: scans", calls["Scan"], "", 0),
        Figure(
            f"{who}: writes to DynamoDB a second, those of what happens apart", round(writes / (seconds + 1), 1), ""
        ),
    ]


@contextmanager
def _sunk() -> Iterator[tuple[Sink, TurnedClock]]:
    sink, turned = Sink(), TurnedClock()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(clock, "now", turned)
        monkeypatch.setattr("shared.domains.channels.service.sending.poster", lambda: sink)
        yield sink, turned


def join_all(channel: str, viewers: int) -> list[str]:
    """Write the rows of viewers as if they had joined one by one; the names of their connections."""
    made = AudienceStore.open().create(channel, is_owner=True, subscribers=0)
    assert made is not None, "the channel is new"
    names = [f"viewer-{number:05}=" for number in range(viewers)]
    rows = [_row(channel, at // MOST_OF_SHARD, name) for at, name in enumerate(names)]
    shards = -(-viewers // MOST_OF_SHARD)
    rows.append(_state(made, {"shards": shards, "filled": MOST_OF_SHARD, "subscribers": viewers, "viewers": viewers}))
    table = real_name(CHANNELS)
    for first in range(0, len(rows), 25):
        puts = [{"PutRequest": {"Item": row}} for row in rows[first : first + 25]]
        aws.client("dynamodb").batch_write_item(RequestItems={table: puts})
    return names


def _row(channel: str, shard: int, name: str) -> dict[str, Any]:
    fields = subscriber_fields(Subscriber(name, COUNTERS, is_owner=False, until=clock.now() + 7200))
    return {**key(shard_of(channel, shard), subscriber_row(name)), **fields}


def _state(made: Channel, counted: dict[str, int]) -> dict[str, Any]:
    kept = {"seq": made.seq, "position": made.position, "expires_at": int(made.expires_at), **counted}
    return {**state_key(made.name), **{name: number(value) for name, value in kept.items()}}


def _happen(live: Live, video_id: str, seconds: int, rate: int) -> list[str]:
    """Comments and likes, batch by batch; what was said, in order."""
    said: list[str] = []
    for _ in range(seconds):
        for _ in range(rate // BATCH):
            words = [f"comment {len(said) + number}" for number in range(SAID)]
            said += words
            with live.stage.unrecorded():
                written = [comment(video_id, word) for word in words]
                liked = like(video_id, BATCH - SAID)
            assert tell_comments(*written) == tell_counts(*[liked] * (BATCH - SAID)) == []
            live.deliver()
            live.clock.advance(BATCH / rate)
    live.pass_on(2)
    return said


def _wrong(sink: Sink, names: list[str], said: list[str], likes: int) -> tuple[int, int]:
    """Viewers who were not told everything, and those to whom it came in another order or twice."""
    alike = Counter(tuple(body for _, body in sink.sent[name]) for name in names)
    lost = unordered = 0
    for bodies, count in alike.items():
        messages = [one for body in bodies for one in _messages(json.loads(body))]
        words = [one["comment"]["content"] for one in messages if one["type"] == "new_comment"]
        numbers = [one["data"]["like_count"] for one in messages if one["type"] == "video_update"]
        seqs = [one["seq"] for one in messages]
        lost += count * (set(words) != set(said) or numbers[-1:] != [likes])
        unordered += count * (words != sorted(set(words), key=said.index) or seqs != sorted(set(seqs)))
    return lost, unordered


def _messages(told: dict[str, Any]) -> list[dict[str, Any]]:
    return told.get("messages") or [told]


def _cpu_of_a_send() -> Figure:
    child = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdin
    assert child.stdout
    try:
        return send_beside_botocore(child.stdout.readline().strip(), CALLS, ROUNDS)
    finally:
        child.communicate("\n", timeout=30)
        sockets.forget()


def send_beside_botocore(address: str, calls: int, rounds: int) -> Figure:
    """What a send takes of the processor, for each second that botocore's takes."""
    import botocore.session

    theirs: Any = botocore.session.get_session().create_client(
        "apigatewaymanagementapi", region_name=REGION, endpoint_url=address
    )
    ours, frame = Poster(address, REGION), Frame.of(json.dumps({"type": "new_comment", "text": "x" * 300}))
    signer = ours.signer()
    assert ours.post(signer, "a=", frame, 5) is Outcome.SENT
    theirs.post_to_connection(ConnectionId="a=", Data=frame.body)
    found = calls_in_turns(
        {
            "ours": lambda: ours.post(signer, "a=", frame, 5),
            "theirs": lambda: theirs.post_to_connection(ConnectionId="a=", Data=frame.body),
        },
        calls,
        rounds,
    )
    ours.close()
    share = ratio(found["ours"], found["theirs"])
    return Figure("CPU of a send to a connection / of botocore's", round(share, 3), "", OVER_BOTOCORE)
