"""A dry run: what a render would be like, and everything questionable about it, without decoding anything."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from shared.media import timeline
from shared.media.scene.ass import Event
from shared.media.scene.capacity import cpu_seconds, pieces
from shared.media.scene.composition import Composition
from shared.media.scene.config import MAX_PROBLEMS
from shared.media.scene.effects import slide_frames, standing, typing_frames
from shared.media.scene.estimate import unit_cpu_seconds
from shared.media.scene.fonts import find_font, missing
from shared.media.scene.geometry import Box
from shared.media.scene.hearing import MOST_ALIGNED_SECONDS, Heard, Origin, heard
from shared.media.scene.layers import FOREVER, Clip, Layer, Picture, SubtitlesLayer, TextLayer
from shared.media.scene.measuring import room_and_needs, text_box
from shared.media.scene.model import AudioElement, Project, SubtitlesElement, TextElement, VideoElement
from shared.media.scene.problems import Path, Problem, SceneError, pointer, under
from shared.media.scene.sources import Media
from shared.media.scene.speech import Transcripts
from shared.media.scene.timing import SceneTime, exact, lap_seconds, own_seconds
from shared.media.scene.units import RenderUnit
from shared.media.timeline import Span

ENLARGED = 1.05
"""A source that is enlarged by more than this looks soft."""
WORKER_CPUS = 2
START_SECONDS = 6
"""Until the first worker begins, and from the last one's end until all is published."""
SLACK_SECONDS = 0.1
NOT_ALIGNED = (
    f"The text is spread over the sound: English of up to {MOST_ALIGNED_SECONDS // 60} minutes alone is aligned."
)
SCATTERED = "The text is spread over all sounds of the scene, since nothing tells which of them says what."


@dataclass(frozen=True)
class SceneReport:
    """A scene in time; seconds."""

    id: str
    start: float
    duration: float
    transition: float


@dataclass(frozen=True)
class SpokenReport:
    """A sound whose words subtitles show, by its place, and where the words' times will come from."""

    pointer: str
    scene_id: str
    words: Origin


@dataclass(frozen=True)
class DryRun:
    """What a render would be like. Without validity there are only problems."""

    valid: bool
    problems: tuple[Problem, ...]
    scenes: tuple[SceneReport, ...] = ()
    spoken: tuple[SpokenReport, ...] = ()
    duration: float = 0
    frames: int = 0
    units: int = 0
    cpu_seconds: float = 0
    estimated_seconds: float = 0
    """From the order to the published video, when there are workers enough."""

    def to_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


@dataclass(frozen=True)
class _Placed:
    """A text in time and space; `layer` counts from the undermost."""

    layer: int
    start: int
    end: int
    box: Box


def report(
    project: Project,
    media: Media,
    transcripts: Transcripts | None = None,
    root: str = "",
    *,
    transcribes: bool = False,
) -> DryRun:
    """The dry run of a project whose sources have been probed; those that are missing are problems.

    `root` is the place of the project in the document, for pointers. `transcribes`: whether somebody will write
    down what has no text.
    """
    try:
        composition = Composition.of(project, media, transcripts)
        rate = composition.rate
        units = [
            RenderUnit(0, number, first, last, Span(first, last - first), False, "")
            for number, first, last in pieces(composition, timeline.gop_frames(rate))
        ]
        cost = cpu_seconds(composition, units)
    except SceneError as error:
        return DryRun(False, under(root, error.problems))
    sounds = list(heard(project, media, transcribes=transcribes))
    slowest = max(unit_cpu_seconds(composition, unit) for unit in units)
    return DryRun(
        valid=True,
        problems=under(root, tuple(islice(_warnings(composition, sounds, root), MAX_PROBLEMS))),
        scenes=tuple(_scene(composition, time) for time in composition.times),
        spoken=tuple(SpokenReport(root + pointer(one.path), one.scene_id, one.origin) for one in sounds),
        duration=float(composition.frames / rate),
        frames=composition.frames,
        units=len(units),
        cpu_seconds=cost,
        estimated_seconds=round(START_SECONDS + slowest / WORKER_CPUS, 1),
    )


