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

from shared.media.fragmenting import mismatch, video_header
from shared.media.grid import Grid
from shared.media.indexes import AudioIndex, FragmentIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.mp4.codecs import entry_kind
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
from shared.media.playlists import ByteRange
from shared.media.timeline import GOPS_PER_SEGMENT

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
    fragments: list[ByteRange] = field(default_factory=list)
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


def segment_frames(gop: int, runs: Sequence[RunIndex]) -> list[int]:
    """Frames of each segment: as many fragments as fit into three groups of pictures, about six seconds.

    A last one that is shorter than a group goes to the segment before.
    """
    segments: list[int] = []
    for piece in (piece for index in runs for piece in index.fragments):
        frames = len(piece.sizes)
        if segments and segments[-1] + frames <= gop * GOPS_PER_SEGMENT:
            segments[-1] += frames
        else:
            segments.append(frames)
    if len(segments) > 1 and segments[-1] < gop:
        last = segments.pop()
        segments[-1] += last
    return segments


def packets_until(plan: Grid, frames: int) -> int:
    """How many packets of sound go with so many frames, from the beginning on."""
    return round(plan.seconds(frames) * AAC_RATE / AAC_SAMPLES) + 1


def sound_header(stsd: bytes) -> TrackHeader:
    """The track that all headers and fragments of the sound share."""
    return TrackHeader("audio", AAC_RATE, AAC_SAMPLES, stsd, PRIMING)


def sound_seconds(first: int, last: int) -> Fraction:
    """How long the packets with the numbers first..last play, the end excluded."""
    return Fraction((last - first) * AAC_SAMPLES - (0 if first else PRIMING), AAC_RATE)


def sound_of(plan: Grid, audio: AudioIndex, segments: Sequence[int]) -> Sound:
    """Cut the sound to the length of the video and along its segments, whose frames are given."""
    shown = round(plan.seconds(sum(segments)) * AAC_RATE)
    count = min(len(audio.sizes), -(-shown // AAC_SAMPLES) + 1)
    bounds = [min(count, packets_until(plan, end)) for end in accumulate(segments)]
    bounds[-1] = count
    header = sound_header(audio.stsd)
    places = [0, *accumulate(audio.sizes)]
    groups = [
        SoundGroup(first, last, places[first], places[last])
        for first, last in zip([0, *bounds[:-1]], bounds, strict=True)
    ]
    return Sound(header, audio.sizes[:count], groups, min(shown, count * AAC_SAMPLES - PRIMING))


def join_runs(plan: Grid, rung: Rung, runs: Sequence[RunIndex]) -> int:
    """Frames of all runs together; MediaError when they do not fit together. Those at the end may be empty."""
    frames = 0
    for number, index in ((number, index) for number, index in enumerate(runs) if index.frames):
        if index.rung != rung.name or index.start != (0 if index.is_movable else frames):
            raise mismatch(f"a run of {rung.name} starts at frame {index.start} instead of {frames}")
        if index.stsd != runs[0].stsd:
            raise mismatch(f"the runs of {rung.name} were made with different codec parameters")
        if index.is_movable and number < len(plan.runs) and index.frames != plan.runs[number].span.frames:
            raise mismatch(f"run {number} of {rung.name} has {index.frames} frames, which is not what was ordered")
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


def video_layout(
    plan: Grid, rung: Rung, runs: Sequence[RunIndex], sound: Sound | None, segments: Sequence[int]
) -> Layout:
    """The file of a rung, its segments of so many frames each.

    Where the body starts does not change the head's size, so it is laid out from 0 and moved.
    """
    frames = join_runs(plan, rung, runs)
    header = video_header(plan, rung, runs[0].stsd)
    init = init_segment(header, frames * plan.frame_duration)
    layout, tables = Layout(body=[init]), _Tables()
    position, fragments = len(init), _Fragments(runs)
    for number, end in enumerate(accumulate(segments)):
        if sound:
            position = _place_sound(layout, tables, sound.groups[number], position)
        begin, first = position, len(tables.sizes)
        while len(tables.sizes) < end:
            place = next(fragments)
            piece = place.piece
            layout.body += _pieces(plan, header, place, len(tables.sync) + 1, len(tables.sizes))
            seconds = plan.seconds(len(piece.sizes))
            layout.fragments.append(ByteRange(position, piece.size, seconds))
            layout.key_frames.append(ByteRange(position, piece.moof + 8 + piece.sizes[0], seconds))
            tables.chunks.append((position + piece.moof + 8, len(piece.sizes)))
            tables.sync.append(len(tables.sizes) + 1)
            tables.sizes += piece.sizes
            tables.offsets += [offset * plan.frame_duration for offset in piece.offsets]
            position += piece.size
        if len(tables.sizes) != end:
            raise mismatch(f"the segments of {rung.name} do not end where its fragments do")
        layout.segments.append(ByteRange(begin, position - begin, plan.seconds(end - first)))
    tracks = [Track(header, tables.sizes, tables.chunks, tables.offsets, tables.sync)]
    if sound:
        tracks.append(Track(sound.header, sound.sizes, tables.sound_chunks, shown=sound.shown))
    return _placed(layout, tracks, plan.timescale, file_type("isom", entry_kind(header.stsd)), len(init), position)


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
        seconds = sound_seconds(group.first, group.last)
        layout.segments.append(ByteRange(position, len(moof) + 8 + length, seconds))
        layout.fragments.append(layout.segments[-1])
        position += len(moof) + 8 + length
    track = Track(sound.header, sound.sizes, chunks, shown=sound.shown)
    return _placed(layout, [track], AAC_RATE, file_type("M4A "), len(init), position)


class _Place(NamedTuple):
    """A fragment, the number of its run, and where it lies in the run's object."""

    run: int
    start: int
    piece: FragmentIndex
    is_movable: bool


class _Fragments:
    """The fragments of all runs in order."""

    def __init__(self, runs: Sequence[RunIndex]) -> None:
        self._all = ((number, index, piece) for number, index in enumerate(runs) for piece in index.fragments)
        self._run, self._at = 0, 0

    def __next__(self) -> _Place:
        found = next(self._all, None)
        if found is None:
            raise mismatch("the runs have fewer frames than their indexes say")
        number, index, piece = found
        if number != self._run:
            self._run, self._at = number, 0
        start = self._at
        self._at += piece.size
        return _Place(number, start, piece, index.is_movable)


def _pieces(plan: Grid, header: TrackHeader, place: _Place, sequence: int, frame: int) -> list[Copy | bytes]:
    """What is written of a fragment at that frame; the header of a movable one is made anew, of the same size."""
    end = place.start + place.piece.size
    if not place.is_movable:
        return [Copy(place.run, place.start, end)]
    offsets = [offset * plan.frame_duration for offset in place.piece.offsets]
    moof, _ = fragment(sequence, frame * plan.frame_duration, header, place.piece.sizes, offsets, b"")
    if len(moof) != place.piece.moof:
        raise mismatch("the header of a fragment changes its size with its place")
    return [moof, Copy(place.run, place.start + len(moof), end)]


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
    layout.fragments = [entry._replace(offset=entry.offset + head) for entry in layout.fragments]
    layout.key_frames = [entry._replace(offset=entry.offset + head) for entry in layout.key_frames]
    layout.size = head + body
    return layout
