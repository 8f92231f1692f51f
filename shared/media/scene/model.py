"""A scene configuration as typed values. What each field does is told in docs/scenes.md."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from shared.media.scene.motion import KenBurns, SlideIn, SlideOut, Typewriter
from shared.media.scene.problems import Path
from shared.media.scene.values import (
    Background,
    CanvasSide,
    Colour,
    Comment,
    Depth,
    Duration,
    Family,
    FrameRate,
    Identifier,
    Language,
    Length,
    Node,
    Offset,
    Position,
    Reference,
    Resize,
    Seconds,
    Share,
    Short,
    Speed,
    Volume,
    Words,
    frame_rate,
)

Kind = Literal["video", "audio", "image"]
SIZES = {"sd": (854, 480), "hd": (1280, 720), "full-hd": (1920, 1080), "4k": (3840, 2160)}
Resolution = Literal["sd", "hd", "full-hd", "4k", "custom"]
TransitionKind = Literal[
    "fade", "dissolve", "fadeblack", "fadewhite", "wipeleft", "wiperight", "wipeup", "wipedown", "slideleft",
    "slideright", "slideup", "slidedown", "smoothleft", "smoothright", "smoothup", "smoothdown", "circleopen",
    "circleclose", "radial", "pixelize", "zoomin", "diagtl", "diagbr", "hblur",
]  # fmt: skip


class Word(Node):
    """A spoken word; seconds count as those of the element that holds it."""

    word: Annotated[Words, Field(max_length=100)]
    start: Seconds
    end: Seconds


class SubtitleSettings(Node):
    """How subtitles look. Sizes are in 1/288 of the picture's height, which published configurations rely on."""

    style: Literal["progressive", "classic"] = "progressive"
    font_family: Family = "Inter"
    font_size: Annotated[float, Field(ge=6, le=300)] = 24
    word_color: Colour = "#FFFFFF"
    line_color: Colour | None = None
    shadow_color: Colour = "#808080"
    shadow_offset: Annotated[float, Field(ge=0, le=20)] = 1
    box_color: Colour | None = None
    position: Position = "center-bottom"
    outline_color: Colour = "#000000"
    outline_width: Annotated[float, Field(ge=0, le=20)] = 2


class TextStyle(Node):
    """How a text looks; sizes are in pixels of the output."""

    font_family: Family = "Inter"
    font_size: Annotated[float, Field(ge=4, le=1000)] | None = None
    color: Colour = "#FFFFFF"
    outline_color: Colour = "#000000"
    outline_width: Annotated[float, Field(ge=0, le=50)] = 0
    shadow_color: Colour = "#000000"
    shadow_offset: Annotated[float, Field(ge=0, le=50)] = 0
    box_color: Colour | None = None
    box_padding: Annotated[float, Field(ge=0, le=200)] = 12
    bold: bool = False
    italic: bool = False


class Crop(Node):
    """The part of a source that is shown, in pixels of its upright picture."""

    x: Annotated[int, Field(ge=0, le=8192)] = 0
    y: Annotated[int, Field(ge=0, le=8192)] = 0
    width: Length
    height: Length


class Transition(Node):
    """How a scene replaces the one before it; it takes the first `duration` seconds of the scene."""

    type: TransitionKind = "fade"
    duration: Annotated[float, Field(ge=0.1, le=5)] = 0.5


class Element(Node):
    """What all elements have. `start` is in seconds of the scene, or of the video for elements over all scenes."""

    comment: Comment = ""
    id: Identifier | None = None
    start: Seconds = 0
    duration: Duration | None = None


class Visual(Element):
    """What is seen. Without a size it has its natural one, a video that of the canvas."""

    x: Offset | None = None
    y: Offset | None = None
    width: Length | None = None
    height: Length | None = None
    z_index: Depth = 0
    opacity: Share = 1
    fade_in: Short = 0
    fade_out: Short = 0


class Spoken(Node):
    """What is said in a source: times are those of the source."""

    language: Language = "auto"
    transcript: Words | None = None
    words: Annotated[tuple[Word, ...], Field(max_length=5000, strict=False, fail_fast=True)] = ()


