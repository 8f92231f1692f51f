"""The sound of a composition: what is heard when, on which bus, and the graphs that mix it. Times are in samples."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from shared.media.command import FIRST_PIPE
from shared.media.scene.composition import Composition
from shared.media.scene.graph import Feed, Graph
from shared.media.scene.model import AudioElement, VideoElement
from shared.media.scene.sources import Media
from shared.media.scene.timing import SceneTime, exact, lap_seconds
from shared.media.scene.units import graph_key

RATE = 48_000
Bus = Literal["voice", "clip", "music", "bed"]
"""Speech of scenes, sound of their videos, music that gives way to speech, and what does not."""
STEMS: tuple[Literal["voice", "clip"], ...] = ("voice", "clip")
"""The buses of scenes; they are mixed scene by scene and laid end to end."""
LEAD_SECONDS = 10
"""A trim that is longer than this is reached by seeking."""
LAP_SAMPLES = 240 * RATE
"""What the loops of one process may hold in memory: 92 MB. Longer ones are read from a file."""
GROUP_SOUNDS = 16
"""So many sounds are mixed by one process, unless one scene has more."""
AFTER_SECONDS = 2
CHUNKS = "asetnsamples=1024:p=0"
"""The compressor's gain depends on how its inputs are cut into frames, which threads would decide."""
DUCKING = "sidechaincompress=threshold=0.03:ratio=8:attack=20:release=400"
PEAK = 0.89
"""The limiter's ceiling: one decibel below full scale."""
MOST_GAIN = 24.0
"""Decibels."""
SILENCE = -69.0
"""LUFS; what measures less has no loudness to correct."""
STEREO = "aformat=sample_fmts=fltp:channel_layouts=stereo"


@dataclass(frozen=True)
class Sound:
    """Something heard, from sample `start` on for `length` samples."""

    src: str
    bus: Bus
    start: int
    length: int
    trim: Fraction
    speed: Fraction
    volume: float
    fade_in: float
    fade_out: float
    """Seconds."""
    lap: int
    """Samples of one turn, 0 when it does not repeat."""


@dataclass(frozen=True)
class Group:
    """Sounds of consecutive scenes, which one process mixes; `start` is the first sample."""

    start: int
    length: int
    sounds: tuple[Sound, ...]


Laps = Mapping[Sound, Feed]
"""Loops that are read from files, which go on for as long as they are heard."""
NO_LAPS: Laps = {}


def samples(seconds: Fraction) -> int:
    """The nearest whole number of samples."""
    return round(seconds * RATE)


def scene_sounds(composition: Composition, time: SceneTime) -> Iterator[Sound]:
    """What is heard in a scene; nothing outlasts it."""
    begin = samples(time.start / composition.rate)
    end = samples(time.end / composition.rate)
    for element in composition.project.scenes[time.number].elements:
        if isinstance(element, AudioElement):
            yield from _sound(element, "voice", begin, end, composition, repeats=bool(element.loop))
        elif isinstance(element, VideoElement) and _is_heard(element, 1, composition.media):
            yield from _sound(element, "clip", begin, end, composition, repeats=bool(element.loop))


def shared_sounds(composition: Composition) -> list[Sound]:
    """What is heard over all scenes: it repeats unless told otherwise."""
    end = samples(composition.frames / composition.rate)
    found: list[Sound] = []
    for element in composition.project.elements:
        repeats = getattr(element, "loop", None) is not False
        if isinstance(element, AudioElement):
            bus: Bus = "music" if element.duck else "bed"
            found += _sound(element, bus, 0, end, composition, repeats=repeats)
        elif isinstance(element, VideoElement) and _is_heard(element, 0, composition.media):
            found += _sound(element, "bed", 0, end, composition, repeats=repeats)
    return found


def groups(composition: Composition) -> list[Group]:
    """The sounds of all scenes, in groups of consecutive scenes that together have not too many."""
    found: list[Group] = []
    for time in composition.times:
        start, end = (samples(frame / composition.rate) for frame in (time.start, time.end))
        sounds = tuple(scene_sounds(composition, time))
        if found and len(found[-1].sounds) + len(sounds) <= GROUP_SOUNDS:
            last = found.pop()
            found.append(Group(last.start, end - last.start, last.sounds + sounds))
        else:
            found.append(Group(start, end - start, sounds))
    return found


