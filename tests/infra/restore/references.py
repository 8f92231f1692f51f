"""What rows of a stage lead to, and whether it is there."""

from collections.abc import Iterator
from typing import Any

from shared.base.aws import client
from shared.contract.needs import Table
from shared.contract.resources import (
    API_KEYS,
    COMMENTS,
    COUNTS,
    FEEDS,
    FOLLOWS,
    JOBS,
    MEDIA,
    NOTIFICATIONS,
    REACTIONS,
    SESSIONS,
    USERS,
    VIDEOS,
)
from tests.aws import Stage, real_name

Row = dict[str, Any]
_PEOPLE = {
    API_KEYS: ("owner_id",),
    SESSIONS: ("user_id",),
    FOLLOWS: ("follower_id", "followed_id"),
    FEEDS: ("user_id",),
    JOBS: ("owner_id",),
    NOTIFICATIONS: ("user_id", "actor_id"),
    REACTIONS: ("user_id",),
    VIDEOS: ("owner_id",),
    COMMENTS: ("author_id",),
}
_ON_VIDEOS = (JOBS, NOTIFICATIONS, COMMENTS)


def dangling(stage: Stage) -> list[str]:
    """Table, key and aim of each reference that leads nowhere."""
    rows = {table: stage.rows(table) for table in (USERS, COUNTS, *_PEOPLE)}
    people = {f"user {row['user_id']['S']}" for row in rows[USERS] if row["pk"]["S"].startswith("user#")}
    videos = {f"video {row['video_id']['S']}" for row in rows[VIDEOS]}
    comments = {f"comment {row['comment_id']['S']}" for row in rows[COMMENTS]}
    there = people | videos | comments | {f"object {key}" for key in _objects(stage)}
    return [
        f"{table.name} {next(iter(row.values()))}: {aim}"
        for table, some in rows.items()
        for row in some
        for aim in _aims(table, row)
        if aim not in there
    ]


def _aims(table: Table, row: Row) -> Iterator[str]:
    yield from (f"user {row[name]['S']}" for name in _PEOPLE.get(table, ()) if name in row)
    if table in _ON_VIDEOS and row.get("video_id", {}).get("S"):
        yield f"video {row['video_id']['S']}"
    if table in (REACTIONS, COUNTS):
        kind, _, id_ = row["target" if table is REACTIONS else "of"]["S"].partition("#")
        if kind in ("video", "comment", "user"):
            yield f"{kind} {id_.partition('#')[0]}"
    if table is COMMENTS and row.get("thread", {}).get("S", "").startswith("comment#"):
        yield f"comment {row['thread']['S'].partition('#')[2]}"
    if table is VIDEOS and row["status"]["S"] == "ready":
        folder = f"v/{row['video_id']['S']}/{row['version']['N']}"
        yield f"object {folder}/master.m3u8"
        if "thumbnail" in row:
            yield f"object {folder}/{row['thumbnail']['S']}"


def _objects(stage: Stage) -> set[str]:
    with stage.unrecorded():
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=real_name(MEDIA))
        return {entry["Key"] for page in pages for entry in page.get("Contents", [])}
