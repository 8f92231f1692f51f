"""Runs a graph: its sources behind range servers, its files and fonts in a folder that lasts as long as the process."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.media.command import AUDIO_DECODERS, PICTURE_DECODERS, Command, Input, Output
from shared.media.range_server import RangeServer
from shared.media.runner import FONT_CONFIGURATION, Consumer, Limits, Progress, run
from shared.media.scene.graph import FONT_FOLDER, Feed, Graph
from shared.media.scene.sources import Media, Probed
from shared.media.storage import RangeSource

OpenSource = Callable[[str], RangeSource]
"""Opens the bytes of a `src`, the ones that its identity names."""
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>\n'
"""The machine's fonts do not exist: a picture must not depend on where it is made."""
LONGEST_GOP_SECONDS = 60
"""Between key frames, where no index tells."""
IMAGE_SECONDS = 60


@dataclass(frozen=True)
class Workshop:
    """What a graph needs to run."""

    inputs: tuple[Input, ...]
    folder: Path


@contextlib.contextmanager
def workshop(graph: Graph, media: Media, open_source: OpenSource, threads: int) -> Iterator[Workshop]:
    """Open all that a graph needs; it is gone afterwards, and the failure of a source is raised as its own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scene-")))
        _furnish(folder, graph)
        names = dict.fromkeys(feed.src for feed in graph.feeds)
        urls = {src: stack.enter_context(RangeServer(open_source(src))) for src in names}
        inputs = (make_input(feed, media[feed.src], urls[feed.src], threads) for feed in graph.feeds)
        yield Workshop(tuple(inputs), folder)


def run_graph(
    graph: Graph,
    shop: Workshop,
    outputs: Sequence[Output],
    consumers: Sequence[Consumer],
    ffmpeg_path: str,
    limits: Limits,
    *,
    threads: int = 1,
    label: str = "v",
    on_progress: Callable[[Progress], None] | None = None,
) -> list[object]:
    """Run FFmpeg once; what each consumer returned. MediaError when it fails."""
    first, *more = shop.inputs or (None,)
    others = tuple(source for source in more if source)
    command = Command(first, tuple(outputs), graph.text(label), more_sources=others, filter_threads=threads)
    return run(command, ffmpeg_path, limits, consumers, on_progress=on_progress, folder=shop.folder)


def make_input(feed: Feed, probed: Probed, url: str, threads: int) -> Input:
    """The guarded input of a feed."""
    if feed.kind == "image":
        image = probed.image
        assert image, "the schedule has checked the kinds of all sources"
        return Input(url, image.demuxer, "http,tcp", IMAGE_SECONDS, PICTURE_DECODERS)
    # where a seek is not exact, FFmpeg counts from the key frame at which it ends
    distance = probed.video.video.key_frame_distance if probed.video else None
    before = 0.0 if feed.is_exact or feed.seek is None else distance or LONGEST_GOP_SECONDS
    if feed.kind == "audio":
        sound = probed.sound
        assert sound, "the schedule has checked the kinds of all sources"
        late = float(sound.start - sound.format_start)
        seconds = feed.seconds + before + max(0.0, late)
        return Input(url, sound.demuxer, "http,tcp", seconds, AUDIO_DECODERS, _seek(feed, late))
    facts = probed.video
    assert facts, "the schedule has checked the kinds of all sources"
    late = float(facts.start - facts.format_start)
    return Input(
        url=url,
        demuxer=facts.demuxer,
        protocols="http,tcp",
        seconds=feed.seconds + before + (max(0.0, late) if feed.seek is None else 0.0),
        seek=_seek(feed, late),
        is_seek_exact=feed.is_exact,
        threads=threads,
        keeps_filters=not facts.video.has_matrix,
    )


def _seek(feed: Feed, late: float) -> float | None:
    """A place of the source as FFmpeg counts: from the first time stamp of any stream."""
    return None if feed.seek is None else max(0.0, feed.seek + late)


def _furnish(folder: Path, graph: Graph) -> None:
    (folder / FONT_FOLDER).mkdir()
    (folder / FONT_CONFIGURATION).write_text(NO_FONTS)
    for name, content in graph.files.items():
        (folder / name).write_text(content)
    for font in graph.fonts:
        shutil.copy(font.path, folder / FONT_FOLDER)
