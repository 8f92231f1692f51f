"""Keeps seals: an object a day, which is written once and which nobody can replace or remove while it is locked."""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass

from shared.base.aws import client
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.audit.model import Seal

_DAYS = "days/"
S3_SECONDS = 20
_KEY = re.compile(rf"{_DAYS}(\d{{4}}-\d{{2}}-\d{{2}})\.json")


@dataclass(frozen=True)
class KeptSeal:
    """What there is of the seal of a day.

    version   the oldest one, "" when there is none
    kept_at   when that was written, in epoch seconds
    is_alone  whether nobody has replaced or removed it since
    """

    day: str
    version: str
    kept_at: float
    is_alone: bool


class SealStore:
    """The seals of the stage."""

    def __init__(self, objects: Objects) -> None:
        """Use `open()`."""
        self._objects = objects

    @classmethod
    def open(cls) -> "SealStore":
        """The stage's."""
        return cls(Objects(setting("SEALS_BUCKET")))

    def last(self, until: str) -> Seal | None:
        """The seal of the latest day up to one; None before the first. Two calls, one more for each thousand days."""
        days = [day for key in self._objects.keys(_DAYS) if (day := _day(key)) and day <= until]
        return Seal(**self._objects.get_json(_key(max(days)))) if days else None

    def keep(self, seal: Seal) -> bool:
        """Keep a seal; False when the day has one."""
        return self._objects.put_json_once(_key(seal.day), asdict(seal))

    def kept(self) -> tuple[list[KeptSeal], list[str]]:
        """What there is of each day, the oldest first, and keys of what is no seal. A call a thousand versions."""
        oldest: dict[str, tuple[str, float]] = {}
        count: Counter[str] = Counter()
        pages = client("s3", S3_SECONDS).get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._objects.bucket, Prefix=_DAYS):
            for one in page.get("Versions", ()):  # of a key, the latest first
                oldest[one["Key"]] = one["VersionId"], one["LastModified"].timestamp()
            count.update(one["Key"] for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())))
        found = [KeptSeal(_day(key), *oldest.get(key, ("", 0.0)), count[key] == 1) for key in sorted(count)]
        return [one for one in found if one.day], [key for key in sorted(count) if not _day(key)]

    def read(self, kept: KeptSeal) -> Seal:
        """The seal of a day as it was first kept."""
        asked = {"Bucket": self._objects.bucket, "Key": _key(kept.day), "VersionId": kept.version}
        return Seal(**json.loads(client("s3", S3_SECONDS).get_object(**asked)["Body"].read()))


def _key(day: str) -> str:
    return f"{_DAYS}{day}.json"


def _day(key: str) -> str:
    """The day whose seal a key is; "" for any other key."""
    found = _KEY.fullmatch(key)
    return found[1] if found else ""
