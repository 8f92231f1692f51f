"""The preview: a silent clip of moments from all over the video, an ordinary MP4 that a page plays in a loop.

It is made of the lowest rung, of which only the frames that are shown are decoded, and a few between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.media.command import Command, Input, Output
from shared.media.encode import BARE, FRAGMENTED, max_bytes
from shared.media.encoders import ENCODERS
from shared.media.excerpts import Excerpts, samples_until
from shared.media.fragmenting import VideoFragmenter, mismatch
from shared.media.grid import Grid
from shared.media.indexes import FragmentIndex, RunIndex
from shared.media.ladder import Rung, fitted
from shared.media.layout import video_layout
from shared.media.runner import Limits, run
from shared.media.timeline import Span, spread
from shared.media.workers import Run

NAME, CONTENT_TYPE = "preview.mp4", "video/mp4"
SECONDS, MOST_MOMENTS = 3, 6
"""Of the whole clip, and moments in it: each is half a second, or longer where a short video has fewer."""
SIDE = 480
"""Pixels of the longer side at most."""
FRAMES_A_SECOND = 25
"""About so many are kept: every second one of 50 or 60."""
QUALITY, PEAK_KBITS, BUFFER_KBITS = "26", 900, 450
"""Together with SECONDS they bound the size: 400 kB."""
LIMITS = Limits(wall_seconds=120, cpu_seconds=120, stall_seconds=60)


@dataclass(frozen=True)
class _Clip:
    """The preview's own grid: one run, one rung, one group of pictures."""

    frame_rate: Fraction
    timescale: int
    frame_duration: int
    gop: int
    rungs: tuple[Rung, ...]
    has_audio: bool = False

    @property
    def runs(self) -> Sequence[Run]:
        return (Run(0, Span(0, self.gop), is_last=True),)

    def seconds(self, frames: int) -> Fraction:
        return frames / self.frame_rate

    def rung(self, name: str) -> Rung:
        return {rung.name: rung for rung in self.rungs}[name]


def moments(groups: int) -> list[int]:
    """Numbers of the groups of pictures, of so many, at whose beginning the moments are."""
    return list(spread(groups, MOST_MOMENTS))


def moment_frames(grid: Grid, groups: int) -> int:
    """Frames of a moment, at least one."""
    return max(1, min(grid.gop, round(Fraction(SECONDS, len(moments(groups))) * grid.frame_rate)))


def samples(grid: Grid, groups: Sequence[FragmentIndex], frames: int) -> dict[int, int]:
    """How many samples of which groups are to be decoded for so many frames of each moment."""
    return {number: samples_until(groups[number], frames) for number in moments(len(groups))}


def make_preview(excerpts: Excerpts, wanted: dict[int, int], frames: int, ffmpeg_path: str) -> bytes:
    """The clip; `wanted` as from `samples`, of which so many frames each are shown."""
    grid = excerpts.grid
    film = excerpts.film(wanted)
    clip, step = _clip(excerpts, len(wanted) * frames)
    pieces = _Pieces()
    fragmenter = VideoFragmenter(clip, clip.runs[0], clip.rungs[0], pieces)
    source = Input("pipe:0", "mov", "pipe", seconds=float(grid.seconds(grid.gop * len(wanted))) + 1)
    place = f"mod(round(pts/{grid.frame_duration}),{grid.gop})"
    rung = clip.rungs[0]
    graph = (
        f"[0:v]select='lt({place},{frames})*not(mod({place},{step}))',setpts=N*{clip.frame_duration},"
        f"scale={rung.width}:{rung.height}:flags=bicubic,setsar=1,format=yuv420p[clip]"
    )
    command = Command(source, (_output(clip),), graph)
    (index,) = run(command, ffmpeg_path, LIMITS, [fragmenter.consume], stdin=film)
    if not isinstance(index, RunIndex) or not index.frames:
        raise mismatch("the preview has no frames")
    return _plain(clip, index, bytes(pieces.data))


class _Pieces:
    """A Sink in memory."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data

    def finish(self) -> None:
        """Nothing is to be done."""

    def abort(self) -> None:
        self.data.clear()


def _clip(excerpts: Excerpts, frames: int) -> tuple[_Clip, int]:
    """The grid of so many frames of the excerpts, of which every `step`-th is kept; and `step`."""
    grid, rung = excerpts.grid, excerpts.rung
    step = max(1, round(grid.frame_rate / FRAMES_A_SECOND))
    small = Rung("preview", *fitted(rung.width, rung.height, SIDE), PEAK_KBITS, BUFFER_KBITS)
    return _Clip(grid.frame_rate / step, grid.timescale, grid.frame_duration * step, frames, (small,)), step


def _output(clip: _Clip) -> Output:
    encoder, rate, seconds = ENCODERS["h264", "cpu"], clip.frame_rate, float(clip.seconds(clip.gop)) + 1
    arguments = ("-map", "[clip]", *BARE, "-an", "-c:v", encoder.name, *encoder.arguments_of(quality=QUALITY))
    arguments += encoder.rate_of(PEAK_KBITS, BUFFER_KBITS) + encoder.groups_of(clip.gop) + encoder.threads_of(1)
    arguments += ("-fps_mode", "passthrough", "-enc_time_base", f"{rate.denominator}/{rate.numerator}")
    arguments += ("-video_track_timescale", str(clip.timescale), *FRAGMENTED)
    return Output(arguments, "mp4", seconds, max_bytes(PEAK_KBITS, seconds))


def _plain(clip: _Clip, index: RunIndex, fragments: bytes) -> bytes:
    """The file that packaging would make of it: one whose header comes first."""
    layout = video_layout(clip, clip.rungs[0], [index], None, [index.frames])
    body = (part if isinstance(part, bytes) else fragments[part.start : part.end] for part in layout.body)
    return b"".join([layout.head, *body])
