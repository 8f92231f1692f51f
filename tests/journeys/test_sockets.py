"""Clients connect to the WebSocket API, are heard, subscribe to what they may see, and are disconnected in time."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from infra.local.demo.playback import QUIET, browser_path
from shared.domains.connections.store.connections import minute
from tests.journeys.traveller import PATIENCE, Traveller
from tests.journeys.watcher import connected, watching
from tests.shared.media.sources import GOOD


def as_user(who: Traveller) -> ClientConnection:
    return connected(who, Authorization=who.client.authorization)


def asked(client: ClientConnection, message: Any) -> dict[str, Any]:
    client.send(message if isinstance(message, str) else json.dumps(message))
    return dict(json.loads(client.recv(PATIENCE)))


def refusal(who: Traveller, query: str = "", **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        connected(who, query, **headers)
    return int(refused.value.response.status_code)


def test_case_101_only_good_credentials_connect(traveller: Traveller) -> None:
    with connected(traveller) as client:
        assert asked(client, {"type": "ping"}) == {"type": "pong"}
        assert asked(client, {"type": "nothing"})["code"] == "BAD_REQUEST"
        assert asked(client, "not even JSON")["type"] == "error"
        assert asked(client, {"type": "subscribe", "channel": "user:me"})["code"] == "VALIDATION_ERROR"
    assert refusal(traveller, Authorization="Bearer nonsense") == 401
    assert refusal(traveller, "?ticket=nonsense") == 401
    assert refusal(traveller, Origin="https://evil.example") == 403


def test_ticket_connects_once(traveller: Traveller) -> None:
    told = traveller.client.call("POST", "/api/ws/ticket")
    assert told["url"] == traveller.stack.outputs["WebSocketUrl"]
    query = f"?ticket={told['ticket']}"
    me = traveller.client.call("GET", "/api/auth/me")["user"]["id"]
    with connected(traveller, query) as client:
        assert asked(client, {"type": "subscribe", "channel": f"user:{me}"})["type"] == "subscribed"
    assert refusal(traveller, query) == 401


def test_what_somebody_may_not_see_is_not_there(newcomer: Traveller, stranger: Traveller) -> None:
    asked_for = {"filename": "film.mp4", "file_size": 1000, "content_type": "video/mp4"}
    video_id = newcomer.client.call("POST", "/api/upload/video/request", asked_for)["video_id"]
    channel = {"channel": f"video:{video_id}"}
    with as_user(newcomer) as owner, as_user(stranger) as other, connected(stranger) as nobody:
        joined = asked(owner, {"type": "subscribe", **channel, "events": ["like_count"]})
        assert joined["data"]["like_count"] == 0
        assert joined["data"]["processing_status"] == "uploaded"
        again = asked(owner, {"type": "subscribe", **channel})
        assert again["data"]["view_count"] == 0, "other numbers than before"
        assert asked(owner, {"type": "subscribe", "channel": f"job:{video_id}"})["code"] == "NOT_FOUND"
        for client in (other, nobody):
            assert asked(client, {"type": "subscribe", **channel})["code"] == "NOT_FOUND"
            assert asked(client, {"type": "resume", **channel, "seq": 0})["code"] == "NOT_FOUND"
        assert asked(owner, {"type": "resume", **channel, "seq": joined["seq"]}) == {"type": "resumed", **channel}
        assert asked(owner, {"type": "unsubscribe", **channel}) == {"type": "unsubscribed", **channel}


def expire(who: Traveller, user_id: str) -> None:
    """Have the token end now that somebody connected with."""
    table, name = who.aws("dynamodb"), "showreel-dev-connections"
    now = time.time()
    for row in table.scan(TableName=name)["Items"]:
        if row.get("user_id", {}).get("S") == user_id and "ends_at" in row:
            table.update_item(
                TableName=name,
                Key={"connection_id": row["connection_id"]},
                UpdateExpression="SET ends_at = :now, ends_in = :minute",
                ExpressionAttributeValues={":now": {"N": str(int(now))}, ":minute": {"S": minute(now)}},
            )


def test_case_101_logout_and_the_end_of_a_token_end_connections(
    traveller: Traveller, newcomer: Traveller, stranger: Traveller, sources: Path
) -> None:
    """They watch what is live meanwhile, so that its author sees them go."""
    video_id = traveller.ready(GOOD["silent"](sources))["id"]
    channel = f"video:{video_id}"
    with watching(traveller) as author, watching(stranger, anonymous=True) as anybody:
        author.subscribed(channel)
        author.send("live_stream", video_id=video_id, status="live")
        author.told("live_stream", viewer_count=0)
        with watching(newcomer) as first, watching(stranger) as second:
            for viewer in (first, second, anybody):
                assert viewer.subscribed(channel)["data"]["live"]["status"] == "live"
            author.told("live_stream", viewer_count=3)
            newcomer.client.call("POST", "/api/auth/logout")
            expire(stranger, stranger.client.call("GET", "/api/auth/me")["user"]["id"])
            stranger.invoke("end_connections")
            for viewer in (first, second):
                with pytest.raises(ConnectionClosed):
                    viewer.told("nothing")
        author.told("live_stream", viewer_count=1)
        anybody.send("unsubscribe", channel=channel)
        anybody.told("unsubscribed")
        author.wait(lambda: author.of("live_stream")[-1]["viewer_count"] == 0, "nobody to be there")
    assert refusal(newcomer, Authorization=newcomer.client.authorization) == 401


PROGRAM = browser_path()
CONNECT = """async ([api, token, channel]) => {
    const headers = {Authorization: `Bearer ${token}`};
    const asked = await (await fetch(`${api}/api/ws/ticket`, {method: "POST", headers})).json();
    window.socket = new WebSocket(`${asked.url}?ticket=${asked.ticket}`);
    window.told = [];
    socket.onmessage = ({data}) => { const frame = JSON.parse(data); told.push(...(frame.messages ?? [frame])); };
    socket.onopen = () => socket.send(JSON.stringify({type: "subscribe", channel}));
}"""
HEARD = "wanted => told.some(one => Object.entries(wanted).every(([name, value]) => one[name] === value))"


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine")
def test_page_in_chromium_follows_an_upload_and_what_others_do(
    newcomer: Traveller, stranger: Traveller, sources: Path
) -> None:
    from playwright.sync_api import sync_playwright

    me = newcomer.client.call("GET", "/api/auth/me")["user"]["id"]
    token = newcomer.client.authorization.partition(" ")[2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        tab = browser.new_context(bypass_csp=True).new_page()  # pages of the API itself may ask nobody
        tab.set_default_timeout(PATIENCE * 1000)
        tab.goto(f"{newcomer.stack.outputs['ApiUrl']}/health")

        def hear(**wanted: str) -> None:
            tab.wait_for_function(HEARD, arg=wanted)

        tab.evaluate(CONNECT, [newcomer.stack.outputs["ApiUrl"], token, f"user:{me}"])
        hear(type="subscribed")
        video_id = newcomer.upload(GOOD["silent"](sources))
        hear(type="video_status", video_id=video_id, processing_status="ready")
        channel = f"video:{video_id}"
        tab.evaluate("channel => socket.send(JSON.stringify({type: 'subscribe', channel}))", channel)
        hear(type="subscribed", channel=channel)
        stranger.client.call("POST", f"/api/videos/{video_id}/like", {"action": "like"})
        hear(type="video_update", video_id=video_id)
        stranger.client.call("POST", f"/api/videos/{video_id}/comments", {"content": "Seen!"})
        hear(type="new_comment", video_id=video_id)
        assert tab.evaluate("told.find(one => one.type === 'new_comment').comment.content") == "Seen!"
        assert tab.evaluate("told.find(one => one.type === 'video_update').data.like_count") == 1
