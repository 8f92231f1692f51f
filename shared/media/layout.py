"""Where every byte of a published file lies. Computed from indexes alone, before a byte is moved.

A file is `ftyp moov mdat`, an ordinary MP4 with sound whose header comes first. The mdat holds what byte-range
playlists point at: the track's CMAF header, then for each segment the AAC packets that belong to it and its fragments.
An ordinary reader finds frames by the moov's tables and never sees the headers of fragments between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from shared.media import timeline
from shared.media.fragmenting import mismatch, video_header
from shared.media.indexes import AudioIndex, FragmentIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.mp4.writing import (
    MDAT_HEADER,
    Track,
    TrackHeader,
    file_type,
    fragment,
    init_segment,
    media_data_header,
    movie,
)
from shared.media.plan import Plan
from shared.media.playlists import ByteRange

AAC_SAMPLES, AAC_RATE = 1024, 48_000
PRIMING = 1024
"""Samples that the AAC encoder puts before the first one."""


class Copy(NamedTuple):
    """Bytes to copy: from the sound, or from the object of a run."""

    run: int | None
    """Number of the run; None for the sound."""
    start: int
    end: int


NOWHERE = ByteRange(0, 0, Fraction(0))


@dataclass
class Layout:
    """A published file: its head, what follows it, and what playlists say about it."""

    head: bytes = b""
    body: list[Copy | bytes] = field(default_factory=list)
    size: int = 0
    header: ByteRange = NOWHERE
    segments: list[ByteRange] = field(default_factory=list)
    key_frames: list[ByteRange] = field(default_factory=list)


class SoundGroup(NamedTuple):
    """The packets of one segment: numbers first..last and bytes start..end, the ends excluded."""

    first: int
    last: int
    start: int
    end: int


class Sound(NamedTuple):
    """The packets that last as long as the video, grouped by segment."""

    header: TrackHeader
    sizes: Sequence[int]
    groups: Sequence[SoundGroup]
    shown: int
    """Samples to play."""


def sound_of(plan: Plan, audio: AudioIndex, frames: int) -> Sound:
    """Cut the sound to `frames` of video and along its segments."""
    shown = round(plan.seconds(frames) * AAC_RATE)
    count = min(len(audio.sizes), -(-shown // AAC_SAMPLES) + 1)
    bounds = [
        min(count, round(plan.seconds(span.end) * AAC_RATE / AAC_SAMPLES) + 1)
        for span in timeline.segments(frames, plan.gop)
    ]
    bounds[-1] = count
    header = TrackHeader("audio", AAC_RATE, AAC_SAMPLES, audio.stsd, PRIMING)
    places = [0, *accumulate(audio.sizes)]
    groups = [
        SoundGroup(first, last, places[first], places[last])
        for first, last in zip([0, *bounds[:-1]], bounds, strict=True)
    ]
    return Sound(header, audio.sizes[:count], groups, min(shown, count * AAC_SAMPLES - PRIMING))


def join_runs(plan: Plan, rung: Rung, runs: Sequence[RunIndex]) -> int:
    """Frames of all runs together; MediaError when they do not fit together. Those at the end may be empty."""
    frames = 0
    for index in (index for index in runs if index.frames):
        if index.rung != rung.name or index.start != frames:
            raise mismatch(f"a run of {rung.name} starts at frame {index.start} instead of {frames}")
        if index.stsd != runs[0].stsd:
            raise mismatch(f"the runs of {rung.name} were made with different codec parameters")
        frames += index.frames
    if not frames or len(runs) != len(plan.runs):
        raise mismatch(f"{rung.name} has {len(runs)} runs instead of {len(plan.runs)}")
    return frames


class _Tables:
    """The sample tables of a file, filled while its body is laid out."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.offsets: list[int] = []
        self.sync: list[int] = []
        self.chunks: list[tuple[int, int]] = []
        self.sound_chunks: list[tuple[int, int]] = []


