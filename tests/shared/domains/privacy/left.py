"""A look for what is left of somebody in every table and in the bucket."""

import gzip
import json
from typing import Any

from shared.base.aws import client
from shared.contract.resources import AUDIT, MEDIA, TABLES
from tests.aws import Stage, real_name


def left_of(stage: Stage, *needles: str) -> list[str]:
    """Table and key of every row, and key of every version in the bucket, that tells of somebody; the trail apart."""
    rows = [(table.name, row) for table in TABLES if table is not AUDIT for row in stage.rows(table)]
    found = [f"{name}: {_keys(row)}" for name, row in rows if tells(_text(row), needles)]
    with stage.unrecorded():
        listed = client("s3").list_object_versions(Bucket=real_name(MEDIA))
        versions = (*listed.get("Versions", []), *listed.get("DeleteMarkers", []))
        found += [f"media: {one['Key']}" for one in versions if tells(one["Key"] + _body(one), needles)]
        uploads = client("s3").list_multipart_uploads(Bucket=real_name(MEDIA)).get("Uploads", [])
    return [*found, *(f"upload: {one['Key']}" for one in uploads if tells(one["Key"], needles))]


def tells(text: str, needles: tuple[str, ...]) -> bool:
    return any(needle in text for needle in needles)


def _keys(row: dict[str, Any]) -> str:
    return " ".join(value["S"] for name, value in row.items() if "S" in value)[:120]


def _text(row: dict[str, Any]) -> str:
    """A row as text; what is compressed in it, too."""
    packed = [gzip.decompress(value["B"]).decode() for value in row.values() if value.get("B", b"")[:2] == b"\x1f\x8b"]
    return json.dumps(row, default=str) + "".join(packed)


def _body(entry: dict[str, Any]) -> str:
    if "Size" not in entry or entry["Size"] > 100_000:
        return ""
    which = {"Bucket": real_name(MEDIA), "Key": entry["Key"], "VersionId": entry["VersionId"]}
    return client("s3").get_object(**which)["Body"].read().decode(errors="replace")
