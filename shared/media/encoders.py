"""The encoder's settings: a table of codec, lane and rung. Nothing else knows how an encoder is spoken to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Codec = Literal["h264", "hevc", "av1"]
EncoderLane = Literal["cpu", "gpu"]
EXTRA_CODECS: tuple[Codec, ...] = ("hevc", "av1")
"""What a stage may have besides H.264, which every player takes."""


def extra_codecs(told: str) -> list[Codec]:
    """Those of a list with commas that there are, each once and in one order; none of "off"."""
    return [codec for codec in EXTRA_CODECS if codec in told.split(",")]


@dataclass(frozen=True)
class Encoder:
    """A row: an encoder, and how it is told of quality, peak rate, buffer and groups of pictures.

    Words in braces stand for values: `values` and `by_rung` know those in `arguments`, the caller the others: `{peak}`
    and `{buffer}` in kbit/s and kbit, `{gop}` in frames, `{threads}`.
    """

    name: str
    arguments: tuple[str, ...]
    """Quality, profile and effort."""
    values: Mapping[str, str]
    rate: tuple[str, ...]
    groups: tuple[str, ...]
    """Closed groups of exactly `{gop}` frames, the first picture of each an IDR, whatever the scene."""
    threads: tuple[str, ...] = ()
    pixel_format: str = "yuv420p"
    by_rung: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Values of single rungs, by the length of their shorter side: what is not in it is as in `values`."""
    smallest: tuple[int, int] = (2, 2)
    """Width and height below which it does not encode."""
    longest_side: int = 16384

    def arguments_of(self, short_side: int = 0, **values: str) -> tuple[str, ...]:
        """What it is told for a rung besides rate and groups; `values` go before those of the table."""
        known = {**self.values, **self.by_rung.get(short_side, {}), **values}
        return tuple(word.format_map(known) for word in self.arguments)

    def rate_of(self, peak_kbits: int, buffer_kbits: int) -> tuple[str, ...]:
        """How it is told of the peak rate and of the decoder's buffer."""
        return tuple(word.format(peak=peak_kbits, buffer=buffer_kbits) for word in self.rate)

    def groups_of(self, gop: int) -> tuple[str, ...]:
        """How it is told of groups of so many frames."""
        return tuple(word.format(gop=gop) for word in self.groups)

    def threads_of(self, threads: int) -> tuple[str, ...]:
        """How it is told of threads."""
        return tuple(word.format(threads=threads) for word in self.threads)

    def takes(self, width: int, height: int) -> bool:
        """Whether it encodes pictures of that size."""
        least_width, least_height = self.smallest
        return width >= least_width and height >= least_height and max(width, height) <= self.longest_side


ENCODERS: Mapping[tuple[Codec, EncoderLane], Encoder] = {
    ("h264", "cpu"): Encoder(
        name="libx264",
        arguments=("-preset", "veryfast", "-profile:v", "high", "-crf", "{quality}"),
        values={"quality": "21"},
        rate=("-maxrate", "{peak}k", "-bufsize", "{buffer}k"),
        groups=("-g", "{gop}", "-keyint_min", "{gop}", "-sc_threshold", "0", "-flags", "+cgop"),
        threads=("-threads", "{threads}"),
    ),
    # Both take fewer bits than H.264 for pictures as good, see docs/costs.md. They stop at 1080p: those of a
    # larger source, all at once, ask for more memory than a worker is sure to have.
    ("hevc", "cpu"): Encoder(
        name="libx265",
        arguments=(
            *("-preset", "superfast", "-profile:v", "main", "-crf", "{quality}", "-tag:v", "hvc1"),
            *("-x265-params", "log-level=error:info=0:scenecut=0:open-gop=0"),
        ),
        values={"quality": "24"},
        rate=("-maxrate", "{peak}k", "-bufsize", "{buffer}k"),
        groups=("-g", "{gop}", "-keyint_min", "{gop}", "-forced-idr", "1"),
        threads=("-threads", "{threads}"),
        smallest=(64, 64),
        longest_side=1920,
    ),
    ("av1", "cpu"): Encoder(
        name="libsvtav1",
        arguments=("-preset", "8", "-crf", "{quality}"),
        values={"quality": "31"},
        rate=("-maxrate", "{peak}k", "-bufsize", "{buffer}k"),
        groups=("-g", "{gop}", "-flags", "+cgop"),
        threads=("-threads", "{threads}"),
        smallest=(64, 64),
        longest_side=1920,
    ),
    # Two B-frames, none of them a reference: pictures come one frame late at most, and fragmenting allows two
    # (REORDERING). Decisions that look ahead may neither move a key frame nor change the pattern between two.
    # It takes frames from memory, see docs/decisions/0013. Sizes are NVIDIA's limits for H.264, from Turing on.
    ("h264", "gpu"): Encoder(
        name="h264_nvenc",
        arguments=(
            *("-preset", "{preset}", "-tune", "hq", "-profile:v", "high"),
            *("-rc", "vbr", "-cq", "{quality}", "-b:v", "0", "-spatial-aq", "1"),
            *("-rc-lookahead", "20", "-bf", "2", "-b_ref_mode", "disabled", "-b_adapt", "0"),
        ),
        values={"quality": "23", "preset": "p5"},
        rate=("-maxrate", "{peak}k", "-bufsize", "{buffer}k"),
        groups=(
            *("-g", "{gop}", "-force_key_frames", "expr:eq(mod(n,{gop}),0)", "-forced-idr", "1"),
            *("-no-scenecut", "1", "-flags", "+cgop"),
        ),
        # Three quarters of a large source's pixels, through one encoding engine
        by_rung={2160: {"preset": "p4"}, 1440: {"preset": "p4"}},
        smallest=(160, 64),
        longest_side=4096,
    ),
}

PEAK_KBITS: Mapping[tuple[Codec, int], int] = {
    ("h264", 2160): 16_000,
    ("h264", 1440): 9_000,
    ("h264", 1080): 5_000,
    ("h264", 720): 2_800,
    ("h264", 480): 1_200,
    ("hevc", 1080): 3_300,
    ("hevc", 720): 1_850,
    ("hevc", 480): 800,
    ("av1", 1080): 3_000,
    ("av1", 720): 1_700,
    ("av1", 480): 720,
}
"""By the length of a rung's shorter side. What a viewer's line must carry is the same whichever lane encodes."""
