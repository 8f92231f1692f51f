"""What a render costs in CPU-seconds: an estimate from measured seconds, good to about a third."""

from collections.abc import Sequence

from shared.media.cost import AUDIO, DECODE, ENCODE
from shared.media.scene.composition import Composition
from shared.media.scene.layers import Clip, Layer, Still, SubtitlesLayer, TextLayer
from shared.media.scene.units import RenderUnit

UNIT_START, INPUT_START = 0.15, 0.01
MOVE = 0.008
"""Per megapixel of a picture that moves slowly."""
OVERLAY = 0.002
"""Per megapixel that is laid over another."""
TRANSITION = 0.01
TEXT = 0.001
"""Per frame and megapixel."""
LEAD_SECONDS = 1
"""What is decoded before a unit begins: half of what usually lies between key frames."""


def estimate_cpu_seconds(composition: Composition, units: Sequence[RenderUnit]) -> float:
    """CPU-seconds of all units and of the sound."""
    return sum(unit_cpu_seconds(composition, unit) for unit in units) + sound_cpu_seconds(composition)


def sound_cpu_seconds(composition: Composition) -> float:
    """CPU-seconds of the sound: it is mixed, measured and encoded."""
    return AUDIO * 3 * composition.frames / float(composition.rate)


def unit_cpu_seconds(composition: Composition, unit: RenderUnit) -> float:
    """CPU-seconds of a unit."""
    frames = unit.last - unit.first
    pixels = composition.size[0] * composition.size[1] / 1e6
    stacks = [composition.stacks[unit.scene]]
    is_transition = unit.first < composition.times[unit.scene].transition
    if is_transition:
        stacks.append(composition.stacks[unit.scene - 1])
    layers = [layer for stack in stacks for layer in stack if layer.end > unit.first or is_transition]
    each = pixels * (ENCODE + (TRANSITION if is_transition else 0))
    started = UNIT_START + INPUT_START * len(layers)
    return started + sum(_layer(composition, layer, frames, pixels) for layer in layers) + frames * each


def _layer(composition: Composition, layer: Layer, frames: int, canvas: float) -> float:
    if isinstance(layer, Clip):
        facts = composition.media[layer.src].video
        assert facts, "the schedule has checked the kinds of all sources"
        video = facts.video
        seconds = frames / float(composition.rate) * float(layer.speed) + LEAD_SECONDS
        decoded = seconds * max(1.0, video.average_rate) * video.width * video.height / 1e6
        return decoded * DECODE.get(video.codec, 0.008) + frames * _pixels(layer) * OVERLAY
    if isinstance(layer, Still):
        return frames * _pixels(layer) * (MOVE if layer.move else OVERLAY)
    return frames * canvas * TEXT if isinstance(layer, TextLayer | SubtitlesLayer) else 0.0


def _pixels(layer: Clip | Still) -> float:
    return layer.placement.target.width * layer.placement.target.height / 1e6