def _scene(composition: Composition, time: SceneTime) -> SceneReport:
    start, length, transition = (
        round(float(frames / composition.rate), 3) for frames in (time.start, time.frames, time.transition)
    )
    return SceneReport(composition.project.scenes[time.number].id, start, length, transition)


def _warnings(composition: Composition, sounds: list[Heard], root: str) -> Iterator[Problem]:
    yield from _elements(composition)
    yield from (_spread(one) for one in sounds if one.origin is Origin.SPREAD)
    written = {one.scene_id for one in sounds if one.origin is Origin.TRANSCRIBED}
    for time in composition.times:
        yield from _seen(composition, time)
        if composition.project.scenes[time.number].id not in written:
            yield from _unknown(composition, time)
        yield from _overlaps(composition, time, root)


def _elements(composition: Composition) -> Iterator[Problem]:
    """What can be told of an element alone."""
    for element, path, scene_id in composition.project.places():
        if isinstance(element, TextElement):
            yield from _letters(element.text, element.style.font_family, (*path, "text"), scene_id)
            yield from _family(element.style.font_family, (*path, "style", "font-family"), scene_id)
            yield from _wide(element, composition, path, scene_id)
        elif isinstance(element, SubtitlesElement):
            yield from _family(element.settings.font_family, (*path, "settings", "font-family"), scene_id)


def _seen(composition: Composition, time: SceneTime) -> Iterator[Problem]:
    """What can be told of an element in its scene."""
    scene = composition.project.scenes[time.number]
    canvas = Box(0, 0, *composition.size)
    layers = {layer.path: layer for layer in composition.stacks[time.number] if layer.path[:1] == ("scenes",)}
    for number, element in enumerate(scene.elements):
        path: Path = ("scenes", time.number, "elements", number)
        layer = layers.get(path)
        if isinstance(element, AudioElement):
            yield from _cut_sound(element, composition, time, path)
        elif layer is None:
            yield _warning("NEVER_SEEN", "The element starts when its scene is over.", path, scene.id)
        if isinstance(layer, Picture):
            yield from _picture(layer, canvas, path, scene.id)
        if isinstance(layer, Clip) and isinstance(element, VideoElement):
            yield from _held(layer, element, composition, time, path)
        yield from _hurried(layer, composition, path, scene.id)
    for layer in composition.stacks[time.number]:
        if isinstance(layer, SubtitlesLayer):
            text = " ".join(word.text for word in composition.words(time.number, layer))
            yield from _letters(text, layer.element.settings.font_family, layer.path, scene.id)


def _picture(layer: Picture, canvas: Box, path: Path, scene_id: str) -> Iterator[Problem]:
    if not layer.placement.target.meets(canvas):
        yield _warning("NEVER_SEEN", "The element lies outside the picture.", path, scene_id)
    elif layer.placement.scale > ENLARGED:
        message = f"The source is enlarged {float(layer.placement.scale):.1f} times and will look soft."
        yield _warning("ENLARGED", message, path, scene_id)


def _held(
    layer: Clip, element: VideoElement, composition: Composition, time: SceneTime, path: Path
) -> Iterator[Problem]:
    """A video that ends before its scene, or before the time that it is shown for."""
    if layer.lap:
        return
    shown = (min(layer.end, time.frames) - layer.start) / composition.rate
    own = lap_seconds(element, composition.media)
    if shown - own > SLACK_SECONDS:
        message = f"The video ends {float(shown - own):.1f} s early; its last frame stays. With loop it begins again."
        yield _warning("VIDEO_TOO_SHORT", message, path, composition.project.scenes[time.number].id)


def _hurried(layer: Layer | None, composition: Composition, path: Path, scene_id: str) -> Iterator[Problem]:
    """A text that is seen for too short a time for its effects."""
    if not isinstance(layer, TextLayer):
        return
    element, rate = layer.element, composition.rate
    seen = float(layer.fade_end / rate)
    typed = typing_frames(element, rate)[-1][0] + 1
    if typed > layer.fade_end:
        message = f"Typing the text takes {float(typed / rate):.1f} s, but it is seen for {seen:.1f} s."
        yield _warning("TEXT_CUT", message, (*path, "typewriter"), scene_id)
    slides = [slide_frames(slide, rate) for slide in (element.slide_in, element.slide_out) if slide]
    if sum(slides) > layer.fade_end:
        message = f"The text slides for {float(sum(slides) / rate):.1f} s, but it is seen for {seen:.1f} s."
        yield _warning("TEXT_CUT", message, path, scene_id)


