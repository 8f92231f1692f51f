"""Posters of films, and pictures that people upload."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.pictures import make_poster, reencode_image
from shared.media.probing import probe
from tests.shared.media.engine import LocalSource, counters
from tests.shared.media.making import FFMPEG, ffmpeg

Source = Callable[[str], Path]


def size_of(jpeg: bytes) -> tuple[int, int]:
    assert jpeg.startswith(b"\xff\xd8\xff")
    with av.open(io.BytesIO(jpeg), "r") as container:
        frame = next(container.decode(video=0))
    return frame.width, frame.height


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("landscape", (1280, 720)),
        ("portrait", (480, 854)),
        ("rotated", (480, 640)),
        ("anamorphic", (1024, 576)),
        ("odd_size", (320, 240)),
        ("hdr10", (320, 240)),
        ("one_frame", (320, 240)),
        ("late_start", (320, 240)),
        ("interlaced", (720, 480)),
        ("slow", (320, 240)),
    ],
)
def test_poster_has_the_display_shape(source: Source, name: str, size: tuple[int, int]) -> None:
    stored = LocalSource(source(name))
    assert size_of(make_poster(probe(stored), stored, FFMPEG)) == size


def test_poster_is_the_frame_at_a_tenth(source: Source, tmp_path: Path) -> None:
    stored = LocalSource(source("landscape"))
    poster = tmp_path / "poster.jpg"
    poster.write_bytes(make_poster(probe(stored), stored, FFMPEG, side=640))
    assert size_of(poster.read_bytes()) == (640, 360)
    assert counters(poster) in ([13], [14])


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_picture_is_made_anew(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"picture.{kind}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=800x600:d=1", "-frames:v", "1", "-metadata", "comment=secret", path)
    jpeg = reencode_image(path.read_bytes(), FFMPEG, side=400)
    assert size_of(jpeg) == (400, 300)
    assert b"secret" not in jpeg
    assert size_of(reencode_image(path.read_bytes(), FFMPEG)) == (800, 600)


def bomb() -> bytes:
    """A PNG of 16000x16000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    side = (16000).to_bytes(4, "big")
    rows = zlib.compress(bytes(2001) * 2000, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", side + side + b"\x01\0\0\0\0")
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", MediaErrorCode.EMPTY_FILE),
        (b"hello", MediaErrorCode.UNSUPPORTED_MEDIA),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', MediaErrorCode.UNSUPPORTED_MEDIA),
        (b"GIF89a" + bytes(100), MediaErrorCode.UNSUPPORTED_MEDIA),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), MediaErrorCode.INVALID_MEDIA),
        (b"\xff\xd8\xff" + bytes(100), MediaErrorCode.INVALID_MEDIA),
        (bomb(), MediaErrorCode.TOO_MANY_PIXELS),
    ],
    ids=["empty", "text", "svg", "gif", "broken png", "broken jpeg", "bomb"],
)
def test_bad_picture_is_refused(data: bytes, code: MediaErrorCode) -> None:
    with pytest.raises(MediaError) as caught:
        reencode_image(data, FFMPEG)
    assert caught.value.code == code
