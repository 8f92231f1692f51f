"""Turns FFmpeg's fragments into final ones on the fly; memory holds one group of pictures."""

from collections.abc import Callable
from typing import BinaryIO

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.grid import Grid, GridRun
from shared.media.indexes import AudioIndex, FragmentIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.mp4.boxes import BoxError
from shared.media.mp4.reading import Fragment, FragmentStream
from shared.media.mp4.writing import TrackHeader, fragment
from shared.media.storage import Sink

REORDERING = 2
"""Frames by which every picture is shown late in media time. x264 delays by two frames, or by none in a run of one or
two frames: the constant makes all runs alike, and the edit list takes it away again."""

OnFragment = Callable[[FragmentIndex, bytes], None]
"""Told of each fragment once it is written, and of the track's sample description."""


def video_header(plan: Grid, rung: Rung, stsd: bytes) -> TrackHeader:
    """The track that all headers and fragments of a rung share."""
    return TrackHeader(
        kind="video",
        timescale=plan.timescale,
        sample_duration=plan.frame_duration,
        stsd=stsd,
        edit_start=REORDERING * plan.frame_duration,
        width=rung.width,
        height=rung.height,
    )


def mismatch(what: str) -> MediaError:
    """The encoder's output is not what was ordered."""
    return MediaError(MediaErrorCode.OUTPUT_MISMATCH, f"The encoder's output is not what was ordered: {what}.")


class VideoFragmenter:
    """Rewrites one rung of one run."""

    def __init__(
        self,
        plan: Grid,
        run: GridRun,
        rung: Rung,
        sink: Sink,
        on_fragment: OnFragment | None = None,
        *,
        is_movable: bool = False,
    ) -> None:
        """Fragments go to `sink` as they are made; it is neither finished nor aborted here.

        Those of a movable run begin at time 0, so that their bytes do not depend on the run's place; packaging puts
        them there.
        """
        self._on_fragment = on_fragment
        self._plan = plan
        self._start = 0 if is_movable else run.span.start
        self._is_movable = is_movable
        self._rung = rung
        self._sink = sink
        self._frames = 0
        self._delay: int | None = None
        self._index: list[FragmentIndex] = []

    def consume(self, pipe: BinaryIO) -> RunIndex:
        """Read the pipe to its end; MediaError when its frames do not fill the grid."""
        stream = FragmentStream(pipe)
        try:
            for piece in stream:
                self._add(piece, stream.stsd)
        except BoxError as error:
            raise mismatch(str(error)) from error
        return RunIndex(self._rung.name, self._start, self._frames, stream.stsd, tuple(self._index), self._is_movable)

    def _add(self, piece: Fragment, stsd: bytes) -> None:
        plan, samples = self._plan, piece.samples
        if self._frames % plan.gop or len(samples) > plan.gop or not samples[0].is_sync:
            raise mismatch(f"{self._rung.name} has a group of pictures of another length at frame {self._frames}")
        offsets = self._offsets(piece)
        position = self._start + self._frames
        sizes = [sample.size for sample in samples]
        header = video_header(plan, self._rung, stsd)
        shown_late = [offset * plan.frame_duration for offset in offsets]
        moof, mdat = fragment(
            position // plan.gop + 1, position * plan.frame_duration, header, sizes, shown_late, piece.data
        )
        self._sink.write(moof)
        self._sink.write(mdat)
        self._frames += len(samples)
        self._index.append(FragmentIndex(len(moof), tuple(sizes), tuple(offsets)))
        if self._on_fragment:
            self._on_fragment(self._index[-1], stsd)

    def _offsets(self, piece: Fragment) -> list[int]:
        """Composition offsets in frames, with the constant delay. Groups are closed: each must fill its own places."""
        if self._delay is None:
            self._delay = piece.samples[0].composition_offset
        moved = [divmod(sample.composition_offset - self._delay, self._plan.frame_duration) for sample in piece.samples]
        places = sorted(number + frames for number, (frames, _) in enumerate(moved))
        if any(rest for _, rest in moved) or places != list(range(len(moved))):
            raise mismatch(f"{self._rung.name} lacks, repeats or misplaces a frame near {self._frames}")
        return [frames + REORDERING for frames, _ in moved]


def consume_audio(pipe: BinaryIO, sink: Sink) -> AudioIndex:
    """Write the bare AAC packets of a pipe to `sink`."""
    stream = FragmentStream(pipe)
    sizes: list[int] = []
    try:
        for piece in stream:
            sizes += [sample.size for sample in piece.samples]
            sink.write(piece.data)
    except BoxError as error:
        raise mismatch(str(error)) from error
    return AudioIndex(stream.stsd, tuple(sizes))
