"""What FFmpeg may touch when it renders a scene."""

from itertools import pairwise
from pathlib import Path

import pytest

from shared.media.command import input_arguments
from shared.media.errors import MediaError
from shared.media.scene.probing import probe_source
from shared.media.scene.rendering import render_unit
from shared.media.scene.running import NO_FONTS, make_input, workshop
from shared.media.storage import BytesSource
from tests.shared.media.engine import LocalSink
from tests.shared.media.making import FFMPEG
from tests.shared.media.scene.studio import BEHIND, RICH, Studio


@pytest.mark.parametrize("value", [RICH, BEHIND], ids=["rich", "behind"])
def test_every_input_is_guarded(studio: Studio, value: object) -> None:
    plan = studio.plan(value)
    feeds = [feed for unit in plan.units for feed in plan.graph(unit).feeds]
    assert feeds
    for feed in feeds:
        line = input_arguments(make_input(feed, plan.media[feed.src], "http://127.0.0.1:1/x", 1))
        options = dict(pairwise(line))
        assert options["-f"] == options["-format_whitelist"] in {"mov", "png_pipe", "jpeg_pipe"}
        assert options["-protocol_whitelist"] == "http,tcp"
        assert {"-codec_whitelist", "-max_pixels", "-t"} <= options.keys()
        assert line[-2:] == ["-i", "http://127.0.0.1:1/x"]


def test_a_source_that_became_a_playlist_opens_nothing(studio: Studio, tmp_path: Path) -> None:
    """The demuxer is the one of the probe, whatever the bytes are by now."""
    plan = studio.plan(RICH)
    film = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{studio.folder}/film.mp4\n#EXT-X-ENDLIST\n"
    playlist = BytesSource(film.encode())
    unit = next(unit for unit in plan.units if unit.scene == 1 and unit.first)
    with pytest.raises(MediaError, match="decoded"):
        render_unit(plan, unit, lambda _: playlist, LocalSink(tmp_path / "one"), FFMPEG)
    assert not list(tmp_path.iterdir())
    for kind in ("video", "audio", "image"):
        with pytest.raises(MediaError):
            probe_source(playlist, kind)


def test_texts_and_fonts_lie_in_a_folder_of_their_own(studio: Studio) -> None:
    plan = studio.plan(RICH)
    graph = plan.graph(plan.units[0])
    with workshop(graph, plan.media, studio.open_source, 1) as shop:
        folder = shop.folder
        assert {path.name for path in folder.iterdir()} == {"fonts", "fonts.conf", *graph.files}
        assert (folder / "fonts.conf").read_text() == NO_FONTS
        assert len(list((folder / "fonts").iterdir())) == len(graph.fonts) == 2
        assert "Hi \\{you\\} \\\u2060N" in (folder / "0.ass").read_text()
    assert not folder.exists()