class VideoElement(Visual, Spoken):
    """A moving picture with its sound."""

    type: Literal["video"]
    src: Reference
    trim: Seconds = 0
    speed: Speed = 1
    loop: bool | None = None
    """None: over all scenes yes, in a scene no."""
    volume: Volume | None = None
    """None: 1 in a scene, 0 over all scenes."""
    resize: Resize = "fit"
    crop: Crop | None = None
    blur: Annotated[float, Field(ge=0, le=100)] = 0
    """Standard deviation in pixels of the output."""


class ImageElement(Visual):
    """A still picture, by default for the whole scene."""

    type: Literal["image"]
    src: Reference
    resize: Resize | None = None
    crop: Crop | None = None
    ken_burns: KenBurns | None = None


class TextElement(Visual):
    """A text. `width` is where its lines break; `position` places it where neither x nor y is given."""

    type: Literal["text"]
    text: Words
    style: TextStyle = TextStyle()
    position: Position = "center"
    typewriter: Typewriter | None = None
    slide_in: SlideIn | None = None
    slide_out: SlideOut | None = None


class AudioElement(Element, Spoken):
    """Sound. Over all scenes it is music: it repeats to the end and gives way to speech."""

    type: Literal["audio"]
    src: Reference
    volume: Volume = 1
    trim: Seconds = 0
    speed: Speed = 1
    loop: bool | None = None
    duck: bool = True
    fade_in: Short = 0
    fade_out: Short = 0


class SubtitlesElement(Element):
    """Shows what is said. Its own words count from the start of the scene, or of the video over all scenes."""

    type: Literal["subtitles"]
    language: Language = "auto"
    settings: SubtitleSettings = SubtitleSettings()
    text: Words | None = None
    words: Annotated[tuple[Word, ...], Field(max_length=5000, strict=False, fail_fast=True)] = ()
    z_index: Depth = 1000


AnyElement = Annotated[
    VideoElement | AudioElement | ImageElement | TextElement | SubtitlesElement, Field(discriminator="type")
]
Elements = Annotated[tuple[AnyElement, ...], Field(max_length=50, strict=False)]


class Scene(Node):
    """A part of the video; it lasts as long as its sound, else as its longest element."""

    comment: Comment = ""
    id: Identifier
    background_color: Background = "transparent"
    duration: Duration | None = None
    transition: Transition | None = None
    elements: Elements = ()


class Output(Node):
    """What comes out besides size and rate. `loudness` is in LUFS; null leaves the sound as it is mixed."""

    loudness: Annotated[float, Field(ge=-40, le=-5)] | None = -16


class Source(NamedTuple):
    """A source that a project needs."""

    src: str
    kind: Kind


class Project(Node):
    """One video."""

    comment: Comment = ""
    resolution: Resolution | None = None
    width: CanvasSide | None = None
    height: CanvasSide | None = None
    quality: Literal["low", "medium", "high"] = "medium"
    fps: FrameRate = 30
    output: Output = Output()
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=200, strict=False)]
    elements: Elements = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the output in pixels."""
        if self.width and self.height:
            return self.width, self.height
        return SIZES.get(self.resolution or "full-hd", SIZES["full-hd"])

    @property
    def frame_rate(self) -> Fraction:
        """Frames per second, exactly."""
        return frame_rate(self.fps)

    def sources(self) -> tuple[Source, ...]:
        """The distinct sources with the kind that is expected, in the order in which they appear.

        One that stands for several kinds comes once per kind.
        """
        every = (element for element, _, _ in self.places())
        found = (Source(e.src, e.type) for e in every if isinstance(e, VideoElement | AudioElement | ImageElement))
        return tuple(dict.fromkeys(found))

    def places(self) -> Iterator[tuple[AnyElement, Path, str | None]]:
        """Every element with its path in the project and the id of its scene; those over all scenes come first."""
        for number, element in enumerate(self.elements):
            yield element, ("elements", number), None
        for at, scene in enumerate(self.scenes):
            for number, element in enumerate(scene.elements):
                yield element, ("scenes", at, "elements", number), scene.id
