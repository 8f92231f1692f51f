"""The media bucket as it was: what its versions say of a moment, and what is brought back from them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from infra.restore.place import Wish
from shared.base.aws import client
from shared.base.objects import Objects
from shared.domains.privacy.rules.places import AVATARS
from shared.domains.videos.rules.keys import (
    MASTER,
    PUBLISHED,
    UPLOADS,
    is_thumbnail_name,
    media_prefix,
    uploaded_video,
)

COPIED_AT_ONCE = 8


@dataclass(frozen=True)
class Kept:
    """A version of an object, as it was."""

    key: str
    version: str
    size: int


@dataclass
class Survey:
    """What the bucket had then, and has now.

    whole_then, whole_now  keys of master playlists and of chosen thumbnails: what says that something can be shown
    lost                   what was there then and is not what is there now, by the folder that it lies in
    strays                 keys of what is there now, and belongs to a video that was not there then
    """

    whole_then: set[str] = field(default_factory=set)
    whole_now: set[str] = field(default_factory=set)
    lost: dict[str, list[Kept]] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    def is_whole(self, key: str) -> bool:
        """Whether an object that says so was there then, or is there now."""
        return key in self.whole_then or key in self.whole_now


def survey(wish: Wish, videos: set[str]) -> Survey:
    """Look through all versions of what people uploaded, and of what was made of it.

    videos  all that were there then
    """
    found = Survey()
    for prefix in (PUBLISHED, UPLOADS, AVATARS):
        for key, entries in groupby(_entries(prefix), key=lambda entry: entry["Key"]):
            if prefix != UPLOADS or uploaded_video(key):
                _note(found, key, list(entries), wish, videos)
    return found


def bring_back(wish: Wish, found: Survey, folders: set[str]) -> int:
    """Copy what was lost over what is there now; how many objects that are.

    folders  in which everything is to be as it was
    """
    due = [kept for folder in sorted(folders & found.lost.keys()) for kept in found.lost[folder]]
    objects = Objects.open()
    if wish.is_real:
        with ThreadPoolExecutor(COPIED_AT_ONCE) as pool:
            list(pool.map(lambda kept: objects.copy(kept.key, kept.key, kept.size, kept.version), due))
    return len(due)


def hide_strays(wish: Wish, found: Survey) -> int:
    """Remove what belongs to no video; how many objects that are."""
    if wish.is_real:
        Objects.open().hide(found.strays)
    return len(found.strays)


def folder_of(key: str) -> str:
    """The folder that an object lies in."""
    return key.rpartition("/")[0] + "/"


def master(video_id: str, version: int) -> str:
    """The object without which a video cannot be watched."""
    return media_prefix(video_id, version) + MASTER


def _entries(prefix: str) -> Iterator[dict[str, Any]]:
    """Versions and marks of deletion, key by key: S3 tells them apart, but each page has both."""
    pages = client("s3", 60).get_paginator("list_object_versions").paginate(Bucket=Objects.open().bucket, Prefix=prefix)
    for page in pages:
        yield from sorted([*page.get("Versions", []), *page.get("DeleteMarkers", [])], key=lambda entry: entry["Key"])


def _note(found: Survey, key: str, entries: list[dict[str, Any]], wish: Wish, videos: set[str]) -> None:
    name = key.rpartition("/")[2]
    tells = name == MASTER or is_thumbnail_name(name)
    ordered = sorted(entries, key=lambda entry: (entry["LastModified"], entry["IsLatest"]), reverse=True)
    now = next((entry for entry in ordered if entry["IsLatest"] and "Size" in entry), None)
    then = next((entry for entry in ordered if entry["LastModified"] <= wish.moment), None)
    then = then if then and "Size" in then else None
    if now and not key.startswith(AVATARS) and key.split("/")[1] not in videos:
        found.strays.append(key)
    if now and tells:
        found.whole_now.add(key)
    if then and tells:
        found.whole_then.add(key)
    if then and not (now and now["ETag"] == then["ETag"]):
        found.lost.setdefault(folder_of(key), []).append(Kept(key, then["VersionId"], then["Size"]))
