"""Frames of a source, brought to size, rate and place: the filters of one layer."""

from dataclasses import dataclass
from fractions import Fraction

from shared.media import filters
from shared.media.encode import INDEXED, UNINDEXED_LEAD_SECONDS
from shared.media.facts import SourceFacts, VideoFacts
from shared.media.scene.easing import expression
from shared.media.scene.geometry import Box, Placement
from shared.media.scene.graph import Feed, Graph
from shared.media.scene.layers import Clip, Picture, Still
from shared.media.scene.motion import KenBurns

MARGIN_SECONDS, MARGIN_FRAMES = Fraction(15, 100), 3
"""What is read before the first frame that is needed: the longer of the two."""
NO_SEEK_SECONDS = Fraction(1, 5)
"""Nearer to its start a source is read from there."""
LAST_SECONDS = 1
"""A source is read at least so long before its end, so that it has a last frame to hold."""
AFTER_SECONDS = 1
STUDIO = "out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True)
class Window:
    """Frames of a scene's clock, `first` to `last`, the last excluded."""

    first: int
    last: int

    @property
    def frames(self) -> int:
        """How many."""
        return self.last - self.first


def on_clock(rate: Fraction, first: int | str) -> str:
    """Number the frames from `first`. The time base comes first: time stamps are counted in it."""
    return f"settb={rate.denominator}/{rate.numerator},setpts=N+{first}"


def clip_stream(graph: Graph, clip: Clip, facts: SourceFacts, window: Window, rate: Fraction, *, is_kept: bool) -> str:
    """A video's frames in a window, with the scene's time stamps.

    The window lies within one turn of a loop, unless the loop's frames are kept in memory.
    """
    first, count = window.first - clip.start, window.frames
    if is_kept:
        begin, length = 0, clip.lap
    else:
        begin, length = (first % clip.lap if clip.lap else first), count
        assert not clip.lap or begin + count <= clip.lap, "units are cut where long loops begin again"
    feed = _feed(clip, facts, begin, length, rate)
    label = graph.feed(feed)
    steps = [*filters.alike(facts.video), *filters.deinterlacing(facts.video)]
    to_rate = _to_rate(clip, facts.video, begin, length, rate, is_from_start=feed.seek is None)
    sized = [*filters.to_bt709(facts.video), *_sized(clip, facts.video), pixel_format(clip)]
    # whatever leaves fewer frames for the other goes first
    is_denser = Fraction(facts.video.average_rate or 0).limit_denominator(1000) * clip.speed > rate
    steps += [*to_rate, *sized] if is_denser or feed.is_exact is False else [*sized, *to_rate]
    if is_kept:
        turned = first % clip.lap
        steps += [
            f"loop=loop=-1:size={clip.lap}:start=0",
            f"trim=start_frame={turned}:end_frame={turned + count}",
        ]
    return graph.add([f"{label}:{facts.video.index}"], *steps, *_shown(clip, rate, window.first))


def still_stream(graph: Graph, still: Still, window: Window, rate: Fraction) -> str:
    """A picture's frames in a window, with the scene's time stamps."""
    steps = [*picture_steps(still), f"loop=loop=-1:size=1:start=0,{on_clock(rate, 0)},trim=end_frame={window.frames}"]
    if still.move:
        steps.append(_move(still.move, still.move_frames, window.first - still.start))
    return graph.add([still_input(graph, still)], *steps, *_shown(still, rate, window.first))


def still_input(graph: Graph, still: Still) -> str:
    """The label of a picture's input."""
    return f"{graph.feed(Feed(still.src, 'image', 60))}:v:0"


def picture_steps(still: Still) -> list[str]:
    """One frame of a picture at its size, in the format that overlays take without converting every frame."""
    cut = [_crop(still.placement.part)] if still.placement.part else []
    return [*cut, _scale(still.placement.target, "flags=lanczos"), "setsar=1", pixel_format(still)]


def pixel_format(picture: Picture) -> str:
    """4:2:0, with transparency where there is any."""
    if picture.is_opaque:
        return "format=yuv420p"
    return "format=yuva420p" + (f",lutyuv=a=val*{picture.opacity}" if picture.opacity < 1 else "")


def _shown(picture: Picture, rate: Fraction, first: int) -> list[str]:
    """Time stamps and fades. Fades count from the layer's start, so they are the same in every window."""
    fades = []
    if picture.fade_in:
        fades.append(_fade("in", 0, picture.fade_in, rate))
    if picture.fade_out:
        length = min(picture.fade_out, picture.fade_end)
        fades.append(_fade("out", picture.fade_end - length, length, rate))
    return [on_clock(rate, first - picture.start), *fades, on_clock(rate, first)] if fades else [on_clock(rate, first)]