def _cut_sound(element: AudioElement, composition: Composition, time: SceneTime, path: Path) -> Iterator[Problem]:
    over = exact(element.start) + own_seconds(element, composition.media) - time.frames / composition.rate
    if over > SLACK_SECONDS:
        scene = composition.project.scenes[time.number]
        yield _warning("SOUND_CUT", f"The sound is cut {float(over):.1f} s before its end.", path, scene.id)


def _unknown(composition: Composition, time: SceneTime) -> Iterator[Problem]:
    """Subtitles of a scene with sound that have nothing to show."""
    scene = composition.project.scenes[time.number]
    for layer in composition.stacks[time.number]:
        is_empty = isinstance(layer, SubtitlesLayer) and not composition.words(time.number, layer)
        if is_empty and any(isinstance(element, AudioElement) for element in scene.elements):
            message = f"Nothing is known of what is said in the scene {scene.id}, so it has no subtitles."
            yield _warning("NO_WORDS", message, layer.path, scene.id)


def _spread(one: Heard) -> Problem:
    message = f"{SCATTERED if one.hearing is None else NOT_ALIGNED} The words will show about when they are said."
    return _warning("WORDS_SPREAD", message, one.path, one.scene_id)


def _overlaps(composition: Composition, time: SceneTime, root: str) -> Iterator[Problem]:
    """Texts that cover one another at the same time."""
    scene = composition.project.scenes[time.number]
    texts = [layer for layer in composition.stacks[time.number] if isinstance(layer, TextLayer | SubtitlesLayer)]
    placed = [
        _Placed(at, event.start, event.end, text_box(event, composition.size))
        for at, layer in enumerate(texts if len(texts) > 1 else ())
        for event in _written(composition, time, layer)
    ]
    told: set[tuple[int, int]] = set()
    shown: list[_Placed] = []
    for one in sorted(placed, key=lambda text: text.start):
        shown = [text for text in shown if text.end > one.start]
        met = (text.layer for text in shown if text.layer != one.layer and text.box.meets(one.box))
        told.update((min(layer, one.layer), max(layer, one.layer)) for layer in met)
        shown.append(one)
    for lower, over in sorted(told):
        message = f"The text covers that of {root}{pointer(texts[lower].path)}."
        yield _warning("TEXT_OVERLAPS", message, texts[over].path, scene.id)


def _written(composition: Composition, time: SceneTime, layer: TextLayer | SubtitlesLayer) -> Sequence[Event]:
    """What a layer writes in a scene, where it stands."""
    if isinstance(layer, SubtitlesLayer):
        return composition.events_in(time.number, layer, -FOREVER, time.frames)
    return [standing(layer, composition.size)] if layer.start < time.frames else []


def _letters(text: str, family: str, path: Path, scene_id: str | None) -> Iterator[Problem]:
    gone = missing(text, family)
    if gone:
        message = f"No font that we have shows {' '.join(gone[:10])}: there will be empty boxes."
        yield _warning("MISSING_GLYPHS", message, path, scene_id)


def _family(family: str, path: Path, scene_id: str | None) -> Iterator[Problem]:
    if find_font(family) is None:
        yield _warning("FONT_MISSING", f"The font {family} is not there; Inter takes its place.", path, scene_id)


def _wide(element: TextElement, composition: Composition, path: Path, scene_id: str | None) -> Iterator[Problem]:
    width, height, wanted = room_and_needs(element, composition.size)
    if wanted > width:
        message = f"A word is about {wanted:.0f} pixels wide, but the line has {width}."
        yield _warning("TEXT_TOO_WIDE", message, (*path, "text"), scene_id)
    elif height > composition.size[1]:
        yield _warning("TEXT_TOO_HIGH", f"The text is about {height} pixels high.", (*path, "text"), scene_id)


def _warning(code: str, message: str, path: Path, scene_id: str | None) -> Problem:
    return Problem(pointer(path), code, message, scene_id, "warning")
