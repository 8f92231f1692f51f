"""The media server: tokens, ranges, types, CORS."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator

import pytest

from infra.local.media import token_mac
from infra.local.stack import LocalStack
from tests.infra.local.test_lambdas import fetch

VIDEO = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
BODY = bytes(range(256)) * 8192
ORIGIN = "http://localhost:5173"


def secret(stack: LocalStack) -> bytes:
    arn = stack.outputs["test-data"]["MediaKeySecretArn"]
    return str(stack.clients("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]).encode()


def address(
    stack: LocalStack, name: str, *, version: str = "1", seconds: int = 60, video: str = VIDEO, kind: str = "v"
) -> str:
    expiry = str(int(time.time()) + seconds)
    token = f"{expiry}.{token_mac(secret(stack), VIDEO, '1', expiry)}"
    return f"{stack.settings.media_url}/{token}/{kind}/{video}/{version}/{name}"


@pytest.fixture(scope="module", autouse=True)
def objects(stack: LocalStack) -> Iterator[None]:
    bucket, s3 = stack.outputs["test-data"]["MediaBucketName"], stack.clients("s3")
    for name in ("720p.mp4", "master.m3u8", "poster.jpg"):
        s3.put_object(Bucket=bucket, Key=f"v/{VIDEO}/1/{name}", Body=BODY)
    s3.put_object(Bucket=bucket, Key=f"early/{VIDEO}/1/480p.m3u8", Body=BODY, CacheControl="no-cache")
    return iter(())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("720p.mp4", "video/mp4"),
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("poster.jpg", "image/jpeg"),
    ],
)
def test_valid_address_gives_the_object(stack: LocalStack, name: str, kind: str) -> None:
    status, headers, body = fetch(address(stack, name))
    assert (status, headers["Content-Type"], body) == (200, kind, BODY)
    assert headers["Cache-Control"]
    assert headers["Accept-Ranges"] == "bytes"


def test_what_grows_is_asked_for_anew(stack: LocalStack) -> None:
    status, headers, body = fetch(address(stack, "480p.m3u8", kind="early"))
    assert (status, headers["Cache-Control"], body) == (200, "no-cache", BODY)


@pytest.mark.parametrize(
    ("wanted", "content", "expected"),
    [
        ("bytes=100-199", f"bytes 100-199/{len(BODY)}", BODY[100:200]),
        ("bytes=-10", f"bytes {len(BODY) - 10}-{len(BODY) - 1}/{len(BODY)}", BODY[-10:]),
        (f"bytes={len(BODY) - 1}-", f"bytes {len(BODY) - 1}-{len(BODY) - 1}/{len(BODY)}", BODY[-1:]),
    ],
)
def test_byte_ranges(stack: LocalStack, wanted: str, content: str, expected: bytes) -> None:
    status, headers, body = fetch(address(stack, "720p.mp4"), Range=wanted)
    assert (status, headers["Content-Range"], body) == (206, content, expected)


def test_range_beyond_the_end(stack: LocalStack) -> None:
    assert fetch(address(stack, "720p.mp4"), Range=f"bytes={len(BODY)}-")[0] == 416


def test_head_and_unchanged_objects(stack: LocalStack) -> None:
    url = address(stack, "720p.mp4")
    status, headers, body = fetch(url, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(BODY)), b"")
    assert fetch(url, **{"If-None-Match": headers["ETag"]})[0] == 304


def test_many_requests_on_one_connection(stack: LocalStack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.settings.media_port, timeout=10)
    path = address(stack, "720p.mp4").removeprefix(stack.settings.media_url)
    for start in (0, 5, 9):
        connection.request("GET", path, headers={"Range": f"bytes={start}-{start}"})
        assert connection.getresponse().read() == BODY[start : start + 1]
    connection.close()


def wrong_addresses(stack: LocalStack) -> dict[str, str]:
    good = address(stack, "720p.mp4")
    token = good.removeprefix(stack.settings.media_url + "/").partition("/")[0]
    base = stack.settings.media_url
    return {
        "expired": address(stack, "720p.mp4", seconds=-5),
        "another version": address(stack, "720p.mp4", version="2"),
        "another video": address(stack, "720p.mp4", video=VIDEO[::-1]),
        "altered mac": good.replace(token, token[:-1] + ("0" if token[-1] != "0" else "1")),
        "longer life": good.replace(token, f"{int(token.partition('.')[0]) + 1}.{token.partition('.')[2]}"),
        "no token": f"{base}/v/{VIDEO}/1/720p.mp4",
        "early, another version": address(stack, "480p.m3u8", kind="early", version="2"),
        "early, no token": f"{base}/early/{VIDEO}/1/480p.m3u8",
        "other prefix": f"{base}/{token}/uploads/{VIDEO}/source",
        "way up": f"{base}/{token}/v/{VIDEO}/1/../../x",
        "not there": address(stack, "none.mp4"),
        "root": f"{base}/",
    }


def test_anything_wrong_is_forbidden(stack: LocalStack) -> None:
    answers = {name: fetch(url)[0] for name, url in wrong_addresses(stack).items()}
    assert answers == dict.fromkeys(answers, 403)


def test_cors_is_for_the_listed_origins(stack: LocalStack) -> None:
    url = address(stack, "master.m3u8")
    status, headers, _ = fetch(url, Origin=ORIGIN)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in fetch(url, Origin="https://evil.example.com")[1]
    status, headers, _ = fetch(url, "OPTIONS", Origin=ORIGIN, **{"Access-Control-Request-Method": "GET"})
    assert status == 204
    assert "Range" in headers["Access-Control-Allow-Headers"]
    assert fetch(url, "OPTIONS", Origin="https://evil.example.com")[0] == 403
