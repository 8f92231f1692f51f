"""A span of a source's sound as those hear it who look for words in it: 16-bit mono samples of 16 kHz."""

from fractions import Fraction
from typing import BinaryIO

from shared.media.command import Output
from shared.media.encode import BARE
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.runner import MEGABYTE, Limits
from shared.media.scene.graph import Feed, Graph
from shared.media.scene.running import run_graph, workshop
from shared.media.scene.sources import Probed
from shared.media.storage import RangeSource

SAMPLE_RATE = 16000
SECOND_BYTES = 2 * SAMPLE_RATE
LEAD_SECONDS = 2
"""Decoded before the span begins: packets of sound do not begin where they are wanted."""
AFTER_SECONDS = 1
LIMITS = Limits(wall_seconds=300, cpu_seconds=300, stall_seconds=60)
FORMATS = {"s16le": ("-c:a", "pcm_s16le"), "flac": ("-c:a", "flac")}


def decode(
    source: RangeSource, probed: Probed, start: Fraction, end: Fraction, ffmpeg_path: str, form: str = "s16le"
) -> bytes:
    """The sound of `source` from `start` to `end` (seconds of the source) as `s16le` or `flac`.

    Silence takes the place of what the source does not have. MediaError when it cannot be decoded.
    """
    facts = probed.sound
    if facts is None:
        raise MediaError(MediaErrorCode.UNSUPPORTED_MEDIA, "The source has no sound.")
    graph = Graph()
    seek = start - LEAD_SECONDS if start > LEAD_SECONDS else None
    needed = end - start + (LEAD_SECONDS if seek is not None else start) + AFTER_SECONDS
    label = graph.feed(Feed(" ", "audio", float(needed), None if seek is None else float(seek), is_exact=False))
    origin, count = facts.start + start, round((end - start) * SAMPLE_RATE)
    steps = [
        f"asetpts=PTS-({origin.numerator}/{origin.denominator})/TB",
        f"aresample={SAMPLE_RATE}:async=1:first_pts=0",
        "aformat=sample_fmts=s16:channel_layouts=mono",
        f"apad=whole_len={count},atrim=end_sample={count}",
    ]
    graph.chains.append(f"[{label}:{facts.audio.index}]{','.join(steps)}[heard]")
    output = Output(
        ("-map", "[heard]", "-vn", *BARE, *FORMATS[form]), form, float(end - start) + 1, count * 2 + MEGABYTE
    )
    with workshop(graph, {" ": probed}, lambda _: source, 1) as shop:
        (heard,) = run_graph(graph, shop, [output], [_read_all], ffmpeg_path, LIMITS, label="")
    assert isinstance(heard, bytes)
    return heard


def _read_all(pipe: BinaryIO) -> bytes:
    return pipe.read()
