"""What we say of our own files is what a probe finds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.media.pictures import make_poster
from shared.media.probing import probe
from shared.media.published import facts_of
from tests.shared.media.engine import LocalSource, Transcoded
from tests.shared.media.making import FFMPEG


@pytest.mark.parametrize("name", ["landscape", "silent", "sixty"])
def test_facts_are_those_of_a_probe(transcoded: Callable[[str], Transcoded], name: str) -> None:
    done = transcoded(name)
    for variant in done.manifest.variants:
        file = LocalSource(done.path(variant.file))
        told, found = facts_of(done.plan, done.manifest, variant), probe(file)
        shown = replace(found.video, key_frame_distance=told.video.key_frame_distance)
        assert (told.video, told.size, told.demuxer, told.start) == (shown, found.size, found.demuxer, found.start)
        assert found.video.key_frame_distance is None or found.video.key_frame_distance <= 2
        assert make_poster(told, file, FFMPEG) == make_poster(found, file, FFMPEG)