def video_layout(plan: Plan, rung: Rung, runs: Sequence[RunIndex], sound: Sound | None) -> Layout:
    """The file of a rung. Where the body starts does not change the head's size, so it is laid out from 0 and moved."""
    frames = join_runs(plan, rung, runs)
    header = video_header(plan, rung, runs[0].stsd)
    init = init_segment(header, frames * plan.frame_duration)
    layout, tables = Layout(body=[init]), _Tables()
    position, fragments = len(init), _Fragments(runs)
    for number, span in enumerate(timeline.segments(frames, plan.gop)):
        if sound:
            position = _place_sound(layout, tables, sound.groups[number], position)
        begin = position
        while len(tables.sizes) < span.end:
            run_number, start, piece = next(fragments)
            layout.body.append(Copy(run_number, start, start + piece.size))
            seconds = plan.seconds(len(piece.sizes))
            layout.key_frames.append(ByteRange(position, piece.moof + 8 + piece.sizes[0], seconds))
            tables.chunks.append((position + piece.moof + 8, len(piece.sizes)))
            tables.sync.append(len(tables.sizes) + 1)
            tables.sizes += piece.sizes
            tables.offsets += [offset * plan.frame_duration for offset in piece.offsets]
            position += piece.size
        if len(tables.sizes) != span.end:
            raise mismatch(f"the segments of {rung.name} do not end where its fragments do")
        layout.segments.append(ByteRange(begin, position - begin, plan.seconds(span.frames)))
    tracks = [Track(header, tables.sizes, tables.chunks, tables.offsets, tables.sync)]
    if sound:
        tracks.append(Track(sound.header, sound.sizes, tables.sound_chunks, shown=sound.shown))
    return _placed(layout, tracks, plan.timescale, file_type("isom"), len(init), position)


def audio_layout(sound: Sound) -> Layout:
    """The file of the sound alone, one fragment per segment. Its fragments' headers are made here."""
    init = init_segment(sound.header, len(sound.sizes) * AAC_SAMPLES)
    layout = Layout(body=[init])
    chunks: list[tuple[int, int]] = []
    position = len(init)
    for number, group in enumerate(sound.groups):
        sizes, length = sound.sizes[group.first : group.last], group.end - group.start
        if not sizes:
            continue
        moof, _ = fragment(number + 1, group.first * AAC_SAMPLES, sound.header, sizes, (), b"")
        layout.body += [moof, (8 + length).to_bytes(4, "big") + b"mdat", Copy(None, group.start, group.end)]
        chunks.append((position + len(moof) + 8, len(sizes)))
        samples = len(sizes) * AAC_SAMPLES - (PRIMING if group.first == 0 else 0)
        layout.segments.append(ByteRange(position, len(moof) + 8 + length, Fraction(samples, AAC_RATE)))
        position += len(moof) + 8 + length
    track = Track(sound.header, sound.sizes, chunks, shown=sound.shown)
    return _placed(layout, [track], AAC_RATE, file_type("M4A "), len(init), position)


class _Fragments:
    """The fragments of all runs in order, each with its run and its place in the run's object."""

    def __init__(self, runs: Sequence[RunIndex]) -> None:
        self._all = ((number, piece) for number, index in enumerate(runs) for piece in index.fragments)
        self._run, self._at = 0, 0

    def __next__(self) -> tuple[int, int, FragmentIndex]:
        found = next(self._all, None)
        if found is None:
            raise mismatch("the runs have fewer frames than their indexes say")
        number, piece = found
        if number != self._run:
            self._run, self._at = number, 0
        start = self._at
        self._at += piece.size
        return number, start, piece


def _place_sound(layout: Layout, tables: _Tables, group: SoundGroup, position: int) -> int:
    if group.first == group.last:
        return position
    tables.sound_chunks.append((position, group.last - group.first))
    layout.body.append(Copy(None, group.start, group.end))
    return position + group.end - group.start


def _placed(layout: Layout, tracks: Sequence[Track], timescale: int, ftyp: bytes, init: int, body: int) -> Layout:
    """Put the head before the body and move everything behind it."""
    head = len(ftyp) + len(movie(tracks, timescale)) + MDAT_HEADER
    moved = [
        Track(
            track.header,
            track.sizes,
            [(offset + head, samples) for offset, samples in track.chunks],
            track.composition_offsets,
            track.sync_samples,
            track.shown,
        )
        for track in tracks
    ]
    layout.head = ftyp + movie(moved, timescale) + media_data_header(body)
    layout.header = ByteRange(head, init, Fraction(0))
    layout.segments = [entry._replace(offset=entry.offset + head) for entry in layout.segments]
    layout.key_frames = [entry._replace(offset=entry.offset + head) for entry in layout.key_frames]
    layout.size = head + body
    return layout
