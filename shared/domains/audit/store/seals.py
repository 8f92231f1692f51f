"""Keeps seals: an object a day, which is written once and which nobody can replace or remove while it is locked."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from shared.base.aws import client
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.audit.model import Seal

_DAYS = "days/"
S3_SECONDS = 20


@dataclass(frozen=True)
class KeptSeal:
    """What there is of the seal of a day.

    version   the oldest one, "" when there is none
    is_alone  whether nobody has replaced or removed it since
    """

    day: str
    version: str
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

    def last(self) -> Seal | None:
        """The seal of the latest day; None before the first. Two calls, and one more for each thousand days."""
        keys = self._objects.keys(_DAYS)
        return Seal(**self._objects.get_json(max(keys))) if keys else None

    def keep(self, seal: Seal) -> bool:
        """Keep a seal; False when the day has one."""
        return self._objects.put_json_once(_key(seal.day), asdict(seal))

    def kept(self) -> list[KeptSeal]:
        """What there is of each day, the oldest first. One call for each thousand versions."""
        oldest: dict[str, str] = {}
        count: Counter[str] = Counter()
        pages = client("s3", S3_SECONDS).get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._objects.bucket, Prefix=_DAYS):
            for one in page.get("Versions", ()):  # of a key, the latest first
                oldest[_day(one)] = one["VersionId"]
            count.update(map(_day, (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))))
        return [KeptSeal(day, oldest.get(day, ""), count[day] == 1) for day in sorted(count)]

    def read(self, kept: KeptSeal) -> Seal:
        """The seal of a day as it was first kept."""
        asked = {"Bucket": self._objects.bucket, "Key": _key(kept.day), "VersionId": kept.version}
        return Seal(**json.loads(client("s3", S3_SECONDS).get_object(**asked)["Body"].read()))


def _key(day: str) -> str:
    return f"{_DAYS}{day}.json"


def _day(found: dict[str, Any]) -> str:
    return str(found["Key"]).removeprefix(_DAYS).removesuffix(".json")