def _fade(direction: str, start: int, frames: int, rate: Fraction) -> str:
    return f"fade=t={direction}:st={float(start / rate):.6f}:d={float(frames / rate):.6f}:alpha=1"


def _feed(clip: Clip, facts: SourceFacts, begin: int, length: int, rate: Fraction) -> Feed:
    """What must be read for `length` frames from `begin` on."""
    slowest = Fraction(facts.video.average_rate or 10).limit_denominator(1000)
    lead = 0 if facts.demuxer in INDEXED else UNINDEXED_LEAD_SECONDS
    margin = max(MARGIN_SECONDS, MARGIN_FRAMES / slowest) + lead
    latest = facts.duration - LAST_SECONDS - margin
    seek = min(clip.trim + begin / rate * clip.speed - margin, latest)
    end = clip.trim + (begin + length) / rate * clip.speed + AFTER_SECONDS
    if seek <= NO_SEEK_SECONDS:
        return Feed(clip.src, "video", float(max(end, LAST_SECONDS)))
    seconds = max(end - seek, margin + LAST_SECONDS + AFTER_SECONDS)
    return Feed(clip.src, "video", float(seconds), float(seek), not facts.video.is_variable)


def _to_rate(
    clip: Clip, video: VideoFacts, begin: int, length: int, rate: Fraction, *, is_from_start: bool
) -> list[str]:
    """The source's frames on the output's grid, its last one held for as long as it takes."""
    trim = f"-{clip.trim.numerator}/{clip.trim.denominator}/TB" if clip.trim else ""
    speed = f"*{clip.speed.denominator}/{clip.speed.numerator}" if clip.speed != 1 else ""
    return [
        f"setpts=(PTS-({video.start_pts}){trim}){speed}",
        f"fps={rate}:round=near" + (":start_time=0" if is_from_start else ""),
        f"tpad=stop_mode=clone:stop=-1,trim=start_pts={begin}:end_pts={begin + length}",
    ]


def _sized(clip: Clip, video: VideoFacts) -> list[str]:
    placement, target = clip.placement, clip.placement.target
    cut = [_crop(_coded(placement, video))] if placement.part else []
    matrix = filters.matrix_in(video)
    shrink = 8 if clip.blur >= 16 else 4 if clip.blur >= 8 else 1
    if not clip.blur:
        return [*cut, _scale(target, f"flags=bicubic:{matrix}"), "setsar=1"]
    # a strong blur of a small picture looks the same and costs a fraction
    small = Box(0, 0, *(max(2, length // shrink // 2 * 2) for length in (target.width, target.height)))
    blur = f"gblur=sigma={clip.blur / shrink:.3f}"
    return [*cut, _scale(small, f"flags=area:{matrix}"), "setsar=1", blur, f"scale={target.width}:{target.height}"]


def _coded(placement: Placement, video: VideoFacts) -> Box:
    """The part that is shown in pixels as they are stored, which need not be square."""
    assert placement.part
    across, down = video.width, video.height
    if video.rotation % 180:
        across, down = down, across
    x, y = Fraction(across, placement.source[0]), Fraction(down, placement.source[1])
    part = placement.part
    return Box(int(part.x * x), int(part.y * y), max(2, int(part.width * x)), max(2, int(part.height * y)))


def _crop(box: Box) -> str:
    return f"crop={box.width}:{box.height}:{box.x}:{box.y}"


def _scale(target: Box, more: str) -> str:
    return f"scale={target.width}:{target.height}:{more}:{STUDIO}"


def _move(move: KenBurns, frames: int, before: int) -> str:
    """A closed form of the frame's number, so that it can begin anywhere; `in` counts from 1."""
    share = expression(move.easing, f"min((in-1+{before})/{max(1, frames - 1)},1)")
    zoom, x, y = (
        f"({start}+({round(end - start, 6)})*{share})"
        for start, end in ((move.from_, move.to), (move.from_x, move.to_x), (move.from_y, move.to_y))
    )
    left, top, wide, high = f"W*(1-1/{zoom})*{x}", f"H*(1-1/{zoom})*{y}", f"W/{zoom}", f"H/{zoom}"
    corners = (left, top), (f"{left}+{wide}", top), (left, f"{top}+{high}"), (f"{left}+{wide}", f"{top}+{high}")
    places = ":".join(f"x{number}='{across}':y{number}='{down}'" for number, (across, down) in enumerate(corners))
    return f"perspective={places}:interpolation=linear:eval=frame"
