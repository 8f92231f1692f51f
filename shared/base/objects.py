"""Objects in S3: read by range, written in parts with bounded memory, presigned for those who have no credentials."""

import json
import random
import time
from dataclasses import dataclass
from typing import Any

from shared.base import clock
from shared.base.aws import client
from shared.base.settings import setting

PART_SIZE = 16 * 1024 * 1024
"""Bytes of a part of an upload: 10 000 of them hold 156 GiB."""

COPY_SIZE = 1024 * 1024 * 1024
"""Bytes that S3 copies at once, or as one part."""

DELETED_AT_ONCE = 1000
URL_SECONDS = 3600

CONFLICT_TRIES = 5
"""Of a conditional write, which S3 refuses while another write of the key is under way."""


GONE = ("NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "AccessDenied")
"""What S3 says of a version that is not there: without the right to list, that it is denied."""


class ObjectGoneError(Exception):
    """The bytes that were to be read are not there any more."""


@dataclass(frozen=True)
class ObjectSource:
    """One version of one object, read by range. Satisfies shared.media's RangeSource."""

    bucket: str
    key: str
    version: str | None
    size: int

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end, the end excluded. ObjectGoneError when there is no such object any more."""
        if start >= end:
            return b""
        which: dict[str, Any] = {"Bucket": self.bucket, "Key": self.key, "Range": f"bytes={start}-{end - 1}"}
        if self.version:
            which["VersionId"] = self.version
        s3 = client("s3", 60)
        try:
            body: bytes = s3.get_object(**which)["Body"].read()
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            raise ObjectGoneError(self.key) from error
        if len(body) != end - start:
            raise OSError(f"S3 sent {len(body)} of {end - start} bytes of {self.key}")
        return body


class ObjectSink:
    """An object written from front to back in parts; memory holds one part. Satisfies shared.media's Sink."""

    def __init__(self, bucket: str, key: str, content_type: str, cache_control: str = "") -> None:
        """Nothing is sent before the first part is full or `finish` is called."""
        self._where = {"Bucket": bucket, "Key": key}
        self._kind = {"ContentType": content_type, **({"CacheControl": cache_control} if cache_control else {})}
        self._buffer = bytearray()
        self._upload_id = ""
        self._parts: list[dict[str, Any]] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) >= 2 * PART_SIZE:
            self._send(PART_SIZE)

    def _send(self, size: int) -> None:
        s3 = client("s3", 60)
        if not self._upload_id:
            self._upload_id = s3.create_multipart_upload(**self._where, **self._kind)["UploadId"]
        number = len(self._parts) + 1
        body = bytes(self._buffer[:size])
        sent = s3.upload_part(**self._where, UploadId=self._upload_id, PartNumber=number, Body=body)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        del self._buffer[:size]

    def finish(self) -> None:
        """Make the object appear."""
        s3 = client("s3", 60)
        if not self._upload_id:
            s3.put_object(**self._where, **self._kind, Body=bytes(self._buffer))
            return
        if self._buffer:
            self._send(len(self._buffer))
        s3.complete_multipart_upload(**self._where, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        """Leave nothing behind."""
        self._buffer.clear()
        if self._upload_id:
            client("s3", 60).abort_multipart_upload(**self._where, UploadId=self._upload_id)
            self._upload_id = ""


@dataclass(frozen=True)
class Objects:
    """The objects of one bucket."""

    bucket: str

    @classmethod
    def open(cls) -> "Objects":
        """The media bucket of the stage."""
        return cls(setting("MEDIA_BUCKET"))

    def source(self, key: str, version: str | None = None, size: int | None = None) -> ObjectSource:
        """An object to be read by range; its size is asked for when it is not told."""
        if size is None:
            more = {"VersionId": version} if version else {}
            size = int(client("s3").head_object(Bucket=self.bucket, Key=key, **more)["ContentLength"])
        return ObjectSource(self.bucket, key, version, size)

    def sink(self, key: str, content_type: str, cache_control: str = "") -> ObjectSink:
        """An object to be written."""
        return ObjectSink(self.bucket, key, content_type, cache_control)

    def put(self, key: str, body: bytes, content_type: str, cache_control: str = "") -> None:
        """Write a small object at once."""
        sink = self.sink(key, content_type, cache_control)
        sink.write(body)
        sink.finish()

    def put_json(self, key: str, value: Any) -> None:
        """Write a value as JSON."""
        self.put(key, json.dumps(value, separators=(",", ":")).encode(), "application/json")

    def put_json_once(self, key: str, value: Any) -> bool:
        """Write a value as JSON unless the key has one; False when it has."""
        body = json.dumps(value, separators=(",", ":")).encode()
        return self.put_instead(key, body, "application/json", tag="") is not None

    def put_instead(self, key: str, body: bytes, content_type: str, cache_control: str = "", *, tag: str) -> str | None:
        """Write a small object in place of the one with this entity tag, "" for none at all; the new one's tag.

        None when the key has another one, or has none any more: somebody else has written.
        """
        s3 = client("s3", 60)
        where = {"Bucket": self.bucket, "Key": key, "ContentType": content_type}
        if cache_control:
            where["CacheControl"] = cache_control
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        for tries_left in reversed(range(CONFLICT_TRIES)):
            try:
                return str(s3.put_object(**where, Body=body, **condition)["ETag"])
            except s3.exceptions.ClientError as error:
                code = error.response["Error"]["Code"]
                if code in ("PreconditionFailed", "NoSuchKey"):
                    return None
                if code != "ConditionalRequestConflict" or not tries_left:
                    raise
            time.sleep(random.uniform(0.05, 0.2))
        raise AssertionError("the last try returns or raises")

    def get(self, key: str) -> bytes:
        """A small object's bytes; KeyError when there is none."""
        return self.get_tagged(key)[0]

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """A small object's bytes and its entity tag; KeyError when there is none."""
        s3 = client("s3", 60)
        try:
            found = s3.get_object(Bucket=self.bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            raise KeyError(key) from None
        body: bytes = found["Body"].read()
        return body, found["ETag"]

    def exists(self, key: str) -> bool:
        """Whether there is an object of that key. Asks by listing: without that right a HEAD of nothing is 403."""
        found = client("s3").list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in found.get("Contents", []))

    def age(self, key: str) -> float | None:
        """Seconds since an object was written; None when there is none."""
        found = client("s3").list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        written = [entry["LastModified"] for entry in found.get("Contents", []) if entry["Key"] == key]
        return clock.now() - written[0].timestamp() if written else None

    def get_json(self, key: str) -> Any:
        """A value that was written as JSON; KeyError when there is none."""
        return json.loads(self.get(key))

    def keys(self, prefix: str) -> dict[str, int]:
        """Key -> bytes of the objects under a prefix."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {entry["Key"]: int(entry["Size"]) for page in pages for entry in page.get("Contents", [])}

    def written(self, prefix: str) -> dict[str, float]:
        """Key -> epoch seconds at which the objects under a prefix were written: one call for each thousand."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {entry["Key"]: entry["LastModified"].timestamp() for page in pages for entry in page.get("Contents", [])}

    def copy(self, key: str, target: str, size: int, version: str = "") -> None:
        """Copy an object of so many bytes inside S3, in parts where it is larger than S3 copies at once (5 GiB).

        version  of the object; "" is the latest
        """
        s3 = client("s3", 300)
        source = {"Bucket": self.bucket, "Key": key, **({"VersionId": version} if version else {})}
        if size <= COPY_SIZE:
            s3.copy_object(Bucket=self.bucket, Key=target, CopySource=source)
            return
        head = s3.head_object(**source)
        kind = {name: head[name] for name in ("ContentType", "CacheControl") if name in head}
        where = {"Bucket": self.bucket, "Key": target}
        upload_id = s3.create_multipart_upload(**where, **kind)["UploadId"]
        parts = []
        for number, start in enumerate(range(0, size, COPY_SIZE), start=1):
            span = f"bytes={start}-{min(size, start + COPY_SIZE) - 1}"
            sent = s3.upload_part_copy(
                **where, CopySource=source, CopySourceRange=span, UploadId=upload_id, PartNumber=number
            )
            parts.append({"PartNumber": number, "ETag": sent["CopyPartResult"]["ETag"]})
        s3.complete_multipart_upload(**where, UploadId=upload_id, MultipartUpload={"Parts": parts})

    def abort(self, key: str, upload_id: str) -> None:
        """Give up an upload in parts; one that is complete or gone is left as it is."""
        s3 = client("s3")
        try:
            s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except s3.exceptions.NoSuchUpload:
            return

    def versions(self, prefix: str) -> int:
        """How many versions there are of all objects under a prefix."""
        pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        return sum(len(page.get("Versions", [])) for page in pages)

    def erase(self, prefix: str) -> int:
        """Remove all versions of all objects under a prefix; how many there were."""
        count = 0
        for page in client("s3", 60).get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            self._delete([{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in found])
            count += len(found)
        return count

    def hide(self, keys: list[str]) -> None:
        """Remove objects whose versions stay, as long as the bucket keeps such."""
        for first in range(0, len(keys), DELETED_AT_ONCE):
            self._delete([{"Key": key} for key in keys[first : first + DELETED_AT_ONCE]])

    def _delete(self, gone: list[dict[str, str]]) -> None:
        if not gone:
            return
        told = client("s3", 60).delete_objects(Bucket=self.bucket, Delete={"Objects": gone, "Quiet": True})
        if told.get("Errors"):
            raise OSError(f"S3 did not delete {told['Errors'][0]['Key']}: {told['Errors'][0].get('Message')}")

    def presigned(self, operation: str, key: str, *, seconds: int = URL_SECONDS, **parameters: Any) -> str:
        """An address that lets anybody do one operation on one key, for an hour unless it is less."""
        url: str = client("s3").generate_presigned_url(
            operation, Params={"Bucket": self.bucket, "Key": key, **parameters}, ExpiresIn=seconds
        )
        return url
