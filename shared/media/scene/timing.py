"""When each scene is seen, in whole frames: nothing drifts, and every scene has a clock of its own that starts at 0."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from shared.media.scene.model import (
    AnyElement,
    AudioElement,
    ImageElement,
    Project,
    Scene,
    SubtitlesElement,
    VideoElement,
)
from shared.media.scene.problems import Problem, pointer
from shared.media.scene.sources import Media, Probed
from shared.media.scene.values import MAX_SECONDS

ROUNDING = Fraction(1, 1000)
"""Of a frame: a duration that lies this little above whole frames has not one more."""
SHORTEST_REST = Fraction(1, 100)
"""Seconds of a source that a trim must leave."""


@dataclass(frozen=True)
class SceneTime:
    """A scene on the video's grid. A transition takes its first `transition` frames; the scene before goes on there."""

    number: int
    start: int
    frames: int
    transition: int

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.frames


@lru_cache(65536)
def exact(value: float) -> Fraction:
    """The decimal fraction that was written down, not the binary one nearest to it."""
    return Fraction(str(value))


def frames_of(seconds: Fraction | float, rate: Fraction) -> int:
    """The nearest whole number of frames."""
    return round(exact(seconds) * rate if isinstance(seconds, float | int) else seconds * rate)


def schedule(project: Project, media: Media) -> tuple[list[SceneTime], list[Problem]]:
    """The scenes in time; what prevents a scene from having one is told instead."""
    problems = list(_source_problems(project, media))
    if problems:
        return [], problems
    times: list[SceneTime] = []
    start = 0
    for number, scene in enumerate(project.scenes):
        seconds = scene_seconds(scene, media)
        if not seconds:
            message = f"The scene {scene.id} has neither sound nor an element with a duration."
            problems.append(Problem(pointer(("scenes", number)), "NO_DURATION", message, scene.id))
            continue
        frames = max(1, math.ceil(seconds * project.frame_rate - ROUNDING))
        wish = scene.transition if number else None
        transition = max(1, frames_of(wish.duration, project.frame_rate)) if wish else 0
        times.append(SceneTime(number, start, frames, transition))
        start += frames
    problems += _long_transitions(project, times)
    if start > MAX_SECONDS * project.frame_rate:
        problems.append(Problem("/scenes", "TOO_LONG", f"The video is longer than {MAX_SECONDS // 60} minutes."))
    return times, problems


def scene_seconds(scene: Scene, media: Media) -> Fraction:
    """How long a scene lasts: its own duration, else its sound's end, else its last element's; 0 when none has one."""
    if scene.duration:
        return exact(scene.duration)
    sounds = [element for element in scene.elements if isinstance(element, AudioElement)]
    ends = [_end(element, media) for element in sounds or scene.elements]
    return max(ends, default=Fraction(0))


def _end(element: AnyElement, media: Media) -> Fraction:
    own = own_seconds(element, media)
    return exact(element.start) + own if own else Fraction(0)


def own_seconds(element: AnyElement, media: Media) -> Fraction:
    """How long an element lasts by itself: as configured, else what is left of its source; 0 for what has no end."""
    if element.duration:
        return exact(element.duration)
    if isinstance(element, AudioElement | VideoElement):
        return max(Fraction(0), lap_seconds(element, media))
    return Fraction(0)


def lap_seconds(element: AudioElement | VideoElement, media: Media) -> Fraction:
    """Seconds of the video for which the rest of a source after its trim lasts once."""
    return (media[element.src].duration - exact(element.trim)) / exact(element.speed)


def _source_problems(project: Project, media: Media) -> Iterator[Problem]:
    for element, path, scene_id in project.places():
        if isinstance(element, SubtitlesElement) or element.type == "text":
            continue
        probed, place = media.get(element.src), pointer((*path, "src"))
        if probed is None:
            yield Problem(place, "SOURCE_MISSING", "The source is not known.", scene_id)
            continue
        has_kind = {"video": probed.video, "audio": probed.sound, "image": probed.image}[element.type]
        if has_kind is None:
            article = "an" if element.type != "video" else "a"
            message = f"The source holds nothing that is {article} {element.type}."
            yield Problem(place, "WRONG_KIND", message, scene_id)
        elif not isinstance(element, AudioElement) and _crop_misses(element, probed):
            place = pointer((*path, "crop"))
            yield Problem(place, "OUT_OF_RANGE", "The crop reaches beyond the source's picture.", scene_id)
        elif isinstance(element, AudioElement | VideoElement) and lap_seconds(element, media) < SHORTEST_REST:
            message = f"The source ends at {float(probed.duration):.2f} s, before the trim."
            yield Problem(pointer((*path, "trim")), "OUT_OF_RANGE", message, scene_id)


def _crop_misses(element: VideoElement | ImageElement, probed: Probed) -> bool:
    if probed.video:
        size = probed.video.video.display_width, probed.video.video.display_height
    else:
        size = (probed.image.width, probed.image.height) if probed.image else (0, 0)
    crop = element.crop
    return crop is not None and (crop.x + crop.width > size[0] or crop.y + crop.height > size[1])


def _long_transitions(project: Project, times: list[SceneTime]) -> Iterator[Problem]:
    for before, time in itertools.pairwise(times):
        if time.transition > min(before.frames, time.frames):
            place = pointer(("scenes", time.number, "transition", "duration"))
            shorter = min(before.frames, time.frames) / project.frame_rate
            message = f"The transition is longer than a scene that it joins, which lasts {float(shorter):.2f} s."
            yield Problem(place, "OUT_OF_RANGE", message, project.scenes[time.number].id)
