"""Edits of one clip: trim, crop or layout, speed, captions, music, texts and watermark, compiled to a project."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.media.scene.config import parse, read
from shared.media.scene.model import Crop, Output, SubtitleSettings, TextStyle, Word
from shared.media.scene.problems import Problem
from shared.media.scene.values import (
    CanvasSide,
    Duration,
    FrameRate,
    Language,
    Node,
    Position,
    Reference,
    Seconds,
    Share,
    Short,
    Speed,
    Volume,
    Words,
    place,
)

Layout = Literal["crop", "blur", "fit", "stacked", "side-by-side"]
SIZES = {"9:16": (1080, 1920), "1:1": (1080, 1080), "4:5": (1080, 1350), "16:9": (1920, 1080)}
EDGE = 40
"""A watermark's distance from the edges, as a share of the shorter side: one fortieth."""
BLUR_SHARE = 30
"""The blurred background's standard deviation: a thirtieth of the shorter side."""


class ClipTrim(Node):
    """The part of the clip that is used, in seconds of the clip."""

    start: Seconds = 0
    end: Duration | None = None


class ClipText(Node):
    """A text over the clip; seconds are those of the edited clip."""

    text: Words
    start: Seconds = 0
    duration: Duration | None = None
    position: Position = "center-top"
    style: TextStyle = TextStyle()
    fade_in: Short = 0
    fade_out: Short = 0


class Captions(Node):
    """Subtitles. Words count as seconds of the clip; without any, they are whatever a transcriber hears."""

    settings: SubtitleSettings = SubtitleSettings()
    language: Language = "auto"
    text: Words | None = None
    words: Annotated[tuple[Word, ...], Field(max_length=5000, strict=False)] = ()


class Music(Node):
    """Music under the clip; it gives way to the clip's sound where `duck` says so."""

    src: Reference
    volume: Volume = 0.3
    duck: bool = True
    fade_out: Short = 1


class Watermark(Node):
    """A picture in a corner; `width` is its share of the output's width."""

    src: Reference
    position: Position = "right-top"
    width: Annotated[float, Field(ge=0.02, le=1)] = 0.15
    opacity: Share = 0.8


class ClipEdit(Node):
    """How a clip is edited."""

    trim: ClipTrim = ClipTrim()
    aspect: Literal["9:16", "1:1", "4:5", "16:9"] = "9:16"
    width: CanvasSide | None = None
    height: CanvasSide | None = None
    fps: FrameRate = 30
    quality: Literal["low", "medium", "high"] = "medium"
    layout: Layout = "crop"
    crop: Crop | None = None
    """What is shown of the clip; of the layouts with two parts, the game."""
    facecam: Crop | None = None
    """The other part of `stacked` and `side-by-side`, in pixels of the clip."""
    split: Annotated[float, Field(ge=0.2, le=0.8)] = 0.4
    """The facecam's share of the height, or of the width."""
    speed: Speed = 1
    volume: Volume = 1
    captions: Captions | None = None
    music: Music | None = None
    texts: Annotated[tuple[ClipText, ...], Field(max_length=20, strict=False)] = ()
    watermark: Watermark | None = None
    output: Output = Output()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the output in pixels."""
        return (self.width, self.height) if self.width and self.height else SIZES[self.aspect]


@dataclass(frozen=True)
class ParsedEdit:
    """What an edit compiles to.

    configuration  what `config.parse` takes; None when there are problems
    problems       of the edit: their places are in it
    compiled       problems of the configuration: their places are in that
    edit           None when it cannot be read
    """

    configuration: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()
    compiled: tuple[Problem, ...] = ()
    edit: ClipEdit | None = None


def compile_edit(value: object, src: str) -> ParsedEdit:
    """Turn the edit of the clip `src` into a scene configuration, or tell what is wrong with the edit."""
    edit, problems = read(ClipEdit, value)
    if edit is None:
        return ParsedEdit(None, tuple(problems))
    problems += _across(edit)
    if problems:
        return ParsedEdit(None, tuple(problems))
    configuration = _configuration(edit, src)
    again = parse(configuration)
    return ParsedEdit(None if not again.projects else configuration, compiled=again.problems, edit=edit)


def parts_of(edit: ClipEdit) -> int:
    """How many elements show the clip: they come first."""
    return 1 if edit.layout in {"crop", "fit"} else 2


def _across(edit: ClipEdit) -> list[Problem]:
    found = []
    if bool(edit.width) != bool(edit.height):
        place_ = "/height" if edit.width else "/width"
        found.append(Problem(place_, "MISSING_FIELD", "Width and height go together."))
    if edit.trim.end is not None and edit.trim.end <= edit.trim.start:
        found.append(Problem("/trim/end", "OUT_OF_RANGE", "The clip must end after it starts."))
    if edit.layout in {"stacked", "side-by-side"} and edit.facecam is None:
        found.append(Problem("/facecam", "MISSING_FIELD", f"The layout {edit.layout} needs a facecam."))
    return found


def _configuration(edit: ClipEdit, src: str) -> dict[str, Any]:
    width, height = edit.size
    scene: dict[str, Any] = {"id": "clip", "background-color": "#000000", "elements": _elements(edit, src)}
    if edit.trim.end is not None:
        scene["duration"] = (edit.trim.end - edit.trim.start) / edit.speed
    shared: list[dict[str, Any]] = []
    if edit.music:
        shared.append({"type": "audio", **_dump(edit.music)})
    return {
        "width": width,
        "height": height,
        "fps": edit.fps,
        "quality": edit.quality,
        "output": {"loudness": edit.output.loudness},
        "scenes": [scene],
        "elements": shared,
    }


def _elements(edit: ClipEdit, src: str) -> list[dict[str, Any]]:
    """The picture's parts, then what lies over them."""
    found = _parts(edit, src)
    if edit.watermark:
        found.append(_watermark(edit.watermark, edit.size))
    found += [{"type": "text", "z-index": 10, **_dump(text)} for text in edit.texts]
    if edit.captions:
        captions = edit.captions
        found[0] |= _speech(captions)
        found.append({"type": "subtitles", "language": captions.language, "settings": _dump(captions.settings)})
    return found


