"""What one process can hold and one render may cost: known from the plan alone, before anything is opened."""

from collections.abc import Iterator, Sequence

from shared.media.scene.composition import Composition
from shared.media.scene.estimate import estimate_cpu_seconds, unit_cpu_seconds
from shared.media.scene.layers import Clip, Layer, Picture, Still
from shared.media.scene.picture import Window, seen
from shared.media.scene.problems import Problem, SceneError, pointer
from shared.media.scene.sound import scene_sounds, shared_sounds
from shared.media.scene.units import RenderUnit, cut
from shared.media.scene.values import MAX_PIXELS

MAX_UNITS = 2000
"""Two hours have 900, and a transition per scene."""
MAX_CPU_SECONDS = 150_000
"""Two hours of 4k at 60 frames per second, with a video behind another."""
MAX_TARGET = 4 * MAX_PIXELS
"""Pixels of a picture as it lies on the canvas, also beyond its edges."""
MAX_TARGET_SIDE = 16_384
MAX_CLIPS = 16
MAX_STILLS = 64
MAX_HELD = 500_000_000
"""Pixels of all pictures of a unit, as they are decoded and as they are shown."""
PROCESS_BYTES = 200_000_000
ENCODED_BYTES, DECODED_BYTES, STILL_BYTES = 100, 50, 6
"""For each pixel: an encoder looks ahead and back, a decoder keeps references, a picture is held in two sizes."""
MAX_SOUNDS = 32
"""Heard in one scene, or over all scenes."""


def pieces(composition: Composition, gop: int) -> list[tuple[int, int, int]]:
    """(scene, first, last) of every unit; SceneError when there are too many, or one asks for too much."""
    problems = [*_targets(composition), *_sounds(composition), *_turns(composition)]
    if problems:
        raise SceneError(problems)
    found = list(cut(composition, gop))
    problems = list({problem: None for piece in found for problem in _piece(composition, *piece)})
    if len(found) > MAX_UNITS:
        problems.append(Problem("/scenes", "TOO_MANY", f"The video would be made of more than {MAX_UNITS} pieces."))
    if problems:
        raise SceneError(problems)
    return found


def cpu_seconds(composition: Composition, units: Sequence[RenderUnit]) -> float:
    """What all units and the sound cost; SceneError when that is too much."""
    total = estimate_cpu_seconds(composition, units)
    if total > MAX_CPU_SECONDS:
        dearest = max(units, key=lambda unit: unit_cpu_seconds(composition, unit) / (unit.last - unit.first))
        message = f"The render would take {total:.0f} CPU-seconds, of {MAX_CPU_SECONDS} at most; this scene is dear."
        scene = composition.project.scenes[dearest.scene].id
        raise SceneError([Problem(pointer(("scenes", dearest.scene)), "TOO_COSTLY", message, scene)])
    return round(total, 1)


def _targets(composition: Composition) -> Iterator[Problem]:
    """Pictures that are enlarged beyond all measure."""
    pictures = {layer.path: layer for stack in composition.stacks for layer in stack if isinstance(layer, Picture)}
    for path, layer in pictures.items():
        target = layer.placement.target
        if target.width * target.height > MAX_TARGET or max(target.width, target.height) > MAX_TARGET_SIDE:
            scene = composition.project.scenes[int(path[1])].id if path[0] == "scenes" else None
            message = f"The picture would be {target.width} x {target.height} pixels, more than {MAX_TARGET} in all."
            yield Problem(pointer(path), "OUT_OF_RANGE", message, scene)


def _sounds(composition: Composition) -> Iterator[Problem]:
    message = f"More than {MAX_SOUNDS} sounds are heard here."
    if len(shared_sounds(composition)) > MAX_SOUNDS:
        yield Problem("/elements", "TOO_MANY", message)
    for time in composition.times:
        if sum(1 for _ in scene_sounds(composition, time)) > MAX_SOUNDS:
            scene = composition.project.scenes[time.number].id
            yield Problem(pointer(("scenes", time.number, "elements")), "TOO_MANY", message, scene)


def _turns(composition: Composition) -> Iterator[Problem]:
    """Loops that begin again too often to be cut there; told before they are counted out."""
    for time in composition.times:
        if sum(map(len, composition.turns(time.number))) > MAX_UNITS:
            scene = composition.project.scenes[time.number].id
            message = "Loops of large pictures begin again too often in this scene."
            yield Problem(pointer(("scenes", time.number, "elements")), "TOO_MANY", message, scene)


def _piece(composition: Composition, number: int, first: int, last: int) -> Iterator[Problem]:
    """What one process would have to open."""
    layers = _layers(composition, number, first, last)
    clips = sum(isinstance(layer, Clip) for layer in layers)
    stills = sum(isinstance(layer, Still) for layer in layers)
    held = sum(_held(layer) for layer in layers if isinstance(layer, Picture))
    if clips > MAX_CLIPS or stills > MAX_STILLS or held > MAX_HELD:
        message = f"At most {MAX_CLIPS} videos and {MAX_STILLS} pictures are seen at a time, {MAX_HELD} pixels in all."
        place = pointer(("scenes", number, "elements"))
        yield Problem(place, "TOO_MANY", message, composition.project.scenes[number].id)


def process_bytes(composition: Composition, unit: RenderUnit) -> int:
    """Memory that the process of a unit takes, rather more than less: frames on their way, and whole pictures."""
    layers = _layers(composition, unit.scene, unit.first, unit.last)
    decoded = sum(layer.placement.source[0] * layer.placement.source[1] for layer in layers if isinstance(layer, Clip))
    held = sum(_held(layer) for layer in layers if isinstance(layer, Still))
    canvas = composition.size[0] * composition.size[1]
    return PROCESS_BYTES + canvas * ENCODED_BYTES + decoded * DECODED_BYTES + held * STILL_BYTES


def _layers(composition: Composition, number: int, first: int, last: int) -> list[Layer]:
    """What is seen in frames of a scene, and of the scene before in a transition."""
    layers = list(seen(composition, number, Window(first, last)))
    if first < composition.times[number].transition:
        before = composition.times[number - 1].frames
        layers += seen(composition, number - 1, Window(before + first, before + last))
    return layers


def _held(layer: Picture) -> int:
    across, down = layer.placement.source
    target = layer.placement.target
    return across * down + target.width * target.height
