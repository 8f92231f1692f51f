"""Early play: the beginning of the lowest rung, handed out in pieces while everything else is still to be encoded.

One process makes the pictures and one the sound. A piece is listed as soon as it is complete; each is as long as all
before it, up to a minute, so that there are few of them, and an encoder of twice the playing speed keeps ahead.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import BinaryIO

from shared.media.encode import audio_command, available_cpus, limits_of, video_command
from shared.media.fragmenting import VideoFragmenter, mismatch, video_header
from shared.media.indexes import FragmentIndex
from shared.media.layout import AAC_RATE, AAC_SAMPLES, packets_until, sound_header, sound_seconds
from shared.media.mp4.boxes import BoxError
from shared.media.mp4.codecs import codec_string
from shared.media.mp4.reading import FragmentStream
from shared.media.mp4.writing import TrackHeader, fragment, init_segment
from shared.media.plan import Plan, on_cpu
from shared.media.playlists import ByteRange
from shared.media.range_server import RangeServer
from shared.media.runner import run
from shared.media.storage import RangeSource
from shared.media.timeline import GOPS_PER_SEGMENT, Span
from shared.media.workers import Run

LAMBDA_SEGMENTS, BATCH_SEGMENTS = 10, 100
"""How much is made: what the lane's workers take to make all of it, generously. Lambda's are done within a minute;
machines of Batch may have to start first."""
LONGEST_PIECE = 10
"""Segments of a piece at most."""
SOUND = "audio"


@dataclass(frozen=True)
class Piece:
    """Consecutive fragments of a track, to be stored as one object.

    track   the rung's name, or "audio"
    header  the track's CMAF header
    ranges  the fragments in `data`
    """

    track: str
    header: bytes
    codec: str
    data: bytes
    ranges: tuple[ByteRange, ...]


OnPiece = Callable[[Piece], None]
"""Told of pieces in order, of pictures and sound from two threads. What it raises ends the encoders."""


def beginning_of(plan: Plan) -> Plan | None:
    """What is made early, as a plan of one run of the lowest rung; None when the source has one segment only.

    It ends where a segment ends, and before the last one, whose end the probe can only guess: the published segments
    can follow it.
    """
    most = LAMBDA_SEGMENTS if plan.lane == "lambda" else BATCH_SEGMENTS
    segments = plan.segments[: min(most, len(plan.segments) - 1)]
    if not segments:
        return None
    frames = segments[-1].end
    return replace(
        on_cpu(plan),
        frames=frames,
        segments=segments,
        runs=(Run(0, Span(0, frames), is_last=False),),
        rungs=plan.rungs[-1:],
        cpu_seconds=plan.cpu_seconds * frames / plan.frames,
    )


def cuts(segments: int) -> list[int]:
    """After how many segments each piece ends."""
    ends = [1]
    while ends[-1] < segments:
        ends.append(min(segments, ends[-1] + min(ends[-1], LONGEST_PIECE)))
    return ends


def encode_early(
    plan: Plan, source: RangeSource, ffmpeg_path: str, on_piece: OnPiece, *, wall_seconds: float | None = None
) -> None:
    """Make the beginning of a source; nothing when there is none. Ends early where the source does."""
    beginning = beginning_of(plan)
    if beginning is None:
        return
    limits = limits_of(beginning, beginning.seconds(beginning.frames), wall_seconds)
    with RangeServer(source) as url, ThreadPoolExecutor(1) as beside:
        sound = None
        if plan.has_audio:
            heard = _Sound(plan, beginning.segments, on_piece)
            sound = beside.submit(run, audio_command(beginning, url), ffmpeg_path, limits, [heard.consume])

        def shown(piece: Piece) -> None:
            if sound and sound.done():
                sound.result()  # pictures are of no use without it
            on_piece(piece)

        pictures = _Pictures(plan, len(beginning.segments), shown)
        fragmenter = VideoFragmenter(beginning, beginning.runs[0], beginning.rungs[0], pictures, pictures.add)
        command = video_command(beginning, beginning.runs[0], url, available_cpus())
        run(command, ffmpeg_path, limits, [fragmenter.consume])
        if sound:
            sound.result()


class _Pictures:
    """Gathers groups of pictures; the first one is a piece of its own. A Sink for their bytes."""

    def __init__(self, plan: Plan, segments: int, on_piece: OnPiece) -> None:
        self._plan = plan
        self._on_piece = on_piece
        self._ends = {1, *(GOPS_PER_SEGMENT * end for end in cuts(segments))}
        self._groups = 0
        self._data = bytearray()
        self._ranges: list[ByteRange] = []

    def write(self, data: bytes) -> None:
        self._data += data

    def finish(self) -> None:
        """What is left over is no whole piece."""

    def abort(self) -> None:
        self._data.clear()

    def add(self, index: FragmentIndex, stsd: bytes) -> None:
        """A group of pictures has been written."""
        seconds = self._plan.seconds(len(index.sizes))
        self._ranges.append(ByteRange(len(self._data) - index.size, index.size, seconds))
        self._groups += 1
        if self._groups in self._ends:
            plan, rung = self._plan, self._plan.rungs[-1]
            header = video_header(plan, rung, stsd)
            duration = plan.frames * plan.frame_duration
            self._on_piece(_piece(rung.name, header, duration, bytes(self._data), self._ranges))
            self._data.clear()
            self._ranges = []


class _Sound:
    """Gathers packets into the fragments that packaging will publish, one a segment."""

    def __init__(self, plan: Plan, segments: Sequence[Span], on_piece: OnPiece) -> None:
        self._plan = plan
        self._on_piece = on_piece
        ends = [packets_until(plan, span.end) for span in segments]
        bounds = [0, *(cuts(len(segments)))]
        self._pieces = [[0, *ends][first : last + 1] for first, last in pairwise(bounds)]
        """For each piece the numbers of the packets at which its fragments begin, and that of its end."""
        self._fragments = self._first = 0
        self._sizes: list[int] = []
        self._data = bytearray()

    def consume(self, pipe: BinaryIO) -> None:
        """Read the pipe to its end."""
        stream = FragmentStream(pipe)
        try:
            for read in stream:
                self._sizes += [sample.size for sample in read.samples]
                self._data += read.data
                while self._pieces and self._pieces[0][-1] <= self._first + len(self._sizes):
                    self._tell(stream.stsd, self._pieces.pop(0))
        except BoxError as error:
            raise mismatch(str(error)) from error

    def _tell(self, stsd: bytes, bounds: Sequence[int]) -> None:
        header, data, ranges = sound_header(stsd), bytearray(), list[ByteRange]()
        for first, last in pairwise(bounds):
            sizes = [self._sizes.pop(0) for _ in range(last - first)]
            packets = bytes(self._data[: sum(sizes)])
            del self._data[: len(packets)]
            self._fragments += 1
            made = b"".join(fragment(self._fragments, first * AAC_SAMPLES, header, sizes, (), packets))
            ranges.append(ByteRange(len(data), len(made), sound_seconds(first, last)))
            data += made
        self._first = bounds[-1]
        duration = round(self._plan.seconds(self._plan.frames) * AAC_RATE)
        self._on_piece(_piece(SOUND, header, duration, bytes(data), ranges))


def _piece(track: str, header: TrackHeader, duration: int, data: bytes, ranges: Sequence[ByteRange]) -> Piece:
    return Piece(track, init_segment(header, duration), codec_string(header.stsd), data, tuple(ranges))