def _parts(edit: ClipEdit, src: str) -> list[dict[str, Any]]:
    """The first part is the one that is heard."""
    width, height = edit.size
    clip: dict[str, Any] = {"type": "video", "src": src, "trim": edit.trim.start, "speed": edit.speed}
    crop = {"crop": _dump(edit.crop)} if edit.crop else {}
    heard = {**clip, **crop, "volume": edit.volume}
    mute = {**clip, "volume": 0}
    if edit.layout == "crop":
        return [{**heard, "resize": "cover"}]
    if edit.layout == "fit":
        return [{**heard, "resize": "fit"}]
    if edit.layout == "blur":
        blur = round(min(width, height) / BLUR_SHARE, 2)
        return [{**heard, "resize": "fit"}, {**mute, "resize": "cover", "blur": blur, "z-index": -1}]
    assert edit.facecam
    face = {**mute, "crop": _dump(edit.facecam), "resize": "cover"}
    game = {**heard, "resize": "cover"}
    if edit.layout == "stacked":
        top = _even(height * edit.split)
        boxes = {"height": top, "width": width}, {"y": top, "height": height - top, "width": width}
    else:
        left = _even(width * edit.split)
        boxes = {"width": left, "height": height}, {"x": left, "width": width - left, "height": height}
    return [{**game, **boxes[1]}, {**face, **boxes[0]}]


def _speech(captions: Captions) -> dict[str, Any]:
    """What is said in the clip."""
    if captions.words:
        return {"words": [_dump(word) for word in captions.words]}
    return {"transcript": captions.text} if captions.text else {}


def _watermark(mark: Watermark, size: tuple[int, int]) -> dict[str, Any]:
    """A box in the corner, in which the picture is fitted."""
    width, height = size
    side, edge = _even(width * mark.width), min(size) // EDGE
    across, down = place(mark.position)
    x = {"left": edge, "center": (width - side) // 2, "right": width - edge - side}[across]
    y = {"top": edge, "center": (height - side) // 2, "bottom": height - edge - side}[down]
    box = {"x": x, "y": y, "width": side, "height": side, "resize": "fit"}
    return {"type": "image", "src": mark.src, "opacity": mark.opacity, "z-index": 5, **box}


def _dump(node: Node) -> dict[str, Any]:
    return node.model_dump(mode="json", by_alias=True, exclude_none=True)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
