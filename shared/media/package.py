"""Packaging: the workers' bytes are joined into the published files, with playlists over them. Nothing is remuxed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from shared.media.fragmenting import mismatch
from shared.media.grid import Grid
from shared.media.indexes import AudioIndex, RunIndex
from shared.media.ladder import Rung
from shared.media.layout import Layout, Sound, audio_layout, join_runs, segment_frames, sound_of, video_layout
from shared.media.mp4.codecs import codec_string
from shared.media.playlists import (
    MEDIA_TYPE,
    STORYBOARD,
    Variant,
    average_bits,
    master_playlist,
    media_playlist,
    peak_bits,
)
from shared.media.storage import ForwardReader, RangeSource, Sink, finishing

MOST_AT_ONCE = 5
"""Rungs that are published side by side: a thread and a block of bytes each, however many codecs there are."""
OpenSink = Callable[[str, str], Sink]
"""Opens the published object of a name and a content type."""
OnLayout = Callable[[str, Layout], None]
"""Told where the bytes of each rung's file lie, and of that of the sound ("audio")."""


class EncodedRun(NamedTuple):
    """One run of one rung: its index and its bytes."""

    index: RunIndex
    fragments: RangeSource


class EncodedAudio(NamedTuple):
    """The sound: its index and its packets."""

    index: AudioIndex
    packets: RangeSource


class Illustration(NamedTuple):
    """A small object that is published beside the stream."""

    name: str
    content_type: str
    data: bytes


class Drawing(Protocol):
    """Makes illustrations of one rung's file, whose bytes it sees go by."""

    def take(self, data: bytes) -> None:
        """The next bytes of the file."""
        ...

    def draw(self) -> list[Illustration]:
        """All illustrations, once the file has been written."""
        ...


Illustrate = Callable[[Grid, Rung, Sequence[RunIndex], Layout], Drawing]
"""Begins a drawing of the lowest rung: its runs, and where the file has what."""