def is_silent(composition: Composition) -> bool:
    """Whether nothing at all is heard."""
    return not (shared_sounds(composition) or any(group.sounds for group in groups(composition)))


def programme_key(composition: Composition, encoder_build: str) -> str:
    """A hash over all that determines the sound's bytes; empty when there is none."""
    if is_silent(composition):
        return ""
    parts = [graph_key(group_graph(group, composition.media), composition.media, None) for group in groups(composition)]
    graph = Graph()
    mix(graph, composition, {})
    more = [encoder_build, composition.project.output.loudness, parts]
    return graph_key(graph, composition.media, more)


def long_laps(sounds: Iterable[Sound]) -> list[Sound]:
    """The loops of one process that do not all fit into memory, the shortest ones being held there."""
    loops = sorted((sound for sound in sounds if sound.lap), key=lambda sound: sound.lap)
    held = accumulate(sound.lap for sound in loops)
    return [sound for sound, total in zip(loops, held, strict=True) if total > LAP_SAMPLES]


def lap_graph(sound: Sound, media: Media) -> Graph:
    """A graph that makes one turn of a loop."""
    graph = Graph()
    once = _once(graph, sound, media)
    graph.chains.append(f"{once[0]}{','.join(once[1:])}[lap]")
    return graph


def group_graph(group: Group, media: Media, laps: Laps = NO_LAPS) -> Graph:
    """A graph with an output per bus of scenes, labelled as the bus."""
    graph = Graph()
    for bus in STEMS:
        heard = [
            _chain(graph, sound, media, group.start, group.length, laps) for sound in group.sounds if sound.bus == bus
        ]
        label = _sum(graph, heard) if heard else graph.add([], f"anullsrc=r={RATE}:cl=stereo")
        graph.chains.append(f"[{label}]atrim=end_sample={group.length},{STEREO}[{bus}]")
    return graph


def mix(graph: Graph, composition: Composition, stems: dict[str, Feed], laps: Laps = NO_LAPS) -> str:
    """The label of the whole programme, not yet as loud as it shall be. `stems` are the buses of scenes, as inputs."""
    length = samples(composition.frames / composition.rate)
    labels: dict[str, str] = {}
    for bus, feed in stems.items():
        labels[bus] = graph.add([f"{graph.feed(feed)}:a:0"], f"aresample={RATE}", STEREO, f"apad=whole_len={length}")
    for bus in ("music", "bed"):
        heard = [
            _chain(graph, sound, composition.media, 0, length, laps)
            for sound in shared_sounds(composition)
            if sound.bus == bus
        ]
        if heard:
            labels[bus] = _sum(graph, heard)
    if "music" in labels and "voice" in labels:
        graph.chains.append(f"[{labels['voice']}]asplit[speech][key]")
        sides = [graph.add([one], CHUNKS) for one in (labels["music"], "key")]
        labels["music"] = graph.add(sides, DUCKING)
        labels["voice"] = "speech"
    return _sum(graph, list(labels.values())) if labels else graph.add([], f"anullsrc=r={RATE}:cl=stereo")


def measuring(graph: Graph, programme: str) -> None:
    """Measure the loudness: its value after each tenth of a second goes to the first output's pipe."""
    told = f"ametadata=mode=print:key=lavfi.r128.I:file={FIRST_PIPE}"
    graph.add([programme], "ebur128=metadata=1", told)


def mastering(graph: Graph, programme: str, gain: float) -> None:
    """One gain for the whole programme, in decibels, and a limiter for its peaks."""
    steps = [f"volume={gain:.3f}dB"] if gain else []
    limiter = f"alimiter=limit={PEAK}:level=0:attack=5:release=50:latency=1"
    graph.add([programme], *steps, limiter, f"aresample={RATE}", STEREO, "apad")


