"""What is seen of a project, as layers on clocks of whole frames, with all geometry worked out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from shared.media.scene.geometry import Box, Placement, place_picture
from shared.media.scene.model import (
    AnyElement,
    ImageElement,
    Project,
    SubtitlesElement,
    TextElement,
    VideoElement,
)
from shared.media.scene.motion import KenBurns
from shared.media.scene.problems import Path
from shared.media.scene.sources import Media
from shared.media.scene.timing import SceneTime, exact, frames_of, lap_seconds

FOREVER = 10**9
"""The end of what stays to the end, also while the next scene comes in."""


@dataclass(frozen=True)
class Layer:
    """Something seen in the frames `start` to `end` of a clock, the end excluded."""

    path: Path
    start: int
    end: int
    z_index: int

    def shifted(self, frames: int) -> "Layer":
        """The same on a clock that reads so many frames more."""
        return replace(self, start=self.start + frames, end=self.end + (frames if self.end < FOREVER else 0))

    def covers(self, first: int, last: int) -> bool:
        """Whether it is there in all frames from `first` to `last`, the last excluded."""
        return self.start <= first and self.end >= last


@dataclass(frozen=True)
class Picture(Layer):
    """A layer made of pixels of a source."""

    src: str
    placement: Placement
    opacity: float
    fade_in: int
    fade_out: int
    """Frames."""
    fade_end: int
    """The frame at which it has faded out, counted from its start."""
    has_alpha: bool

    @property
    def is_opaque(self) -> bool:
        """Whether nothing of what lies under its rectangle can be seen."""
        return not (self.has_alpha or self.opacity < 1 or self.fade_in or self.fade_out)

    def hides_all(self, canvas: Box) -> bool:
        """Whether nothing of the whole canvas can be seen beneath it."""
        return self.is_opaque and self.placement.target == canvas


@dataclass(frozen=True)
class Clip(Picture):
    """A video. Frame `k` shows the source at `trim + k * speed / rate` seconds; a loop begins again every `lap`."""

    trim: Fraction
    speed: Fraction
    lap: int
    """Frames of one turn, 0 when it does not repeat."""
    blur: float


@dataclass(frozen=True)
class Still(Picture):
    """A picture, perhaps with a slow move over it that takes so many frames."""

    move: KenBurns | None
    move_frames: int


@dataclass(frozen=True)
class TextLayer(Layer):
    """A text that stands still."""

    element: TextElement
    fade_end: int


@dataclass(frozen=True)
class SubtitlesLayer(Layer):
    """Subtitles over the sound of scenes."""

    element: SubtitlesElement


@dataclass(frozen=True)
class Colour(Layer):
    """A canvas of one colour."""

    colour: str


def shared_layers(project: Project, media: Media, times: Sequence[SceneTime]) -> list[Layer]:
    """The layers over all scenes, on the video's clock, in the order of their depth."""
    return _sorted(_layers(project, media, project.elements, ("elements",), times[-1].end))


def stack(project: Project, media: Media, time: SceneTime, around: Sequence[Layer]) -> list[Layer]:
    """All layers that may be seen in a scene, the undermost first, on the scene's clock.

    `around` are those over all scenes; what lies behind a scene with a colour cannot be seen.
    """
    scene = project.scenes[time.number]
    own = _layers(project, media, scene.elements, ("scenes", time.number, "elements"), time.frames)
    shifted = [layer.shifted(-time.start) for layer in around]
    under = [layer for layer in shifted if layer.z_index < 0]
    if scene.background_color != "transparent":
        under = [Colour((), -FOREVER, FOREVER, 0, scene.background_color)]
    return [*under, *_sorted(own), *(layer for layer in shifted if layer.z_index >= 0)]


def _sorted(layers: Iterator[Layer]) -> list[Layer]:
    return sorted(layers, key=lambda layer: layer.z_index)


def _layers(project: Project, media: Media, elements: Sequence[AnyElement], root: Path, frames: int) -> Iterator[Layer]:
    rate = project.frame_rate
    for number, element in enumerate(elements):
        path, start = (*root, number), frames_of(element.start, rate)
        end = start + max(1, frames_of(element.duration, rate)) if element.duration else FOREVER
        if start >= frames or element.type == "audio":
            continue
        bare = Layer(path, start, FOREVER if end >= frames else end, getattr(element, "z_index", 0))
        fade_end = min(end, frames) - start
        if isinstance(element, VideoElement):
            yield _clip(element, bare, fade_end, project, media)
        elif isinstance(element, ImageElement):
            yield _still(element, bare, fade_end, project, media)
        elif isinstance(element, TextElement):
            yield TextLayer(**vars(bare), element=element, fade_end=fade_end)
        elif isinstance(element, SubtitlesElement):
            yield SubtitlesLayer(**vars(bare), element=element)


def _clip(element: VideoElement, bare: Layer, fade_end: int, project: Project, media: Media) -> Clip:
    facts = media[element.src].video
    assert facts, "the schedule has checked the kinds of all sources"
    repeats = (bare.path[0] == "elements") if element.loop is None else element.loop
    natural = (facts.video.display_width, facts.video.display_height)
    placement = place_picture(element, natural, Box(0, 0, *project.size), "fit", fills=True)
    picture = _picture(element, bare, fade_end, project.frame_rate, placement, has_alpha=False)
    return Clip(
        **vars(picture),
        trim=exact(element.trim),
        speed=exact(element.speed),
        lap=max(1, int(lap_seconds(element, media) * project.frame_rate)) if repeats else 0,
        blur=element.blur,
    )


def _still(element: ImageElement, bare: Layer, fade_end: int, project: Project, media: Media) -> Still:
    facts = media[element.src].image
    assert facts, "the schedule has checked the kinds of all sources"
    move = element.ken_burns
    resize, fills = ("cover", True) if move else (element.resize or "fill", element.resize is not None)
    placement = place_picture(element, (facts.width, facts.height), Box(0, 0, *project.size), resize, fills=fills)
    picture = _picture(element, bare, fade_end, project.frame_rate, placement, has_alpha=facts.has_alpha)
    return Still(**vars(picture), move=move, move_frames=fade_end)


def _picture(
    element: VideoElement | ImageElement,
    bare: Layer,
    fade_end: int,
    rate: Fraction,
    placement: Placement,
    *,
    has_alpha: bool,
) -> Picture:
    return Picture(
        **vars(bare),
        src=element.src,
        placement=placement,
        opacity=element.opacity,
        fade_in=frames_of(element.fade_in, rate),
        fade_out=frames_of(element.fade_out, rate),
        fade_end=fade_end,
        has_alpha=has_alpha,
    )
