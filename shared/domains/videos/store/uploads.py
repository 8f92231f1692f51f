"""The store of uploads: addresses for those who have no credentials, and S3's uploads in parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.base.aws import client
from shared.base.errors import UnavailableError
from shared.base.objects import Objects
from shared.domains.videos.model import NamedPart, UploadedPart
from shared.domains.videos.rules.uploads import PlannedPart


class Completion(StrEnum):
    """What came of completing an upload in parts.

    gone     there is no such upload, or no more: it may have become the object before
    refused  S3 does not hold one of the parts, or holds it with another ETag
    """

    DONE = "done"
    GONE = "gone"
    REFUSED = "refused"


COMPLETE_SECONDS = 25
"""S3 may take long over many parts; the API answers within 29 seconds, and a repeat finds the work done."""

_NO_UPLOAD = "NoSuchUpload"
_COMPLETIONS = {_NO_UPLOAD: Completion.GONE, "InvalidPart": Completion.REFUSED}
_ABSENT = {"404", "403", "NoSuchKey", "NotFound", "AccessDenied"}


@contextmanager
def _s3() -> Iterator[None]:
    """Turn "S3 does not answer" into 503; other faults are ours and stay what they are."""
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise
        raise UnavailableError("The storage cannot be reached at the moment") from error
    except BotoCoreError as error:
        raise UnavailableError("The storage cannot be reached at the moment") from error


@dataclass(frozen=True)
class UploadStore:
    """Uploads into the media bucket."""

    objects: Objects

    @classmethod
    def open(cls) -> "UploadStore":
        """The media bucket of the stage."""
        return cls(Objects.open())

    def put_url(self, key: str, size: int, content_type: str) -> str:
        """An address for one PUT of exactly this size and type, and only while the key holds nothing."""
        return self.objects.presigned("put_object", key, ContentLength=size, ContentType=content_type, IfNoneMatch="*")

    def part_url(self, key: str, upload_id: str, part: PlannedPart) -> str:
        """An address for one part of exactly this size."""
        return self.objects.presigned(
            "upload_part", key, UploadId=upload_id, PartNumber=part.part_number, ContentLength=part.size
        )

    def begin(self, key: str, content_type: str) -> str:
        """Begin an upload in parts; returns its id."""
        with _s3():
            begun = client("s3").create_multipart_upload(**self._where(key), ContentType=content_type)
        upload_id: str = begun["UploadId"]
        return upload_id

    def parts(self, key: str, upload_id: str) -> list[UploadedPart] | None:
        """The parts that have arrived, by number; None when there is no such upload (any more)."""
        try:
            with _s3():
                answer = client("s3").list_parts(**self._where(key), UploadId=upload_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_UPLOAD:
                raise
            return None
        return [
            UploadedPart(part["PartNumber"], part["Size"], part["ETag"].strip('"')) for part in answer.get("Parts", [])
        ]

    def complete(self, key: str, upload_id: str, parts: list[NamedPart]) -> Completion:
        """Make one object of the parts, which are in order and have ETags without quotes."""
        named = [{"PartNumber": part.part_number, "ETag": f'"{part.etag}"'} for part in parts]
        with _s3():
            try:
                client("s3", COMPLETE_SECONDS).complete_multipart_upload(
                    **self._where(key), UploadId=upload_id, MultipartUpload={"Parts": named}
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in _COMPLETIONS:
                    raise
                return _COMPLETIONS[code]
        return Completion.DONE

    def size(self, key: str) -> int | None:
        """Bytes of the object, or None when there is none."""
        try:
            with _s3():
                return int(client("s3").head_object(**self._where(key))["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ABSENT:
                raise
            return None

    def _where(self, key: str) -> dict[str, Any]:
        return {"Bucket": self.objects.bucket, "Key": key}
