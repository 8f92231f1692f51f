"""A stage that is struck, and what can be said of it before and after."""

import json
import time
from pathlib import Path
from typing import Any

from infra.restore.archives import ARCHIVED, Archive, Folder, export, save
from infra.restore.place import Wish
from infra.restore.tables import AS_THEN
from shared.base.aws import client
from shared.contract.needs import Table
from shared.contract.resources import MEDIA
from shared.domains.search.service.indexing import IndexService
from tests.aws import Stage, real_name
from tests.shared.domains.privacy.people import Somebody, put

Rows = dict[Table, list[dict[str, Any]]]
_ON = {"PointInTimeRecoveryEnabled": True}
_SECOND = 1.1
"""S3 tells when versions were written to the second."""


class Maker(Somebody):
    """Somebody whose videos can be watched."""

    def publish(self, count: int = 1) -> list[str]:
        """Videos of theirs."""
        made = [self.world.ready(self.id) for _ in range(count)]
        for video_id in made:
            for name in ("master.m3u8", "1080p.mp4", "poster.jpg"):
                put(self.world.stage, f"v/{video_id}/1/{name}", f"{name} of {video_id}")
        self.video_ids += made
        return made

    def hide(self, video_id: str) -> None:
        """Make a video private."""
        parameters, path = {"video_id": video_id}, f"/api/videos/{video_id}"
        self.ask("videos.edit_video", "PATCH", path, {"visibility": "private"}, parameters=parameters)

    def tag(self, video_ids: list[str], tag: str) -> None:
        """Give videos a tag, and no other; search hears of it."""
        for video_id in video_ids:
            parameters, path = {"video_id": video_id}, f"/api/videos/{video_id}"
            self.ask("videos.edit_video", "PATCH", path, {"tags": [tag]}, parameters=parameters)
            IndexService.open().index(video_id)

    def throw_away(self, video_id: str) -> None:
        """Delete a video."""
        path, parameters = f"/api/videos/{video_id}", {"video_id": video_id}
        self.ask("videos.delete_video", "DELETE", path, parameters=parameters)


def archived(kind: str, folder: Path) -> tuple[Archive, Wish]:
    """The rows of now, and the wish that all be as now."""
    if kind == "exports":
        for table in ARCHIVED:
            client("dynamodb").update_continuous_backups(
                TableName=real_name(table), PointInTimeRecoverySpecification=_ON
            )
        kept: Archive = export(Wish(int(time.time())))
    else:
        save(folder)
        kept = Folder.open(folder)
    time.sleep(_SECOND)
    wish = Wish(int(time.time()), is_real=True)
    time.sleep(_SECOND)
    return kept, wish


def content(key: str) -> str:
    """What lies under a key now; "" for nothing."""
    found = client("s3").list_objects_v2(Bucket=real_name(MEDIA), Prefix=key).get("Contents", [])
    if not found:
        return ""
    body: bytes = client("s3").get_object(Bucket=real_name(MEDIA), Key=key)["Body"].read()
    return body.decode()


def lose(key: str) -> None:
    """Somebody's script removes an object."""
    client("s3").delete_object(Bucket=real_name(MEDIA), Key=key)


def strike(stage: Stage, table: Table, telling: str = "") -> int:
    """Somebody's script removes the rows of a table, or those that tell of something; how many."""
    names = [table.key, *([table.sort] if table.sort else [])]
    gone = [row for row in stage.rows(table) if telling in json.dumps(row, default=str)]
    for row in gone:
        client("dynamodb").delete_item(TableName=real_name(table), Key={name: row[name] for name in names})
    return len(gone)


def rows_of(stage: Stage, *left_out: str) -> dict[str, list[str]]:
    """All that is to be as it was, in an order; without what tells of these."""
    told = {
        table.name: sorted(json.dumps(row, default=str, sort_keys=True) for row in stage.rows(table))
        for table in AS_THEN
    }
    return {name: [row for row in rows if not any(one in row for one in left_out)] for name, rows in told.items()}
