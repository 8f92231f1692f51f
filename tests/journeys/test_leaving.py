"""Somebody takes all that is theirs along, and leaves: nothing is found of them afterwards, in any table or version."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pyotp

from shared.contract.resources import AUDIT, RANKINGS, TABLES
from shared.domains.privacy.rules.late import LATE_SECONDS
from tests.journeys.test_renders import Order, scenes, text
from tests.journeys.test_second_factor import PASSWORD, STEP, Somebody, fresh_code
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD

ME = "/api/v1/users/me"
FOLDERS = (
    *("public/avatars/{}/", "uploads/thumbnails/{}/avatar/", "work/units/{}/fragments/", "work/heard/{}/"),
    "fetched/urls/{}/hash/",
)
LONG_AGO = "2020-01-01T00:00:00.000Z"


class Leaver(Somebody, Traveller):
    """Somebody who can upload as well, and whose password is known here."""

    def __init__(self, traveller: Traveller, name: str) -> None:
        self.stack, self.client = traveller.stack, self  # type: ignore[assignment]
        Somebody.__init__(self, traveller.stack, name)
        self.id = str(self.call("GET", "/api/auth/me")["user"]["id"])

    def request(self, method: str, path: str, body: Any = None, *, json: Any = None, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= more.pop("headers", {})
        sent = body if json is None else json
        return httpx.request(method, self._api + path, json=sent, headers=headers, timeout=60, **more)

    def video(self, video_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/api/videos/{video_id}")
        return found


def rows(traveller: Traveller, table: str) -> list[dict[str, Any]]:
    pages = traveller.aws("dynamodb").get_paginator("scan").paginate(TableName=f"showreel-dev-{table}")
    return [item for page in pages for item in page["Items"]]


def left_of(traveller: Traveller, *needles: str) -> list[str]:
    """Where tables and the names of versions in the bucket tell of somebody.

    The trail stays. Ranked lists tell of nobody: that a video has gone is noted by its id, for a day.
    """
    tables = [table.name for table in TABLES if table not in (AUDIT, RANKINGS)]
    told = [(name, json.dumps(row, default=str)) for name in tables for row in rows(traveller, name)]
    pages = traveller.aws("s3").get_paginator("list_object_versions").paginate(Bucket=traveller.bucket)
    versions = [one for page in pages for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
    told += [("media", one["Key"]) for one in versions]
    return [f"{where}: {what}" for where, what in told if any(one in what for one in needles)]


def have_something_everywhere(leaver: Leaver, traveller: Traveller, video_id: str) -> None:
    """An API key, a kept answer, a job that is done, likes, words and a report, and objects under every prefix."""
    wish = {"name": "Nightly", "scopes": ["videos:read"]}
    made = leaver.request("POST", "/api/v1/api-keys", wish, headers={"idempotency-key": "one"})
    assert made.status_code == 201, made.text
    Order(leaver, scenes(text("Goodbye"))).reached("completed")
    said = traveller.client.call("POST", f"/api/videos/{video_id}/comments", {"content": "Farewell"})["id"]
    answer = {"content": "Me again", "parent_comment_id": said}
    mine = leaver.call("POST", f"/api/videos/{video_id}/comments", answer)["id"]
    leaver.call("PUT", f"/api/comments/{mine}", {"content": f"{leaver.name} again"})
    leaver.call("POST", f"/api/comments/{said}/report", {"reason": f"{leaver.name} complains"})
    for liked in (f"/api/videos/{video_id}", f"/api/comments/{said}"):
        leaver.call("POST", f"{liked}/like", {"action": "like"})
    for one, other in ((leaver, traveller), (traveller, leaver)):
        friend = other.request("GET", "/api/auth/me").json()["user"]["id"]
        assert one.request("POST", f"/api/users/{friend}/follow").status_code == 200
    for folder in FOLDERS:
        key = f"{folder.format(leaver.id)}one"
        for _ in range(2):
            traveller.aws("s3").put_object(Bucket=traveller.bucket, Key=key, Body=b"theirs")


def export_of(leaver: Leaver) -> dict[str, bytes]:
    """Name -> content of what is in the archive."""
    export_id = leaver.call("POST", f"{ME}/export")["export_id"]

    def look() -> Any:
        told = leaver.call("GET", f"{ME}/export/{export_id}")
        return told if told["status"] in ("completed", "failed") else None

    told = until(look, "the export")
    assert told["status"] == "completed"
    fetched = httpx.get(told["download_url"], timeout=60)
    assert fetched.status_code == 200
    assert "attachment" in fetched.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def secured(leaver: Leaver) -> pyotp.TOTP:
    """Turn on a second factor; its app."""
    made = leaver.call("POST", "/api/v1/auth/mfa/enroll")
    leaver.call("POST", "/api/v1/auth/mfa/confirm", {"mfa_code": fresh_code(made["secret"])})
    return pyotp.TOTP(made["secret"])


def test_somebody_takes_all_along_and_leaves(traveller: Traveller, sources: Path) -> None:
    leaver, film = Leaver(traveller, "leaving"), GOOD["landscape"](sources)
    video = leaver.ready(film)
    traveller.client.call("POST", f"/api/videos/{video['id']}/comments", {"content": "Do not go"})
    have_something_everywhere(leaver, traveller, traveller.ready(GOOD["silent"](sources))["id"])
    files = export_of(leaver)
    traveller.invoke("make_exports")
    listed = {one["video_id"]: one["file"] for one in json.loads(files["media.json"])}
    assert len(listed) == 2
    assert files[listed[video["id"]]] == film.read_bytes()
    assert json.loads(files["comments.json"])[0]["content"] == f"{leaver.name} again"
    assert json.loads(files["account.json"])[0]["email"] == leaver.email
    assert [len(json.loads(files[f"{side}.json"])) for side in ("followers", "following")] == [1, 1]

    app = secured(leaver)
    going_on = Order(leaver, scenes(text("Never"), seconds=600, size=(1280, 720)))  # goes on for long enough
    farewell = {"confirmation": leaver.name, "password": PASSWORD, "mfa_code": app.at(int(time.time()) + STEP)}
    assert leaver.request("DELETE", ME, farewell | {"password": "Wrong-Horse1"}).status_code == 400
    closed = leaver.request("DELETE", ME, farewell)
    assert closed.status_code == 200, closed.text
    assert leaver.request("GET", ME).status_code == 401
    assert leaver.request("POST", "/api/auth/login", {"login": leaver.name, "password": PASSWORD}).status_code == 401
    needles = (leaver.id, leaver.name, leaver.email, video["id"], going_on.video_id)
    until(lambda: erased(traveller, leaver, *needles), "the erasure")
    stopped = traveller.aws("stepfunctions").describe_execution(executionArn=going_on.arn)
    assert stopped["status"] == "ABORTED", "it was at work when its owner left"
    receipts = [row for row in rows(traveller, "audit") if row["action"]["S"] == "account.erased"]
    [receipt] = [row["details"]["M"] for row in receipts if row["target"]["S"] == leaver.id]
    assert (receipt["videos"]["S"], receipt["jobs"]["S"], receipt["exports"]["S"]) == ("3", "2", "1")
    assert Leaver(traveller, leaver.name).id != leaver.id


def erased(traveller: Traveller, leaver: Leaver, *needles: str) -> bool:
    """A round of those who erase, behind whose back time goes by; whether nothing is left."""
    age(traveller, leaver)
    traveller.invoke("erase_accounts")
    traveller.invoke("tidy_media")
    return not left_of(traveller, *needles)


def age(traveller: Traveller, leaver: Leaver) -> None:
    """Let the account be closed long ago, and nothing be worked on since."""
    table = traveller.aws("dynamodb")
    assert LATE_SECONDS < 24 * 3600
    for row in rows(traveller, "data-requests"):
        if row["user_id"]["S"] == leaver.id and row["request_id"]["S"] == "erasure":
            _set(table, "data-requests", {name: row[name] for name in ("user_id", "request_id")}, "closed_at")
    for row in rows(traveller, "videos"):
        if row["owner_id"]["S"] == leaver.id and row["status"]["S"] == "deleted":
            for moment in {"updated_at", "published_at"} & row.keys():
                _set(table, "videos", {"video_id": row["video_id"]}, moment)


def _set(table: Any, name: str, key: dict[str, Any], attribute: str) -> None:
    table.update_item(
        TableName=f"showreel-dev-{name}",
        Key=key,
        UpdateExpression="SET #attribute = :moment",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues={":moment": {"S": LONG_AGO}},
    )