def gain_for(measured: float, wanted: float | None) -> float:
    """Decibels from a measured to a wanted loudness, both in LUFS."""
    if wanted is None or measured < SILENCE:
        return 0.0
    return max(-MOST_GAIN, min(MOST_GAIN, wanted - measured))


def _is_heard(element: VideoElement, volume: float, media: Media) -> bool:
    return bool(media[element.src].sound) and (volume if element.volume is None else element.volume) > 0


def _sound(
    element: AudioElement | VideoElement, bus: Bus, begin: int, end: int, composition: Composition, *, repeats: bool
) -> Iterator[Sound]:
    start = begin + samples(exact(element.start))
    own = lap_seconds(element, composition.media)
    wanted = exact(element.duration) if element.duration else None if repeats else own
    last = end if wanted is None else min(end, start + samples(wanted))
    if isinstance(element, VideoElement):  # picture and sound begin again together
        own = int(own * composition.rate) / composition.rate
    if last > start:
        yield Sound(
            src=element.src,
            bus=bus,
            start=start,
            length=last - start,
            trim=exact(element.trim),
            speed=exact(element.speed),
            volume=1.0 if element.volume is None else float(element.volume),
            fade_in=float(element.fade_in),
            fade_out=float(element.fade_out),
            lap=samples(own) if repeats and samples(own) < last - start else 0,
        )


def _once(graph: Graph, sound: Sound, media: Media) -> list[str]:
    """The label of an input and the filters that make one turn of a sound."""
    facts = media[sound.src].sound
    assert facts, "the schedule has checked the kinds of all sources"
    once = sound.lap or sound.length
    seek = sound.trim - LEAD_SECONDS if sound.trim > LEAD_SECONDS else None
    needed = once * sound.speed / RATE + (LEAD_SECONDS if seek is not None else sound.trim) + AFTER_SECONDS
    label = graph.feed(Feed(sound.src, "audio", float(needed), None if seek is None else float(seek), is_exact=False))
    origin = facts.start + sound.trim
    steps = [f"asetpts=PTS-({origin.numerator}/{origin.denominator})/TB", f"aresample={RATE}:async=1:first_pts=0"]
    steps += [STEREO, *_tempo(sound.speed), f"apad=whole_len={once},atrim=end_sample={once}"]
    return [f"[{label}:{facts.audio.index}]", *steps]


def _chain(graph: Graph, sound: Sound, media: Media, start: int, total: int, laps: Laps) -> str:
    """A sound in its place, as long as the whole."""
    if sound in laps:
        label, *steps = f"[{graph.feed(laps[sound])}:a:0]", STEREO, f"atrim=end_sample={sound.length}"
    else:
        label, *steps = _once(graph, sound, media)
    if sound.lap and sound not in laps:
        steps.append(f"aloop=loop=-1:size={sound.lap},atrim=end_sample={sound.length}")
    if sound.volume != 1:
        steps.append(f"volume={sound.volume}")
    steps += [*_fades(sound), "asetpts=N"]
    delay = sound.start - start
    steps += [f"adelay={delay}S:all=1"] if delay else []
    return graph.add([label[1:-1]], *steps, f"apad=whole_len={total},atrim=end_sample={total}")


def _tempo(speed: Fraction) -> list[str]:
    """Another speed at the same pitch; FFmpeg's own `atempo` costs a tenth, and sounds are up to 0.1 s early in it."""
    return [] if speed == 1 else [f"rubberband=tempo={float(speed)}"]


def _fades(sound: Sound) -> Iterator[str]:
    if sound.fade_in:
        yield f"afade=t=in:ns={round(sound.fade_in * RATE)}"
    if sound.fade_out:
        count = min(sound.length, round(sound.fade_out * RATE))
        yield f"afade=t=out:ss={sound.length - count}:ns={count}"


def _sum(graph: Graph, labels: Sequence[str]) -> str:
    if len(labels) == 1:
        return labels[0]
    return graph.add(list(labels), f"amix=inputs={len(labels)}:normalize=0:duration=longest")
