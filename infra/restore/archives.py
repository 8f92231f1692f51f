"""Where the rows of a moment come from: exports that DynamoDB makes of its continuous backups, or a folder of ours."""

import io
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from infra.restore.place import RestoreError, Wish, name_of
from infra.restore.rows import Row, packed, unpacked
from infra.restore.tables import AS_THEN, all_of, in_parts
from shared.base import clock
from shared.base.aws import client
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.contract.needs import Table
from shared.contract.resources import MEDIA, USERS

ARCHIVED = (USERS, *AS_THEN)
ROWS_IN_A_FILE = 5000
LONGEST_EXPORT_SECONDS = 6 * 3600
LOOK_SECONDS = 15
EXPORTS = "work/restore/"
"""Where exports lie: the bucket forgets what is under `work/` after two days."""

_ABOUT = "about.json"
_REFUSALS = ("InvalidExportTimeException", "PointInTimeRecoveryUnavailableException")


class Archive(Protocol):
    """The rows of a moment."""

    def rows(self, table: Table) -> Iterator[Row]:
        """Those of a table, in no order; RestoreError after the last unless there are as many as there were then."""


@dataclass(frozen=True)
class Folder:
    """A folder that `save` has written.

    at      the moment, in epoch seconds
    counts  name of a table -> rows
    """

    path: Path
    at: float
    counts: dict[str, int]

    @classmethod
    def open(cls, path: Path) -> "Folder":
        """The backup in a folder; RestoreError when there is none, or one of another stage."""
        try:
            about = json.loads((path / _ABOUT).read_text())
            found, stage = cls(path, float(about["at"]), dict(about["counts"])), about["stage"]
        except (OSError, ValueError, KeyError) as error:
            raise RestoreError(f"{path} holds no backup: make backup INTO={path} writes one") from error
        if stage != setting("STAGE"):
            raise RestoreError(f"{path} is a backup of stage {stage}, not of {setting('STAGE')}")
        return found

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table."""
        return _all(table, self.counts, self._rows(table))

    def _rows(self, table: Table) -> Iterator[Row]:
        for path in sorted((self.path / table.name).glob("*.json.gz")):
            with path.open("rb") as file:
                yield from unpacked(file)


@dataclass(frozen=True)
class Exports:
    """Exports of DynamoDB in the media bucket. `counts` says of each table how many rows DynamoDB exported."""

    prefix: str
    counts: dict[str, int]

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table."""
        return _all(table, self.counts, self._rows(table))

    def _rows(self, table: Table) -> Iterator[Row]:
        objects = Objects.open()
        for key in objects.keys(f"{self.prefix}{table.name}/"):
            if "/data/" in key and key.endswith(".gz"):
                body = client("s3", 60).get_object(Bucket=objects.bucket, Key=key)["Body"]
                yield from unpacked(io.BytesIO(body.read()))

    def remove(self) -> None:
        """Forget them: they have what is nobody else's business."""
        Objects.open().erase(self.prefix)


def save(path: Path) -> dict[str, int]:
    """Write the rows of all tables that `make restore` reads into a new folder; how many of each.

    Each table is read from front to back, so what is written meanwhile may be in one and not in another.
    """
    if path.exists() and any(path.iterdir()):
        raise RestoreError(f"{path} is not empty: name another folder")
    at = int(clock.now())
    counts = {table.name: _save(table, path / table.name) for table in ARCHIVED}
    (path / _ABOUT).write_text(json.dumps({"stage": setting("STAGE"), "at": at, "counts": counts}) + "\n")
    return counts


def export(wish: Wish) -> Exports:
    """Have DynamoDB export all tables as they were, and wait until that is done.

    RestoreError when it has no backup of that moment, or fails.
    """
    prefix = f"{EXPORTS}{int(wish.at)}/"
    begun = {table.name: _begin(table, wish, prefix) for table in ARCHIVED}
    until = time.monotonic() + LONGEST_EXPORT_SECONDS
    while waiting := [name for name, arn in begun.items() if _exported(name, arn) is None]:
        if time.monotonic() > until:
            raise RestoreError(f"DynamoDB still exports {', '.join(waiting)}: run it again later, it goes on")
        sys.stderr.write(f"DynamoDB exports {len(waiting)} of {len(begun)} tables as of {wish.moment:%F %T} UTC\n")
        time.sleep(LOOK_SECONDS)
    return Exports(prefix, {name: _exported(name, arn) or 0 for name, arn in begun.items()})


def _save(table: Table, folder: Path) -> int:
    folder.mkdir(parents=True)
    count = 0
    for number, some in enumerate(in_parts(all_of(table), ROWS_IN_A_FILE)):
        (folder / f"{number:06}.json.gz").write_bytes(packed(some))
        count += len(some)
    return count


def _begin(table: Table, wish: Wish, prefix: str) -> str:
    dynamodb = client("dynamodb")
    arn = dynamodb.describe_table(TableName=name_of(table))["Table"]["TableArn"]
    try:
        told: dict[str, Any] = dynamodb.export_table_to_point_in_time(
            TableArn=arn,
            ExportTime=wish.moment,
            ClientToken=f"{int(wish.at)}-{table.name}",
            S3Bucket=setting(MEDIA.variable),
            S3Prefix=f"{prefix}{table.name}",
            ExportFormat="DYNAMODB_JSON",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _REFUSALS:
            raise
        raise RestoreError(f"{table.name}: {_span(table)}") from error
    return str(told["ExportDescription"]["ExportArn"])


def _span(table: Table) -> str:
    told = client("dynamodb").describe_continuous_backups(TableName=name_of(table))["ContinuousBackupsDescription"]
    since = told.get("PointInTimeRecoveryDescription", {}).get("EarliestRestorableDateTime")
    return f"there are backups since {since:%F %T} UTC until five minutes ago" if since else "there are no backups"


def _exported(name: str, arn: str) -> int | None:
    """How many rows an export has; None while it goes on."""
    told = client("dynamodb").describe_export(ExportArn=arn)["ExportDescription"]
    if told["ExportStatus"] == "FAILED":
        raise RestoreError(f"DynamoDB could not export {name}: {told.get('FailureMessage', 'it does not say why')}")
    return int(told["ItemCount"]) if told["ExportStatus"] == "COMPLETED" else None


def _all(table: Table, counts: dict[str, int], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, all of them: what an archive has lost would be taken for what has come since, and removed."""
    number = 0
    for row in rows:
        number += 1
        yield row
    if number != counts.get(table.name):
        raise RestoreError(f"{table.name}: the archive has {number} rows of {counts.get(table.name)}; it is not whole")
