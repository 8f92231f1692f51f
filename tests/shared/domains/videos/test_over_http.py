"""Uploads as a browser makes them, at an S3 that checks signatures; and the rows in a DynamoDB behind HTTP."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.base import aws
from shared.base.consuming import Change
from shared.contract.resources import COUNTS, OPERATIONS, VIDEOS
from shared.contract.resources import MEDIA as BUCKET
from shared.domains.operations.store.findings import FindingStore
from shared.domains.videos.model import NamedPart
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.aftermath import AftermathService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import OpenUpload, UploadService, UploadWish
from tests.aws import SETTINGS
from tests.local_stack import settings_for
from tests.resources import REGION, create_bucket, create_table, real_name
from tests.shared.domains.videos.conftest import ARN, MEDIA, OWNER

BODY = b"0123456789" * 100
TABLES = (VIDEOS, OPERATIONS, COUNTS)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an emulator with the two tables and the media bucket, and the product pointed at it."""
    settings = settings_for(tmp_path_factory.mktemp("emulator"))
    for folder in ("tmp", "emulator", "s3"):
        (settings.state / folder).mkdir(parents=True, exist_ok=True)
    log = (settings.state / "emulator.log").open("wb")
    command = [sys.executable, "-m", "infra.local.server", settings.to_json()]
    root = Path(__file__).parents[4]
    with (
        subprocess.Popen(
            command, cwd=root, env=settings.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n", (settings.state / "emulator.log").read_text()
        for name, value in {
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            **{table.variable: real_name(table) for table in TABLES},
            BUCKET.variable: real_name(BUCKET),
            "CDN_BASE_URL": SETTINGS["CDN_BASE_URL"],
        }.items():
            monkeypatch.setenv(name, value)
        aws.forget()
        for table in TABLES:
            create_table(table)
        create_bucket(BUCKET)
        yield settings.endpoint
        aws.forget()
        process.stdin.close()
        process.wait(20)
    log.close()


def put(opened: OpenUpload, body: bytes = BODY, **headers: str) -> int:
    """The status of a PUT with the headers told, some of them replaced."""
    assert opened.upload_url
    sent = {name.lower(): value for name, value in opened.headers.items()} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if "content_length" not in headers:
        del sent["content-length"]
    try:
        return httpx.put(opened.upload_url, content=body, headers=sent, timeout=20).status_code
    except httpx.TransportError:  # a body that is not what was announced may end the connection
        return 0


def test_exactly_what_was_announced_arrives_and_only_once(emulator: str) -> None:
    service = UploadService.open()
    opened = service.request(OWNER, UploadWish("a b+c.mp4", len(BODY), "video/mp4"))
    refused = [
        put(opened, BODY + b"more"),
        put(opened, BODY[:-1]),
        put(opened, content_type="text/html"),
        put(opened, if_none_match="other"),
        httpx.put(opened.upload_url or "", content=BODY, headers={"content-type": "video/mp4"}).status_code,
        httpx.put(
            (opened.upload_url or "").replace(opened.video.id, "x"), content=BODY, headers=opened.headers
        ).status_code,
        httpx.get(opened.upload_url or "").status_code,
    ]
    assert all(status in (0, 400, 403, 404) for status in refused), refused
    assert service.uploads.size(upload_key(opened.video.id)) is None
    assert put(opened) == 200
    assert put(opened) == 412
    assert service.uploads.size(upload_key(opened.video.id)) == len(BODY)


def test_parts_of_exactly_their_size_become_the_file(emulator: str) -> None:
    service = UploadService.open()
    size = 16 * 1024**2 + 5
    opened = service.request(OWNER, UploadWish("a.mov", size, "video/quicktime", multipart=True))
    first, last = opened.part_urls
    assert httpx.put(last.url, content=b"too long").status_code in (400, 403)
    sent = [NamedPart(2, httpx.put(last.url, content=b"12345").headers["etag"])]
    resumed = service.get(opened.video.id, OWNER.id)
    assert [part.part_number for part in resumed.part_urls] == [1]
    body = bytes(16 * 1024**2)
    sent.append(NamedPart(1, httpx.put(resumed.part_urls[0].url, content=body, timeout=60).headers["etag"]))
    assert first.size == len(body)
    for _ in range(2):
        assert service.complete(opened.video.id, OWNER.id, opened.video.upload_id, sent).id == opened.video.id
    assert service.uploads.size(upload_key(opened.video.id)) == size


def test_an_upload_that_was_given_up_takes_no_part(emulator: str) -> None:
    service = UploadService.open()
    opened = service.request(OWNER, UploadWish("a.mov", 5, "video/quicktime", multipart=True))
    service.abort(opened.video.id, OWNER.id)
    service.abort(opened.video.id, OWNER.id)
    before, upload_id = {"status": {"S": "awaiting_upload"}}, {"S": opened.video.upload_id}
    after = {"status": {"S": "cancelled"}, "upload_id": upload_id}
    for _ in range(2):  # as the table's stream tells it
        AftermathService.open().follow(Change("1", {"video_id": {"S": opened.video.id}}, before, after, expired=False))
    assert httpx.put(opened.part_urls[0].url, content=b"12345").status_code == 404


def test_the_rows_obey_their_conditions_there_too(emulator: str) -> None:
    processing = ProcessingService.open()
    video_id = UploadService.open().request(OWNER, UploadWish("a.mp4", 5, "video/mp4")).video.id
    for _ in range(2):
        assert processing.accept_upload(video_id, size=5, upload_version="one")
    assert not processing.accept_upload(video_id, size=5, upload_version="two")
    for _ in range(2):
        assert processing.begin(video_id, "one", ARN)
    assert processing.report(video_id, 50, "Encoding")
    assert processing.report(video_id, 40, "Encoding")
    assert [one.execution_arn for one in processing.stuck(time.time() + 1) if one.video_id == video_id] == [ARN]
    for _ in range(2):
        assert processing.complete(video_id, "one", MEDIA)
    assert not processing.fail(video_id, "one", "LATE", "too late")
    _, jobs = FindingStore().read()
    assert jobs["ready"] == 1
    assert jobs["queued"] == jobs["processing"] == 0
