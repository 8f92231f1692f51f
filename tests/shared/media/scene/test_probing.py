"""What is found out about pictures and sounds, and what their owner is told when one cannot be used."""

from pathlib import Path

import pytest

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.scene.probing import probe_source
from shared.media.storage import BytesSource
from tests.shared.media.making import ffmpeg, grey_png


def drawn(folder: Path, suffix: str, size: str) -> bytes:
    """A picture of one colour."""
    path = folder / f"picture.{suffix}"
    ffmpeg("-f", "lavfi", "-i", f"color=green:s={size}", "-frames:v", "1", "-update", "1", path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_picture_that_is_too_large_is_told_from_a_damaged_one(tmp_path: Path, suffix: str) -> None:
    large = grey_png(6500) if suffix == "png" else drawn(tmp_path, suffix, "7000x5200")
    with pytest.raises(MediaError) as caught:
        probe_source(BytesSource(large), "image")
    assert caught.value.code == MediaErrorCode.TOO_MANY_PIXELS
    assert caught.value.is_source_fault
    small = drawn(tmp_path, suffix, "320x200")
    with pytest.raises(MediaError) as caught:
        probe_source(BytesSource(small[: len(small) // 4]), "image")
    assert caught.value.code == MediaErrorCode.INVALID_MEDIA
    facts = probe_source(BytesSource(small), "image")["image"]
    assert (facts["width"], facts["height"]) == (320, 200)