@dataclass(frozen=True)
class PublishedObject:
    """One object of the published video; sha256 is hexadecimal."""

    name: str
    size: int
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What was published. `duration` is in seconds, variants go from the largest down, those in H.264 first."""

    duration: float
    frames: int
    has_audio: bool
    variants: tuple[Variant, ...]
    objects: tuple[PublishedObject, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Manifest":
        """The inverse of `to_json`."""
        members: dict[str, Any] = {
            **value,
            "variants": tuple(Variant.from_json(variant) for variant in value["variants"]),
            "objects": tuple(PublishedObject(**published) for published in value["objects"]),
        }
        return cls(**members)


def package(
    plan: Grid,
    runs: Mapping[str, Sequence[EncodedRun]],
    audio: EncodedAudio | None,
    open_sink: OpenSink,
    on_layout: OnLayout | None = None,
    illustrate: Illustrate | None = None,
) -> Manifest:
    """Publish a video: the sound, per rung `{rung}.mp4`, `{rung}.m3u8` and `{rung}_i.m3u8`, and at last `master.m3u8`.

    `illustrate` adds what it makes of the lowest rung. `runs` has all runs of every rung in order. MediaError when they
    do not fit together; a sink that was opened is finished or aborted.
    """
    if plan.has_audio != (audio is not None):
        raise mismatch("sound was planned and is missing, or the other way round")
    indexes = {rung.name: [run.index for run in runs[rung.name]] for rung in plan.rungs}
    frames = {join_runs(plan, rung, indexes[rung.name]) for rung in plan.rungs}
    segments = {tuple(segment_frames(plan.gop, one)) for one in indexes.values()}
    if len(frames) != 1 or len(segments) != 1 or frames != {sum(one) for one in segments}:
        raise mismatch("the renditions have different numbers of frames")
    publisher = _Publisher(
        plan, audio, open_sink, segments.pop(), on_layout or (lambda _name, _layout: None), illustrate
    )
    publisher.publish_audio()
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(plan.rungs))) as rungs:
        made = list(rungs.map(lambda rung: publisher.publish_rung(rung.name, runs[rung.name]), plan.rungs))
    return publisher.finish(made)


class _Publisher:
    """Rungs are published side by side, since what takes time is the storage's answers."""

    def __init__(
        self,
        plan: Grid,
        audio: EncodedAudio | None,
        open_sink: OpenSink,
        segments: Sequence[int],
        on_layout: OnLayout,
        illustrate: Illustrate | None,
    ) -> None:
        self._on_layout = on_layout
        self._illustrate = illustrate
        self._plan = plan
        self._audio = audio
        self._open_sink = open_sink
        self._segments = segments
        self._frames = sum(segments)
        self._sound: Sound | None = sound_of(plan, audio.index, segments) if audio else None
        self._sounds: list[PublishedObject] = []
        self._audio_peak = self._audio_average = 0

    def publish_audio(self) -> None:
        if self._sound is None:
            return
        layout = audio_layout(self._sound)
        self._on_layout("audio", layout)
        self._sounds = [
            self._write("audio.mp4", "audio/mp4", layout, ()),
            self._write_text("audio.m3u8", media_playlist("audio.mp4", layout.header, layout.segments)),
        ]
        self._audio_peak, self._audio_average = peak_bits(layout.segments), average_bits(layout.segments)

    def publish_rung(self, name: str, runs: Sequence[EncodedRun]) -> tuple[Variant, list[PublishedObject]]:
        rung, indexes = self._plan.rung(name), [run.index for run in runs]
        layout = video_layout(self._plan, rung, indexes, self._sound, self._segments)
        self._on_layout(name, layout)
        file = f"{name}.mp4"
        illustrate = self._illustrate if rung == self._plan.rungs[-1] else None
        drawing = illustrate(self._plan, rung, indexes, layout) if illustrate else None
        objects = [
            self._write(file, "video/mp4", layout, runs, drawing.take if drawing else None),
            self._write_text(f"{name}.m3u8", media_playlist(file, layout.header, layout.segments)),
            self._write_text(f"{name}_i.m3u8", media_playlist(file, layout.header, layout.key_frames, iframes=True)),
        ]
        objects += [self._write_bytes(*made) for made in drawing.draw()] if drawing else []
        codecs = [codec_string(indexes[0].stsd)]
        if self._sound:
            codecs.append(codec_string(self._sound.header.stsd))
        variant = Variant(
            name=name,
            width=rung.width,
            height=rung.height,
            frame_rate=float(self._plan.frame_rate),
            codecs=",".join(codecs),
            bandwidth=peak_bits(layout.segments) + self._audio_peak,
            average_bandwidth=average_bits(layout.segments) + self._audio_average,
            iframe_bandwidth=peak_bits(layout.key_frames),
            iframe_average_bandwidth=average_bits(layout.key_frames),
            size=layout.size,
        )
        return variant, objects

    def finish(self, rungs: Sequence[tuple[Variant, list[PublishedObject]]]) -> Manifest:
        variants = tuple(sorted((variant for variant, _ in rungs), key=lambda variant: not variant.is_common))
        listed = [one for _, objects in rungs for one in objects]
        storyboard = STORYBOARD if any(one.name == STORYBOARD for one in listed) else ""
        text = master_playlist(variants, has_audio=self._audio is not None, storyboard=storyboard)
        master = self._write_text("master.m3u8", text)
        return Manifest(
            duration=float(self._plan.seconds(self._frames)),
            frames=self._frames,
            has_audio=self._audio is not None,
            variants=variants,
            objects=(*self._sounds, *listed, master),
        )

    def _write(
        self,
        name: str,
        content_type: str,
        layout: Layout,
        runs: Sequence[EncodedRun],
        take: Callable[[bytes], None] | None = None,
    ) -> PublishedObject:
        """Write a file; `take` is told of its bytes as they go by."""
        sink, size, digest = self._open_sink(name, content_type), 0, sha256()
        with finishing({name: sink}):
            for piece in _pieces(layout, runs, self._audio):
                sink.write(piece)
                digest.update(piece)
                if take:
                    take(piece)
                size += len(piece)
            if size != layout.size:
                raise mismatch(f"{name} has {size} bytes instead of {layout.size}")
        return PublishedObject(name, size, content_type, digest.hexdigest())

    def _write_text(self, name: str, text: str) -> PublishedObject:
        return self._write_bytes(name, MEDIA_TYPE, text.encode())

    def _write_bytes(self, name: str, content_type: str, data: bytes) -> PublishedObject:
        sink = self._open_sink(name, content_type)
        with finishing({name: sink}):
            sink.write(data)
        return PublishedObject(name, len(data), content_type, sha256(data).hexdigest())


def _pieces(layout: Layout, runs: Sequence[EncodedRun], audio: EncodedAudio | None) -> Iterator[bytes]:
    """A file from front to back. Runs come in order, so that memory holds a block of one of them, and of the sound."""
    yield layout.head
    sound = ForwardReader(audio.packets) if audio else None
    number, video = -1, sound
    for part in layout.body:
        if isinstance(part, bytes):
            yield part
            continue
        if part.run is not None and part.run != number:
            number, video = part.run, ForwardReader(runs[part.run].fragments)
        reader = sound if part.run is None else video
        if reader is None:
            raise mismatch("sound is wanted where there is none")
        yield from reader.read(part.start, part.end)
