"""Texts as events of an ASS script: one that stands still, or one for each state of what types it or moves it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil

from shared.media.scene.ass import HALF, Event, Style, set_text
from shared.media.scene.easing import Easing, eased
from shared.media.scene.geometry import Box
from shared.media.scene.layers import TextLayer
from shared.media.scene.measuring import text_box
from shared.media.scene.model import TextElement
from shared.media.scene.motion import Side, SlideIn, SlideOut
from shared.media.scene.timing import exact, frames_of
from shared.media.scene.typesetting import text_style

LETTERS_PER_SECOND = 20
GUESS = 0.5
"""Of a line's height: by so much texts may be larger than they are thought to be."""
CLEAR = 255
"""How much of what lies beneath is seen, of 255."""
WAYS: dict[Side, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}


@dataclass(frozen=True)
class _Move:
    """So many frames between a text's place and one that lies so many pixels to the right and down of it."""

    frames: int
    easing: Easing
    right: Fraction
    down: Fraction


@dataclass(frozen=True)
class _State:
    """In the frames `start` to `end`, the end excluded: how many characters are seen, how far from their place."""

    start: int
    end: int
    shown: int
    right: Fraction
    down: Fraction


def text_events(layer: TextLayer, size: tuple[int, int], rate: Fraction) -> list[Event]:
    """The events of a text, in order."""
    element, still = layer.element, standing(layer, size)
    is_placed = bool(still.place or element.slide_in or element.slide_out)
    at = still.place or _anchor(still.style, size)
    events = []
    for state in _states(layer, _moves(element, still, size, rate), rate):
        text, fonts = set_text(element.text, still.style, state.shown)
        tags = f"{{\\pos({_pixels(at[0] + state.right)},{_pixels(at[1] + state.down)})}}" if is_placed else ""
        tags += _fade(layer, state.start, rate)
        events.append(replace(still, start=state.start, end=state.end, text=tags + text, fonts=fonts))
    return events


def standing(layer: TextLayer, size: tuple[int, int]) -> Event:
    """When, where and how a text stands, whatever its effects are; not yet set."""
    element = layer.element
    corner = None if element.x is None and element.y is None else (element.x or 0, element.y or 0)
    return Event(layer.start, layer.end, text_style(element, size), "", (), element.text, corner)


def typing_frames(element: TextElement, rate: Fraction) -> list[tuple[int, int]]:
    """(frame, characters that are seen from it on), counted from the element's start; the first is there at once.

    A letter is what a reader takes for one: a base with its marks, or an emoji of several characters.
    """
    if element.typewriter is None:
        return [(0, len(element.text))]
    import regex  # has Unicode's rules for the bounds of letters; only here, since it takes a hundredth of a second

    ends = list(accumulate(map(len, regex.findall(r"\X", element.text))))
    speed, seconds = element.typewriter.speed, element.typewriter.duration
    step = exact(seconds) / len(ends) if seconds else 1 / exact(speed or LETTERS_PER_SECOND)
    frames = (ceil(number * step * rate) for number in range(len(ends)))
    return list(dict(zip(frames, ends, strict=True)).items())  # of those in one frame the last


def slide_frames(slide: SlideIn | SlideOut, rate: Fraction) -> int:
    """How many frames a slide takes."""
    return max(1, frames_of(slide.duration, rate))


def _states(layer: TextLayer, moves: tuple[_Move | None, _Move | None], rate: Fraction) -> Iterator[_State]:
    """What is seen of a text from frame to frame, as far as it changes; nothing of one that has slid out."""
    (coming, leaving), end, last = moves, layer.fade_end, layer.end - layer.start
    typed = dict(typing_frames(layer.element, rate))
    edges = {*typed, last}
    if coming:
        edges |= set(range(coming.frames + 1))
    if leaving:
        edges |= set(range(end - leaving.frames, end + 1))
        last = min(last, end)
    shown = 0
    for frame, until in pairwise(sorted(edge for edge in edges if 0 <= edge <= last)):
        shown = typed.get(frame, shown)
        shares = [(one, away) for one, away in zip(moves, _away(moves, end, frame), strict=True) if one]
        right = sum((one.right * away for one, away in shares), Fraction(0))
        down = sum((one.down * away for one, away in shares), Fraction(0))
        yield _State(layer.start + frame, layer.start + until, shown, right, down)


def _away(moves: tuple[_Move | None, _Move | None], end: int, frame: int) -> tuple[Fraction, Fraction]:
    """Which share of its way each move is from the text's place: all of it in the first frame, and in the last."""
    coming, leaving = moves
    to_come = 1 - eased(coming.easing, min(Fraction(1), Fraction(frame, coming.frames))) if coming else Fraction(0)
    if leaving is None:
        return to_come, Fraction(0)
    gone = Fraction(frame + 1 - end + leaving.frames, leaving.frames)
    return to_come, eased(leaving.easing, min(Fraction(1), max(Fraction(0), gone)))


def _moves(
    element: TextElement, still: Event, size: tuple[int, int], rate: Fraction
) -> tuple[_Move | None, _Move | None]:
    """How a text comes and how it leaves."""
    coming, leaving = element.slide_in, element.slide_out
    box = text_box(still, size) if coming or leaving else Box(0, 0, 0, 0)
    return (
        _move(coming, coming.from_, still.style, box, size, rate) if coming else None,
        _move(leaving, leaving.to, still.style, box, size, rate) if leaving else None,
    )


def _move(
    slide: SlideIn | SlideOut, side: Side, style: Style, box: Box, size: tuple[int, int], rate: Fraction
) -> _Move:
    """Without a distance all of the text is beyond the edge, with its outline, and some more: its size is a guess."""
    edges = {
        "left": box.x + box.width,
        "right": size[0] - box.x,
        "top": box.y + box.height,
        "bottom": size[1] - box.y,
    }
    beyond = max(0, edges[side]) + style.border + style.shadow + style.size * GUESS
    distance = exact(slide.distance or round(beyond))
    right, down = WAYS[side]
    return _Move(slide_frames(slide, rate), slide.easing, right * distance, down * distance)


def _anchor(style: Style, size: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """The point of the picture at which a text's alignment and margins hold it."""
    (left, right, edge), (width, height) = style.margins, size
    column, row = (style.alignment - 1) % 3, (style.alignment - 1) // 3
    across = (Fraction(left), Fraction(left + width - right, 2), Fraction(width - right))
    return across[column], (Fraction(height - edge), Fraction(height, 2), Fraction(edge))[row]


def _pixels(value: Fraction) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def _fade(layer: TextLayer, start: int, rate: Fraction) -> str:
    """A tag that fades in and out; it counts in milliseconds from the start of its event, which may be cut to 0."""
    element = layer.element
    if not (element.fade_in or element.fade_out or element.opacity < 1):
        return ""
    steady = round(CLEAR * (1 - element.opacity))
    begin = max(Fraction(0), (start - HALF) / rate)
    end = layer.start + layer.fade_end
    frames = (layer.start, layer.start + frames_of(element.fade_in, rate), end - frames_of(element.fade_out, rate), end)
    first, second, third, fourth = (round((frame / rate - begin) * 1000) for frame in frames)
    before = CLEAR if element.fade_in else steady
    after = CLEAR if element.fade_out else steady
    return f"{{\\fade({before},{steady},{after},{first},{second},{max(second, third)},{max(second, fourth)})}}"
